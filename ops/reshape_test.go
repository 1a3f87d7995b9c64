package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
)

// Neither 2×3 nor 6 is a power of two: padding moves.
func TestReshape(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID { return merge(n, split(n, a)) })
}
