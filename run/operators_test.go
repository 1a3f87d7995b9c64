package run

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// parseModel reads the model of a fixture.
func parseModel(t *testing.T, path string) *tflite.Model {
	t.Helper()
	m, err := tflite.Parse(readFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// prefix puts a layer before each input of a model that copies its last axis, and is
// trained: its first step proves the model's forward pass and the gradients of its
// inputs.
func prefix(m *tflite.Model) {
	g := &m.Subgraphs[0]
	var layers []tflite.Operator
	m.Codes = append(m.Codes, tflite.OperatorCode{Builtin: tflite.OpFullyConnected, Version: 5})
	for _, x := range g.Inputs {
		shape := g.Tensors[x].Shape
		last := int(shape[len(shape)-1])
		cells := make([]byte, 4*last*last)
		for i := range last {
			binary.LittleEndian.PutUint32(cells[4*(i*last+i):], math.Float32bits(1))
		}
		m.Buffers = append(m.Buffers, tflite.Buffer{Data: cells})
		g.Tensors = append(g.Tensors,
			tflite.Tensor{Name: "copy", Shape: shape, HasRank: true},
			tflite.Tensor{Name: "copy weights", Shape: tflite.Shape{int32(last), int32(last)}, HasRank: true, Buffer: uint32(len(m.Buffers) - 1)})
		y := int32(len(g.Tensors) - 2)
		for i := range g.Operators {
			for k, in := range g.Operators[i].Inputs {
				if in == x {
					g.Operators[i].Inputs[k] = y
				}
			}
		}
		layers = append(layers, tflite.Operator{
			Code: len(m.Codes) - 1, Options: tflite.FullyConnectedOptions{KeepNumDims: true},
			Inputs: []int32{x, y + 1, -1}, Outputs: []int32{y}, DebugIndex: -1,
		})
	}
	g.Operators = slices.Insert(g.Operators, 0, layers...)
}

// TestModelsOfOneOperator proves two steps of each model of one operator or two:
// forward pass, the gradient of its inputs by a layer before it, and the updates of
// its weights.
func TestModelsOfOneOperator(t *testing.T) {
	dir := fixtures(t)
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	for name, c := range map[string]struct {
		batchAxis  string
		parameters int // of the layers before, and its own
		inputs     int // of a row
		outputs    int
		rows       int // of the table that inputs are indices into; 0: they are numbers
	}{
		"litert_add":               {"auto", 9, 192, 192, 0},
		"litert_avg_pool":          {"auto", 9, 75, 48, 0},
		"litert_conv_bias":         {"auto", 9 + 140, 108, 45, 0},
		"litert_softmax":           {"auto", 9, 75, 75, 0},
		"litert_fc_reshape":        {"auto", 1 + 4, 4, 8, 0},
		"litert_split_add":         {"none", 1, 1568, 784, 0},
		"litert_broadcast_add_1_7": {"none", 1 + 49, 8, 7, 0},
		"litert_gather_embedding":  {"none", 24, 2, 4, 12},
	} {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			m := parseModel(t, filepath.Join(dir, "models/ops", name+".tflite"))
			if c.rows == 0 {
				prefix(m)
			}
			file, err := tflite.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(work, "model.tflite"), string(file))
			s := prg.New("zkaudit/test/operators")
			var rows strings.Builder
			var targets []string
			for i := range c.outputs {
				targets = append(targets, fmt.Sprint(c.inputs+1+i))
			}
			for range 8 {
				for i := range c.inputs + c.outputs {
					if i > 0 {
						rows.WriteByte(',')
					}
					if i < c.inputs && c.rows > 0 {
						fmt.Fprint(&rows, s.Uint64n(uint64(c.rows)))
						continue
					}
					v := float64(s.Uint64n(2000))/1000 - 1
					if i < c.inputs && name == "litert_conv_bias" { // weights up to 127 and biases of 80, before a RELU6
						v /= 4
					}
					fmt.Fprintf(&rows, "%.5f", v)
				}
				rows.WriteByte('\n')
			}
			write(t, filepath.Join(work, "rows.csv"), rows.String())
			config := &Config{
				Model: ModelConfig{File: filepath.Join(work, "model.tflite"), BatchAxis: c.batchAxis}, Data: []DataConfig{{File: filepath.Join(work, "rows.csv")}},
				Columns:  ColumnConfig{Header: "no", Targets: targets, Normalise: "none"},
				Training: TrainingConfig{Batch: 2, Steps: 2, Rate: "0.01", Loss: string(graph.MeanSquaredError)},
				Initial:  InitialConfig{From: "model"},
			}
			if name == "litert_conv_bias" {
				config.Formats.Activation, config.Formats.Error = 6, 6
			}
			if _, err := Init(work, config); err != nil {
				t.Fatal(err)
			}
			r, report := all(t, work)
			if r.Steps != 2 || report.Facts.Parameters != c.parameters {
				t.Errorf("%d steps of %d parameters", r.Steps, report.Facts.Parameters)
			}
			changed(t, m, filepath.Join(work, "trained.tflite"))
		})
	}
}

// changed checks that training has changed every weight of a model.
func changed(t *testing.T, m *tflite.Model, trained string) {
	t.Helper()
	exact, err := tflite.ExactWeights(parseModel(t, trained))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range exact {
		before, err := m.Floats(&m.Subgraphs[0].Tensors[w.Tensor])
		if err != nil {
			t.Fatal(err)
		}
		same := true
		for i, v := range w.Cells {
			same = same && math.Ldexp(float64(v), -w.FractionBits) == float64(before[i])
		}
		if same {
			t.Errorf("%q is as it was", w.Name)
		}
	}
}

// An auditor who reads a model with another batch axis, or none, has another
// program than the bundle's.
func TestBatchAxisIsPinned(t *testing.T) {
	dir := fixtures(t)
	path := filepath.Join(dir, "models/ops/litert_gather_embedding.tflite")
	whole, err := ReadArchitecture(path, "none")
	if err != nil {
		t.Fatal(err)
	}
	single, err := ReadArchitecture(path, "0")
	if err != nil {
		t.Fatal(err)
	}
	if whole.Digest() == single.Digest() {
		t.Error("one architecture, whatever counts samples")
	}
	for _, a := range []string{"none", "0"} {
		c := &Config{Model: ModelConfig{BatchAxis: a}, Training: TrainingConfig{Batch: 2, Steps: 2, Rate: "0.01"}}
		c.Formats.Activation, c.Formats.Error = 8, 8
		stated, err := ReadStated(path, c)
		if err != nil {
			t.Fatal(err)
		}
		got := stated.Network.Architecture()
		want := map[string][32]byte{"none": whole.Digest(), "0": single.Digest()}[a]
		if got.Digest() != want {
			t.Errorf("batch axis %s: another architecture by the choices than by the flag", a)
		}
		if _, err := transpile.Match(parseModel(t, path), stated.Network); err != nil {
			t.Errorf("batch axis %s: %v", a, err)
		}
	}
}
