package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// multiplied lists the products of contractions by kind: the cells of X, W and V
// that belong together, given the shapes of the three.
func multiplied() map[graph.Kind]func(a graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	return map[graph.Kind]func(a graph.Attributes, x, w, v []int, do func(x, w, v int)){
		ops.KindConv2D:          convolved,
		ops.KindDepthwiseConv2D: apart,
		ops.KindGroupedConv2D:   grouped,
		ops.KindTransposeConv:   spread,
		ops.KindGather:          gathered,
		ops.KindUnembed:         unembedded,
		ops.KindFullyConnected: func(_ graph.Attributes, x, w, v []int, do func(x, w, v int)) {
			rows := 1
			for _, size := range v[:len(v)-1] {
				rows *= size
			}
			for i := range rows * w[1] {
				for k := range w[0] {
					do(i/w[1]*w[0]+k, k*w[1]+i%w[1], i)
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

// everywhere appends a layer with a bias on every position of samples with
// several axes, rounded to f_a.
func (n *net) everywhere(x graph.TensorID, units int) graph.TensorID {
	n.t.Helper()
	fx, axes := n.Tensor(x).Format.Fraction, n.Tensor(x).Axes
	w, b := n.weight("w", fx, axes[len(axes)-1].Size, units), n.weight("b", fx, units)
	v := n.one(ops.KindFullyConnected, ops.Positions(len(axes)-2), x, w, b)
	return n.must(ops.Rescale(n.Builder, "everywhere rounded", v, n.Program().Fractions.Activation))
}

// positioned builds samples of 3 positions with 2 features, of which one layer
// with tanh makes 3 each, another 2, and a layer of 3 units for the sample: no
// axis but one is full.
func positioned(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 6)
	a := n.activation(ops.KindTanh, n.everywhere(tokens(n, n.Program().Input, 2), 3))
	return n.train(n.dense(merge(n, n.everywhere(a, 2)), 3), graph.SoftmaxCrossEntropy)
}

// tokens gives flat samples positions with the given features.
func tokens(n *net, x graph.TensorID, features int) graph.TensorID {
	return n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {int64(features)}}, x)
}

func TestFullyConnectedEverywhere(t *testing.T) { checkOperator(t, 2, positioned) }

// One weight at positions of two axes and of one, and a frozen one with one unit.
func TestFullyConnectedOnPictures(t *testing.T) {
	checkOperator(t, 3, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 2, 12)
		shared, frozen := n.weight("w", f.Activation, 2, 2), n.weight("frozen w", f.Activation, 2, 1)
		n.Tensor(frozen).Role = graph.Frozen
		h := picture(n, n.Program().Input, 3, 2) // 2×3×2
		layer := func(w graph.TensorID) {
			v := n.one(ops.KindFullyConnected, ops.Positions(len(n.Tensor(h).Axes)-2), h, w)
			h = n.must(ops.Rescale(n.Builder, "rounded", v, f.Activation))
		}
		layer(shared)
		h = n.activation(ops.KindTanh, merge(n, h)) // 6×2
		layer(shared)
		layer(frozen)
		return n.train(n.dense(merge(n, h), 3), graph.SoftmaxCrossEntropy)
	})
}

// Attributes that fit no input.
func TestFullyConnectedRefuses(t *testing.T) {
	n := newNet(t, coarse(), 3, 6)
	x := tokens(n, n.Program().Input, 2)
	w := n.weight("w", 8, 2, 3)
	for _, c := range []struct {
		positions int64
		fits      bool
	}{{1, true}, {0, false}, {2, false}, {-1, false}, {9, false}, {1 << 62, false}} {
		node := graph.Node{Name: "layer", Kind: ops.KindFullyConnected, Inputs: []graph.TensorID{x, w}, Attributes: graph.Attributes{"positions": {c.positions}}}
		if _, err := ops.Append(n.Builder, node); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d axes of positions: %v", c.positions, err)
		}
	}
}

// dense builds 5 features, 6 hidden units with relu, 3 outputs.
func dense(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 5)
	a := n.activation(ops.KindRelu, n.dense(n.Program().Input, 6))
	return n.train(n.dense(a, 3), graph.SoftmaxCrossEntropy)
}

func TestFullyConnected(t *testing.T) { checkOperator(t, 2, dense) }
