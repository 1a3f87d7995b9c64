// Compiles many mutants at once, and makes each of what comes of it.
import { dirname, join, normalize } from "node:path";
import { compile } from "../compiler.mjs";

const maxCode = 24576; // EIP-170
// Few steps of the optimiser are three times as fast.
const quick = { steps: ":fDnTOcmu", runs: 1 };
const outputs = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"];
const most = 120; // mutants of a schema, which takes no longer to compile than without
// A mark has five bytes, of which three are these, found nowhere else in the code.
const mark = (i) => "0x7a6b6d" + i.toString(16).padStart(4, "0");

const switches = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
function mutantAlive(uint256 mark) pure returns (bool alive) {
    assembly ("memory-safe") { alive := lt(calldatasize(), mark) }
}
function mutantDead(uint256 mark) pure returns (uint256 dead) {
    assembly ("memory-safe") { dead := iszero(lt(calldatasize(), mark)) }
}
`;

// Schema is a contract with mutants, each of which is off.
export class Schema {
  // of returns schemas of a contract that have mutants, as few as there is room for in a
  // contract. A mutant that does not compile is in none of them.
  static of(all, contract, mutants) {
    if (!mutants.length) return [];
    if (mutants.length > most) return [...Schema.of(all, contract, mutants.slice(0, most)), ...Schema.of(all, contract, mutants.slice(most))];
    const artefact = compileWith(all, contract, mutants);
    if (artefact && artefact.evm.deployedBytecode.object.length / 2 <= maxCode) return [new Schema(contract, artefact, mutants)];
    if (mutants.length < 2) return [];
    const half = mutants.length >> 1;
    return [...Schema.of(all, contract, mutants.slice(0, half)), ...Schema.of(all, contract, mutants.slice(half))];
  }

  constructor(contract, artefact, mutants) {
    Object.assign(this, { contract, artefact, mutants });
  }

  // mutant returns the contract's artefact with one mutant, or nothing if its code has
  // nothing of it.
  mutant(m) {
    const { bytecode, deployedBytecode } = this.artefact.evm;
    const it = "64" + mark(this.mutants.indexOf(m)).slice(2); // PUSH5
    if (!bytecode.object.includes(it)) return undefined;
    const on = (code) => ({ object: code.object.replaceAll(it, "640000000000") });
    return { abi: this.artefact.abi, evm: { bytecode: on(bytecode), deployedBytecode: on(deployedBytecode) } };
  }
}

export function fileOf(all, contract) {
  return Object.keys(all).find((file) => file.split("/").at(-1) === `${contract}.sol`);
}

function compileWith(all, contract, mutants) {
  const file = fileOf(all, contract);
  const used = Object.fromEntries(imports(all, file).map((name) => [name, { content: schemaOf(all, name, mutants) }]));
  const { contracts } = compile({ ...used, "Mutants.sol": { content: switches } }, { [file]: { [contract]: outputs } }, quick);
  return contracts?.[file]?.[contract];
}

// schemaOf returns a source with its mutants: what comes earlier in the list stands around
// what comes later.
function schemaOf(all, file, mutants) {
  const edits = [];
  mutants.forEach((m, i) => {
    if (m.file !== file) return;
    edits.push({ at: m.start, order: [1, i], text: m.before(mark(i)) });
    edits.push({ at: m.end, order: [0, -i], text: m.after(mark(i)) });
  });
  if (!edits.length) return all[file].content;
  edits.sort((a, b) => a.at - b.at || a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  const content = Buffer.from(all[file].content);
  let out = "";
  let at = 0;
  for (const e of edits) {
    out += content.subarray(at, e.at).toString() + e.text;
    at = e.at;
  }
  return out + content.subarray(at).toString() + `\nimport {mutantAlive, mutantDead} from "./Mutants.sol";\n`;
}

// deployable returns the names of the contracts with code, those of the shortest sources
// first.
export function deployable(all, trees) {
  const size = (name) => imports(all, fileOf(all, name)).reduce((sum, file) => sum + all[file].content.length, 0);
  return Object.values(trees)
    .flatMap(({ ast }) => ast.nodes)
    .filter((node) => node.nodeType === "ContractDefinition" && node.contractKind === "contract")
    .map((node) => node.name)
    .sort((a, b) => size(a) - size(b));
}

// imports lists a source and all that it imports.
export function imports(all, file, found = []) {
  if (found.includes(file)) return found;
  found.push(file);
  for (const [, path] of all[file].content.matchAll(/from "(.*?)"/g)) imports(all, normalize(join(dirname(file), path)), found);
  return found;
}
