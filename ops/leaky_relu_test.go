package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestLeakyRelu(t *testing.T) {
	checkOperator(t, 1, func(t *testing.T, f graph.Fractions) *graph.Program { return activated(t, f, ops.KindLeakyRelu) })
}

// Slopes of any size: relu(z) less the product of relu(−z) and what they are.
func TestSlopes(t *testing.T) {
	checkChain(t, func(n *net, a graph.TensorID) graph.TensorID {
		f := n.Tensor(a).Format
		above := n.activation(ops.KindRelu, a)
		below := n.must(ops.Sum(n.Builder, "below", []graph.TensorID{above, a}, []int64{1, -1}, f))
		product := n.one(ops.KindMul, nil, below, n.constant([]int32{128, -100, 500, 64, 1, 400}, 8, 6))
		rounded := n.must(ops.Rescale(n.Builder, "product", product, f.Fraction))
		return n.must(ops.Sum(n.Builder, "sloped", []graph.TensorID{above, rounded}, []int64{1, -1}, f))
	})
}
