package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestReflect(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		return n.one(ops.KindReflect, graph.Attributes{"axis": {0}}, a)
	})
}
