package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindAdd is Y = X_1 + X_2 cellwise, at the fraction bits that both share.
// X_2 may be a constant with the axes of X_1 except the batch.
//
// Output: Y, virtual, 16 bits.
const KindAdd graph.Kind = "add"

type add struct {
	free
	lax
	derived
}

func (add) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	x, y := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := operands(x, y); err != nil {
		return nil, err
	}
	if x.Format.Fraction != y.Format.Fraction {
		return nil, malformed("sum of %d and %d fraction bits", x.Format.Fraction, y.Format.Fraction)
	}
	return []graph.Tensor{{
		Name: "sum", Axes: x.Axes, Format: number.Format{Bits: 16, Fraction: x.Format.Fraction}, Role: graph.Virtual,
	}}, nil
}

func (add) Forward(s *Step, n *graph.Node) error {
	y := s.small(n.Inputs[1])
	for i, v := range s.small(n.Inputs[0]) {
		if err := s.store(n.Outputs[0], i, int64(v)+int64(y[i%len(y)])); err != nil {
			return err
		}
	}
	return nil
}

// Gradient: both operands get the gradient of the sum.
func (add) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	for _, x := range n.Inputs {
		if r.Needs(x) {
			r.Add(x, d)
		}
	}
	return nil
}

func (add) Bounds(b *Bounding, n *graph.Node) []Bound { return as(b.in(n, 0).plus(b.in(n, 1))) }

func (add) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	x, y := n.Inputs[0], n.Inputs[1]
	return []relation.Term{relation.Times(relation.Int(1), c.at(x)), relation.Times(relation.Int(1), c.spread(x, y)...)}
}

// spread reads the second operand y of a sum with x. A constant is broadcast
// over steps and samples, so it carries their masks.
func (c *Context) spread(x, y graph.TensorID) []relation.Factor {
	if c.Program.Tensor(y).Role == graph.Constant {
		return append(c.ones(x)[:2], c.operand(y))
	}
	return []relation.Factor{c.at(y)}
}
