package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// Decay takes from each trained weight W what it loses at the end of a period,
//
//	D = ⌊N·W/2^s + 1/2⌋,
//
// and returns it, by tensor: graph.Decay. |W − D| <= |W|, so that nothing
// overflows.
func (b *Buffers) Decay(p *graph.Program) map[graph.TensorID][]int64 {
	lost := map[graph.TensorID][]int64{}
	for _, w := range p.OfRole(graph.Weight) {
		cells := b.values[w]
		lost[w] = make([]int64, len(cells))
		for i, v := range cells {
			lost[w][i] = loss(p.Optimizer.Decay, v)
			cells[i] -= lost[w][i]
		}
		if m := b.Weights[w]; m != nil {
			m.Refresh()
		}
	}
	return lost
}

// loss is D, from N·W = N·⌊W/2^s⌋·2^s + N·(W mod 2^s).
func loss(d *graph.Decay, w int64) int64 {
	rest := w & (1<<d.Shift - 1)
	return d.N*(w>>d.Shift) + (d.N*rest+1<<(d.Shift-1))>>d.Shift
}

// Decayed are the tensors of a system by which a weight decays at the end of its
// steps, as limbs.
type Decayed struct {
	Lost      relation.Limbs // D
	Remainder relation.Limbs // N·W − 2^s·D
}

// Decays reports whether weights decay at the end of so many steps.
func Decays(p *graph.Program, steps int) bool {
	return p.Optimizer.Decay != nil && steps == p.Optimizer.Decay.Every
}

// Decayed returns the tensors by which a weight decays; none where it does not.
func (c *Context) Decayed(w graph.TensorID) Decayed { return c.decayed[w] }

// decay states what a weight loses at the end of the steps and returns it as
// terms. With W after the steps, of which W' = W − D is committed,
//
//	2^s·D + R = N·(W' + D),    R ∈ [−2^(s−1), 2^(s−1)),    D an integer by its limbs,
//
// so that D and R are unique given W: R covers 2^s consecutive integers. No term
// carries a mask: cells of padding are tied to each other alone.
func (c *Context) decay(w graph.TensorID) []relation.Term {
	if !Decays(c.Program, c.Steps.Size) {
		return nil
	}
	d, t := c.Program.Optimizer.Decay, c.Program.Tensor(w)
	limbs := func(what string, width int) (l relation.Limbs) {
		for i := range relation.LimbsOf(width) {
			l = append(l, c.Relation.Witness(fmt.Sprintf("weight %s %s limb %d", t.Name, what, i), t.Axes...))
		}
		c.Relation.SignedLimbs(l, width)
		return l
	}
	x := Decayed{Lost: limbs("loss", d.LossBits()), Remainder: limbs("loss remainder", d.Shift)}
	labels := weightLabels(t)
	terms := append(x.Lost.Terms(relation.Int(1<<d.Shift-d.N), labels...), x.Remainder.Terms(relation.Int(1), labels...)...)
	terms = append(terms, relation.Times(relation.Int(-d.N), relation.At(c.after[w], labels...)))
	c.Relation.Equation("weight "+t.Name+" loss", t.Axes, labels, terms...)
	c.decayed[w] = x
	return x.Lost.Terms(relation.Int(1), labels...)
}

// Assign gives the limbs their cells, of a weight after it has lost D.
func (x *Decayed) Assign(a relation.Assignment, d *graph.Decay, axes []relation.Axis, after, lost []int64) {
	remainder := make([]int64, len(lost))
	for i, v := range lost { // mod 2^64, which the remainder is far below
		remainder[i] = d.N*(after[i]+v) - v<<d.Shift
	}
	for _, side := range []struct {
		limbs relation.Limbs
		of    []int64
	}{{x.Lost, lost}, {x.Remainder, remainder}} {
		for k, id := range side.limbs {
			cells := make([]int32, len(side.of))
			for i, v := range side.of {
				if cells[i] = int32(number.Limb(v, k)); k == len(side.limbs)-1 {
					cells[i] = int32(number.TopLimb(v, k))
				}
			}
			a[id] = relation.Cells{Small: Pad(axes, cells)}
		}
	}
}
