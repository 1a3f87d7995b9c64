package ops_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Shape rules refuse nodes that make no sense, and never panic on them.
func TestShapeRulesRefuse(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	x := n.Program().Input
	h := n.dense(x, 6)
	w, b := n.weight("weight", 8, 5, 6), n.weight("bias", 8, 6)
	coarser := n.weight("coarser", 7, 6)
	one := n.must(ops.Rescale(n.Builder, "one", n.one(ops.KindReduceSum, nil, h), 8))
	c := n.constant([]int32{1, 2, 3, 4, 5, 6}, 8, 6)
	bits := n.Add(graph.Tensor{Name: "bits", Role: graph.Label, Axes: n.Tensor(h).Axes, Format: number.Format{Bits: 2}})
	v := n.one(ops.KindFullyConnected, nil, x, w, b)
	finer := n.must(ops.Rescale(n.Builder, "finer", v, 13))
	mask := func(cells ...int32) graph.TensorID {
		return n.Add(graph.Tensor{Name: "mask", Role: graph.Constant, Axes: []relation.Axis{ops.Units(len(cells))}, Cells: cells, Format: number.Format{Bits: 2}})
	}
	none := graph.None
	type at = graph.Attributes
	type ids = []graph.TensorID
	for i, c := range []struct {
		kind   graph.Kind
		inputs ids
		attr   at
	}{
		{ops.KindFullyConnected, ids{x}, nil},
		{ops.KindFullyConnected, ids{x, none}, nil},
		{ops.KindFullyConnected, ids{none, w}, nil},
		{ops.KindFullyConnected, ids{h, w}, nil},
		{ops.KindFullyConnected, ids{x, w, coarser}, nil},
		{ops.KindFullyConnected, ids{x, w, c}, nil},
		{ops.KindFullyConnected, ids{x, h}, nil},
		{ops.KindFullyConnected, ids{v, w}, nil},
		{ops.KindFullyConnected, ids{x, w, b, b}, nil},
		{ops.KindInputGradient, ids{x, w}, nil},
		{ops.KindInputGradient, ids{h, b}, nil},
		{ops.KindInputGradient, ids{w, w}, nil},
		{ops.KindWeightUpdate, ids{w, x}, nil},
		{ops.KindWeightUpdate, ids{w, x, x}, nil},
		{ops.KindWeightUpdate, ids{h, x, h}, nil},
		{ops.KindWeightUpdate, ids{b, h}, nil},
		{ops.KindWeightUpdate, ids{b, h}, at{"input_fraction": {8}}}, // h is at f_a, not f_g
		{ops.KindWeightUpdate, ids{b}, at{"input_fraction": {8}}},
		{ops.KindWeightUpdate, ids{b, h}, at{"input_fraction": {}}},
		{ops.KindWeightUpdate, ids{}, nil},
		{ops.KindUnembed, ids{h, w}, nil},
		{ops.KindUnembed, ids{h, w}, ops.Transposed(0, 0)},
		{ops.KindUnembed, ids{h, w}, ops.Transposed(-1, 1)},
		{ops.KindUnembed, ids{x, w}, ops.Transposed(0, 1)},
		{ops.KindUnembed, ids{h, w, b}, ops.Transposed(0, 1)},
		{ops.KindUnembed, ids{h, w}, ops.Transposed(1, 1)},
		{ops.KindAddWeight, ids{h, x}, nil},
		{ops.KindAddWeight, ids{w, b}, nil},
		{ops.KindAddWeight, ids{h, w}, nil},
		{ops.KindAddWeight, ids{x, b}, nil},
		{ops.KindAddWeight, ids{h}, nil},
		{ops.KindAddWeight, ids{h, n.Add(graph.Tensor{Name: "coarsest", Role: graph.Weight, Axes: n.Tensor(b).Axes, Format: number.Format{Bits: 63, Fraction: 7}})}, nil},
		{ops.KindOneHot, ids{h}, at{"sizes": {6}}},
		{ops.KindOneHot, ids{bits}, at{"sizes": {}}},
		{ops.KindOneHot, ids{bits}, at{"sizes": {2, 2, 2, 2}}},
		{ops.KindOneHot, ids{bits}, at{"sizes": {1<<11 + 1}}},
		{ops.KindOneHot, ids{bits}, at{"sizes": {0}}},
		{ops.KindOneHot, ids{w}, at{"sizes": {2}}},
		{ops.KindGather, ids{h, w}, at{"digits": {1}}},
		{ops.KindGather, ids{bits, w}, at{"digits": {1}}},
		{ops.KindGather, ids{bits, w}, nil},
		{ops.KindGather, ids{bits}, at{"digits": {1}}},
		{ops.KindRescale, ids{h}, at{"shift": {9}}},
		{ops.KindRescale, ids{h}, at{"shift": {-1}}},
		{ops.KindRescale, ids{w}, at{"shift": {1}}},
		{ops.KindRescale, ids{v}, at{"shift": {20}, "limb": {15}}},
		{ops.KindRescale, ids{v}, at{"shift": {20}, "limb": {19}}},
		{ops.KindRelu, ids{v}, at{"fraction": {8}}},
		{ops.KindRelu, ids{h}, at{"fraction": {7}}},
		{ops.KindTanh, ids{h}, at{"fraction": {15}}},
		{ops.KindTanh, ids{bits}, at{"fraction": {8}}},
		{ops.KindLogistic, ids{w}, at{"fraction": {8}}},
		{ops.KindReluN1To1, ids{h}, at{"fraction": {7}}},
		{ops.KindElu, ids{h}, at{"fraction": {7}}},
		{ops.KindHardSwish, ids{h}, at{"fraction": {9}}},
		{ops.KindGelu, ids{h}, at{"fraction": {7}}},
		{ops.KindGeluApproximate, ids{h}, at{"fraction": {9}}},
		{ops.KindLeakyRelu, ids{h}, at{"fraction": {7}}},
		{ops.KindLeakyRelu, ids{h}, at{"fraction": {8}, "alpha": {0x3f800001}}}, // more than 1
		{ops.KindLeakyRelu, ids{h}, at{"fraction": {8}, "alpha": {0xbe000000}}}, // −1/8
		{ops.KindLeakyRelu, ids{h}, at{"fraction": {8}, "alpha": {0x7fc00000}}}, // no number
		{ops.KindLeakyRelu, ids{h}, at{"fraction": {8}, "alpha": {-1}}},
		{ops.KindLeakyRelu, ids{h}, at{"fraction": {8}, "alpha": {1 << 32}}},
		{ops.KindAbs, ids{h}, at{"fraction": {7}}},
		{ops.KindExp, ids{h}, at{"fraction": {15}}},
		{ops.KindExp, ids{bits}, at{"fraction": {8}}},
		{ops.KindGate, ids{h, h}, nil},
		{ops.KindClip, ids{h}, nil},
		{ops.KindClip, ids{h}, at{"limit": {1 << 15}}},
		{ops.KindClip, ids{h}, at{"limit": {-1}}},
		{ops.KindClip, ids{bits}, at{"limit": {1}}},
		{ops.KindClip, ids{v}, at{"limit": {1}}},
		{ops.KindClip, ids{h, h}, at{"limit": {1}}},
		{ops.KindGate, ids{bits, x}, nil},
		{ops.KindSoftmax, ids{one}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{h}, at{"fraction": {15}}},
		{ops.KindSoftmax, ids{bits}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{h, c}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{h, h}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{h, mask(1, 1, 1)}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{h, mask(0, 0, 0, 0, 0, 0)}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{h, mask(1, 1, 1, 1, 1, -1)}, at{"fraction": {8}}},
		{ops.KindSoftmax, ids{finer, mask(1, 1, 1, 1, 1, 0)}, at{"fraction": {8}}},
		{ops.KindMaximum, ids{h}, nil},
		{ops.KindMaximum, ids{h, x}, nil},
		{ops.KindMinimum, ids{h, bits}, nil},
		{ops.KindMinimum, ids{h, finer}, nil},
		{ops.KindMul, ids{h, x}, nil},
		{ops.KindMul, ids{h, one}, nil},
		{ops.KindMul, ids{x, c}, nil},
		{ops.KindMul, ids{c, h}, nil},
		{ops.KindAdd, ids{h, bits}, nil},
		{ops.KindAdd, ids{h}, nil},
		{ops.KindSum, ids{}, nil},
		{ops.KindSum, ids{h, h}, at{"coefficients": {1}, "bits": {16}, "fraction": {8}}},
		{ops.KindSum, ids{h}, at{"coefficients": {1 << 40}, "bits": {16}, "fraction": {8}}},
		{ops.KindSum, ids{h}, at{"coefficients": {1}, "bits": {99}, "fraction": {8}}},
		{ops.KindSum, ids{h, x}, at{"coefficients": {1, 1}, "bits": {16}, "fraction": {8}}},
		{ops.KindReduceSum, ids{one}, nil},
		{ops.KindReduceSum, ids{v}, nil},
		{ops.KindBroadcast, ids{one}, at{"size": {0}}},
		{ops.KindBroadcast, ids{one}, at{"size": {1 << 62}}},
		{ops.KindConstantDivision, ids{h}, at{"divisor": {1}}},
		{ops.KindConstantDivision, ids{h}, at{"divisor": {1<<60 + 1}}},
		{ops.KindConstantDivision, ids{v}, at{"divisor": {3}}},
		{ops.KindLargeDivision, ids{h, x}, at{"bits": {16}}},
		{ops.KindLargeDivision, ids{h, h}, at{"bits": {16}, "power": {-1}}},
		{ops.KindLargeDivision, ids{v, h}, at{"bits": {16}}},
		{ops.KindLargeDivision, ids{h, one}, at{"bits": {33}}},
		{ops.KindSqrt, ids{h}, at{"fraction": {3}}},
		{ops.KindSqrt, ids{v}, at{"fraction": {14}}},
		{ops.KindRsqrt, ids{h}, at{"fraction": {8}, "divisor": {0}, "bits": {16}}},
		{ops.KindRsqrt, ids{h}, at{"fraction": {8}, "divisor": {1}, "bits": {49}}},
		{ops.KindRsqrt, ids{h}, at{"fraction": {8}, "divisor": {1}, "bits": {16}, "addend": {1 << 16}}},
		{ops.KindRsqrt, ids{h}, at{"fraction": {15}, "divisor": {1}, "bits": {16}}},
		{ops.KindRsqrt, ids{c}, at{"fraction": {8}, "divisor": {1}, "bits": {16}}},
		{ops.KindRsqrtGradient, ids{h, h}, nil},
		{ops.KindReshape, ids{h}, at{"axis": {0}, "size": {4}}},
		{ops.KindReshape, ids{h}, at{"axis": {0}, "size": {0}}},
		{ops.KindReshape, ids{h}, at{"axis": {-1}, "size": {3}}},
		{ops.KindReshape, ids{h}, at{"axis": {0}, "size": {-3}}},
		{ops.KindPermute, ids{h}, at{"order": {1}}},
		{ops.KindPermute, ids{h}, at{"order": {0, 0}}},
		{ops.KindSelect, ids{h}, nil},
		{ops.KindSelect, ids{h}, at{"axes": {1}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {-1}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {0}, "counts": {1}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1<<20 + 1}, "counts": {1}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {2}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {-1}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1, 0}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {1, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 6, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, -1, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 2}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {2}, "entries": {0, 0, 1, 0, 1, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0, 0}, "sizes": {1, 1}, "counts": {1, 1}, "entries": {0, 0, 1, 0, 0, 1}}},
		{ops.KindSelect, ids{h}, at{"axes": {0}, "sizes": {1, 1}, "counts": {1}, "entries": {0, 0, 1}}},
		{ops.KindSelect, ids{v}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1}}},
		{ops.KindAxisSum, ids{v}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1}, "fraction": {0}}},
		{ops.KindAxisSum, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1}, "fraction": {-1}}},
		{ops.KindAxisSum, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1}, "fraction": {33}}},
		{ops.KindAxisSum, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {1}, "entries": {0, 0, 1<<40 + 1}, "fraction": {0}}},
		{ops.KindAxisSum, ids{h}, at{"axes": {0}, "sizes": {1}, "counts": {2}, "entries": {0, 0, 1 << 40, 0, 1, -1}, "fraction": {0}}},
		{ops.KindConcatenate, ids{}, at{"axis": {0}}},
		{ops.KindConcatenate, ids{h, h}, at{"axis": {1}}},
		{ops.KindConcatenate, ids{h, h}, at{"axis": {-1}}},
		{ops.KindConcatenate, ids{h, bits}, at{"axis": {0}}},
		{ops.KindConcatenate, ids{h, v}, at{"axis": {0}}},
		{ops.KindConcatenate, ids{one, h}, at{"axis": {0}}},
		{ops.KindRotate, ids{h}, at{"axis": {1}, "by": {1}}},
		{ops.KindRotate, ids{h}, at{"axis": {0}, "by": {-1}}},
		{ops.KindReflect, ids{h}, at{"axis": {-1}}},
		{"nothing", ids{h}, nil},
		{ops.KindRelu, ids{999}, at{"fraction": {8}}},
		{ops.KindRelu, ids{-5}, at{"fraction": {8}}},
	} {
		for _, of := range ofKinds(c.kind) {
			_, err := ops.Append(n.Builder, graph.Node{Name: fmt.Sprint(i), Kind: c.kind, Of: of, Inputs: c.inputs, Attributes: c.attr})
			if !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s of %v with %v, part of the gradient of %q: %v", c.kind, c.inputs, c.attr, of, err)
			}
		}
	}
}

