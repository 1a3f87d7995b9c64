package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestReduceSum(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		total := n.one(ops.KindReduceSum, nil, split(n, a))
		return n.must(ops.Rescale(n.Builder, "sum", total, n.Tensor(a).Format.Fraction))
	})
}
