package segment_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// built is a segment of a small network on two dataset parts, executed.
type built struct {
	p      *graph.Program
	shape  segment.Shape
	run    segment.PublicInputs
	tables *ops.Tables
	sys    *segment.Relations
	cells  segment.Cells
	trace  *ops.Trace
}

// perceptron is a program with 5 features, 6 hidden units and 3 classes.
func perceptron(t *testing.T, batch int) (*graph.Program, map[graph.TensorID][]int64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	floats := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = rng.Float32() - 0.5
		}
		return v
	}
	m, err := tflite.NewDense("net", []tflite.DenseLayer{
		{Units: 6, Activation: tflite.ActRelu, Weights: floats(30), Bias: floats(6)},
		{Units: 3, Weights: floats(18), Bias: floats(3)},
	}, 5, true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := transpile.Transpile(m, transpile.Options{
		Batch: batch, Formats: network.DefaultFormats(), RateShift: 6, Scheduled: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	return r.Program, initial
}

func build(t *testing.T, batch, steps int, parts ...int) *built {
	t.Helper()
	p, initial := perceptron(t, batch)
	rng := rand.New(rand.NewPCG(2, 2))
	x := &built{p: p, shape: segment.Shape{Steps: steps, PartRows: parts}, tables: ops.NewTables()}
	x.cells = segment.Cells{Before: initial, After: map[graph.TensorID][]int64{}}
	var features, labels [][]int32
	for _, rows := range parts {
		f, l := make([]int32, 5*rows), make([]int32, 3*rows)
		for i := range f {
			f[i] = rng.Int32N(512) - 256
		}
		for i := range rows {
			l[3*i+rng.IntN(3)] = 1
		}
		features, labels = append(features, f), append(labels, l)
		axis := relation.Axis{Size: rows}
		x.cells.Features = append(x.cells.Features, relation.Cells{Small: ops.Pad([]relation.Axis{axis, {Size: 5}}, f)})
		x.cells.Labels = append(x.cells.Labels, relation.Cells{Small: ops.Pad([]relation.Axis{axis, {Size: 3}}, l)})
	}
	b, err := ops.NewBuffers(p, initial, x.tables)
	if err != nil {
		t.Fatal(err)
	}
	x.trace = ops.NewTrace(p, steps)
	for s := range steps {
		x.run.Rates = append(x.run.Rates, 1+rng.Int64N(5))
		for slot := range batch {
			part := rng.IntN(len(parts))
			row := rng.IntN(parts[part])
			x.run.Rows = append(x.run.Rows, schedule.Ref{Part: int32(part), Row: int32(row)})
			copy(b.Small[p.Input][5*slot:5*slot+5], features[part][5*row:])
			copy(b.Small[p.Label][3*slot:3*slot+3], labels[part][3*row:])
		}
		if err := ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: x.run.Rates[s], Index: s}); err != nil {
			t.Fatal(err)
		}
		x.trace.Record(p, s, b)
	}
	for w := range initial {
		x.cells.After[w] = b.Weight(w)
	}
	x.sys = x.system(t, x.run)
	return x
}

