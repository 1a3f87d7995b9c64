package ops

import (
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindRsqrt is Y = 1/√(V/n + ε), rounded to nearest, half up. As integers, with
// W = V + E, E = n·ε·2^f_v, and K = n·2^(2·f_y + f_v), Y = √(K/W):
//
//	R = 4K − (2Y − 1)²·W >= 0,   C = 8Y·W − 1 − R = (2Y + 1)²·W − 1 − 4K >= 0
//
// R and C are in range by limbs of 16 bits, Y by its lookup; together they imply
// W >= 1 and Y >= 1. A sum V of n terms is the mean of its parts to Y, and is
// nowhere rounded: that of a layer's normalisation has more bits than 16 hold.
//
// Input: V, at most 64 bits. Attributes: divisor, n <= 2^16; addend, E; bits, how
// wide W may be: at most 48; fraction, f_y. Outputs: Y, then R and C, by limbs. With
// a single limb C is virtual.
const KindRsqrt graph.Kind = "rsqrt"

const attrAddend = "addend"

type rsqrt struct {
	lax
	derived
}

// Rsqrt appends 1/√(v/n + ε) at the given fraction bits: addend is n·ε at the
// fraction bits of v, and v + addend must be below 2^bits.
func Rsqrt(b *graph.Builder, name string, v graph.TensorID, n int, addend int64, bits, fraction int) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: KindRsqrt, Inputs: []graph.TensorID{v},
		Attributes: graph.Attributes{attrDivisor: {int64(n)}, attrAddend: {addend}, attrBits: {int64(bits)}, attrFraction: {int64(fraction)}},
	})
}

func (rsqrt) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	v, f, of, bits := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrFraction), n.Attributes.Int(attrDivisor), n.Attributes.Int(attrBits)
	if !v.Role.PerSample() || v.Format.Bits > longBits || v.Format.Fraction > 32 || f < 0 || f > 14 {
		return nil, malformed("inverse root of %v %q in %v at %d fraction bits", v.Role, v.Name, v.Format, f)
	}
	if e := n.Attributes.Int(attrAddend); of < 1 || of > 1<<16 || bits < 1 || bits > 48 || e < 0 || e >= 1<<bits {
		return nil, malformed("inverse root of %d terms and %d, of %d bits", of, e, bits)
	}
	// With W < 2^b, 8Y·W <= 8·√(K·W) + 4·W.
	most := new(big.Int).Lsh(inverseSquare(v.Format.Fraction, f, of), uint(bits))
	most.Sqrt(most).Lsh(most, 3).Add(most, new(big.Int).Lsh(big.NewInt(1), uint(bits+2)))
	y := graph.Tensor{Name: "inverse root", Axes: v.Axes, Role: graph.Committed, Format: number.Format{Bits: 16, Fraction: f}}
	return append([]graph.Tensor{y}, remainderLimbs(v.Axes, relation.LimbsOf(most.BitLen()+1))...), nil
}

// inverseSquare is K.
func inverseSquare(fv, fy, n int) *big.Int {
	return new(big.Int).Lsh(big.NewInt(int64(n)), uint(2*fy+fv))
}

// squareOf is K of a node.
func squareOf(p *graph.Program, n *graph.Node) *big.Int {
	return inverseSquare(p.Tensor(n.Inputs[0]).Format.Fraction, p.Tensor(n.Outputs[0]).Format.Fraction, n.Attributes.Int(attrDivisor))
}

func (rsqrt) Forward(s *Step, n *graph.Node) error {
	y, addend := n.Outputs[0], int64(n.Attributes.Int(attrAddend))
	remainder, complement := limbsOf(n)
	square := new(big.Int).Lsh(squareOf(s.Program, n), 2) // 4K
	r, c := new(big.Int), new(big.Int)
	for i := range s.small(y) {
		w := s.integer(n.Inputs[0], i) + addend
		if w < 1 || w >= 1<<n.Attributes.Int(attrBits) {
			return s.unfit(n.Inputs[0], i, "no inverse square root")
		}
		// 2Y − 1 is at most the root of 4K/W, and 2Y + 1 more.
		r.Quo(square, big.NewInt(w))
		root := r.Sqrt(r)
		if root.BitLen() > 17 || root.Sign() == 0 {
			return s.overflow(y, i, root.Rsh(root, 1))
		}
		value := (root.Int64() + 1) / 2
		if err := s.store(y, i, value); err != nil {
			return err
		}
		below := big.NewInt((2*value - 1) * (2*value - 1))
		r.Sub(square, below.Mul(below, big.NewInt(w)))
		c.Mul(big.NewInt(8*value), big.NewInt(w)).Sub(c, big.NewInt(1)).Sub(c, r)
		s.splitBig(remainder, i, r)
		s.splitBig(complement, i, c)
	}
	return nil
}

// splitBig is splitInto for wide integers.
func (s *Step) splitBig(limbs []graph.TensorID, i int, v *big.Int) {
	for k, limb := range limbs {
		part := new(big.Int).Rsh(v, uint(number.LimbBits*k))
		s.small(limb)[i] = int32(part.Uint64() & 0xffff)
	}
}

