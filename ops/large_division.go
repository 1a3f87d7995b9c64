package ops

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindLargeDivision is Q = 2^s·N/D rounded to nearest, half up, with a divisor that
// is data, or a constant for each cell of a sample:
//
//	2·2^s·N + D = Q·2D + R,   0 <= R < 2D.
//
// R and C = 2D − 1 − R are in range by limbs of 16 bits, Q by its lookup. R
// and C together imply D >= 1.
//
// Inputs: N (batch, …, units), at most 64 bits; D >= 1 of the shape of N, or without
// its last axis: one for each row of it. Attributes: power, the s above; fraction,
// of Q; bits, how wide 2D may be: at most 32.
// Outputs: Q, then R and C, by limbs. With a single limb C is virtual.
const KindLargeDivision graph.Kind = "large_division"

const attrPower = "power"

type largeDivision struct {
	lax
	derived
}

// Quotient appends x/d, cell by cell, at the given fraction bits. Requires f_d and
// these together to be f_x at least.
func Quotient(b *graph.Builder, name string, x, d graph.TensorID, fraction int) (graph.TensorID, error) {
	power := fraction + b.Tensor(d).Format.Fraction - b.Tensor(x).Format.Fraction
	return appendOne(b, graph.Node{
		Name: name, Kind: KindLargeDivision, Inputs: []graph.TensorID{x, d},
		Attributes: graph.Attributes{attrPower: {int64(power)}, attrFraction: {int64(fraction)}, attrBits: {16}},
	})
}

func (largeDivision) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	x, d := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if !x.Role.PerSample() || x.Format.Bits > longBits {
		return nil, malformed("%v %q of %d bits cannot be divided", x.Role, x.Name, x.Format.Bits)
	}
	like := *x
	like.Role = graph.Virtual
	rows := len(x.Axes) > 1 && d.Role.PerSample() && d.Role.Small() && d.SameShape(&graph.Tensor{Axes: x.Axes[:len(x.Axes)-1]})
	if err := operands(&like, d); err != nil && !rows {
		return nil, err
	}
	f, s, bits := n.Attributes.Int(attrFraction), n.Attributes.Int(attrPower), n.Attributes.Int(attrBits)
	if f < 0 || f > 14 || s < 0 || s > 32 || bits < 1 || bits > 32 || !rows && d.Format.Bits > 16 {
		return nil, malformed("quotient of 2^%d·%v by %v with %d fraction bits, divisor of %d bits", s, x.Format, d.Format, f, bits)
	}
	return divisionOutputs(x.Axes, f, bits), nil
}

// divisionOutputs are the quotient and the limbs of R and C.
func divisionOutputs(axes []relation.Axis, fraction, bits int) []graph.Tensor {
	return append([]graph.Tensor{{
		Name: "quotient", Axes: axes, Role: graph.Committed,
		Format: number.Format{Bits: 16, Fraction: fraction},
	}}, remainderLimbs(axes, relation.LimbsOf(bits))...)
}

// remainderLimbs are the limbs of a remainder and of its complement, which is
// virtual if it has one.
func remainderLimbs(axes []relation.Axis, limbs int) (outputs []graph.Tensor) {
	for _, name := range []string{"remainder", "complement"} {
		for i := range limbs {
			role := graph.Committed
			if name == "complement" && limbs == 1 {
				role = graph.Virtual
			}
			outputs = append(outputs, graph.Tensor{
				Name: fmt.Sprintf("%s %d", name, i), Axes: axes, Role: role, Format: number.Format{Bits: 17},
			})
		}
	}
	return outputs
}

// division is a large division being computed: the numerator, the divisor and the
// outputs of divisionOutputs.
type division struct {
	numerator, divisor, quotient graph.TensorID
	remainder, complement        []graph.TensorID
	power                        int
}

func divisionOf(n *graph.Node) *division {
	remainder, complement := limbsOf(n)
	return &division{
		numerator: n.Inputs[0], divisor: n.Inputs[1], quotient: n.Outputs[0],
		remainder: remainder, complement: complement, power: n.Attributes.Int(attrPower),
	}
}

func (v *division) forward(s *Step) error {
	q, d := s.small(v.quotient), s.small(v.divisor)
	at := s.divisorAt(v)
	for i := range q {
		num, twice := s.integer(v.numerator, i), 2*int64(d[at(i)])
		if twice < 2 || twice > 1<<(16*len(v.remainder)) {
			return s.unfit(v.divisor, at(i), fmt.Sprintf("division by %d; a divisor must be from 1 to 2^%d", twice/2, 16*len(v.remainder)-1))
		}
		if limit := int64(1) << (61 - v.power); num <= -limit || num >= limit {
			return s.overflow(v.quotient, i, new(big.Rat).SetFrac(new(big.Int).Lsh(big.NewInt(num), uint(v.power+1)), big.NewInt(twice)).FloatString(0))
		}
		top := num<<(v.power+1) + twice/2
		quotient, r := top/twice, top%twice
		if r < 0 {
			quotient, r = quotient-1, r+twice
		}
		if err := s.store(v.quotient, i, quotient); err != nil {
			return err
		}
		s.splitInto(v.remainder, i, r)
		s.splitInto(v.complement, i, twice-1-r)
	}
	return nil
}

