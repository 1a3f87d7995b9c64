package segment_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
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

// TestWeightsCarriedByAnyLimb: a weight of 2^b0 in whose limbs' equation the
// excess stands in one limb, each in turn, with all others in their range. It
// is a weight that the certificate is there to exclude: whoever starts from
// one of 2^200 makes the accumulators of a run wrap.
func TestWeightsCarriedByAnyLimb(t *testing.T) {
	const bits = 50 // limbs of 16, 16, 16 and 3 bits
	p, initial := perceptron(t, 2)
	cert, err := segment.NewWeightsCertificate(p, bits, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := cert.Assign(initial)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range cert.Weights {
		name := cert.Relation.Tensor(w.ID).Name
		if len(w.Limbs) != 4 {
			t.Fatalf("%s: %d limbs", name, len(w.Limbs))
		}
		for carrier, shift := range []int{0, 16, 32, 48} {
			for _, excess := range []int64{1 << 16, -1} {
				forged := slices.Clone(a)
				large := slices.Clone(a[w.ID].Large)
				large[0] = excess << shift
				forged[w.ID] = relation.Cells{Large: large}
				for k, limb := range w.Limbs {
					small := slices.Clone(a[limb].Small)
					small[0] = 0
					if k == carrier {
						small[0] = int32(excess)
					}
					forged[limb] = relation.Cells{Small: small}
				}
				if carrier == 3 && excess == -1 {
					continue // −2^48 is a weight of 50 bits
				}
				if err := naive.Check(cert.Relation, forged); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%s is %d·2^%d, all in limb %d: %v", name, excess, shift, carrier, err)
				}
			}
		}
	}
}

// TestEveryWeightIsCertified: bounds and origin are about all cells of all
// weights, trained or frozen, and about their padding.
func TestEveryWeightIsCertified(t *testing.T) {
	p, initial := frozenNetwork(t)
	for name, public := range map[string]map[graph.TensorID][]int64{"bound": nil, "origin": initial} {
		cert, err := segment.NewWeightsCertificate(p, 40, public)
		if err != nil {
			t.Fatal(err)
		}
		if want := len(p.OfRole(graph.Weight)) + len(p.OfRole(graph.Frozen)); len(cert.Weights) != want {
			t.Fatalf("%s: %d weights certified of %d", name, len(cert.Weights), want)
		}
		a, err := cert.Assign(initial)
		if err != nil {
			t.Fatal(err)
		}
		if err := naive.Check(cert.Relation, a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range cert.Weights {
			axes := p.Tensor(w.Tensor).Axes
			for cell := range a[w.ID].Large {
				forged := slices.Clone(a)
				large := slices.Clone(a[w.ID].Large)
				if large[cell]++; public == nil && real(axes, cell) {
					large[cell] = 1 << 40 // in range it may be anything
				}
				forged[w.ID] = relation.Cells{Large: large}
				if err := naive.Check(cert.Relation, forged); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%s: cell %d of %s: %v", name, cell, cert.Relation.Tensor(w.ID).Name, err)
				}
			}
		}
	}
}

// real reports whether a cell is outside the padding.
func real(axes []relation.Axis, cell int) bool {
	for k := len(axes) - 1; k >= 0; k-- {
		if cell%axes[k].Padded() >= axes[k].Size {
			return false
		}
		cell /= axes[k].Padded()
	}
	return true
}