// Gradient: dV = −Y³·dY/2n, exact before it is rounded once.
func (rsqrt) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	y := n.Outputs[0]
	first, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward product", Kind: KindMul, Inputs: []graph.TensorID{d, y}})
	if err != nil {
		return err
	}
	cube, err := appendOne(r.Builder, graph.Node{Name: n.Name + " backward", Kind: KindRsqrtGradient, Inputs: []graph.TensorID{y, first}})
	if err != nil {
		return err
	}
	divisor := n.Attributes.Int(attrDivisor) << (1 + 3*r.Tensor(y).Format.Fraction)
	dv, err := ConstantDivision(r.Builder, n.Name+" backward rounded", cube, divisor, r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dv)
	return nil
}

// Bounds: given W there is one integer Y >= 1; but each R makes some Y of the field.
func (rsqrt) Bounds(_ *Bounding, n *graph.Node) []Bound {
	return divisionBounds(Interval{1, Unlimited}, len(n.Outputs))
}

// Define: the only virtual output is the complement of a single limb.
func (rsqrt) Define(c *Context, n *graph.Node, _ int) []relation.Term { return rsqrtComplement(c, n) }

// rsqrtComplement is 8Y·(V + E) − 1 − R.
func rsqrtComplement(c *Context, n *graph.Node) []relation.Term {
	v, y, e := n.Inputs[0], n.Outputs[0], int64(n.Attributes.Int(attrAddend))
	remainder, _ := limbsOf(n)
	return append(weighted(8, e, []relation.Factor{c.at(y)}, c.at(v)), append([]relation.Term{
		relation.Times(relation.Int(-1), c.ones(y)...),
	}, c.limbs(relation.Int(-1), remainder)...)...)
}

// weighted is k·F·(V + E) as terms.
func weighted(k, e int64, f []relation.Factor, v relation.Factor) []relation.Term {
	terms := []relation.Term{times(k, f, v)}
	if e != 0 {
		scale := relation.Int(k)
		by := relation.Int(e)
		scale.Mul(&scale, &by)
		terms = append(terms, relation.Times(scale, f...))
	}
	return terms
}

// Constrain: 4K = (4Y² − 4Y + 1)·(V + E) + R.
func (rsqrt) Constrain(c *Context, n *graph.Node) {
	v, y, e := c.at(n.Inputs[0]), n.Outputs[0], int64(n.Attributes.Int(attrAddend))
	remainder, complement := limbsOf(n)
	square := relation.Int(0)
	square.SetBigInt(new(big.Int).Lsh(squareOf(c.Program, n), 2))
	terms := []relation.Term{relation.Times(square, c.ones(y)...), relation.Times(relation.Int(-1), v)}
	if e != 0 {
		terms = append(terms, relation.Times(relation.Int(-e), c.ones(y)...))
	}
	terms = append(terms, weighted(-4, e, []relation.Factor{c.at(y), c.at(y)}, v)...)
	terms = append(terms, weighted(4, e, []relation.Factor{c.at(y)}, v)...)
	c.equation(n.Name, y, append(terms, c.limbs(relation.Int(-1), remainder)...)...)
	c.bracket(n.Name, y, remainder, complement, func(c *Context) []relation.Term { return rsqrtComplement(c, n) })
}

// KindRsqrtGradient is the accumulator −Y²·P, which the gradient of an inverse root
// Y is the quotient of, with P = Y·dY.
//
// Inputs: Y, 16 bits; P, the accumulator of a product.
const KindRsqrtGradient graph.Kind = "rsqrt_gradient"

type rsqrtGradient struct {
	training
	free
	lax
	derived
}

func (rsqrtGradient) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	y, v := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := small(y); err != nil {
		return nil, err
	}
	if y.Format.Bits > 16 || v.Role != graph.Accumulator || v.Format.Bits > longBits || !v.SameShape(y) {
		return nil, malformed("square of %v times %v %v", y.Format, v.Role, v.Format)
	}
	return []graph.Tensor{{
		Name: "product", Axes: y.Axes, Role: graph.Accumulator,
		Format: number.Format{Bits: longBits, Fraction: 2*y.Format.Fraction + v.Format.Fraction},
	}}, nil
}

func (rsqrtGradient) Forward(s *Step, n *graph.Node) error {
	y, v := s.small(n.Inputs[0]), s.long(n.Outputs[0])
	for i := range v {
		square := int64(y[i]) * int64(y[i])
		p := s.integer(n.Inputs[1], i)
		if v[i] = -square * p; square != 0 && v[i]/square != -p {
			return s.unfit(n.Inputs[0], i, "its cube does not fit 64 bits")
		}
	}
	return nil
}

func (rsqrtGradient) Bounds(b *Bounding, n *graph.Node) []Bound {
	y := b.in(n, 0)
	return as(y.times(y).times(b.in(n, 1)).times(Interval{-1, -1}))
}

func (rsqrtGradient) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	y := c.at(n.Inputs[0])
	return []relation.Term{relation.Times(relation.Int(-1), y, y, c.at(n.Inputs[1]))}
}
