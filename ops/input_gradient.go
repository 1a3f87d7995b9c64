package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindInputGradient is the gradient of a contraction V = Σ X·W with respect to
// its input,
//
//	U(input) = Σ dZ(output)·W(weight)      over the labels that X lacks;
//
// for a fully connected layer U(b,k) = Σ_j dZ(b,j)·W(k,j). Of names the
// contraction's operator.
//
// Inputs: dZ, W. Output: the accumulator U at f_g + f_w fraction bits.
const KindInputGradient graph.Kind = "input_gradient"

type inputGradient struct {
	training
	free
	lax
	derived
}

func (inputGradient) Bounds(*Bounding, *graph.Node) []Bound { return as(unlimited()) }

func (inputGradient) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	op, err := contractorOf(n.Of)
	if err != nil {
		return nil, err
	}
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	d, w := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := small(d); err != nil {
		return nil, err
	}
	if err := isWeight(w); err != nil {
		return nil, err
	}
	k, err := op.contraction(n.Attributes)
	if err != nil {
		return nil, err
	}
	e, ok := k.extentsOf(nil, w.Axes, d.Axes[1:])
	if !ok || d.Format.Bits > 16 {
		return nil, malformed("gradient %v in %v does not fit weights %v", sizes(d), d.Format, sizes(w))
	}
	return []graph.Tensor{{
		Name:   "accumulator",
		Axes:   append([]relation.Axis{d.Axes[0]}, e.axes(k.input)...),
		Format: number.Format{Bits: wideBits, Fraction: d.Format.Fraction + w.Format.Fraction},
		Role:   graph.Accumulator,
	}}, nil
}

// Forward: U = dZ·Wᵀ, or dZ·W where rows make units; through windows, the patches of dZ with zeros around it
// times the weights, turned about.
func (inputGradient) Forward(s *Step, n *graph.Node) error {
	u, d := s.Buffers.Wide[n.Outputs[0]], s.small(n.Inputs[0])
	w := s.Buffers.Weights[n.Inputs[1]]
	switch patches := s.Buffers.patches[s.node]; {
	case turned(n):
		u.MulInto(d, len(d)/w.Rows(), w)
	case patches == nil:
		u.MulTransposed(d, len(d)/w.Cols(), w)
	case patches.channels > 0:
		patches.backward(u, d, w)
	default:
		u.MulView(patches.over(d), patches.turned(w))
	}
	return nil
}

func (inputGradient) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	k, e := contracted(n), extentsOf(c.Program, n)
	return relabelled([]relation.Term{c.product(&k, e, n.Inputs[0], k.output, n.Inputs[1], k.backward())}, k.input)
}

// reads: a product for each unit and offset.
func (inputGradient) reads(p *graph.Program, n *graph.Node) []products {
	k := contracted(n)
	return []products{{n.Inputs[1], extentsOf(p, n).count(k.backward()), 15}}
}
