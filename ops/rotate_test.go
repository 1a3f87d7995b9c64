package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestRotate(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		return n.one(ops.KindRotate, graph.Attributes{"axis": {0}, "by": {2}}, a)
	})
}

func TestRotateInnerAxis(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		return merge(n, n.one(ops.KindRotate, graph.Attributes{"axis": {1}, "by": {1}}, split(n, a)))
	})
}
