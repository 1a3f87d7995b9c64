package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindMul is P = X ⊙ Y cellwise. Y may be a constant with the axes of X
// except the batch; it then multiplies every sample.
//
// Inputs: X, Y, at most 17 bits. Output: the accumulator P at f_x + f_y
// fraction bits.
const KindMul graph.Kind = "mul"

type mul struct {
	free
	lax
	derived
}

// product appends the product of two tensors, rounded to the given fraction
// bits.
func product(b *graph.Builder, name string, x, y graph.TensorID, fraction int) (graph.TensorID, error) {
	p, err := appendOne(b, graph.Node{Name: name, Kind: KindMul, Inputs: []graph.TensorID{x, y}})
	if err != nil {
		return graph.None, err
	}
	return Rescale(b, name+" rounded", p, fraction)
}

func (mul) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	x, y := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := operands(x, y); err != nil {
		return nil, err
	}
	if x.Format.Bits > 17 || y.Format.Bits > 17 {
		return nil, malformed("product of %v and %v", x.Format, y.Format)
	}
	return []graph.Tensor{{
		Name: "product", Axes: x.Axes, Role: graph.Accumulator,
		Format: number.Format{Bits: longBits, Fraction: x.Format.Fraction + y.Format.Fraction},
	}}, nil
}

// operands checks that y has the shape of x, or is a constant with the shape
// of one sample.
func operands(x, y *graph.Tensor) error {
	if err := small(x); err != nil {
		return err
	}
	if y.Role == graph.Constant {
		one := graph.Tensor{Axes: x.Axes[1:]}
		if !y.SameShape(&one) {
			return malformed("constant %v for samples %v", sizes(y), sizes(&one))
		}
		return nil
	}
	if err := small(y); err != nil {
		return err
	}
	if !x.SameShape(y) {
		return malformed("operands %v and %v", sizes(x), sizes(y))
	}
	return nil
}

func (mul) Forward(s *Step, n *graph.Node) error {
	x, y, p := s.small(n.Inputs[0]), s.small(n.Inputs[1]), s.long(n.Outputs[0])
	for i, v := range x {
		p[i] = int64(v) * int64(y[i%len(y)])
	}
	return nil
}

// Gradient: dX = dP ⊙ Y and dY = dP ⊙ X, rounded.
func (mul) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	x, y := n.Inputs[0], n.Inputs[1]
	if x == y {
		return gradientOfSquare(r, n, d)
	}
	for _, side := range []struct{ to, other graph.TensorID }{{x, y}, {y, x}} {
		if !r.Needs(side.to) {
			continue
		}
		dx, err := product(r.Builder, n.Name+" backward", d, side.other, r.format().Fraction)
		if err != nil {
			return err
		}
		r.Add(side.to, dx)
	}
	return nil
}

// gradientOfSquare: dX = 2·dP ⊙ X, rounded once.
func gradientOfSquare(r *Reverse, n *graph.Node, d graph.TensorID) error {
	x, f := n.Inputs[0], r.format()
	if !r.Needs(x) {
		return nil
	}
	twice, err := Sum(r.Builder, n.Name+" backward twice", []graph.TensorID{d}, []int64{2}, number.Format{Bits: 17, Fraction: f.Fraction})
	if err != nil {
		return err
	}
	dx, err := product(r.Builder, n.Name+" backward", twice, x, f.Fraction)
	if err != nil {
		return err
	}
	r.Add(x, dx)
	return nil
}

func (mul) Bounds(b *Bounding, n *graph.Node) []Bound { return as(b.in(n, 0).times(b.in(n, 1))) }

func (mul) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return []relation.Term{relation.Times(relation.Int(1), c.at(n.Inputs[0]), c.operand(n.Inputs[1]))}
}

// operand reads the second operand of a product: a per-sample tensor, or a
// constant at the labels of its axes.
func (c *Context) operand(y graph.TensorID) relation.Factor {
	t := c.Program.Tensor(y)
	if t.Role != graph.Constant {
		return c.at(y)
	}
	labels := make([]relation.Label, len(t.Axes))
	for i := range labels {
		labels[i] = unit(i)
	}
	return relation.At(c.ID(y), labels...)
}
