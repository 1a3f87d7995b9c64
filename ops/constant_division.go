package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindConstantDivision is Y = V/d rounded half up, for a public divisor d:
//
//	V = d·Y + R − ⌊d/2⌋,   R in [0, 2^16), d − 1 − R in [0, 2^16).
//
// Input: V. Attributes: divisor, 2 <= d <= 2^16; fraction, of Y.
// Outputs: Y (16 bits), R, and C = d − 1 − R, which is virtual.
const KindConstantDivision graph.Kind = "constant_division"

const attrDivisor = "divisor"

type constantDivision struct {
	lax
	rounding
}

// ConstantDivision appends V/d at the given fraction bits.
func ConstantDivision(b *graph.Builder, name string, v graph.TensorID, divisor, fraction int) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: KindConstantDivision, Inputs: []graph.TensorID{v},
		Attributes: graph.Attributes{attrDivisor: {int64(divisor)}, attrFraction: {int64(fraction)}},
	})
}

func (constantDivision) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	v, d, f := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrDivisor), n.Attributes.Int(attrFraction)
	if !v.Role.PerSample() || v.Format.Bits > longBits {
		return nil, malformed("%v %q of %d bits cannot be divided", v.Role, v.Name, v.Format.Bits)
	}
	if d < 2 || d > 1<<16 || f < 0 || f > 32 {
		return nil, malformed("division by %d at %d fraction bits", d, f)
	}
	limb := number.Format{Bits: 17}
	return []graph.Tensor{
		{Name: "value", Axes: v.Axes, Format: number.Format{Bits: 16, Fraction: f}, Role: graph.Virtual},
		{Name: "remainder", Axes: v.Axes, Format: limb, Role: graph.Committed},
		{Name: "complement", Axes: v.Axes, Format: limb, Role: graph.Virtual},
	}, nil
}

func (constantDivision) Forward(s *Step, n *graph.Node) error {
	y, d := n.Outputs[0], int64(n.Attributes.Int(attrDivisor))
	r, c := s.small(n.Outputs[1]), s.small(n.Outputs[2])
	for i := range r {
		shifted := s.integer(n.Inputs[0], i) + d/2
		q := shifted / d
		if shifted%d < 0 {
			q--
		}
		if err := s.store(y, i, q); err != nil {
			return err
		}
		r[i] = int32(shifted - d*q)
		c[i] = int32(d-1) - r[i]
	}
	return nil
}

// Gradient: dV = dY/d, rounded.
func (constantDivision) Gradient(r *Reverse, n *graph.Node) error {
	dy, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	dv, err := ConstantDivision(r.Builder, n.Name+" backward", dy, n.Attributes.Int(attrDivisor), r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dv)
	return nil
}

// Bounds: R and C in range leave d consecutive integers, so given V there is
// one integer Y; but each R makes some Y of the field.
func (constantDivision) Bounds(b *Bounding, n *graph.Node) []Bound {
	return []Bound{{b.in(n, 0).quotient(int64(n.Attributes.Int(attrDivisor))), true}, {unsigned(16), false}, {unsigned(16), false}}
}

// Define: Y = (V − R + ⌊d/2⌋)/d, C = d − 1 − R.
func (constantDivision) Define(c *Context, n *graph.Node, i int) []relation.Term {
	v, r, d := n.Inputs[0], n.Outputs[1], int64(n.Attributes.Int(attrDivisor))
	if i == 2 {
		return []relation.Term{
			relation.Times(relation.Int(d-1), c.ones(r)...),
			relation.Times(relation.Int(-1), c.at(r)),
		}
	}
	inverse := relation.Int(d)
	inverse.Inverse(&inverse)
	half := relation.Int(d / 2)
	half.Mul(&half, &inverse)
	return []relation.Term{
		relation.Times(inverse, c.at(v)),
		relation.Times(relation.Neg(inverse), c.at(r)),
		relation.Times(half, c.ones(r)...),
	}
}

// Constrain states the relations (protocol, section 2).
func (constantDivision) Constrain(c *Context, n *graph.Node) {
	y, r, d := n.Outputs[0], n.Outputs[1], int64(n.Attributes.Int(attrDivisor))
	c.Relation.Unsigned(c.ID(r), 16)
	c.Relation.Unsigned(c.ID(n.Outputs[2]), 16)
	if c.Program.Tensor(y).Role != graph.Committed {
		return
	}
	c.equation(n.Name, y,
		relation.Times(relation.Int(1), c.at(n.Inputs[0])),
		relation.Times(relation.Int(-d), c.at(y)),
		relation.Times(relation.Int(-1), c.at(r)),
		relation.Times(relation.Int(d/2), c.ones(y)...),
	)
}
