package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// attention has a softmax in the middle of the network.
func attention(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 5)
	p := n.must(ops.Softmax(n.Builder, "weights", n.dense(n.Program().Input, 5), f.Activation))
	return n.train(n.dense(p, 3), graph.MeanSquaredError)
}

func TestSoftmax(t *testing.T) { checkOperator(t, 4, attention) }

// With 14 fraction bits and 5 classes the denominator needs two limbs.
func TestSoftmaxWithTwoLimbs(t *testing.T) {
	f := coarse()
	f.Error = 14
	n := newNet(t, f, 3, 4)
	z := n.must(ops.Rescale(n.Builder, "small", n.one(ops.KindMul, nil, n.dense(n.Program().Input, 5), n.constant([]int32{64, 64, 64, 64, 64}, 8, 5)), 8))
	p := n.train(z, graph.SoftmaxCrossEntropy)
	limbs := 0
	for i := range p.Nodes {
		if p.Nodes[i].Kind == ops.KindSoftmax {
			limbs = len(p.Nodes[i].Outputs) - 6
		}
	}
	if limbs != 4 {
		t.Fatalf("%d limbs of remainder and complement, want 4", limbs)
	}
	attack(t, p, 2)
}