// system states the relations for a run that need not be the executed one.
func (x *built) system(t *testing.T, run segment.PublicInputs) *segment.Relations {
	t.Helper()
	sys, err := segment.Build(x.p, x.shape, run, x.tables)
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

func (x *built) check(t *testing.T, sys *segment.Relations) error {
	t.Helper()
	a, err := sys.Assign(x.trace, x.cells)
	if err != nil {
		t.Fatal(err)
	}
	return naive.Check(sys.Relation, a)
}

func TestSegmentsOfManyShapes(t *testing.T) {
	for _, c := range []struct {
		batch, steps int
		parts        []int
	}{{3, 3, []int{7, 4}}, {1, 1, []int{1}}, {4, 4, []int{8}}, {5, 2, []int{3, 1, 6}}, {2, 1, []int{2}}} {
		x := build(t, c.batch, c.steps, c.parts...)
		if err := x.check(t, x.sys); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// The statement is about these rows, these rates and these weights.
func TestOtherStatementsAreRejected(t *testing.T) {
	x := build(t, 3, 3, 7, 4)
	other := func(change func(r *segment.PublicInputs)) *segment.Relations {
		r := segment.PublicInputs{Rates: slices.Clone(x.run.Rates), Rows: slices.Clone(x.run.Rows)}
		change(&r)
		return x.system(t, r)
	}
	for name, sys := range map[string]*segment.Relations{
		"another rate at the last step": other(func(r *segment.PublicInputs) { r.Rates[2]++ }),
		"another rate at the first":     other(func(r *segment.PublicInputs) { r.Rates[0]++ }),
		"another row":                   other(func(r *segment.PublicInputs) { r.Rows[4].Row = (r.Rows[4].Row + 1) % 4 }),
		"another part":                  other(func(r *segment.PublicInputs) { r.Rows[4].Part = 1 - r.Rows[4].Part; r.Rows[4].Row = 0 }),
		"steps exchanged": other(func(r *segment.PublicInputs) {
			for slot := range 3 {
				r.Rows[slot], r.Rows[6+slot] = r.Rows[6+slot], r.Rows[slot]
			}
		}),
	} {
		if err := x.check(t, sys); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := x.sys.Weights[1].Tensor
	x.cells.After[w] = slices.Clone(x.cells.After[w])
	x.cells.After[w][2]++
	if err := x.check(t, x.sys); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("weight after changed: %v", err)
	}
}

// Two executions, one through another order of equal rates, differ: a step
// that is skipped shows in the weights.
func TestSkippedStepIsRejected(t *testing.T) {
	x := build(t, 3, 3, 7)
	b, err := ops.NewBuffers(x.p, x.cells.Before, x.tables)
	if err != nil {
		t.Fatal(err)
	}
	for s := range 2 {
		for _, id := range []graph.TensorID{x.p.Input, x.p.Label} {
			units, padded := x.p.Tensor(id).Units(), ops.PaddedSize(x.p.Tensor(id).Axes)
			for slot := range 3 {
				copy(b.Small[id][slot*units:(slot+1)*units], x.trace.Cells[id][s*padded+slot*(padded/4):])
			}
		}
		if err := ops.Execute(&ops.Step{Program: x.p, Buffers: b, Rate: x.run.Rates[s]}); err != nil {
			t.Fatal(err)
		}
	}
	for w := range x.cells.Before {
		x.cells.After[w] = b.Weight(w)
	}
	if err := x.check(t, x.sys); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("weights after two of three steps: %v", err)
	}
}

func TestBuildRefuses(t *testing.T) {
	x := build(t, 3, 2, 4)
	for name, change := range map[string]func(s *segment.Shape, r *segment.PublicInputs){
		"rates":       func(_ *segment.Shape, r *segment.PublicInputs) { r.Rates = r.Rates[1:] },
		"rate zero":   func(_ *segment.Shape, r *segment.PublicInputs) { r.Rates[0] = 0 },
		"rate 256":    func(_ *segment.Shape, r *segment.PublicInputs) { r.Rates[0] = 256 },
		"rows":        func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows = r.Rows[1:] },
		"row":         func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[0].Row = 4 },
		"part":        func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[0].Part = 1 },
		"no part":     func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = nil },
		"empty part":  func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = []int{0} },
		"no steps":    func(s *segment.Shape, r *segment.PublicInputs) { s.Steps, r.Rates, r.Rows = 0, nil, nil },
		"huge number": func(s *segment.Shape, _ *segment.PublicInputs) { s.Steps = 1 << 40 },
	} {
		s := segment.Shape{Steps: 2, PartRows: []int{4}}
		r := segment.PublicInputs{Rates: slices.Clone(x.run.Rates), Rows: slices.Clone(x.run.Rows)}
		change(&s, &r)
		if _, err := segment.Build(x.p, s, r, x.tables); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	constant := *x.p
	constant.Optimizer.Kind = graph.ConstantSGD
	r := segment.PublicInputs{Rates: []int64{1, 2}, Rows: x.run.Rows}
	if _, err := segment.Build(&constant, x.shape, r, x.tables); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("two rates for one: %v", err)
	}
}

// TestSegmentsOfWeightsThatDecay: a segment ends where weights decay, or before;
// what they have lost is assigned where they do.
func TestSegmentsOfWeightsThatDecay(t *testing.T) {
	x := build(t, 3, 2, 4)
	for _, every := range []int{1, 2, 3} {
		x.p.Optimizer.Decay = &graph.Decay{N: 1, Shift: 4, Every: every}
		sys, err := segment.Build(x.p, x.shape, x.run, x.tables)
		if every < 2 {
			if !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("two steps of weights that decay every %d: %v", every, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sys.Assign(x.trace, x.cells); every == 2 && !errors.Is(err, fault.ErrMalformed) || every > 2 && err != nil {
			t.Errorf("weights that decay every %d steps and have lost nothing: %v", every, err)
		}
	}
}

func TestAssignRefusesOtherShapes(t *testing.T) {
	x := build(t, 3, 2, 4)
	for name, change := range map[string]func(c *segment.Cells){
		"parts":    func(c *segment.Cells) { c.Features = nil },
		"features": func(c *segment.Cells) { c.Features = []relation.Cells{{Small: make([]int32, 8)}} },
		"no cells": func(c *segment.Cells) { c.Labels = []relation.Cells{{}} },
		"weights":  func(c *segment.Cells) { c.Before = nil },
		"after":    func(c *segment.Cells) { c.After = map[graph.TensorID][]int64{} },
	} {
		c := x.cells
		change(&c)
		if _, err := x.sys.Assign(x.trace, c); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := x.sys.Assign(ops.NewTrace(x.p, 3), x.cells); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("trace of another length: %v", err)
	}
}

// The order of externals is part of the statement.
func TestExternalsStandInOrder(t *testing.T) {
	x := build(t, 3, 2, 4, 2)
	var got []string
	for _, id := range x.sys.Relation.Committed(relation.External) {
		got = append(got, x.sys.Relation.Tensor(id).Name)
	}
	want := []string{"part 0 features", "part 0 labels", "part 1 features", "part 1 labels"}
	for _, when := range []string{"before", "after"} {
		for _, w := range []string{"0 FULLY_CONNECTED weights", "0 FULLY_CONNECTED bias", "1 FULLY_CONNECTED weights", "1 FULLY_CONNECTED bias"} {
			want = append(want, "weight "+w+" "+when)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("externals %q, want %q", got, want)
	}
}
