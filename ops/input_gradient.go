package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindInputGradient is U(b,k) = Σ_j dZ(b,j)·W(k,j), the gradient of a fully
// connected layer with respect to its input.
//
// Inputs: dZ (batch, units), W (inputs, units).
// Output: the accumulator U (batch, inputs) at f_g + f_w fraction bits.
const KindInputGradient graph.Kind = "input_gradient"

type inputGradient struct {
	training
	free
	contracting
}

func (inputGradient) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	d, w := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := small(d); err != nil {
		return nil, err
	}
	if w.Role != graph.Weight && w.Role != graph.Frozen {
		return nil, malformed("%v %q is not a weight", w.Role, w.Name)
	}
	if len(d.Axes) != 2 || len(w.Axes) != 2 || d.Axes[1].Size != w.Axes[1].Size || d.Format.Bits > 16 {
		return nil, malformed("gradient %v in %v does not fit weights %v", sizes(d), d.Format, sizes(w))
	}
	return []graph.Tensor{{
		Name:   "accumulator",
		Axes:   []relation.Axis{d.Axes[0], w.Axes[0]},
		Format: number.Format{Bits: wideBits, Fraction: d.Format.Fraction + w.Format.Fraction},
		Role:   graph.Accumulator,
	}}, nil
}

func (inputGradient) Forward(s *Step, n *graph.Node) error {
	u := s.Buffers.Wide[n.Outputs[0]]
	u.MulTransposed(s.small(n.Inputs[0]), s.Program.Batch, s.Buffers.Weights[n.Inputs[1]])
	return nil
}

func (inputGradient) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	d, w := n.Inputs[0], n.Inputs[1]
	units := c.Program.Tensor(w).Axes[1]
	const j = relation.Label("j")
	return []relation.Term{times(1, c.summed(units, j),
		relation.At(c.ID(d), stepLabel, batchLabel, j),
		c.weight(w, unit(0), j),
	)}
}
