// Writes what TensorFlow Lite makes of the models' layers in float32, some cells
// of each, to standard output: float32.json.
//
//	go test ./transpile -run TestDriftOfLayers -float32 FOLDER
//	npm install --prefix FOLDER @tensorflow/tfjs-tflite@0.0.1-alpha.10 --ignore-scripts --legacy-peer-deps
//	node transpile/testdata/float32.js FOLDER > transpile/testdata/float32.json
//
// The package holds the interpreter of TensorFlow Lite, compiled to WebAssembly.

const fs = require("fs");
const path = require("path");
const folder = path.resolve(process.argv[2]);
const wasm = path.join(folder, "node_modules/@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc");
const cells = 16; // of each tensor, evenly spread

async function main() {
  const lite = await require(wasm + ".js")({ wasmBinary: fs.readFileSync(wasm + ".wasm"), print: () => {} });
  const models = {};
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".tflite")).sort()) {
    const model = fs.readFileSync(path.join(folder, file));
    const memory = lite._malloc(model.length);
    lite.HEAPU8.set(model, memory);
    const made = lite.TFLiteWebModelRunner.CreateFromBufferAndOptions(memory, model.length, { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1 });
    if (!made.ok()) throw new Error(file + ": " + made.errorMessage());
    const runner = made.value();
    const input = runner.GetInputs().get(0).data();
    const name = file.slice(0, -".tflite".length);
    const rows = fs.readFileSync(path.join(folder, name + ".input"));
    if (rows.length !== 4 * input.length) throw new Error(file + ": input of " + input.length);
    new Uint8Array(input.buffer, input.byteOffset, rows.length).set(rows);
    if (!runner.Infer()) throw new Error(file + ": inference failed");
    models[name] = {};
    const outputs = runner.GetOutputs();
    for (let i = 0; i < outputs.size(); i++) {
      const output = outputs.get(i);
      if (output.dataType !== "float32") continue;
      const made = output.data();
      const n = Math.min(cells, made.length);
      models[name][output.id] = Array.from({ length: n }, (_, k) => Number(made[Math.floor((k * made.length) / n)].toPrecision(9)));
    }
  }
  const lines = Object.entries(models).flatMap(([name, tensors]) => [
    `  ${JSON.stringify(name)}: {\n` + Object.entries(tensors).map(([id, list]) => `    "${id}": ${JSON.stringify(list)}`).join(",\n") + "\n  }",
  ]);
  console.log("{\n" + lines.join(",\n") + "\n}");
}

main();
