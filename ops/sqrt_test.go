package ops_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// positive makes 6 values between 1/4 and 3/4 of others.
func positive(n *net, a graph.TensorID) graph.TensorID {
	half := n.must(ops.Rescale(n.Builder, "half", n.one(ops.KindMul, nil, n.activation(ops.KindLogistic, a), n.constant([]int32{128, 128, 128, 128, 128, 128}, 8, 6)), n.Program().Fractions.Activation))
	f := n.Tensor(half).Format.Fraction
	quarter := int32(1) << (f - 2)
	return n.one(ops.KindAdd, nil, half, n.constant([]int32{quarter, quarter, quarter, quarter, quarter, quarter}, f, 6))
}

func rooted(n *net, a graph.TensorID) graph.TensorID {
	return n.must(ops.Sqrt(n.Builder, "root", positive(n, a), n.Program().Fractions.Activation))
}

// inverted is 1/√(mean of squares + ε), each beside its neighbour, repeated.
func inverted(n *net, a graph.TensorID) graph.TensorID {
	rows := split(n, positive(n, a))
	v := n.one(ops.KindReduceSum, nil, n.one(ops.KindMul, nil, rows, rows))
	y := n.must(ops.Rsqrt(n.Builder, "inverse", v, 3, 1<<n.Tensor(v).Format.Fraction/8, 36, n.Program().Fractions.Activation))
	return merge(n, n.one(ops.KindBroadcast, graph.Attributes{"size": {3}}, y))
}

// invertedCell is 1/√x of values of 16 bits.
func invertedCell(n *net, a graph.TensorID) graph.TensorID {
	return n.must(ops.Rsqrt(n.Builder, "inverse", positive(n, a), 1, 0, 15, n.Program().Fractions.Activation))
}

// divided is x/y of two values.
func divided(n *net, x, y graph.TensorID) graph.TensorID {
	return n.must(ops.Quotient(n.Builder, "quotient", x, positive(n, y), n.Program().Fractions.Activation))
}

func TestSqrt(t *testing.T)         { checkChain(t, rooted) }
func TestRsqrt(t *testing.T)        { checkChain(t, inverted) }
func TestRsqrtOfCells(t *testing.T) { checkChain(t, invertedCell) }
func TestQuotient(t *testing.T)     { checkCombination(t, divided) }

func TestQuotientByConstants(t *testing.T) {
	checkCombination(t, func(n *net, x, _ graph.TensorID) graph.TensorID {
		return n.must(ops.Quotient(n.Builder, "quotient", x, n.constant([]int32{128, 100, 300, 640, 1000, 256}, 8, 6), n.Program().Fractions.Activation))
	})
}

// Roots are the nearest integers to what they stand for, whatever the size of
// their square; others are refused.
func TestRootsAreNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for kind, build := range map[graph.Kind]chain{ops.KindSqrt: rooted, ops.KindRsqrt: inverted} {
		p := moved(t, coarse(), build)
		x := execute(t, p, 1, 1)
		for i := range p.Nodes {
			n := &p.Nodes[i]
			if n.Kind != kind {
				continue
			}
			node := *n
			node.Attributes = graph.Attributes{"fraction": {8}, "divisor": {3}, "bits": {36}}
			v := p.Tensor(n.Inputs[0])
			set := func(cell int64) {
				if v.Role == graph.Accumulator {
					x.buffers.Long[n.Inputs[0]][0] = cell
				} else {
					x.buffers.Small[n.Inputs[0]][0] = int32(cell)
				}
			}
			for range 1000 {
				cell := 1 + rng.Int64N(1<<(1+rng.IntN(15)))
				if kind == ops.KindRsqrt {
					cell = 1 << 12 << rng.IntN(20)
					cell += rng.Int64N(cell)
				}
				set(cell)
				if err := ops.Table()[kind].Forward(ops.StepAt(p, x.buffers, i), &node); err != nil {
					t.Fatal(err)
				}
				got := int64(x.buffers.Small[n.Outputs[0]][0])
				// The square, doubled to have integers at the borders.
				want := new(big.Rat).SetFrac64(cell<<8<<2, 1)
				if kind == ops.KindRsqrt {
					want.SetFrac64(3<<32<<2, cell)
				}
				below, above := new(big.Rat).SetInt64((2*got-1)*(2*got-1)), new(big.Rat).SetInt64((2*got+1)*(2*got+1))
				if below.Cmp(want) > 0 || above.Cmp(want) <= 0 {
					t.Fatalf("%s of %d is %d", kind, cell, got)
				}
			}
			for _, cell := range []int64{0, -1, math.MinInt16} {
				set(cell)
				if err := ops.Table()[kind].Forward(ops.StepAt(p, x.buffers, i), &node); !errors.Is(err, fault.ErrOverflow) {
					t.Errorf("%s of %d: %v", kind, cell, err)
				}
			}
		}
	}
}

