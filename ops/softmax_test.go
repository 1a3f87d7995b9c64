package ops_test

import (
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// attention has a softmax in the middle of the network.
func attention(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 5)
	p := n.must(ops.Softmax(n.Builder, "weights", n.dense(n.Program().Input, 5), graph.None, f.Activation))
	return n.train(n.dense(p, 3), graph.MeanSquaredError)
}

func TestSoftmax(t *testing.T) { checkOperator(t, 4, attention) }

// causal is the softmax of the rows of samples of 2 by 3, of which the first one
// sees a class less.
func causal(n *net, a graph.TensorID) graph.TensorID {
	mask := n.Add(graph.Tensor{
		Name: "mask", Role: graph.Constant, Axes: n.Tensor(a).Axes[1:], Cells: []int32{1, 1, 0, 1, 1, 1}, Format: number.Format{Bits: 2},
	})
	return n.must(ops.Softmax(n.Builder, "causal", a, mask, n.Program().Fractions.Activation))
}

// A softmax of rows, each apart, and one that sees a part of them.
func TestSoftmaxOfRows(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		return merge(n, n.must(ops.Softmax(n.Builder, "rows", split(n, a), graph.None, n.Program().Fractions.Activation)))
	})
}

func TestCausalSoftmax(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID { return merge(n, causal(n, split(n, a))) })
}

// A mask for heads whose last axes it covers; what it leaves out has weight 0
// though it is the largest, and changes nothing.
func TestMaskedClassesDoNotCount(t *testing.T) {
	n := newNet(t, coarse(), 1, 5)
	z := n.dense(n.Program().Input, 8)
	heads := n.one(ops.KindReshape, graph.Attributes{"axis": {1}, "size": {2}}, n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {4}}, z))
	mask := n.Add(graph.Tensor{Name: "mask", Role: graph.Constant, Axes: n.Tensor(heads).Axes[2:], Cells: []int32{1, 0, 1, 1}, Format: number.Format{Bits: 2}})
	y := n.must(ops.Softmax(n.Builder, "heads", heads, mask, 8))
	p := n.train(n.dense(merge(n, n.one(ops.KindReshape, graph.Attributes{"axis": {1}, "size": {0}}, y)), 3), graph.SoftmaxCrossEntropy)
	x := attack(t, p, 2)
	at := p.Producers()[y]
	for _, hidden := range []int32{-1 << 15, -300, 0, 700, 1<<15 - 1} {
		copy(x.buffers.Small[heads], []int32{100, hidden, -50, 60, 0, hidden, 1<<15 - 1, -1 << 15})
		if err := ops.Table()[ops.KindSoftmax].Forward(ops.StepAt(p, x.buffers, at), &p.Nodes[at]); err != nil {
			t.Fatal(err)
		}
		if got, want := x.buffers.Small[y], []int32{256, 0, 101, 155, 256, 0, 256, 0}; !slices.Equal(got, want) {
			t.Errorf("with %d hidden: %v, want %v", hidden, got, want)
		}
	}
}

// With 14 fraction bits and 5 classes the denominator needs two limbs.
func TestSoftmaxWithTwoLimbs(t *testing.T) {
	f := coarse()
	f.Error = 14
	n := newNet(t, f, 3, 4)
	z := n.must(ops.Rescale(n.Builder, "small", n.one(ops.KindMul, nil, n.dense(n.Program().Input, 5), n.constant([]int32{64, 64, 64, 64, 64}, 8, 5)), 8))
	p := n.train(z, graph.SoftmaxCrossEntropy)
	limbs := 0
	for i := range p.Nodes {
		if p.Nodes[i].Kind == ops.KindSoftmax {
			limbs = len(p.Nodes[i].Outputs) - 6
		}
	}
	if limbs != 4 {
		t.Fatalf("%d limbs of remainder and complement, want 4", limbs)
	}
	attack(t, p, 2)
}
