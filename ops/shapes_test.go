package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// moved builds a network whose hidden units pass through one operator chain.
func moved(t *testing.T, f graph.Fractions, chain func(n *net, a graph.TensorID) graph.TensorID) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindTanh, n.dense(n.Program().Input, 6))
	return n.train(n.dense(chain(n, a), 3), graph.SoftmaxCrossEntropy)
}

// chains of operators on 6 hidden units, none of them a power of two.
func chains() map[string]func(n *net, a graph.TensorID) graph.TensorID {
	split := func(n *net, a graph.TensorID) graph.TensorID {
		return n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {3}}, a)
	}
	merge := func(n *net, a graph.TensorID) graph.TensorID {
		return n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {0}}, a)
	}
	return map[string]func(n *net, a graph.TensorID) graph.TensorID{
		"rotate": func(n *net, a graph.TensorID) graph.TensorID {
			return n.one(ops.KindRotate, graph.Attributes{"axis": {0}, "by": {2}}, a)
		},
		"reflect": func(n *net, a graph.TensorID) graph.TensorID {
			return n.one(ops.KindReflect, graph.Attributes{"axis": {0}}, a)
		},
		"reshape": func(n *net, a graph.TensorID) graph.TensorID { return merge(n, split(n, a)) },
		"permute": func(n *net, a graph.TensorID) graph.TensorID {
			return merge(n, n.one(ops.KindPermute, graph.Attributes{"order": {1, 0}}, split(n, a)))
		},
		"rotate inner axis": func(n *net, a graph.TensorID) graph.TensorID {
			return merge(n, n.one(ops.KindRotate, graph.Attributes{"axis": {1}, "by": {1}}, split(n, a)))
		},
		"mean and broadcast": func(n *net, a graph.TensorID) graph.TensorID {
			total := n.one(ops.KindReduceSum, nil, split(n, a))
			mean := n.must(ops.ConstantDivision(n.Builder, "mean", total, 3, n.Tensor(a).Format.Fraction))
			return merge(n, n.must(ops.Broadcast(n.Builder, "broadcast", mean, ops.Units(3))))
		},
		"sum": func(n *net, a graph.TensorID) graph.TensorID {
			total := n.one(ops.KindReduceSum, nil, split(n, a))
			return n.must(ops.Rescale(n.Builder, "sum", total, n.Tensor(a).Format.Fraction))
		},
	}
}

func TestShapeRelations(t *testing.T) {
	for name, chain := range chains() {
		t.Run(name, func(t *testing.T) { attack(t, moved(t, coarse(), chain), 2) })
	}
}

func TestShapeGradients(t *testing.T) {
	for name, chain := range chains() {
		t.Run(name, func(t *testing.T) { checkGradients(t, moved(t, fine(), chain), 6) })
	}
}
