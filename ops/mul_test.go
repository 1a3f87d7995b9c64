package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func times(n *net, x, y graph.TensorID) graph.TensorID {
	p := n.one(ops.KindMul, nil, x, y)
	return n.must(ops.Rescale(n.Builder, "mul", p, n.Program().Fractions.Activation))
}

func TestMul(t *testing.T) { checkCombination(t, times) }

func TestSquare(t *testing.T) {
	checkCombination(t, func(n *net, x, _ graph.TensorID) graph.TensorID { return times(n, x, x) })
}

func TestMulConstant(t *testing.T) {
	checkCombination(t, func(n *net, x, _ graph.TensorID) graph.TensorID { return times(n, x, n.constant(half(), 8, 6)) })
}
