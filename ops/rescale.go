package ops

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/exact"
	"github.com/zkaudit/zkaudit/relation"
)

// KindRescale rounds an integer V at f_v fraction bits half up to 16 bits at
// f_v − s:
//
//	Y = ⌊(V + 2^(s−1))/2^s⌋,   V = 2^s·Y + Σ_{i<h} 2^(l·i)·R_i + 2^(l·h)·R_h
//
// with s = l·h + w, 1 <= w <= l, R_i in [0, 2^l) and R_h in
// [−2^(w−1), 2^(w−1)). For s = 0, Y is V and there are no limbs.
//
// Limbs have l = 16 bits. Where a step has many cells, they have up to 18 if that
// saves one: a limb costs a lookup for each cell, a wider range only itself. The
// top limb is looked up by whoever finds that it must be, one of more than 16 bits
// by this node.
//
// Input: V. Attributes: shift, s; limb, l if it is not 16. Outputs: Y, R_0, …, R_h.
const KindRescale graph.Kind = "rescale"

const (
	attrShift = "shift"
	attrLimb  = "limb"
)

// manyCells is how many cells of a step are worth a wider range.
const manyCells = 1 << 13

// limbWidth returns the width of the low limbs of a node.
func limbWidth(n *graph.Node) int {
	if width := n.Attributes.Int(attrLimb); width != 0 {
		return width
	}
	return exact.LimbBits
}

type rescale struct {
	lax
	rounding
}

// Rescale appends the rounding of v to the given fraction bits and returns Y.
func Rescale(b *graph.Builder, name string, v graph.TensorID, fraction int) (graph.TensorID, error) {
	t := b.Tensor(v)
	shift := t.Format.Fraction - fraction
	attributes := graph.Attributes{attrShift: {int64(shift)}}
	if width := exact.Width(max(0, shift)); width > exact.LimbBits && t.Size() >= manyCells {
		attributes[attrLimb] = []int64{int64(width)}
	}
	return appendOne(b, graph.Node{Name: name, Kind: KindRescale, Inputs: []graph.TensorID{v}, Attributes: attributes})
}

func (rescale) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	v, s := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrShift)
	if !v.Role.PerSample() {
		return nil, malformed("%v %q has no batch axis", v.Role, v.Name)
	}
	limit := 62
	if v.Format.Bits == wideBits {
		limit = exact.MaxShift
	}
	if s < 0 || s > limit || s > v.Format.Fraction {
		return nil, malformed("%q with %d fraction bits cannot be shifted by %d", v.Name, v.Format.Fraction, s)
	}
	width := limbWidth(n)
	if width < exact.LimbBits || width > exact.MaxLimbBits {
		return nil, malformed("limbs of %d bits, want %d to %d", width, exact.LimbBits, exact.MaxLimbBits)
	}
	low, top := exact.Limbs(s, width)
	outputs := []graph.Tensor{{
		Name: "value", Axes: v.Axes, Role: graph.Virtual,
		Format: number.Format{Bits: 16, Fraction: v.Format.Fraction - s},
	}}
	for i := range low {
		outputs = append(outputs, graph.Tensor{
			Name: fmt.Sprintf("remainder %d", i), Axes: v.Axes, Role: graph.Committed,
			Format: number.Format{Bits: width + 1},
		})
	}
	if top > 0 {
		outputs = append(outputs, graph.Tensor{
			Name: fmt.Sprintf("remainder %d", low), Axes: v.Axes, Role: graph.Committed,
			Format: number.Format{Bits: top},
		})
	}
	return outputs, nil
}

