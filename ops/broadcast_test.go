package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestBroadcast(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		return merge(n, n.must(ops.Broadcast(n.Builder, "broadcast", mean(n, a), ops.Units(3))))
	})
}
