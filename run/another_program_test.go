package run

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
)

// ascent is the step with the error of the loss, prediction less label, turned
// round: training raises the loss.
func ascent(t *testing.T, p *graph.Program) *graph.Program {
	q := p.Clone()
	for i := range q.Nodes {
		if n := &q.Nodes[i]; n.Kind == ops.KindSum && strings.HasPrefix(n.Name, "loss gradient") {
			a := graph.Attributes{}
			for name, values := range n.Attributes {
				a[name] = values
			}
			a["coefficients"] = []int64{-a["coefficients"][0], -a["coefficients"][1]}
			n.Attributes = a
			if err := ops.Validate(q); err != nil {
				t.Fatalf("the step of an ascent is itself a step: %v", err)
			}
			return q
		}
	}
	t.Fatal("no error of the loss")
	return nil
}

// backdoored is the step of an architecture that adds a constant to one class,
// with as many layers before it.
func backdoored(t *testing.T, n *network.Network) *network.Network {
	a := n.Architecture()
	a.Layers = slices.Clone(a.Layers)
	last := len(a.Layers) - 1
	a.Layers = slices.Insert(a.Layers, last, network.Layer{
		Kind: network.Add, Inputs: []int{last}, Constant: &network.Constant{Shape: []int{2}, Cells: []float32{0, 78}},
	})
	a.Layers[last+1].Inputs = []int{last + 1}
	b, err := network.New(a, n.Choices())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// elsewhere executes another step than the run's, and claims that it was the
// run's: tensors of one name are handed over.
func elsewhere(q *graph.Program) func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
	return func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
		p := r.Program
		at := map[string]graph.TensorID{}
		for i := range q.Tensors {
			at[q.Tensors[i].Name] = graph.TensorID(i)
		}
		named := func(w train.Weights) train.Weights {
			out := train.Weights{}
			for id, cells := range w {
				out[at[p.Tensor(id).Name]] = cells
			}
			return out
		}
		buffers, err := ops.NewBuffers(q, named(r.Initial), tables)
		if err != nil {
			return nil, err
		}
		weights := func() train.Weights {
			w := train.Weights{}
			for _, id := range p.OfRole(graph.Weight) {
				w[id] = slices.Clone(buffers.Weight(at[p.Tensor(id).Name]))
			}
			return w
		}
		var traces []*train.Trace
		for i := range r.Segments() {
			steps := r.Range(i)
			trace := &train.Trace{Segment: i, Range: steps, Rates: r.Rates[steps.First : steps.First+steps.Count], Before: weights()}
			made := ops.NewTrace(q, steps.Count)
			for k := range steps.Count {
				step := steps.First + k
				if err := r.Rows.Read(step, buffers.Small[q.Input], buffers.Small[q.Label]); err != nil {
					return nil, err
				}
				if err := ops.Execute(&ops.Step{Program: q, Buffers: buffers, Rate: r.Rates[step], Index: step}); err != nil {
					return nil, err
				}
				made.Record(q, k, buffers)
			}
			cells := make([][]int32, len(p.Tensors))
			for id := range p.Tensors {
				cells[id] = made.Cells[at[p.Tensors[id].Name]]
			}
			trace.Recorded, trace.After = ops.TraceOf(cells, steps.Count), weights()
			traces = append(traces, trace)
		}
		return traces, nil
	}
}

