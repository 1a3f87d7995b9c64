package run_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/run/forgery"
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
				if err := r.Rows.Read(step, buffers.Small[q.Input], buffers.Small[q.Label], nil); err != nil {
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
	dir := run.Proven(t)
	report, err := run.CheckBundle(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := run.OpenTest(t, dir)
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	stated, err := run.ReadStated(filepath.Join(dir, "m.tflite"), d.Config)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := elsewhere(j.Run.Program)(j.Run, ops.NewTables()); err != nil || len(list) != 3 {
		t.Fatalf("honestly: %v", err)
	}
	for name, q := range map[string]*graph.Program{
		"as it is": j.Run.Program, "ascent": ascent(t, j.Run.Program), "backdoored logits": backdoored(t, stated.Network).Program(),
	} {
		if err := forgery.Write(context.Background(), d, elsewhere(q)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := run.VerifyFile(t, dir, bundle.Expectation{Program: &report.Facts.Program})
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

func TestForgedBundles(t *testing.T) {
	dir := run.Small(t, nil)
	d := run.OpenTest(t, dir)
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	execute := func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
		trainer, err := train.New(r, tables)
		if err != nil {
			return nil, err
		}
		c := train.NewCheckpoints(t.TempDir(), r)
		if _, err := trainer.Train(context.Background(), c, nil); err != nil {
			return nil, err
		}
		var traces []*train.Trace
		for i := range r.Segments() {
			trace, err := trainer.Trace(context.Background(), c, i)
			if err != nil {
				return nil, err
			}
			traces = append(traces, trace)
		}
		return traces, nil
	}
	if err := forgery.Write(context.Background(), d, execute); err != nil {
		t.Fatal(err)
	}
	if _, err := run.CheckBundle(dir); err != nil {
		t.Errorf("forcing an honest execution: %v", err)
	}
	dishonest := func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
		traces, err := execute(r, tables)
		if err == nil {
			traces[1].After[r.Program.OfRole(graph.Weight)[0]][0]++
		}
		return traces, err
	}
	if err := forgery.Write(context.Background(), d, dishonest); err != nil {
		t.Fatal(err)
	}
	if _, err := run.CheckBundle(dir); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "segment 2") {
		t.Errorf("a weight changed at a border: %v", err)
	}
}
