package transpile_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// answers are what the integers make of the rows that a model of a test is given:
// testdata/float32.js gives its interpreter the same rows.
type answers struct {
	Test       string
	Rows       []float64
	Answers    []float64
	Resolution float64
}

var exportedModels int

// exportAnswers writes a model of one input, and what tensor of the program made of
// rows, where a flag names a folder for them and the tensor is what the model makes.
func exportAnswers(t *testing.T, r *transpile.Result, m *tflite.Model, rows []int32, of graph.TensorID, made []float64) {
	t.Helper()
	g, p := &m.Subgraphs[0], r.Program
	last := slices.IndexFunc(g.Operators, func(o tflite.Operator) bool { return slices.Contains(o.Outputs, g.Outputs[0]) })
	fused := m.Codes[g.Operators[last].Code].Builtin
	ends := of == p.Loss.Prediction || of == p.Loss.Logits && fused != tflite.OpSoftmax && fused != tflite.OpLogistic && fused != tflite.OpLogSoftmax
	if *transpile.Exported == "" || len(g.Inputs) != 1 || !ends {
		return
	}
	a := answers{Test: t.Name(), Answers: made, Resolution: math.Ldexp(1, -p.Tensor(of).Format.Fraction)}
	for _, v := range rows {
		a.Rows = append(a.Rows, math.Ldexp(float64(v), -p.Tensor(p.Input).Format.Fraction))
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	exportedModels++
	for ending, data := range map[string][]byte{".tflite": file, ".json": text} {
		if err := os.WriteFile(filepath.Join(*transpile.Exported, fmt.Sprintf("model-%04d%s", exportedModels, ending)), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
