// Asks whether the tests of evm/chain notice when a check of a contract is gone: `make
// mutate-contracts`. It changes one thing at a time, a mutant (find.mjs), compiles the
// contracts that have it and runs the tests that deploy them, without those that take
// minutes. A mutant is killed if one fails.
//
//   node main.mjs [--files NAME,…] [--kinds KIND,…] [--results FILE] [--parallel N] [-v]
//                 [--unlisted]
//   node main.mjs --list
//   node main.mjs --check
//
// redundant.txt lists the mutants that no test can kill, each with what makes it
// redundant. The command fails if a mutant survives that is not listed, and if one is
// listed that is killed or does not exist any more. --check asks only for the latter, and
// --unlisted tries only what is not listed, which is faster: what survives takes longest.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile, here, sources } from "../compiler.mjs";
import { find } from "./find.mjs";
import { Schema, deployable, fileOf, imports } from "./schema.mjs";
import { Runner, build, measure } from "./tests.mjs";

const { values: options } = parseArgs({
  options: {
    files: { type: "string" },
    kinds: { type: "string" },
    results: { type: "string" },
    parallel: { type: "string", default: "2" },
    unlisted: { type: "boolean" },
    list: { type: "boolean" },
    check: { type: "boolean" },
    verbose: { type: "boolean", short: "v" },
  },
});
const all = sources();
const digest = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const trees = compile(all, { "*": { "": ["ast"] } }).sources;

function allMutants() {
  return Object.entries(trees)
    .filter(([file]) => !file.startsWith("test/"))
    .flatMap(([file, { ast }]) => find(file, all[file].content, ast));
}

// readRedundant reads a list: a mutant's key on a line and below it, indented, what makes
// it redundant.
function readRedundant(path) {
  const listed = new Map();
  let key;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    if (line.startsWith("\t")) {
      if (key === undefined) throw new Error(`${path}: a reason without a mutant`);
      listed.set(key, listed.get(key) + line.trim());
      continue;
    }
    if (listed.has(line)) throw new Error(`${path}: listed twice: ${line}`);
    listed.set((key = line), "");
  }
  for (const [mutant, reason] of listed) if (!reason) throw new Error(`${path}: no reason: ${mutant}`);
  return listed;
}

// Memory is the file of results. What killed a mutant does so as long as its file is the
// same; what survived is tried again when a test has changed.
class Memory {
  fates = new Map();
  tests = digest(readdirSync(join(here, "../chain")).filter((name) => name.endsWith("_test.go")).map((name) => readFileSync(join(here, "../chain", name))).join());

  constructor(path) {
    this.path = path;
    if (!path || !existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").trim().split("\n")) {
      const { key, source, tests, fate, by } = JSON.parse(line);
      if (fate !== "survived" || tests === this.tests) this.fates.set(key + source, { fate, by });
    }
  }

  of(m) {
    return this.fates.get(m.key + digest(all[m.file].content));
  }

  add(m, fate, by) {
    const source = digest(all[m.file].content);
    this.fates.set(m.key + source, { fate, by });
    if (this.path) appendFileSync(this.path, JSON.stringify({ key: m.key, source, tests: this.tests, fate, by }) + "\n");
  }
}

// test finds out what becomes of mutants: it compiles the contracts that have them one by
// one, the smallest first, and runs the tests that deploy them.
async function test(mutants, memory) {
  const directory = mkdtempSync(join(tmpdir(), "mutants-"));
  const binary = join(directory, "chain.test");
  build(binary);
  const tests = measure(binary, directory);
  const runners = Array.from({ length: Number(options.parallel) }, () => new Runner(binary, directory, tests));
  const fates = new Map(mutants.map((m) => [m, "invalid"]));
  try {
    for (const contract of deployable(all, trees)) {
      const files = imports(all, fileOf(all, contract));
      const mine = mutants.filter((m) => files.includes(m.file) && fates.get(m) !== "killed");
      for (const schema of Schema.of(all, contract, mine)) await testSchema(schema, runners, fates, memory);
    }
    for (const [m, fate] of fates) if (fate !== "killed") memory.add(m, fate, "");
  } finally {
    for (const r of runners) r.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function testSchema(schema, runners, fates, memory) {
  const queue = [...schema.mutants];
  const work = async (runner) => {
    for (let m = queue.shift(); m; m = queue.shift()) {
      const artefact = schema.mutant(m);
      const by = artefact && (await runner.killer(schema.contract, artefact));
      if (by) {
        fates.set(m, "killed");
        memory.add(m, "killed", by);
      } else if (artefact) fates.set(m, "survived");
      else if (fates.get(m) === "invalid") fates.set(m, "unused");
      if (options.verbose && artefact) console.log(`${schema.contract}: ${by ? "killed by " + by : "survives"}, line ${m.line}: ${m.key}`);
    }
  };
  await Promise.all(runners.map(work));
}

// report prints what is wrong and returns how much that is.
function report(mutants, memory, listed) {
  const counts = { killed: 0, survived: 0, unused: 0, invalid: 0 };
  const wrong = [];
  for (const m of mutants) {
    const { fate } = memory.of(m);
    counts[fate]++;
    if (fate === "survived" && !listed.has(m.key)) wrong.push(`survives, line ${m.line}: ${m.key}`);
    if (fate !== "survived" && listed.has(m.key)) wrong.push(`listed as redundant, but ${fate}: ${m.key}`);
  }
  console.log(`${mutants.length} mutants: ${counts.killed} killed, ${counts.survived} survive, ${counts.unused} are in no code, ${counts.invalid} do not compile`);
  return wrong;
}

function stale(mutants, listed) {
  const keys = new Set(mutants.map((m) => m.key));
  return [...listed.keys()].filter((key) => !keys.has(key)).map((key) => `listed as redundant, but does not exist: ${key}`);
}

const mutants = allMutants();
const listed = readRedundant(join(here, "mutate/redundant.txt"));
const wrong = stale(mutants, listed);
if (options.list) {
  for (const m of mutants) console.log(`line ${m.line}: ${m.key}`);
} else if (!options.check) {
  const oneOf = (list, name) => !list || list.split(",").includes(name);
  const kind = (m) => m.key.split(" ")[2].slice(0, -1);
  const chosen = mutants.filter((m) => oneOf(options.files, m.file) && oneOf(options.kinds, kind(m)) && !(options.unlisted && listed.has(m.key)));
  const memory = new Memory(options.results);
  const open = chosen.filter((m) => !memory.of(m));
  if (open.length) await test(open, memory);
  wrong.push(...report(chosen, memory, listed));
}
for (const w of wrong) console.log(w);
process.exit(wrong.length ? 1 : 0);
