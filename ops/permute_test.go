package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestPermute(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		return merge(n, n.one(ops.KindPermute, graph.Attributes{"order": {1, 0}}, split(n, a)))
	})
}
