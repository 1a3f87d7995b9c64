package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindAxisSum is V = Σ Π M_i·X for public maps M_i of axes (AxisMap): sums over
// axes and windows, interpolation.
//
// Input: X, at most 17 bits. Attributes: those of axis maps; fraction, the
// fraction bits of the entries' values. Output: the accumulator V at f_x +
// fraction.
const KindAxisSum graph.Kind = "axis_sum"

type axisSum struct {
	free
	lax
	derived
}

func (axisSum) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x, f := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrFraction)
	if err := small(x); err != nil {
		return nil, err
	}
	if x.Format.Bits > 17 || f < 0 || f > 32 {
		return nil, malformed("sums of %v, values at %d fraction bits", x.Format, f)
	}
	maps, err := axisMaps(n, x.Axes)
	if err != nil {
		return nil, err
	}
	gain := Interval{-1, 1}
	for _, m := range maps {
		gain = m.bound(gain)
	}
	if gain.High > maxGain {
		return nil, malformed("sums of up to %d times a cell", gain.High)
	}
	axes, err := mappedAxes(x.Axes, maps)
	return []graph.Tensor{{
		Name: "sum", Axes: axes, Role: graph.Accumulator, Format: number.Format{Bits: longBits, Fraction: x.Format.Fraction + f},
	}}, err
}

// Forward maps one axis after the other, the last one first.
func (axisSum) Forward(s *Step, n *graph.Node) error {
	in, out := s.Program.Tensor(n.Inputs[0]).Axes, s.Program.Tensor(n.Outputs[0]).Axes
	maps, x := s.Buffers.maps[s.node], s.small(n.Inputs[0])
	v := make([]int64, len(x))
	for i, cell := range x {
		v[i] = int64(cell)
	}
	for k := len(maps) - 1; k >= 0; k-- {
		inner := 1
		for _, a := range out[2+maps[k].Axis:] { // mapped already
			inner *= a.Size
		}
		v = maps[k].apply(v, in[1+maps[k].Axis].Size, inner)
	}
	copy(s.long(n.Outputs[0]), v)
	return nil
}

// apply maps an axis of the given size, with so many cells after it.
func (m *AxisMap) apply(x []int64, size, inner int) []int64 {
	outer := len(x) / (size * inner)
	y := make([]int64, outer*m.Size*inner)
	for b := range outer {
		from, to := x[b*size*inner:], y[b*m.Size*inner:]
		for _, e := range m.Entries {
			in, out := from[e.In*inner:(e.In+1)*inner], to[e.Out*inner:(e.Out+1)*inner]
			for i, cell := range in {
				out[i] += e.Value * cell
			}
		}
	}
	return y
}

func (axisSum) Gradient(r *Reverse, n *graph.Node) error { return mappedGradient(r, n) }

func (axisSum) Bounds(b *Bounding, n *graph.Node) []Bound {
	known := b.in(n, 0)
	for _, m := range Maps(b.p, n) {
		known = m.bound(known)
	}
	return as(known)
}

func (axisSum) Define(c *Context, n *graph.Node, _ int) []relation.Term { return defineMapped(c, n) }
