package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindLargeDivision is Q = N/D rounded to nearest, with a divisor for each row of
// the last axis that is itself data:
//
//	2·2^f·N + D = Q·2D + R,   0 <= R < 2D.
//
// R and C = 2D − 1 − R are in range by limbs of 16 bits, Q by its lookup. R
// and C together imply D >= 1.
//
// Inputs: N (batch, …, units) >= 0, D (batch, …) >= 1. Attributes: fraction, the f
// above; bits, how wide 2D may be: at most 32.
// Outputs: Q with f fraction bits, then R and C, by limbs. With a single limb
// C is virtual.
const KindLargeDivision graph.Kind = "large_division"

type largeDivision struct {
	training
	lax
	derived
}

func (largeDivision) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	x, d := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	for _, t := range []*graph.Tensor{x, d} {
		if err := small(t); err != nil {
			return nil, err
		}
	}
	last := len(x.Axes) - 1
	if last < 1 || !d.SameShape(&graph.Tensor{Axes: x.Axes[:last]}) || x.Format.Fraction != d.Format.Fraction {
		return nil, malformed("quotient of %v in %v by %v in %v", sizes(x), x.Format, sizes(d), d.Format)
	}
	f, bits := n.Attributes.Int(attrFraction), n.Attributes.Int(attrBits)
	if f < 0 || f > 14 || bits < 1 || bits > 32 {
		return nil, malformed("quotient with %d fraction bits, divisor of %d bits", f, bits)
	}
	return divisionOutputs(x.Axes, f, bits), nil
}

// divisionOutputs are the quotient and the limbs of R and C.
func divisionOutputs(axes []relation.Axis, fraction, bits int) []graph.Tensor {
	outputs := []graph.Tensor{{
		Name: "quotient", Axes: axes, Role: graph.Committed,
		Format: number.Format{Bits: 16, Fraction: fraction},
	}}
	limbs := divisionLimbs(bits)
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

func divisionLimbs(bits int) int { return relation.LimbsOf(bits) }

// division is a large division being computed: the numerator, the divisor and the
// outputs of divisionOutputs.
type division struct {
	numerator, divisor, quotient graph.TensorID
	remainder, complement        []graph.TensorID
	fraction                     int
}

func newDivision(p *graph.Program, numerator, divisor graph.TensorID, outputs []graph.TensorID) *division {
	limbs := (len(outputs) - 1) / 2
	return &division{
		numerator: numerator, divisor: divisor, quotient: outputs[0],
		remainder: outputs[1 : 1+limbs], complement: outputs[1+limbs:],
		fraction: p.Tensor(outputs[0]).Format.Fraction,
	}
}

func (v *division) forward(s *Step) error {
	x, d := s.small(v.numerator), s.small(v.divisor)
	units := len(x) / len(d)
	for i, num := range x {
		twice := 2 * int64(d[i/units])
		if num < 0 || twice < 2 || twice > 1<<(16*len(v.remainder)) {
			return s.overflow(v.divisor, i/units, twice/2)
		}
		top := int64(num)<<(v.fraction+1) + twice/2
		if err := s.store(v.quotient, i, top/twice); err != nil {
			return err
		}
		r := top % twice
		for k, c := 0, twice-1-r; k < len(v.remainder); k++ {
			s.small(v.remainder[k])[i] = int32(r & 0xffff)
			s.small(v.complement[k])[i] = int32(c & 0xffff)
			r, c = r>>16, c>>16
		}
	}
	return nil
}

// complementTerms is 2D·1 − 1 − R, over the labels of the quotient.
func (v *division) complementTerms(c *Context) []relation.Term {
	return append([]relation.Term{
		relation.Times(relation.Int(2), c.at(v.divisor), c.lastOne(v.quotient)),
		relation.Times(relation.Int(-1), c.ones(v.quotient)...),
	}, c.limbs(relation.Int(-1), v.remainder)...)
}

func (v *division) constrain(c *Context, name string) {
	c.equation(name+" quotient", v.quotient, append([]relation.Term{
		relation.Times(relation.Pow2(v.fraction+1), c.at(v.numerator)),
		relation.Times(relation.Int(1), c.at(v.divisor), c.lastOne(v.quotient)),
		relation.Times(relation.Int(-2), c.at(v.quotient), c.at(v.divisor)),
	}, c.limbs(relation.Int(-1), v.remainder)...)...)
	width := number.LimbBits * len(v.remainder)
	c.Relation.UnsignedLimbs(c.limbIDs(v.remainder), width)
	c.Relation.UnsignedLimbs(c.limbIDs(v.complement), width)
	if len(v.complement) == 1 {
		return // virtual: its definition is the equation
	}
	c.equation(name+" complement", v.quotient, append(v.complementTerms(c), c.limbs(relation.Int(-1), v.complement)...)...)
}

func (largeDivision) Forward(s *Step, n *graph.Node) error {
	return newDivision(s.Program, n.Inputs[0], n.Inputs[1], n.Outputs).forward(s)
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
	return newDivision(c.Program, n.Inputs[0], n.Inputs[1], n.Outputs).complementTerms(c)
}

// Constrain states the relations (protocol, section 2).
func (largeDivision) Constrain(c *Context, n *graph.Node) {
	newDivision(c.Program, n.Inputs[0], n.Inputs[1], n.Outputs).constrain(c, n.Name)
}
