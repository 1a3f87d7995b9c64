// Finds the mutants of a contract in the syntax tree that the compiler makes of it.
//
//   kind       what the mutant does
//   guard      does not refuse what an if refuses, or an assert
//   boundary   takes < for <=, and so on
//   never      skips what an if without a refusal does
//   always     does it in every case
//   loop       makes no iteration
//   bound      makes one iteration less, at the end
//   rest       makes one iteration less, at the beginning
//   statement  leaves a statement out: an assignment, a call, an instruction
//   emit       leaves an event out
//   absorb     leaves something out of a transcript
//   term       leaves out a term of a sum, of an or, of an and
//   unchecked  does not refuse an overflow
//
// All mutants of a source are compiled at once, each a branch on whether the call has
// less calldata than its mark, which is more than any call has. A mutant is the code with
// 0 in place of the mark (schema.mjs).

// find returns the mutants of a source: {key, file, line, edits}, edits of text that goes
// to places in the source.
export function find(file, content, ast) {
  const finder = new Finder(file, Buffer.from(content));
  finder.walk(ast);
  return finder.mutants;
}

const refuses = (body) => body.nodeType === "RevertStatement" || (body.nodeType === "Block" && body.statements.some(refuses));
const yul = { alive: (mark) => `lt(calldatasize(), ${mark})`, dead: (mark) => `iszero(lt(calldatasize(), ${mark}))` };

class Finder {
  mutants = [];
  named = "";
  unchecked = false;
  counts = new Map();

  constructor(file, content) {
    this.file = file;
    this.content = content;
    this.addresses = content.includes("assembly"); // most sums are of places in memory
  }

  range(node) {
    const [start, length] = node.src.split(":").map(Number);
    return [start, start + length];
  }

  text(node) {
    return this.content.subarray(...this.range(node)).toString();
  }

  // add adds a mutant that stands around a node. Names are those of the text shown.
  add(kind, node, before, after, shown = node) {
    const [start, end] = this.range(node);
    const name = `${this.file} ${this.named} ${kind}: ${this.text(shown).replace(/\s+/g, " ")}`;
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    const line = this.content.subarray(0, this.range(shown)[0]).toString().split("\n").length;
    this.mutants.push({ key: count > 1 ? `${name} (${count})` : name, file: this.file, line, start, end, before, after });
  }

  // drop leaves a statement of Solidity out, with its semicolon.
  drop(kind, node, otherwise = "") {
    const [start, end] = this.range(node);
    const semicolon = this.content.indexOf(";", end - 1) + 1;
    const whole = { src: `${start}:${semicolon - start}` };
    this.add(kind, whole, (mark) => `{ if (mutantAlive(${mark})) { `, () => ` }${otherwise} }`);
  }

  // condition makes one false, or true, where it stands.
  never(kind, node) {
    this.add(kind, node, () => "((", (mark) => `) && mutantAlive(${mark}))`);
  }

  always(kind, node) {
    this.add(kind, node, () => "((", (mark) => `) || !mutantAlive(${mark}))`);
  }

  walk(node) {
    if (Array.isArray(node)) return node.forEach((n) => this.walk(n));
    if (node === null || typeof node !== "object") return;
    const visit = this[node.nodeType];
    if (visit) return visit.call(this, node);
    this.children(node);
  }

  children(node, ...except) {
    for (const [name, child] of Object.entries(node)) {
      if (!except.includes(name) && typeof child === "object") this.walk(child);
    }
  }

  FunctionDefinition(node) {
    this.named = node.name || node.kind;
    this.children(node);
  }

  UncheckedBlock(node) {
    const before = this.unchecked;
    this.unchecked = true;
    this.children(node);
    this.unchecked = before;
  }

  IfStatement(node) {
    if (refuses(node.trueBody)) {
      for (const reason of disjuncts(node.condition)) this.never("guard", reason);
    } else {
      this.never("never", node.condition);
      this.always("always", node.condition);
    }
    this.children(node);
  }

  Conditional(node) {
    this.never("never", node.condition);
    this.always("always", node.condition);
    this.children(node);
  }

  ForStatement(node) {
    this.loop(node.condition);
    const first = node.initializationExpression?.initialValue;
    if (first?.value === "0") this.add("rest", first, () => "(", (mark) => ` + mutantDead(${mark}))`, node.condition);
    this.children(node, "loopExpression", "condition");
  }

  WhileStatement(node) {
    this.loop(node.condition);
    this.children(node, "condition");
  }

