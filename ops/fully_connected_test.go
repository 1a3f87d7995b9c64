package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func TestThinLine(t *testing.T) {
	n := newNet(t, 3, 5)
	a := n.activation(ops.KindRelu, n.dense(n.Program().Input, 6))
	p := n.train(n.dense(a, 3), graph.SoftmaxCrossEntropy)
	x := execute(t, p, 3, 1)
	x.checkHonest(t)
}