// ofKinds lists what a node may say it is part of the gradient of: contractions,
// what is none, and nothing.
func ofKinds(kind graph.Kind) []graph.Kind {
	if kind == ops.KindInputGradient || kind == ops.KindWeightUpdate {
		return []graph.Kind{"", ops.KindFullyConnected, ops.KindRelu, "nothing"}
	}
	return []graph.Kind{""}
}

// Padding is the protocol's: row-major, each axis to a power of two.
func TestPad(t *testing.T) {
	axes := []relation.Axis{{Size: 2}, {Size: 3}, {Size: 1}}
	got := ops.Pad(axes, []int32{1, 2, 3, 4, 5, 6})
	want := []int32{1, 2, 3, 0, 4, 5, 6, 0}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

// Predict leaves the weights alone and needs no label.
func TestPredictIsTheForwardPass(t *testing.T) {
	p := dense(t, coarse())
	x := execute(t, p, 1, 4)
	want := append([]int32(nil), x.buffers.Small[p.Loss.Prediction]...)
	b, err := ops.NewBuffers(p, x.before, sharedTables)
	if err != nil {
		t.Fatal(err)
	}
	copy(b.Small[p.Input], x.buffers.Small[p.Input])
	if err := ops.Predict(&ops.Step{Program: p, Buffers: b}); err != nil {
		t.Fatal(err)
	}
	for i, v := range b.Small[p.Loss.Prediction] {
		if v != want[i] {
			t.Fatalf("cell %d: %d, was %d in training", i, v, want[i])
		}
	}
	for w, cells := range x.before {
		for i, v := range b.Weight(w) {
			if v != cells[i] {
				t.Fatalf("weight %d, cell %d changed", w, i)
			}
		}
	}
}