// A quotient is the nearest integer, of either sign; only positive divisors are
// taken.
func TestQuotientsAreNearest(t *testing.T) {
	p := combined(t, coarse(), divided)
	x := execute(t, p, 1, 1)
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if n.Kind != ops.KindLargeDivision || p.Tensor(n.Inputs[0]).Role == graph.Accumulator || n.Attributes.Int("power") != 8 {
			continue
		}
		for _, test := range [][3]int32{{256, 256, 256}, {-256, 256, -256}, {1, 512, 1}, {-1, 512, 0}, {-3, 512, -1}, {100, 3, 8533}, {-100, 3, -8533}, {0, 1, 0}, {127, 1, 32512}} {
			x.buffers.Small[n.Inputs[0]][0], x.buffers.Small[n.Inputs[1]][0] = test[0], test[1]
			if err := ops.Table()[n.Kind].Forward(ops.StepAt(p, x.buffers, i), n); err != nil || x.buffers.Small[n.Outputs[0]][0] != test[2] {
				t.Errorf("%d/%d is %d, %v", test[0], test[1], x.buffers.Small[n.Outputs[0]][0], err)
			}
		}
		for _, test := range [][2]int32{{256, 0}, {256, -1}, {128, 1}, {-129, 1}, {1<<15 - 1, 200}} {
			x.buffers.Small[n.Inputs[0]][0], x.buffers.Small[n.Inputs[1]][0] = test[0], test[1]
			if err := ops.Table()[n.Kind].Forward(ops.StepAt(p, x.buffers, i), n); !errors.Is(err, fault.ErrOverflow) {
				t.Errorf("%d/%d: %v", test[0], test[1], err)
			}
		}
		return
	}
	t.Error("no quotient")
}

// A root of the other sign has the same remainder: its complement is below 0.
func TestRootsBelowZeroAreRejected(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	a := positive(n, n.dense(n.Program().Input, 6))
	root := n.must(ops.Sqrt(n.Builder, "root", a, 8))
	x := execute(t, n.train(n.dense(a, 3), graph.SoftmaxCrossEntropy), 2, 1)
	x.checkHonest(t)
	id := x.sys.Tensors[root]
	lie := x.bare()
	lie[id] = changed(lie[id], 0, 1-2*int64(lie[id].Small[0]))
	if err := naive.Check(x.sys.Relation, lie); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "complement") {
		t.Error(err)
	}
}

// normalise is a layer's normalisation of rows of 3 of samples of 6.
func normalise(n *net, a graph.TensorID) graph.TensorID {
	f := n.Program().Fractions.Activation
	rows := split(n, a)
	wide := func(x graph.TensorID) graph.TensorID {
		return n.one(ops.KindBroadcast, graph.Attributes{"size": {3}}, x)
	}
	mean := n.must(ops.ConstantDivision(n.Builder, "mean", n.one(ops.KindReduceSum, nil, rows), 3, f))
	centred := n.must(ops.Sum(n.Builder, "centred", []graph.TensorID{rows, wide(mean)}, []int64{1, -1}, n.Tensor(rows).Format))
	squares := n.one(ops.KindReduceSum, nil, n.one(ops.KindMul, nil, centred, centred))
	inverse := n.must(ops.Rsqrt(n.Builder, "inverse", squares, 3, 3<<n.Tensor(squares).Format.Fraction/8, 36, f))
	product := n.one(ops.KindMul, nil, centred, wide(inverse))
	return merge(n, n.must(ops.Rescale(n.Builder, "normalised", product, f)))
}

func TestLayerNormalisation(t *testing.T) { checkChain(t, normalise) }