// Gradient ascent, and logits that favour a class whatever the weights are,
// claimed to be the training of the model: the file has no place to say
// otherwise, and the verifier's own step is another one.
func TestAnotherStepThanTheModels(t *testing.T) {
	dir := small(t, nil)
	_, report := all(t, dir)
	d := open(t, dir, nil)
	j, err := d.prepare()
	if err != nil {
		t.Fatal(err)
	}
	if list, err := elsewhere(j.run.Program)(j.run, d.tables); err != nil || len(list) != 3 {
		t.Fatalf("honestly: %v", err)
	}
	for name, q := range map[string]*graph.Program{
		"as it is": j.run.Program, "ascent": ascent(t, j.run.Program), "backdoored logits": backdoored(t, j.model.step.Network).Program(),
	} {
		if err := d.Forge(context.Background(), elsewhere(q)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := verifyFile(t, dir, bundle.Expectation{Program: &report.Facts.Program})
		if name == "as it is" {
			if err != nil || again.Facts.Program != report.Facts.Program {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, fault.ErrRejected) || fault.ExitCode(err) != fault.ExitRejected || !strings.Contains(err.Error(), "segment 1 of 3") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An architecture with such logits that says so is valid, and not the model
// that an auditor has in hand.
func TestBackdooredArchitectureIsNotTheModel(t *testing.T) {
	dir := small(t, nil)
	honest, err := ReadArchitecture(filepath.Join(dir, "m.tflite"), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, ConfigFile)); err != nil {
		t.Fatal(err)
	}
	addBackdoor(t, filepath.Join(dir, "m.tflite"))
	c := &Config{
		Model: ModelConfig{File: filepath.Join(dir, "m.tflite")}, Data: []DataConfig{{File: filepath.Join(dir, "a.csv")}},
		Columns: ColumnConfig{Header: "no"}, Training: TrainingConfig{Batch: 4, Steps: 4, SegmentSteps: 4}, Test: TestConfig{Rows: 6},
		Proof: ProofConfig{Mode: "validity", RowBits: 8},
	}
	if _, err := Init(dir, c); err != nil {
		t.Fatal(err)
	}
	all(t, dir)
	r, err := verifyFile(t, dir, bundle.Expectation{})
	if err != nil || len(r.Unpinned) == 0 || !slices.ContainsFunc(r.Facts.Layers, func(l string) bool { return strings.Contains(l, "ADD, constant 2") }) {
		t.Errorf("pinned by nobody: %v, layers %q", err, r.Facts.Layers)
	}
	if _, err := verifyFile(t, dir, bundle.Expectation{Forward: honest}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "3 layers, not 4") {
		t.Errorf("as the model in hand: %v", err)
	}
}

// addBackdoor adds 78 to the second class before the model's softmax.
func addBackdoor(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	g := &m.Subgraphs[0]
	last := len(g.Operators) - 1
	z := g.Operators[last].Inputs[0]
	raw := binary.LittleEndian.AppendUint32(make([]byte, 4), math.Float32bits(78))
	constant, sum := g.Tensors[z], g.Tensors[z]
	constant.Name, constant.Shape, constant.Signature, constant.Buffer = "bonus", tflite.Shape{2}, nil, uint32(len(m.Buffers))
	sum.Name = "logits with a bonus"
	m.Buffers = append(m.Buffers, tflite.Buffer{Data: raw})
	g.Tensors = append(g.Tensors, constant, sum)
	m.Codes = append(m.Codes, tflite.OperatorCode{Builtin: tflite.OpAdd, Version: 1})
	at := int32(len(g.Tensors) - 2)
	add := tflite.Operator{Code: len(m.Codes) - 1, Options: tflite.AddOptions{}, Inputs: []int32{z, at}, Outputs: []int32{at + 1}, DebugIndex: -1}
	g.Operators[last].Inputs = []int32{at + 1}
	g.Operators = slices.Insert(g.Operators, last, add)
	if data, err = tflite.Marshal(m); err != nil {
		t.Fatal(err)
	}
	write(t, path, string(data))
}

// verifyFile verifies the bundle of a directory against an expectation.
func verifyFile(t *testing.T, dir string, e bundle.Expectation) (*bundle.Report, error) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, BundleFile))
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	srs, err := commitments.DevelopmentVerifierSRS(b.Statement.RowBits)
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Verify(context.Background(), b, e, srs, bundle.Options{AllowInsecure: true})
}

// Weights may be called anything in a model's file, two of them the same, or
// one as something of ours: no name of a model's is a name of a proof's.
func TestNamesOfWeightsAreTheModelsOwn(t *testing.T) {
	for name, names := range map[string][]string{
		"limbs":         {"w", "w limb 0", "w limb 1", "w limb 0 limb 0"},
		"borders":       {"w", "w before", "w after", "w trajectory"},
		"one name":      {"w", "w", "w", "w"},
		"no name":       {"", "", "", ""},
		"ours":          {"0 FULLY_CONNECTED weights", "input", "label", "softmax/probability"},
		"relations":     {"rates", "filter", "mask 3/4", "selection of part 0"},
		"escapes":       {"\x1b[2K", "a\nb", "\u202eevil", "\xff"},
		"layers, moved": {"1 FULLY_CONNECTED weights", "1 FULLY_CONNECTED bias", "0 FULLY_CONNECTED weights", "0 FULLY_CONNECTED bias"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := small(t, func(c *Config) {
				c.Training.Steps, c.Training.SegmentSteps = 4, 4
				c.Initial.From = "model" // private: the certificate has limbs
				path := c.Model.File
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				m, err := tflite.Parse(data)
				if err != nil {
					t.Fatal(err)
				}
				k := 0
				for i := range m.Subgraphs[0].Tensors {
					if w := &m.Subgraphs[0].Tensors[i]; m.IsConstant(w) {
						w.Name = names[k]
						k++
					}
				}
				if k != len(names) {
					t.Fatalf("%d weights", k)
				}
				if data, err = tflite.Marshal(m); err != nil {
					t.Fatal(err)
				}
				write(t, path, string(data))
			})
			all(t, dir)
		})
	}
}