// divisorAt returns the cell of the divisor for each cell of the numerator.
func (s *Step) divisorAt(v *division) func(i int) int {
	n, d := s.Program.Tensor(v.quotient), s.Program.Tensor(v.divisor)
	if d.Role == graph.Constant {
		return func(i int) int { return i % len(d.Cells) }
	}
	units := n.Size() / d.Size()
	return func(i int) int { return i / units }
}

// splitInto writes v >= 0 to cell i of limbs of 16 bits.
func (s *Step) splitInto(limbs []graph.TensorID, i int, v int64) {
	for _, limb := range limbs {
		s.small(limb)[i] = int32(v & 0xffff)
		v >>= number.LimbBits
	}
}

// by reads the divisor for each cell of the quotient: in a sum, and in a product
// with the quotient.
func (v *division) by(c *Context) (added, multiplied []relation.Factor) {
	q, d := c.Program.Tensor(v.quotient), c.Program.Tensor(v.divisor)
	if d.Role != graph.Constant && len(d.Axes) < len(q.Axes) {
		return []relation.Factor{c.at(v.divisor), c.lastOne(v.quotient)}, []relation.Factor{c.at(v.divisor)}
	}
	return c.spread(v.quotient, v.divisor), []relation.Factor{c.operand(v.divisor)}
}

// complementTerms is 2D·1 − 1 − R, over the labels of the quotient.
func (v *division) complementTerms(c *Context) []relation.Term {
	d, _ := v.by(c)
	return append([]relation.Term{
		relation.Times(relation.Int(2), d...),
		relation.Times(relation.Int(-1), c.ones(v.quotient)...),
	}, c.limbs(relation.Int(-1), v.remainder)...)
}

func (v *division) constrain(c *Context, name string) {
	added, multiplied := v.by(c)
	c.equation(name+" quotient", v.quotient, append([]relation.Term{
		relation.Times(relation.Pow2(v.power+1), c.at(v.numerator)),
		relation.Times(relation.Int(1), added...),
		times(-2, multiplied, c.at(v.quotient)),
	}, c.limbs(relation.Int(-1), v.remainder)...)...)
	c.bracket(name, v.quotient, v.remainder, v.complement, v.complementTerms)
}

// bracket looks up the limbs of a remainder and of its complement; the terms of the
// complement define its single limb, which is virtual, or are an equation.
func (c *Context) bracket(name string, like graph.TensorID, remainder, complement []graph.TensorID, terms func(*Context) []relation.Term) {
	width := number.LimbBits * len(remainder)
	c.Relation.UnsignedLimbs(c.limbIDs(remainder), width)
	c.Relation.UnsignedLimbs(c.limbIDs(complement), width)
	if len(complement) > 1 {
		c.equation(name+" complement", like, append(terms(c), c.limbs(relation.Int(-1), complement)...)...)
	}
}

func (largeDivision) Forward(s *Step, n *graph.Node) error { return divisionOf(n).forward(s) }

// Gradient of Q = N/D, cell by cell: dN = dQ/D and dD = −dQ·Q/D, rounded.
func (largeDivision) Gradient(r *Reverse, n *graph.Node) error {
	dq, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	x, d, q, f := n.Inputs[0], n.Inputs[1], n.Outputs[0], r.format()
	if len(r.Tensor(d).Axes) < len(r.Tensor(x).Axes) && r.Tensor(d).Role != graph.Constant {
		return training{}.Gradient(r, n)
	}
	if r.Needs(x) {
		dx, err := Quotient(r.Builder, n.Name+" backward", dq, d, f.Fraction)
		if err != nil {
			return err
		}
		r.Add(x, dx)
	}
	if !r.Needs(d) {
		return nil
	}
	weighted, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward product", Kind: KindMul, Inputs: []graph.TensorID{dq, q}})
	if err != nil {
		return err
	}
	opposite, err := Quotient(r.Builder, n.Name+" backward of the divisor", weighted, d, f.Fraction)
	if err != nil {
		return err
	}
	dd, err := Sum(r.Builder, n.Name+" backward of the divisor, its sign", []graph.TensorID{opposite}, []int64{-1}, f)
	if err != nil {
		return err
	}
	r.Add(d, dd)
	return nil
}

// divisionBounds: R and C in range leave 2D consecutive integers, so given N and
// D there is one integer Q, in the given interval; but each R makes some Q of
// the field.
func divisionBounds(quotient Interval, outputs int) []Bound {
	bounds := []Bound{{quotient, true}}
	for range outputs - 1 {
		bounds = append(bounds, Bound{unsigned(16), false})
	}
	return bounds
}

func (largeDivision) Bounds(_ *Bounding, n *graph.Node) []Bound {
	return divisionBounds(unlimited(), len(n.Outputs))
}

// Define: the only virtual output is the complement of a single limb.
func (largeDivision) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return divisionOf(n).complementTerms(c)
}

// Constrain states the relations (protocol, section 2).
func (largeDivision) Constrain(c *Context, n *graph.Node) { divisionOf(n).constrain(c, n.Name) }
