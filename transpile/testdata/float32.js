// Runs the models of tests in TensorFlow Lite's own interpreter, which the package
// holds, compiled to WebAssembly.
//
//	go test ./transpile -float32 FOLDER
//	npm install --prefix FOLDER @tensorflow/tfjs-tflite@0.0.1-alpha.10 --ignore-scripts --legacy-peer-deps
//	node transpile/testdata/float32.js FOLDER > transpile/testdata/float32.json
//
// Standard output is some cells of every layer of the models of fixtures, in
// float32. To standard error go the models of other tests whose integers answer
// otherwise by more than 8 resolutions of their format, and those that the
// interpreter does not run. Its delegate of 2022 pads SAME convolutions otherwise
// where strides leave cells that no kernel reads; that of @litertjs/core 2.5.3 does not.

const fs = require("fs");
const path = require("path");
const folder = path.resolve(process.argv[2]);
const wasm = path.join(folder, "node_modules/@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc");
const cells = 16; // of each tensor, evenly spread

// load returns the interpreter of a model, or why there is none.
function load(lite, name) {
  const model = fs.readFileSync(path.join(folder, name + ".tflite"));
  const memory = lite._malloc(model.length);
  lite.HEAPU8.set(model, memory);
  const made = lite.TFLiteWebModelRunner.CreateFromBufferAndOptions(memory, model.length, { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1 });
  return made.ok() ? made.value() : null;
}

// layers are cells of what every layer makes of the input beside a model.
function layers(runner, name) {
  const input = runner.GetInputs().get(0).data();
  const rows = fs.readFileSync(path.join(folder, name + ".input"));
  if (rows.length !== 4 * input.length) throw new Error(name + ": input of " + input.length);
  new Uint8Array(input.buffer, input.byteOffset, rows.length).set(rows);
  if (!runner.Infer()) throw new Error(name + ": inference failed");
  const made = {};
  const outputs = runner.GetOutputs();
  for (let i = 0; i < outputs.size(); i++) {
    const output = outputs.get(i);
    if (output.dataType !== "float32") continue;
    const data = output.data();
    const n = Math.min(cells, data.length);
    made[output.id] = Array.from({ length: n }, (_, k) => Number(data[Math.floor((k * data.length) / n)].toPrecision(9)));
  }
  return made;
}

// compare says by how much a model answers otherwise than the integers beside it.
function compare(runner, { Rows, Answers, Resolution }) {
  const size = runner.GetInputs().get(0).data().length;
  const made = [];
  for (let first = 0; first < Rows.length; first += size) {
    const input = runner.GetInputs().get(0).data();
    for (let i = 0; i < size; i++) input[i] = input instanceof BigInt64Array ? BigInt(Rows[first + i]) : Rows[first + i];
    if (!runner.Infer()) return "inference failed";
    made.push(...runner.GetOutputs().get(0).data());
  }
  if (made.length !== Answers.length) return `${made.length} cells, not ${Answers.length}`;
  const off = Math.max(...made.map((v, i) => Math.abs(v - Answers[i]))) / Resolution;
  return off <= 8 ? "" : `${off.toFixed(1)} resolutions off`;
}

async function main() {
  const why = [];
  const lite = await require(wasm + ".js")({ wasmBinary: fs.readFileSync(wasm + ".wasm"), print: () => {}, printErr: (line) => why.push(line) });
  const models = [];
  let compared = 0;
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".tflite")).sort()) {
    const name = file.slice(0, -".tflite".length);
    why.length = 0;
    const runner = load(lite, name);
    const beside = path.join(folder, name + ".json");
    if (!fs.existsSync(beside)) {
      const made = Object.entries(layers(runner, name)).map(([id, list]) => `    "${id}": ${JSON.stringify(list)}`);
      models.push(`  ${JSON.stringify(name)}: {\n${made.join(",\n")}\n  }`);
      continue;
    }
    const answers = JSON.parse(fs.readFileSync(beside));
    const off = runner ? compare(runner, answers) : why.filter((line) => line.startsWith("ERROR")).join(" ");
    compared++;
    if (off) console.error(`${name} of ${answers.Test}: ${off}`);
  }
  console.error(`${compared} models compared`);
  console.log("{\n" + models.join(",\n") + "\n}");
}

main();
