package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindAddWeight adds a weight to every sample, over the last axes w of it, as a
// table of positions is,
//
//	V(b,p,w) = 2^(f_w − f_x)·X(b,p,w) + B(w).
//
// Its gradient is dX = dV, and what moves B is Σ_{b,p} dV(b,p,w).
//
// Inputs: X (batch, p…, w…), 16 bits, and B (w…) at f_w >= f_x. Output: the
// accumulator V, of X's shape, at f_w fraction bits.
const KindAddWeight graph.Kind = "add_weight"

type addWeight struct {
	free
	lax
	derived
}

func (addWeight) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	x, w := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := small(x); err != nil {
		return nil, err
	}
	if err := isWeight(w); err != nil {
		return nil, err
	}
	if !endsIn(x, w) || x.Format.Bits > 16 || w.Format.Fraction < x.Format.Fraction {
		return nil, malformed("weight %v in %v does not fit %v in %v", sizes(w), w.Format, sizes(x), x.Format)
	}
	return []graph.Tensor{{
		Name: "accumulator", Axes: x.Axes, Role: graph.Accumulator,
		Format: number.Format{Bits: wideBits, Fraction: w.Format.Fraction},
	}}, nil
}

// endsIn reports whether the last axes of a per-sample tensor are those of a
// weight.
func endsIn(x, w *graph.Tensor) bool {
	first := len(x.Axes) - len(w.Axes)
	return first >= 1 && sameSizes(x.Axes[first:], w.Axes)
}

func (addWeight) Forward(s *Step, n *graph.Node) error {
	w := s.Buffers.Weight(n.Inputs[1])
	v := s.Buffers.Wide[n.Outputs[0]]
	v.Scale(s.small(n.Inputs[0]), len(w), uint(raises(s.Program, n)))
	v.AddBias(w, 0)
	return nil
}

// raises is f_w − f_x.
func raises(p *graph.Program, n *graph.Node) int {
	return p.Tensor(n.Inputs[1]).Format.Fraction - p.Tensor(n.Inputs[0]).Format.Fraction
}

// Gradient: dX = dV, and dV updates B.
func (addWeight) Gradient(r *Reverse, n *graph.Node) error {
	dv, err := r.clippedError(n)
	if err != nil {
		return err
	}
	r.update(n.Inputs[1], use{input: graph.None, gradient: dv})
	if r.Needs(n.Inputs[0]) {
		r.Add(n.Inputs[0], dv)
	}
	return nil
}

// Bounds: X and a weight give an accumulator that is within FieldBits.
func (addWeight) Bounds(*Bounding, *graph.Node) []Bound { return as(unlimited()) }

// Define: B carries the masks of the axes that it lacks; those of the steps, too,
// where it is frozen.
func (addWeight) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	x, w := c.Program.Tensor(n.Inputs[0]), c.Program.Tensor(n.Inputs[1])
	labels, first := c.Labels(n.Inputs[0]), len(x.Axes)-len(w.Axes)
	axes := c.axes(x)
	lacks := 1 // of the axes, the step's in front: a trajectory has it
	if w.Role == graph.Frozen {
		lacks = 0
	}
	masks := c.Relation.Masks(axes[lacks:first+1], labels[lacks:first+1])
	return []relation.Term{
		relation.Times(relation.Pow2(raises(c.Program, n)), c.at(n.Inputs[0])),
		times(1, masks, c.weight(n.Inputs[1], labels[first+1:]...)),
	}
}

// reads: a weight, and X times 2^(f_w − f_x), which is less than such a product.
func (addWeight) reads(p *graph.Program, n *graph.Node) []products {
	return []products{{n.Inputs[1], 1, 15 + raises(p, n)}}
}
