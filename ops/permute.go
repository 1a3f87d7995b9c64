package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindPermute reorders the axes of a sample: axis i of Y is axis order[i] of
// X, both counted after the batch axis.
//
// Attribute: order. Output: Y, virtual, and free to prove.
const KindPermute graph.Kind = "permute"

const attrOrder = "order"

type permute struct {
	free
	moving
}

func (permute) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x, order := p.Tensor(n.Inputs[0]), n.Attributes[attrOrder]
	if err := small(x); err != nil {
		return nil, err
	}
	if len(order) != len(x.Axes)-1 {
		return nil, malformed("order %v for %d axes", order, len(x.Axes)-1)
	}
	axes, used := []relation.Axis{x.Axes[0]}, make([]bool, len(order))
	for _, o := range order {
		if o < 0 || o >= int64(len(order)) || used[o] {
			return nil, malformed("order %v is no permutation", order)
		}
		used[o] = true
		axes = append(axes, x.Axes[1+o])
	}
	return []graph.Tensor{{Name: "value", Axes: axes, Format: x.Format, Role: graph.Virtual}}, nil
}

func (permute) Forward(s *Step, n *graph.Node) error {
	y, in := s.Program.Tensor(n.Outputs[0]), s.Program.Tensor(n.Inputs[0])
	// strides of X by the axes of Y
	strides, size := make([]int, len(in.Axes)), 1
	for i := len(in.Axes) - 1; i >= 0; i-- {
		strides[i], size = size, size*in.Axes[i].Size
	}
	by := []int{strides[0]}
	for _, o := range n.Attributes[attrOrder] {
		by = append(by, strides[1+o])
	}
	x, out := s.small(n.Inputs[0]), s.small(n.Outputs[0])
	for i := range out {
		at, rest := 0, i
		for k := len(by) - 1; k >= 0; k-- {
			at += rest % y.Axes[k].Size * by[k]
			rest /= y.Axes[k].Size
		}
		out[i] = x[at]
	}
	return nil
}

// Gradient: the inverse order.
func (permute) Gradient(r *Reverse, n *graph.Node) error {
	order := n.Attributes[attrOrder]
	inverse := make([]int64, len(order))
	for i, o := range order {
		inverse[o] = int64(i)
	}
	return transported(r, n, graph.Attributes{attrOrder: inverse})
}

// transported gives the input the gradient of the output, moved by another
// node of the same kind with the given attributes.
func transported(r *Reverse, n *graph.Node, inverse graph.Attributes) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	dx, err := appendOne(r.Builder, graph.Node{
		Name: n.Name + " backward", Kind: n.Kind, Inputs: []graph.TensorID{d}, Attributes: inverse,
	})
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dx)
	return nil
}

func (permute) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	labels := make([]relation.Label, len(n.Attributes[attrOrder]))
	for i, o := range n.Attributes[attrOrder] {
		labels[o] = unit(i)
	}
	x := relation.At(c.ID(n.Inputs[0]), append([]relation.Label{stepLabel, batchLabel}, labels...)...)
	return []relation.Term{relation.Times(relation.Int(1), x)}
}
