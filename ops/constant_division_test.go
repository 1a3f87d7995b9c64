package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// mean of three units.
func mean(n *net, a graph.TensorID) graph.TensorID {
	total := n.one(ops.KindReduceSum, nil, split(n, a))
	return n.must(ops.ConstantDivision(n.Builder, "mean", total, 3, n.Tensor(a).Format.Fraction))
}

func TestConstantDivision(t *testing.T) { checkChain(t, mean) }