func (rescale) Forward(s *Step, n *graph.Node) error {
	v, y, shift, width := n.Inputs[0], n.Outputs[0], n.Attributes.Int(attrShift), limbWidth(n)
	limbs := make([][]int32, len(n.Outputs)-1)
	for i := range limbs {
		limbs[i] = s.small(n.Outputs[i+1])
	}
	if wide := s.Buffers.Wide[v]; wide != nil {
		if bad := wide.Rescale(shift, width, s.small(y), limbs); bad >= 0 {
			return s.overflow(y, bad, roundHalfUp(wide.Value(bad), shift))
		}
		return nil
	}
	for i := range s.small(y) {
		x := s.integer(v, i)
		q := (x + 1<<shift>>1) >> shift
		if err := s.store(y, i, q); err != nil {
			return err
		}
		r := x - q<<shift
		for k := range limbs {
			if k == len(limbs)-1 {
				limbs[k][i] = int32(r)
			} else {
				limbs[k][i] = int32(r & (1<<width - 1))
			}
			r >>= width
		}
	}
	return nil
}

// roundHalfUp returns ⌊(v + 2^(s−1))/2^s⌋.
func roundHalfUp(v *big.Int, s int) *big.Int {
	if s == 0 {
		return v
	}
	half := new(big.Int).Lsh(big.NewInt(1), uint(s-1))
	return half.Rsh(half.Add(half, v), uint(s))
}

// integer returns a cell of a tensor of at most 64 bits.
func (s *Step) integer(t graph.TensorID, cell int) int64 {
	if long := s.Buffers.Long[t]; long != nil {
		return long[cell]
	}
	return int64(s.Buffers.Small[t][cell])
}

// Gradient: rounding passes the gradient on; both stand for the same reals.
func (rescale) Gradient(r *Reverse, n *graph.Node) error { return passOn(r, n) }

// passOn gives the first input the gradient of the first output.
func passOn(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	if r.Needs(n.Inputs[0]) {
		r.Add(n.Inputs[0], d)
	}
	return nil
}

// Bounds: the limbs cover 2^s consecutive integers, so given V there is one
// integer Y, V rounded; but each choice of limbs makes some Y of the field. The
// top limb is a cell like any other.
func (rescale) Bounds(b *Bounding, n *graph.Node) []Bound {
	s := n.Attributes.Int(attrShift)
	if s == 0 {
		return as(b.in(n, 0))
	}
	y := unlimited()
	if s < 62 {
		y = b.in(n, 0).quotient(1 << s)
	}
	bounds := []Bound{{y, true}}
	width := limbWidth(n)
	low, top := exact.Limbs(s, width)
	for range low {
		bounds = append(bounds, Bound{unsigned(width), false})
	}
	if top > 0 {
		bounds = append(bounds, Bound{of(number.Format{Bits: top}), top <= exact.LimbBits})
	}
	return bounds
}

// Define: Y = 2^−s·(V − R) (protocol, section 2).
func (rescale) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	s := n.Attributes.Int(attrShift)
	v := relation.Times(relation.Pow2(-s), c.at(n.Inputs[0]))
	return append([]relation.Term{v}, c.wideLimbs(relation.Neg(relation.Pow2(-s)), limbWidth(n), n.Outputs[1:])...)
}

// Constrain: the limbs are in range; where Y is committed, V = 2^s·Y + R.
// Protocol, section 2.
func (rescale) Constrain(c *Context, n *graph.Node) {
	y, s := n.Outputs[0], n.Attributes.Int(attrShift)
	width := limbWidth(n)
	low, top := exact.Limbs(s, width)
	for _, limb := range n.Outputs[1 : 1+low] {
		c.Relation.Unsigned(c.ID(limb), width)
	}
	if top > exact.LimbBits {
		c.Relation.Signed(c.ID(n.Outputs[1+low]), top)
	}
	if c.Program.Tensor(y).Role != graph.Committed {
		return
	}
	c.equation(n.Name, y, append([]relation.Term{
		relation.Times(relation.Int(1), c.at(n.Inputs[0])),
		relation.Times(relation.Neg(relation.Pow2(s)), c.at(y)),
	}, c.wideLimbs(relation.Int(-1), width, n.Outputs[1:])...)...)
}
