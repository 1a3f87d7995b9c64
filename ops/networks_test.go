package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// checkOperator attacks the relations of a network with the operator in it and
// compares the network's gradients with finite differences.
func checkOperator(t *testing.T, seed uint64, build func(t *testing.T, f graph.Fractions) *graph.Program) {
	t.Helper()
	t.Run("relations", func(t *testing.T) { attack(t, build(t, coarse()), 3) })
	t.Run("gradients", func(t *testing.T) { checkGradients(t, build(t, fine()), seed) })
}

// activated builds two layers with an activation between them; for those
// with corners beyond 0 the first layer's values are spread so that they saturate.
func activated(t *testing.T, f graph.Fractions, kind graph.Kind) *graph.Program {
	n := newNet(t, f, 3, 5)
	z := n.dense(n.Program().Input, 6)
	if kind == ops.KindRelu6 || kind == ops.KindReluN1To1 || kind == ops.KindHardSwish {
		z = n.one(ops.KindAdd, nil, z, n.one(ops.KindAdd, nil, z, z))
	}
	return n.train(n.dense(n.activation(kind, z), 3), graph.SoftmaxCrossEntropy)
}

// regression builds a network with the given outputs and loss.
func regression(t *testing.T, f graph.Fractions, outputs int, kind graph.LossKind) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindRelu, n.dense(n.Program().Input, 4))
	return n.train(n.dense(a, outputs), kind)
}

// combine makes one tensor of 6 hidden units: x linear, y after tanh.
type combine func(n *net, x, y graph.TensorID) graph.TensorID

// combined feeds two views of the hidden units to a combination and a last
// layer; the hidden units fan out.
func combined(t *testing.T, f graph.Fractions, c combine) *graph.Program {
	n := newNet(t, f, 3, 5)
	z := n.dense(n.Program().Input, 6)
	out := c(n, z, n.activation(ops.KindTanh, z))
	return n.train(n.dense(out, 3), graph.SoftmaxCrossEntropy)
}

// checkCombination is checkOperator for a combination.
func checkCombination(t *testing.T, c combine) {
	t.Helper()
	checkOperator(t, 8, func(t *testing.T, f graph.Fractions) *graph.Program { return combined(t, f, c) })
}

// chain makes one tensor of another; 6 units come in.
type chain func(n *net, a graph.TensorID) graph.TensorID

// moved builds a network whose hidden units pass through a chain.
func moved(t *testing.T, f graph.Fractions, c chain) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindTanh, n.dense(n.Program().Input, 6))
	return n.train(n.dense(c(n, a), 3), graph.SoftmaxCrossEntropy)
}

// checkChain is checkOperator for a chain.
func checkChain(t *testing.T, c chain) {
	t.Helper()
	checkOperator(t, 6, func(t *testing.T, f graph.Fractions) *graph.Program { return moved(t, f, c) })
}

// split gives samples of 6 units the shape (2, 3); merge takes it away.
func split(n *net, a graph.TensorID) graph.TensorID {
	return n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {3}}, a)
}

func merge(n *net, a graph.TensorID) graph.TensorID {
	return n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {0}}, a)
}

// half are constants around 1/2 with one value of the other sign.
func half() []int32 { return []int32{128, -100, 300, 64, 1, -256} }
