package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestSum(t *testing.T) {
	checkCombination(t, func(n *net, x, y graph.TensorID) graph.TensorID {
		return n.must(ops.Sum(n.Builder, "difference", []graph.TensorID{x, y}, []int64{1, -2}, n.Tensor(x).Format))
	})
}

func minus(n *net, x, y graph.TensorID) graph.TensorID {
	return n.must(ops.Sum(n.Builder, "minus", []graph.TensorID{x, y}, []int64{1, -1}, n.Tensor(x).Format))
}

func TestMinus(t *testing.T) { checkCombination(t, minus) }

func TestOpposite(t *testing.T) {
	checkCombination(t, func(n *net, x, _ graph.TensorID) graph.TensorID {
		return n.must(ops.Sum(n.Builder, "opposite", []graph.TensorID{x}, []int64{-1}, n.Tensor(x).Format))
	})
}
