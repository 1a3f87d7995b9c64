package ops

import (
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindSqrt is Y = √V, rounded to nearest:
//
//	R = 2^s·V − (Y² − Y + 1) >= 0,   C = 2Y − 1 − R = Y² + Y − 2^s·V >= 0
//
// for integers V and Y = √(2^s·V), s = 2·f_y − f_v: the squares of Y − 1/2 and
// Y + 1/2 are no integers, and 2^s·V is between them. R and C are in range by limbs
// of 16 bits, Y by its lookup; together they imply Y >= 1 and V >= 1. √0, which has no
// derivative, is refused.
//
// Input: V, at most 64 bits. Attribute: fraction, f_y. Outputs: Y, R, and C, which
// is virtual.
const KindSqrt graph.Kind = "sqrt"

type sqrt struct {
	lax
	derived
}

// Sqrt appends √v at the given fraction bits.
func Sqrt(b *graph.Builder, name string, v graph.TensorID, fraction int) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: KindSqrt, Inputs: []graph.TensorID{v}, Attributes: graph.Attributes{attrFraction: {int64(fraction)}},
	})
}

func (sqrt) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	v, f := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrFraction)
	if !v.Role.PerSample() || v.Format.Bits > longBits || f < 0 || f > 14 || 2*f < v.Format.Fraction {
		return nil, malformed("square root of %v %q in %v at %d fraction bits", v.Role, v.Name, v.Format, f)
	}
	root := graph.Tensor{Name: "root", Axes: v.Axes, Role: graph.Committed, Format: number.Format{Bits: 16, Fraction: f}}
	return append([]graph.Tensor{root}, remainderLimbs(v.Axes, 1)...), nil
}

// rootPower is the s above.
func rootPower(p *graph.Program, n *graph.Node) int {
	return 2*p.Tensor(n.Outputs[0]).Format.Fraction - p.Tensor(n.Inputs[0]).Format.Fraction
}

func (sqrt) Forward(s *Step, n *graph.Node) error {
	y, power := n.Outputs[0], uint(rootPower(s.Program, n))
	for i := range s.small(y) {
		v := s.integer(n.Inputs[0], i)
		if v < 1 {
			return s.unfit(n.Inputs[0], i, "no square root with a derivative")
		}
		square := new(big.Int).Lsh(big.NewInt(v), power)
		if square.BitLen() > 30 {
			return s.overflow(y, i, new(big.Int).Sqrt(square))
		}
		// The root of 4·V' is in [2Y − 1, 2Y + 1), so Y is half of it and 1.
		root := new(big.Int).Sqrt(new(big.Int).Lsh(square, 2)).Int64() + 1
		if err := s.store(y, i, root/2); err != nil {
			return err
		}
		root, x := root/2, square.Int64()
		s.small(n.Outputs[1])[i] = int32(x - (root*root - root + 1))
		s.small(n.Outputs[2])[i] = int32(root*root + root - x)
	}
	return nil
}

// Gradient: dV = dY/(2Y), rounded.
func (sqrt) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	f := r.Tensor(n.Outputs[0]).Format.Fraction
	if f == 0 {
		return malformed("the derivative of a root without fraction bits")
	}
	// 2Y is Y with a fraction bit less.
	dv, err := appendOne(r.Builder, graph.Node{
		Name: n.Name + " backward", Kind: KindLargeDivision, Inputs: []graph.TensorID{d, n.Outputs[0]},
		Attributes: graph.Attributes{attrPower: {int64(f - 1)}, attrFraction: {int64(r.format().Fraction)}, attrBits: {16}},
	})
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dv)
	return nil
}

// Bounds: given V there is one integer Y >= 1; but each R makes some Y of the
// field.
func (sqrt) Bounds(_ *Bounding, n *graph.Node) []Bound {
	return divisionBounds(Interval{1, Unlimited}, len(n.Outputs))
}

// Define: C = 2Y − 1 − R.
func (sqrt) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return []relation.Term{
		relation.Times(relation.Int(2), c.at(n.Outputs[0])),
		relation.Times(relation.Int(-1), c.ones(n.Outputs[0])...),
		relation.Times(relation.Int(-1), c.at(n.Outputs[1])),
	}
}

// Constrain: 2^s·V = Y² − Y + 1 + R.
func (sqrt) Constrain(c *Context, n *graph.Node) {
	y := n.Outputs[0]
	c.equation(n.Name, y,
		relation.Times(relation.Pow2(rootPower(c.Program, n)), c.at(n.Inputs[0])),
		relation.Times(relation.Int(-1), c.at(y), c.at(y)),
		relation.Times(relation.Int(1), c.at(y)),
		relation.Times(relation.Int(-1), c.ones(y)...),
		relation.Times(relation.Int(-1), c.at(n.Outputs[1])),
	)
	c.bracket(n.Name, y, n.Outputs[1:2], n.Outputs[2:], nil)
}
