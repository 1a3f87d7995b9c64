// Compiles the contracts of this directory and writes, for each that can be
// deployed and each interface, build/NAME.json: {"abi", "bin", "deployed"}. What
// tests alone deploy, test/*.sol, goes to package chaintest instead.
//
//   node build.mjs          writes them
//   node build.mjs --check  fails unless they are what would be written
//   node build.mjs NAME …   writes these alone, which is faster
//
// solc comes from node_modules here, or from the directory SOLC.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compile, here, places, sources } from "./compiler.mjs";

const maxCode = 24576; // EIP-170
const only = process.argv.slice(2).filter((name) => name !== "--check");

function fail(message) {
  console.error(`build.mjs: ${message}`);
  process.exit(1);
}

function compiled() {
  const output = compile(sources(), {
    "*": Object.fromEntries((only.length ? only : ["*"]).map((name) => [name, ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]])),
  });
  for (const e of output.errors ?? []) console.error(e.formattedMessage);
  if (output.errors?.length) fail("the compiler has something to say");
  return output.contracts;
}

// The artefacts of the sources in one directory, by the name of their file. A library
// of internal functions alone has nothing to call: no artefact.
function artefacts(contracts, directory) {
  const files = new Map();
  for (const [source, byName] of Object.entries(contracts)) {
    if (dirname(join(here, source)) !== directory) continue;
    for (const [name, c] of Object.entries(byName)) {
      if (c.abi.every((entry) => entry.type === "error")) continue;
      if (!c.evm) continue;
      const { object: bin } = c.evm.bytecode;
      const { object: deployed } = c.evm.deployedBytecode;
      if (deployed.length / 2 > maxCode) fail(`${name}: ${deployed.length / 2} bytes of code, at most ${maxCode}`);
      files.set(`${name}.json`, JSON.stringify({ abi: c.abi, bin: "0x" + bin, deployed: "0x" + deployed }) + "\n");
    }
  }
  return files;
}

function write(files, out) {
  if (!only.length) rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(out, name), content);
}

function check(files, out) {
  const there = new Set(readdirSync(out));
  for (const [name, content] of files) {
    if (!there.delete(name) || readFileSync(join(out, name), "utf8") !== content) {
      fail(`${join(out, name)} is not what the compiler writes: run make contracts`);
    }
  }
  if (there.size) fail(`${out}: ${[...there].join(", ")}: of no contract`);
}

const contracts = compiled();
for (const { sources, out } of places) {
  const files = artefacts(contracts, sources);
  if (process.argv[2] === "--check") check(files, out);
  else write(files, out);
  for (const [name, content] of files) {
    console.log(`${name.replace(".json", "")}: ${(JSON.parse(content).deployed.length - 2) / 2} bytes of code`);
  }
}
