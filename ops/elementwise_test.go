package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// elementwise networks, each with a fan-out of hidden units.
func combinations() map[string]func(n *net, x, y graph.TensorID) graph.TensorID {
	half := []int32{128, -100, 300, 64, 1, -256}
	fraction := func(n *net) int { return n.Program().Fractions.Activation }
	return map[string]func(n *net, x, y graph.TensorID) graph.TensorID{
		"add": func(n *net, x, y graph.TensorID) graph.TensorID { return n.one(ops.KindAdd, nil, x, y) },
		"add twice": func(n *net, x, y graph.TensorID) graph.TensorID {
			return n.one(ops.KindAdd, nil, x, n.one(ops.KindAdd, nil, x, y))
		},
		"add constant": func(n *net, x, y graph.TensorID) graph.TensorID {
			return n.one(ops.KindAdd, nil, x, n.constant(half, fraction(n), 6))
		},
		"mul": func(n *net, x, y graph.TensorID) graph.TensorID {
			return n.must(ops.Rescale(n.Builder, "mul", n.one(ops.KindMul, nil, x, y), fraction(n)))
		},
		"square": func(n *net, x, y graph.TensorID) graph.TensorID {
			return n.must(ops.Rescale(n.Builder, "mul", n.one(ops.KindMul, nil, x, x), fraction(n)))
		},
		"mul constant": func(n *net, x, y graph.TensorID) graph.TensorID {
			return n.must(ops.Rescale(n.Builder, "mul", n.one(ops.KindMul, nil, x, n.constant(half, 8, 6)), fraction(n)))
		},
		"difference": func(n *net, x, y graph.TensorID) graph.TensorID {
			return n.must(ops.Sum(n.Builder, "difference", []graph.TensorID{x, y}, []int64{1, -2}, n.Tensor(x).Format))
		},
	}
}

// combined feeds two views of the hidden units, one after an activation and
// one linear, to a combination and a last layer.
func combined(t *testing.T, f graph.Fractions, combine func(n *net, x, y graph.TensorID) graph.TensorID) *graph.Program {
	n := newNet(t, f, 3, 5)
	z := n.dense(n.Program().Input, 6)
	out := combine(n, z, n.activation(ops.KindTanh, z))
	return n.train(n.dense(out, 3), graph.SoftmaxCrossEntropy)
}

func TestElementwiseRelations(t *testing.T) {
	for name, combine := range combinations() {
		t.Run(name, func(t *testing.T) { attack(t, combined(t, coarse(), combine), 2) })
	}
}

func TestElementwiseGradients(t *testing.T) {
	for name, combine := range combinations() {
		t.Run(name, func(t *testing.T) { checkGradients(t, combined(t, fine(), combine), 8) })
	}
}
