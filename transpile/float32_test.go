package transpile

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/tflite"
)

// Exported is also read by tests outside of the package.
var Exported = flag.String("float32", "", "write models and inputs for testdata/float32.js to this folder")

// compared are the cells of a tensor of which testdata/float32.json has the values.
const compared = 16

func float32Values(t *testing.T) (values map[string]map[int32][]float64) {
	t.Helper()
	file, err := os.ReadFile("testdata/float32.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// compareFloat32 holds what the reference makes of the first sample to what
// TensorFlow Lite does.
func (l *layered) compareFloat32(t *testing.T, real map[int32][]ball) {
	t.Helper()
	known := float32Values(t)[l.name]
	for i := range l.g.Operators {
		out := l.g.Operators[i].Outputs[0]
		if l.g.Tensors[out].Type != tflite.Float32 {
			continue
		}
		n, _ := l.g.Tensors[out].Shape.Elements()
		largest := 0.0
		for _, v := range real[out][:n] {
			largest = max(largest, math.Abs(v.value))
		}
		if want := min(int(n), compared); len(known[out]) != want {
			t.Errorf("%s: %d values of tensor %d, want %d", l.name, len(known[out]), out, want)
		}
		for k, v := range known[out] {
			at := k * int(n) / len(known[out])
			if off := math.Abs(real[out][at].value - v); off > 1e-5*largest {
				t.Errorf("%s, tensor %d, cell %d: %v, TensorFlow Lite has %v", l.name, out, at, real[out][at].value, v)
			}
		}
	}
}

// export writes the model with everything it makes as outputs, and the first
// sample, as testdata/float32.js reads them.
func (l *layered) export(t *testing.T, dir string) {
	t.Helper()
	m, g := *l.m, *l.g
	g.Outputs, m.Signatures = nil, nil
	for i := range g.Operators {
		g.Outputs = append(g.Outputs, g.Operators[i].Outputs[0])
	}
	m.Subgraphs = []tflite.Subgraph{g}
	file, err := tflite.Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	in := &g.Tensors[g.Inputs[0]]
	n, _ := in.Shape.Elements()
	var cells []byte
	for _, v := range l.cells(l.network.Program().Input)[:n] {
		bits := math.Float32bits(float32(v.value))
		if in.Type == tflite.Int32 {
			bits = uint32(v.value)
		}
		cells = binary.LittleEndian.AppendUint32(cells, bits)
	}
	for name, data := range map[string][]byte{".tflite": file, ".input": cells} {
		if err := os.WriteFile(filepath.Join(dir, l.name+name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
