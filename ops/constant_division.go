package ops

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindConstantDivision is Y = V/d rounded half up, for a public divisor d:
//
//	V = d·Y + R − ⌊d/2⌋,   R >= 0,   C = d − 1 − R >= 0
//
// with R and C in limbs of 16 bits.
//
// Input: V. Attributes: divisor, 2 <= d <= 2^60; fraction, of Y.
// Outputs: Y (16 bits), then R and C, by limbs. With a single limb C is virtual.
const KindConstantDivision graph.Kind = "constant_division"

const attrDivisor = "divisor"

// maxDivisor keeps V + d within 64 bits, with V of 62.
const maxDivisor = 1 << 60

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
	if d < 2 || d > maxDivisor || f < 0 || f > 32 {
		return nil, malformed("division by %d at %d fraction bits", d, f)
	}
	y := graph.Tensor{Name: "value", Axes: v.Axes, Format: number.Format{Bits: 16, Fraction: f}, Role: graph.Virtual}
	return append([]graph.Tensor{y}, remainderLimbs(v.Axes, relation.LimbsOf(bits.Len(uint(d-1))))...), nil
}

// limbsOf returns the limbs of the remainder of a node and of its complement.
func limbsOf(n *graph.Node) (remainder, complement []graph.TensorID) {
	limbs := (len(n.Outputs) - 1) / 2
	return n.Outputs[1 : 1+limbs], n.Outputs[1+limbs:]
}

func (constantDivision) Forward(s *Step, n *graph.Node) error {
	y, d := n.Outputs[0], int64(n.Attributes.Int(attrDivisor))
	remainder, complement := limbsOf(n)
	for i := range s.small(y) {
		v := s.integer(n.Inputs[0], i)
		if v <= -1<<62 || v >= 1<<62 {
			return s.overflow(y, i, v/d)
		}
		q, r := (v+d/2)/d, (v+d/2)%d
		if r < 0 {
			q, r = q-1, r+d
		}
		if err := s.store(y, i, q); err != nil {
			return err
		}
		s.splitInto(remainder, i, r)
		s.splitInto(complement, i, d-1-r)
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
	return divisionBounds(b.in(n, 0).quotient(int64(n.Attributes.Int(attrDivisor))), len(n.Outputs))
}

// Define: Y = (V − R + ⌊d/2⌋)/d, C = d − 1 − R.
func (constantDivision) Define(c *Context, n *graph.Node, i int) []relation.Term {
	if i > 0 {
		return leftOf(c, n)
	}
	d := int64(n.Attributes.Int(attrDivisor))
	remainder, _ := limbsOf(n)
	inverse := relation.Int(d)
	inverse.Inverse(&inverse)
	half := relation.Int(d / 2)
	half.Mul(&half, &inverse)
	return append([]relation.Term{
		relation.Times(inverse, c.at(n.Inputs[0])),
		relation.Times(half, c.ones(remainder[0])...),
	}, c.limbs(relation.Neg(inverse), remainder)...)
}

// leftOf is d − 1 − R.
func leftOf(c *Context, n *graph.Node) []relation.Term {
	remainder, _ := limbsOf(n)
	whole := relation.Times(relation.Int(int64(n.Attributes.Int(attrDivisor))-1), c.ones(remainder[0])...)
	return append([]relation.Term{whole}, c.limbs(relation.Int(-1), remainder)...)
}

// Constrain states the relations (protocol, section 2).
func (constantDivision) Constrain(c *Context, n *graph.Node) {
	y, d := n.Outputs[0], int64(n.Attributes.Int(attrDivisor))
	remainder, complement := limbsOf(n)
	c.bracket(n.Name, remainder[0], remainder, complement, func(c *Context) []relation.Term { return leftOf(c, n) })
	if c.Program.Tensor(y).Role != graph.Committed {
		return
	}
	c.equation(n.Name, y, append([]relation.Term{
		relation.Times(relation.Int(1), c.at(n.Inputs[0])),
		relation.Times(relation.Int(-d), c.at(y)),
		relation.Times(relation.Int(d/2), c.ones(y)...),
	}, c.limbs(relation.Int(-1), remainder)...)...)
}
