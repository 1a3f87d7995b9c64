package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// shifted appends the sum of a value and a weight over its last axes, rounded to
// f_a.
func (n *net) shifted(x graph.TensorID, name string, sizes ...int) graph.TensorID {
	n.t.Helper()
	v := n.one(ops.KindAddWeight, nil, x, n.weight(name, 0, sizes...))
	return n.must(ops.Rescale(n.Builder, name+" rounded", v, n.Program().Fractions.Activation))
}

// placed builds 3 tokens of 6 in 2 cells, with a weight for each position and
// cell, and one for each cell.
func placed(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, integral(f), 3, 3)
	h := n.shifted(n.embed(n.Program().Input, 6, 2), "positions", 3, 2)
	h = n.shifted(n.activation(ops.KindTanh, h), "cells", 2)
	return n.train(n.dense(merge(n, h), 3), graph.SoftmaxCrossEntropy)
}

func TestAddWeight(t *testing.T) { checkOperator(t, 2, placed) }

// Frozen ones are added as they are, one of them in two places.
func TestAddFrozenWeight(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 3, 6)
		a := split(n, n.dense(n.Program().Input, 6))
		w := n.weight("frozen positions", 0, n.Tensor(a).Axes[1].Size, n.Tensor(a).Axes[2].Size)
		n.Tensor(w).Role = graph.Frozen
		for range 2 {
			v := n.one(ops.KindAddWeight, nil, a, w)
			a = n.activation(ops.KindTanh, n.must(ops.Rescale(n.Builder, "shifted", v, f.Activation)))
		}
		return n.train(n.dense(merge(n, a), 3), graph.SoftmaxCrossEntropy)
	})
}