// TestPublicCellsAreWithinTheirBits: each cell of an origin that is beyond b0
// at either end is refused, since bounds of a run count on b0.
func TestPublicCellsAreWithinTheirBits(t *testing.T) {
	p, initial := perceptron(t, 2)
	bound, err := segment.NewWeightsCertificate(p, 40, nil)
	if err != nil {
		t.Fatal(err)
	}
	with := func(w graph.TensorID, cells []int64) map[graph.TensorID][]int64 {
		changed := maps.Clone(initial)
		changed[w] = cells
		return changed
	}
	for w, cells := range initial {
		for cell := range cells {
			for _, v := range []int64{1 << 40, -1<<40 - 1} {
				changed := slices.Clone(cells)
				changed[cell] = v
				if _, err := segment.NewWeightsCertificate(p, 40, map[graph.TensorID][]int64{w: changed}); !errors.Is(err, fault.ErrInput) {
					t.Errorf("cell %d is %d: %v", cell, v, err)
				}
				if _, err := bound.Assign(with(w, changed)); !errors.Is(err, fault.ErrOverflow) {
					t.Errorf("assigned: cell %d is %d: %v", cell, v, err)
				}
			}
		}
		for name, cells := range map[string][]int64{"no cells": nil, "more than there are": make([]int64, 64+1)} {
			if _, err := bound.Assign(with(w, cells)); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// frozenNetwork is perceptron with its first layer's weights frozen.
func frozenNetwork(t *testing.T) (*graph.Program, map[graph.TensorID][]int64) {
	t.Helper()
	m, err := tflite.NewDense("net", []tflite.DenseLayer{
		{Units: 3, Activation: tflite.ActRelu, Weights: make([]float32, 15), Bias: []float32{1, 2, 3}},
		{Units: 3, Weights: make([]float32, 9), Bias: make([]float32, 3)},
	}, 5, true)
	if err != nil {
		t.Fatal(err)
	}
	o := transpile.Options{Batch: 3, Formats: network.DefaultFormats(), RateShift: 6, Scheduled: true, Frozen: []string{m.Subgraphs[0].Tensors[1].Name}}
	r, err := transpile.Transpile(m, o)
	if err != nil {
		t.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	return r.Program, initial
}

// TestFrozenWeightsStandOnce: before and after are one tensor, so that no
// commitment of the prover's can differ between them.
func TestFrozenWeightsStandOnce(t *testing.T) {
	p, _ := frozenNetwork(t)
	run := segment.PublicInputs{Rates: []int64{1}, Rows: make([]schedule.Ref, 3)}
	sys, err := segment.Build(p, segment.Shape{Steps: 1, PartRows: []int{4}}, run, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	frozen := 0
	for _, w := range sys.Weights {
		if p.Tensor(w.Tensor).Role == graph.Frozen {
			frozen++
		}
		if (w.Before == w.After) != (p.Tensor(w.Tensor).Role == graph.Frozen) {
			t.Errorf("weight %q: tensors %d and %d", p.Tensor(w.Tensor).Name, w.Before, w.After)
		}
	}
	if frozen != 1 || len(sys.Weights) != 4 {
		t.Errorf("%d weights, %d of them frozen", len(sys.Weights), frozen)
	}
}

// TestTensorsOfTheProgram: the system names a tensor for each of the program's
// that has samples, the gathered rows included, and none for others.
func TestTensorsOfTheProgram(t *testing.T) {
	x := build(t, 3, 2, 4)
	for i, id := range x.sys.Tensors {
		tensor := &x.p.Tensors[i]
		switch {
		case !tensor.Role.PerSample() && id != relation.None:
			t.Errorf("%v %q is tensor %d", tensor.Role, tensor.Name, id)
		case tensor.Role.PerSample() && id != relation.None && x.sys.Relation.Tensor(id).Name != "tensor "+tensor.Name:
			t.Errorf("%q is %q", tensor.Name, x.sys.Relation.Tensor(id).Name)
		}
	}
	if x.sys.Tensors[x.p.Input] == relation.None || x.sys.Tensors[x.p.Label] == relation.None {
		t.Error("the rows have no tensor")
	}
}

// TestBuildRefusesPrograms: a program that keeps a range lookup from the proof
// is none, wherever it comes from.
func TestBuildRefusesPrograms(t *testing.T) {
	x := build(t, 3, 2, 4)
	checked := 0
	for i := range x.p.Tensors {
		if !x.p.Tensors[i].Checked {
			continue
		}
		checked++
		p := x.p.Clone()
		p.Tensors[i].Checked = false
		if _, err := segment.Build(p, x.shape, x.run, x.tables); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("range of %q left out: %v", p.Tensors[i].Name, err)
		}
	}
	if checked == 0 {
		t.Error("the program has no tensor with a range of its own")
	}
}

// TestLimitsOfASegment: each limit by itself, with all else as it should be.
func TestLimitsOfASegment(t *testing.T) {
	x := build(t, 3, 2, 4)
	many := func(parts, rows int) []int {
		list := make([]int, parts)
		for i := range list {
			list[i] = rows
		}
		return list
	}
	for name, test := range map[string]struct {
		change func(s *segment.Shape, r *segment.PublicInputs)
		says   string
	}{
		"no steps": {func(s *segment.Shape, r *segment.PublicInputs) { s.Steps, r.Rates, r.Rows = 0, nil, nil }, "0 steps"},
		"too many steps": {func(s *segment.Shape, r *segment.PublicInputs) {
			s.Steps = segment.MaxSteps + 1
			r.Rates = make([]int64, s.Steps)
			r.Rows = make([]schedule.Ref, 3*s.Steps)
			for i := range r.Rates {
				r.Rates[i] = 1
			}
		}, "65537 steps"},
		"a rate more":     {func(_ *segment.Shape, r *segment.PublicInputs) { r.Rates = append(r.Rates, 1) }, "3 rates"},
		"no part":         {func(s *segment.Shape, r *segment.PublicInputs) { s.PartRows = nil }, "0 dataset parts"},
		"too many parts":  {func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = many(segment.MaxParts+1, 4) }, "1025 dataset parts"},
		"empty part":      {func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = []int{4, 4, 0, 4} }, "part 2 has 0 rows"},
		"empty first":     {func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = []int{0, 4} }, "part 0 has 0 rows"},
		"empty last":      {func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = []int{4, 0} }, "part 1 has 0 rows"},
		"too large":       {func(s *segment.Shape, _ *segment.PublicInputs) { s.PartRows = []int{1<<30 + 1} }, "rows"},
		"row below 0":     {func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[1].Row = -1 }, "slot 1"},
		"row beyond":      {func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[1].Row = 4 }, "slot 1"},
		"last row beyond": {func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[5].Row = 4 }, "slot 5"},
		"part below 0":    {func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[2].Part = -1 }, "slot 2"},
		"part beyond":     {func(_ *segment.Shape, r *segment.PublicInputs) { r.Rows[5].Part = 1 }, "slot 5"},
	} {
		s := segment.Shape{Steps: 2, PartRows: []int{4}}
		r := segment.PublicInputs{Rates: slices.Clone(x.run.Rates), Rows: slices.Clone(x.run.Rows)}
		test.change(&s, &r)
		_, err := segment.Build(x.p, s, r, x.tables)
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "segment: ") || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []segment.PartShape{
		{Features: 1, Labels: 1, Kind: graph.Bits}, {Rows: 1, Labels: 1, Kind: graph.Bits}, {Rows: 1, Features: 1, Kind: graph.Bits},
		{Rows: 1, Features: 1, Labels: 1, Kind: graph.Bits, Attributes: -1},
	} {
		if _, err := segment.Chunks(s, 16); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
