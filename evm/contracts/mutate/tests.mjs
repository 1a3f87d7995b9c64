// Runs the tests of evm/chain on contracts that are compiled here.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { here } from "../compiler.mjs";

const chain = join(here, "../chain");
// What tests say of gas says nothing of a mutant; these others take minutes over what
// shorter ones have a case of.
const left = "Gas$|^(TestInvariants|TestWrappedForgeries)$";

// build compiles the tests.
export function build(binary) {
  const { status } = spawnSync("go", ["test", "-c", "-o", binary, "."], { cwd: chain, stdio: "inherit" });
  if (status !== 0) throw new Error("the tests do not compile");
}

// writeArtefact writes one for chaintest to take instead of what is committed.
function writeArtefact(directory, name, { abi, evm }) {
  mkdirSync(directory, { recursive: true });
  const content = { abi, bin: "0x" + evm.bytecode.object, deployed: "0x" + evm.deployedBytecode.object };
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(content));
}

// measure runs all tests and returns {name, seconds, contracts} of each, the fastest
// first.
export function measure(binary, directory) {
  const log = join(directory, "deployed");
  writeFileSync(log, "");
  const args = ["-test.short", "-test.v", `-test.skip=${left}`];
  const { status, stdout } = spawnSync(binary, args, { cwd: chain, encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, ZKAUDIT_DEPLOYED: log } });
  if (status !== 0) throw new Error(`tests fail without a mutant:\n${stdout.split("\n").filter((line) => /^\s*--- FAIL/.test(line)).join("\n")}`);
  const contracts = new Map();
  for (const line of readFileSync(log, "utf8").trim().split("\n")) {
    const [test, contract] = line.split(" ");
    contracts.set(test, (contracts.get(test) ?? new Set()).add(contract));
  }
  return [...stdout.matchAll(/^--- PASS: (\w+) \(([\d.]+)s\)/gm)]
    .map(([, name, seconds]) => ({ name, seconds: Number(seconds), contracts: contracts.get(name) ?? new Set() }))
    .sort((a, b) => a.seconds - b.seconds);
}

// Runner is a process that runs tests on one artefact after the other.
export class Runner {
  constructor(binary, directory, tests) {
    Object.assign(this, { binary, directory, tests });
  }

  start() {
    const env = { ...process.env, ZKAUDIT_MUTANTS: "1" };
    this.process = spawn(this.binary, ["-test.short", "-test.timeout=5m"], { cwd: chain, env, stdio: ["pipe", "pipe", "ignore"] });
    this.process.on("exit", () => {
      this.process = undefined;
      this.answer?.("a panic, or 5 minutes");
    });
    createInterface(this.process.stdout).on("line", (line) => {
      if (line.startsWith("mutant")) this.answer(line.slice("mutant".length).trim());
    });
  }

  // killer returns the name of a test that fails of those that deploy a contract, or
  // nothing. A test that kills is the first that the next mutant meets.
  async killer(contract, artefact) {
    if (!this.process) this.start();
    const place = mkdtempSync(join(this.directory, "mutant-"));
    writeArtefact(place, contract, artefact);
    const names = this.tests.filter((t) => t.contracts.has(contract)).map((t) => t.name);
    const answered = new Promise((resolve) => (this.answer = resolve));
    this.process.stdin.write(`${place} ${names.join(" ")}\n`);
    const by = await answered;
    const i = this.tests.findIndex((t) => t.name === by);
    if (i > 0) this.tests.unshift(...this.tests.splice(i, 1));
    return by;
  }

  stop() {
    this.answer = undefined;
    this.process?.stdin.end();
  }
}