  loop(condition) {
    const { operator, leftExpression: left, rightExpression: right } = condition;
    this.never("loop", condition);
    const less = { "<": left, ">": right }[operator];
    if (less) this.add("bound", less, () => "(", (mark) => ` + mutantDead(${mark}))`, condition);
  }

  BinaryOperation(node) {
    const { operator, leftExpression: left, rightExpression: right } = node;
    const [a, b] = [this.text(left), this.text(right)];
    if (["<", ">"].includes(operator)) this.add("boundary", node, () => "((", (mark) => `) || (!mutantAlive(${mark}) && ${a} == ${b}))`);
    if (["<=", ">="].includes(operator)) this.add("boundary", node, () => "((", (mark) => `) && (mutantAlive(${mark}) || ${a} != ${b}))`);
    if (operator === "&&") for (const term of [left, right]) this.always("term", term);
    if (!this.addresses && operator === "+") this.term(left);
    if (!this.addresses && ["+", "-"].includes(operator)) this.term(right);
    this.children(node);
  }

  term(node) {
    this.add("term", node, () => "((", (mark) => `) * (1 - mutantDead(${mark})))`);
  }

  ExpressionStatement(node) {
    const { expression } = node;
    const asserts = expression.nodeType === "FunctionCall" && ["assert", "require"].includes(expression.expression.name);
    this.drop(asserts ? "guard" : "statement", node);
    if (!this.unchecked && !this.addresses && !asserts && /[-+*]/.test(this.text(node))) this.drop("unchecked", node, ` else { unchecked { ${this.text(node)}; } }`);
    this.children(node);
  }

  EmitStatement(node) {
    this.drop("emit", node);
  }

  // FunctionCall: sums in the field, and what is absorbed where no statement drops it.
  FunctionCall(node) {
    const name = node.expression.memberName ?? node.expression.name;
    const [first, second] = node.arguments;
    if (name === "addmod") this.term(first);
    if (name === "addmod" || (name === "sub" && node.expression.expression?.name === "Field")) this.term(second);
    if (/^absorb/.test(name) && first) this.add("absorb", node, (mark) => `(mutantAlive(${mark}) ? `, () => ` : ${this.text(first)})`);
    this.children(node);
  }

  InlineAssembly(node) {
    this.children(node.AST);
  }

  YulExpressionStatement(node) {
    this.add("statement", node, (mark) => `if ${yul.alive(mark)} { `, () => " }");
    this.children(node);
  }

  YulAssignment(node) {
    this.YulExpressionStatement(node);
  }

  YulIf(node) {
    this.add("never", node.condition, () => "mul(", (mark) => `, ${yul.alive(mark)})`);
    this.add("always", node.condition, () => "or(", (mark) => `, ${yul.dead(mark)})`);
    this.children(node);
  }

  YulForLoop(node) {
    const { condition } = node;
    this.add("loop", condition, () => "mul(", (mark) => `, ${yul.alive(mark)})`);
    const [, step] = /(?:add|sub)\(\w+, (\d+)\)/.exec(this.text(node.post) + this.text(node.body));
    const shift = (mark) => `mul(${step}, ${yul.dead(mark)})`;
    const less = { lt: 0, gt: 1 }[condition.functionName?.name];
    if (less === undefined) this.add("bound", condition, () => "gt(", (mark) => `, ${shift(mark)})`);
    else this.add("bound", condition.arguments[less], () => "add(", (mark) => `, ${shift(mark)})`, condition);
    this.children(node, "condition", "post");
  }

  YulFunctionCall(node) {
    const { name } = node.functionName;
    const [a, b] = node.arguments;
    if (["lt", "gt"].includes(name)) this.add("boundary", node, () => "or(", (mark) => `, mul(${yul.dead(mark)}, eq(${this.text(a)}, ${this.text(b)})))`);
    for (const term of ["addmod", "or"].includes(name) ? [a, b] : []) this.add("term", term, () => "mul(", (mark) => `, ${yul.alive(mark)})`);
    for (const term of name === "and" ? [a, b] : []) this.add("term", term, () => "or(", (mark) => `, sub(0, ${yul.dead(mark)}))`);
    this.children(node);
  }
}

function disjuncts(e) {
  if (e.nodeType === "TupleExpression" && e.components.length === 1) return disjuncts(e.components[0]);
  if (e.operator !== "||") return [e];
  return [...disjuncts(e.leftExpression), ...disjuncts(e.rightExpression)];
}
