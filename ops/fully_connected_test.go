package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// dense builds 5 features, 6 hidden units with relu, 3 outputs.
func dense(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindRelu, n.dense(n.Program().Input, 6))
	return n.train(n.dense(a, 3), graph.SoftmaxCrossEntropy)
}

func TestFullyConnected(t *testing.T) { checkOperator(t, 2, dense) }
