package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
)

// Three layers: the gradient passes two transposed contractions.
func TestInputGradient(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 3, 5)
		return n.train(n.dense(n.dense(n.dense(n.Program().Input, 7), 6), 3), graph.SoftmaxCrossEntropy)
	})
}
