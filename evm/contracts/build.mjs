// Compiles the contracts of this directory and writes, for each that can be
// deployed and each interface, build/NAME.json: {"abi", "bin", "deployed"}.
//
//   node build.mjs          writes them
//   node build.mjs --check  fails unless they are what would be written
//
// solc comes from node_modules here, or from the directory SOLC.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "0.8.37";
const maxCode = 24576; // EIP-170
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "build");
const solc = createRequire(join(process.env.SOLC || here, "package.json"))("solc");

if (!solc.version().startsWith(version + "+")) {
  fail(`solc ${solc.version()}, want ${version}`);
}

function fail(message) {
  console.error(`build.mjs: ${message}`);
  process.exit(1);
}

function compile() {
  const names = readdirSync(here).filter((name) => name.endsWith(".sol")).sort();
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(names.map((name) => [name, { content: readFileSync(join(here, name), "utf8") }])),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 10000 },
      viaIR: true,
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  for (const e of output.errors ?? []) console.error(e.formattedMessage);
  if (output.errors?.length) fail("the compiler has something to say");
  return output.contracts;
}

// A library of internal functions alone has nothing to call: no artefact.
function artefacts(contracts) {
  const files = new Map();
  for (const byName of Object.values(contracts)) {
    for (const [name, c] of Object.entries(byName)) {
      if (c.abi.every((entry) => entry.type === "error")) continue;
      const { object: bin } = c.evm.bytecode;
      const { object: deployed } = c.evm.deployedBytecode;
      if (deployed.length / 2 > maxCode) fail(`${name}: ${deployed.length / 2} bytes of code, at most ${maxCode}`);
      files.set(`${name}.json`, JSON.stringify({ abi: c.abi, bin: "0x" + bin, deployed: "0x" + deployed }) + "\n");
    }
  }
  return files;
}

function write(files) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  for (const [name, content] of files) writeFileSync(join(out, name), content);
}

function check(files) {
  const there = new Set(readdirSync(out));
  for (const [name, content] of files) {
    if (!there.delete(name) || readFileSync(join(out, name), "utf8") !== content) {
      fail(`build/${name} is not what the compiler writes: run make contracts`);
    }
  }
  if (there.size) fail(`build/${[...there].join(", ")}: of no contract`);
}

const files = artefacts(compile());
if (process.argv[2] === "--check") check(files);
else write(files);
for (const [name, content] of files) {
  console.log(`${name.replace(".json", "")}: ${(JSON.parse(content).deployed.length - 2) / 2} bytes of code`);
}
