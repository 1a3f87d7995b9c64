package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindGate is dZ = G ⊙ D for a derivative G of bits: the gradient passes
// where the bit is 1.
//
// Inputs: G, D of one shape. Output: dZ, committed. Where G is known to be bits
// and D, whose relations leave its cells to the prover, is read by nothing else,
// dZ is looked up in its range, which bounds D where it passes; elsewhere no cell
// of D matters. Where D is within its range by itself, so is dZ.
const KindGate graph.Kind = "gate"

type gate struct {
	training
	witnessed
	lax
}

// bit is the format of a tensor of bits.
func bit() number.Format { return number.Format{Bits: 2} }

func (gate) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	g, d := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	for _, t := range []*graph.Tensor{g, d} {
		if err := small(t); err != nil {
			return nil, err
		}
	}
	if g.Format != bit() || !g.SameShape(d) {
		return nil, malformed("gate %v in %v on %v", sizes(g), g.Format, sizes(d))
	}
	return []graph.Tensor{{Name: "gradient", Axes: d.Axes, Format: d.Format, Role: graph.Committed}}, nil
}

// Bounds: dZ = G ⊙ D; an element of the field where D may be one.
func (gate) Bounds(b *Bounding, n *graph.Node) []Bound {
	z := b.in(n, 0).times(b.in(n, 1))
	return []Bound{{z, b.unread[n.Inputs[1]]}}
}

// Covers: where G is 1, D is dZ, which has a range, and where it is 0, the gate
// does not depend on D. G must be known to be bits.
func (gate) Covers(b *Bounding, n *graph.Node, i int) bool { return i == 1 && b.bit(n.Inputs[0]) }

func (gate) Forward(s *Step, n *graph.Node) error {
	g, d, out := s.small(n.Inputs[0]), s.small(n.Inputs[1]), s.small(n.Outputs[0])
	for i, v := range d {
		out[i] = g[i] * v
	}
	return nil
}

func (gate) Constrain(c *Context, n *graph.Node) {
	c.equation(n.Name, n.Outputs[0],
		relation.Times(relation.Int(1), c.at(n.Outputs[0])),
		relation.Times(relation.Int(-1), c.at(n.Inputs[0]), c.at(n.Inputs[1])),
	)
}
