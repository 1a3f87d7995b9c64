// The compiler of the contracts, as build.mjs and mutate/ call it. solc comes from
// node_modules here, or from the directory SOLC.
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const version = "0.8.37";
// The compiler's own steps but for a second inlining, after which functions have more
// variables than the stack has room for.
const allSteps =
  "dhfoDgvulfnTUtnIf[xa[r]EscLMcCTUtTOntnfDIuLculVcul[j]Tpeulxa[r]cLCTUca[r]LSsTFOtfDnca[r]Iulc]jmul[jul]VcTOculjmul:fDnTOcmu";

export const here = dirname(fileURLToPath(import.meta.url));
export const places = [
  { sources: here, out: join(here, "build") },
  { sources: join(here, "test"), out: join(here, "../chain/chaintest/build") },
];
const solc = createRequire(join(process.env.SOLC || here, "package.json"))("solc");

if (!solc.version().startsWith(version + "+")) {
  throw new Error(`solc ${solc.version()}, want ${version}`);
}

// sources are all contracts, those of tests included, as the compiler takes them.
export function sources() {
  const files = places.flatMap(({ sources }) => readdirSync(sources).filter((name) => name.endsWith(".sol")).sort().map((name) => join(sources, name)));
  return Object.fromEntries(files.map((file) => [relative(here, file), { content: readFileSync(file, "utf8") }]));
}

// compile returns what the compiler says of sources, for the outputs selected.
export function compile(sources, outputSelection, { steps = allSteps, runs = 10000 } = {}) {
  const settings = {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs, details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: steps } } },
    viaIR: true,
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection,
  };
  return JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
}
