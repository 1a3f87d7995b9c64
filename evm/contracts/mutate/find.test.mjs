// What find.mjs finds in sources with a mutant of most kinds, and that all of them are in
// the code, each changing it in its own way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../compiler.mjs";
import { find } from "./find.mjs";
import { Schema } from "./schema.mjs";

const content = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
contract Checks {
    error Refused();
    event Done(uint256 n);
    uint256 public total;
    function sum(uint256[] calldata a, uint256 most) external returns (uint256 n) {
        if (a.length == 0 || a.length > most) revert Refused();
        for (uint256 i = 0; i < a.length; ++i) {
            if (a[i] != 0) n += a[i];
        }
        total = n;
        emit Done(n);
    }
}
`;
const words = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;
contract Words {
    function some(uint256 n) external pure returns (uint256 m) {
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, n) { i := add(i, 2) } { m := or(m, i) }
            if m { mstore(0, m) }
        }
    }
}
`;
const all = { "Checks.sol": { content }, "Words.sol": { content: words } };
const trees = compile(all, { "*": { "": ["ast"] } }).sources;
const mutants = Object.keys(all).flatMap((file) => find(file, all[file].content, trees[file].ast));

test("mutants of a source", () => {
  assert.deepEqual(
    mutants.map((m) => m.key),
    [
      "Checks.sol sum guard: a.length == 0",
      "Checks.sol sum guard: a.length > most",
      "Checks.sol sum boundary: a.length > most",
      "Checks.sol sum loop: i < a.length",
      "Checks.sol sum bound: i < a.length",
      "Checks.sol sum rest: i < a.length",
      "Checks.sol sum never: a[i] != 0",
      "Checks.sol sum always: a[i] != 0",
      "Checks.sol sum statement: n += a[i];",
      "Checks.sol sum unchecked: n += a[i];",
      "Checks.sol sum statement: total = n;",
      "Checks.sol sum emit: emit Done(n);",
      "Words.sol some loop: lt(i, n)",
      "Words.sol some bound: lt(i, n)",
      "Words.sol some statement: m := or(m, i)",
      "Words.sol some term: m",
      "Words.sol some term: i",
      "Words.sol some never: m",
      "Words.sol some always: m",
      "Words.sol some statement: mstore(0, m)",
    ],
  );
  assert.deepEqual([mutants[0].line, mutants[11].line], [8, 13]);
});

test("a schema has all mutants of a contract", () => {
  const [schema, ...more] = Schema.of(all, "Checks", mutants);
  assert.equal(more.length, 0);
  const codes = mutants.map((m) => schema.mutant(m)?.evm.deployedBytecode.object);
  assert.equal(new Set(codes.slice(0, 12)).size, 12);
  assert.ok(codes.slice(0, 12).every((code) => code && code !== schema.artefact.evm.deployedBytecode.object));
  assert.ok(codes.slice(12).every((code) => code === undefined), "of another contract");
});

test("what does not compile is in no schema", () => {
  const wrong = { ...mutants[0], before: () => "nonsense " };
  const schemas = Schema.of(all, "Checks", [wrong, ...mutants.slice(1, 4)]);
  assert.deepEqual(schemas.flatMap((s) => s.mutants), mutants.slice(1, 4));
});
