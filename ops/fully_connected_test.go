package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// multiplied lists the products of contractions by kind: the cells of X, W and V
// that belong together, given the shapes of the three.
func multiplied() map[graph.Kind]func(a graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	return map[graph.Kind]func(a graph.Attributes, x, w, v []int, do func(x, w, v int)){
		ops.KindConv2D: convolved,
		ops.KindFullyConnected: func(_ graph.Attributes, x, w, v []int, do func(x, w, v int)) {
			for i := range v[0] * v[1] {
				for k := range w[0] {
					do(i/v[1]*x[1]+k, k*w[1]+i%v[1], i)
				}
			}
		},
	}
}

// products lists those of a node, or of the node that one of the backward pass
// is made for.
func products(p *graph.Program, n *graph.Node, do func(x, w, v int)) {
	kind, x, w, v := n.Kind, n.Inputs[0], n.Inputs[1], graph.TensorID(0)
	switch n.Kind {
	case ops.KindInputGradient: // dZ, W; U
		kind, x, v = n.Of, n.Outputs[0], n.Inputs[0]
	case ops.KindWeightUpdate: // W, X, dZ
		kind, w, x, v = n.Of, n.Inputs[0], n.Inputs[1], n.Inputs[2]
	default:
		v = n.Outputs[0]
	}
	shape := func(t graph.TensorID) (s []int) {
		for _, a := range p.Tensor(t).Axes {
			s = append(s, a.Size)
		}
		return s
	}
	multiplied()[kind](n.Attributes, shape(x), shape(w), shape(v), do)
}

// dense builds 5 features, 6 hidden units with relu, 3 outputs.
func dense(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindRelu, n.dense(n.Program().Input, 6))
	return n.train(n.dense(a, 3), graph.SoftmaxCrossEntropy)
}

func TestFullyConnected(t *testing.T) { checkOperator(t, 2, dense) }
