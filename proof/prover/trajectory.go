package prover

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// trajectory evaluates some axes of the weights of all steps without ever
// holding them, by the recurrence over steps. A tensor is such a trajectory if
// its terms say so,
//
//	W(t,w) = 1_S(t)·W0(w) − Σ_uses Σ_s Λ(t,s)·C(s,w),    C(s,w) = Σ_z Π factors(s,z,w)
//
// with a filter Λ(t,s), 0 unless s < t < S, in every term but the first. For fixed
// w's that leave one operand whole, C is that operand contracted with the other:
// work by activations, not by weights. ok is false where the terms or the axes
// are others (protocol, section 5).
func (p *Peer) trajectory(t *relation.Tensor, fixed [][]fr.Element) (cells fr.Vector, ok bool) {
	uses, filter := p.usesOf(t)
	if len(uses) == 0 || fixed[0] != nil {
		return nil, false
	}
	c := coordinatesOf(t.Sum, fixed)
	var sum fr.Vector
	for i := range uses {
		u, ok := p.changes(t, &uses[i], c)
		if !ok {
			return nil, false
		}
		if sum == nil {
			sum = u
			continue
		}
		sum.Add(sum, u)
	}
	initial := t.Sum.Terms[0].Factors[1].Tensor
	w := p.partial(initial, fixed[1:])
	return accumulate(sum, w, filter, len(w)), true
}

// use is one term of a trajectory beyond the first: a weight acts once on a
// batch.
type use struct {
	term     *relation.Term
	step     relation.Label // s, of the filter
	operands []relation.Factor
	masks    []relation.Factor // public factors of summed labels
}

// usesOf returns the uses of a trajectory, none if the tensor is no trajectory.
func (p *Peer) usesOf(t *relation.Tensor) (uses []use, filter *relation.Filter) {
	terms, out := t.Sum.Terms, t.Sum.Out
	if len(terms) < 2 || len(out) < 2 || !p.startsTrajectory(&terms[0], out) {
		return nil, nil
	}
	for i := range terms[1:] {
		u := use{term: &terms[1+i]}
		for _, f := range u.term.Factors {
			source := p.sys.Tensor(f.Tensor).Source
			if s, ok := source.(*relation.Filter); ok && len(f.Labels) == 2 && f.Labels[0] == out[0] && u.step == "" && (filter == nil || filter == s) {
				u.step, filter = f.Labels[1], s
				continue
			}
			if source != nil {
				u.masks = append(u.masks, f)
			} else {
				u.operands = append(u.operands, f)
			}
		}
		if u.step == "" {
			return nil, nil
		}
		uses = append(uses, u)
	}
	first := p.sys.Tensor(terms[0].Factors[0].Tensor).Source.(relation.Mask)
	if first.Size != len(filter.Rates) {
		return nil, nil
	}
	return uses, filter
}

// startsTrajectory reports whether a term is 1_S(t)·W0(w).
func (p *Peer) startsTrajectory(term *relation.Term, out []relation.Label) bool {
	f := term.Factors
	if !term.Coeff.IsOne() || len(f) != 2 || len(f[0].Labels) != 1 || f[0].Labels[0] != out[0] || !slices.Equal(f[1].Labels, out[1:]) {
		return false
	}
	_, mask := p.sys.Tensor(f[0].Tensor).Source.(relation.Mask)
	return mask
}

// operand is a factor of a use with the view that it is, if it is one, in the
// use's labels.
type operand struct {
	relation.Factor
	maps  []axisMap
	scale fr.Element
}

// operandOf reads a factor through its view.
func (p *Peer) operandOf(f relation.Factor) operand {
	v, ok := p.viewOf(f.Tensor)
	if !ok {
		return operand{Factor: f, scale: fr.One()}
	}
	sum := p.sys.Tensor(f.Tensor).Sum
	rename := func(g relation.Factor) relation.Factor {
		labels := make([]relation.Label, len(g.Labels))
		for i, l := range g.Labels {
			if k := slices.Index(sum.Out, l); k >= 0 {
				labels[i] = f.Labels[k]
			} else {
				labels[i] = inside + l
			}
		}
		return relation.At(g.Tensor, labels...)
	}
	o := operand{Factor: rename(v.data), scale: v.coeff}
	for _, m := range v.maps {
		o.maps = append(o.maps, axisMap{rename(m.Factor), inside + m.summed})
	}
	return o
}

// inside begins the labels that a view sums over, beside those of the term that
// reads it.
const inside relation.Label = "view "

// changes returns −coeff·C(s,·) for the axes of a trajectory that are not fixed,
//
//	C(s,m,i) = Σ_z F_m(s,z)·D(s,z,i)
//
// where D is an operand whose further axes i are all kept, F the other at its
// fixed axes, and m the kept axes of maps, each of which moves F.
func (p *Peer) changes(t *relation.Tensor, u *use, c coordinates) (fr.Vector, bool) {
	var kept []relation.Label
	for _, l := range t.Sum.Out[1:] {
		if c[l] == nil {
			kept = append(kept, l)
		}
	}
	if len(u.operands) != 2 || len(kept) == 0 {
		return nil, false
	}
	a, b := p.operandOf(u.operands[0]), p.operandOf(u.operands[1])
	last := kept[len(kept)-1]
	if slices.Contains(a.Labels, last) {
		a, b = b, a
	}
	k := contraction{use: u, moved: a, whole: b, maps: append(a.maps, b.maps...), into: len(b.maps) > 0}
	if len(a.maps) > 0 && len(b.maps) > 0 || !k.fits(kept, c) {
		return nil, false
	}
	return p.contract(&k, c), true
}

// contraction is C of one use.
type contraction struct {
	*use
	moved, whole operand
	maps         []axisMap // of one of the two
	into         bool      // the maps are the whole operand's: F is moved into its cells
	offsets      []axisMap // maps with a kept label
	width        int       // axes i of the whole operand
}

// fits reports whether the kept labels are those of maps, in order, and then
// the last ones of the whole operand, in order, which begins with the step.
func (k *contraction) fits(kept []relation.Label, c coordinates) bool {
	for _, m := range k.maps {
		if len(m.Labels) != 3 || m.Labels[2] != m.summed {
			return false
		}
		if c[m.Labels[1]] == nil {
			if len(kept) == 0 || kept[0] != m.Labels[1] {
				return false
			}
			k.offsets, kept = append(k.offsets, m), kept[1:]
		}
	}
	first := len(k.whole.Labels) - len(kept)
	k.width = len(kept)
	if first < 1 || k.whole.Labels[0] != k.step || !slices.Equal(k.whole.Labels[first:], kept) {
		return false
	}
	reached := k.reached(c)
	for _, l := range k.whole.Labels[:first] {
		if !slices.Contains(reached, l) {
			return false
		}
	}
	return len(reached) == first && k.coversMasks(c)
}

// reached are the labels that F has once it is moved.
func (k *contraction) reached(c coordinates) []relation.Label {
	var reached []relation.Label
	for _, l := range k.moved.Labels {
		if c[l] != nil {
			continue
		}
		for _, m := range k.maps {
			switch {
			case k.into && l == m.Labels[0]:
				l = m.summed
			case !k.into && l == m.summed:
				l = m.Labels[0]
			}
		}
		reached = append(reached, l)
	}
	return reached
}

// coversMasks reports whether every public factor is one of labels that F has
// before it is moved.
func (k *contraction) coversMasks(c coordinates) bool {
	for _, m := range k.masks {
		for _, l := range m.Labels {
			if c[l] != nil || !slices.Contains(k.moved.Labels, l) {
				return false
			}
		}
	}
	return true
}

// contract computes C, one kept offset of the maps after the other.
func (p *Peer) contract(k *contraction, c coordinates) fr.Vector {
	logs := axesOf(p.sys.Tensor(k.whole.Tensor))
	first := len(logs) - k.width
	steps, middle, width := 1<<logs[0], 1<<sum(logs[1:first]), 1<<sum(logs[first:])
	scale := k.term.Coeff
	scale.Neg(&scale)
	scale.Mul(&scale, &k.moved.scale)
	scale.Mul(&scale, &k.whole.scale)

	f := p.read(k.moved.Factor, c)
	for _, m := range k.masks {
		f.times(public.Partial(p.sys.Tensor(m.Tensor), c.of(m)), m.Labels)
	}
	if !scale.IsOne() {
		f.cells.ScalarMul(f.cells, &scale)
	}
	var offsets []int // variables of each
	for _, m := range k.offsets {
		offsets = append(offsets, p.sys.Tensor(m.Tensor).Axes[1].Log())
	}
	count := 1 << sum(offsets)
	out := make(fr.Vector, steps*count*width)
	part := out
	if count > 1 {
		part = make(fr.Vector, steps*width)
	}
	for i := range count {
		at := coordinates{}
		for l, point := range c {
			at[l] = point
		}
		rest := i
		for n := len(k.offsets) - 1; n >= 0; n-- {
			at[k.offsets[n].Labels[1]] = bitsOf(rest&(1<<offsets[n]-1), offsets[n])
			rest >>= offsets[n]
		}
		g, any := p.move(k, f, at)
		if !any {
			continue // an offset in the padding reads nothing
		}
		p.eachStep(part, k.whole.Tensor, g.over(k.whole.Labels[:first]), steps, middle, width)
		if count > 1 {
			for s := range steps {
				copy(out[(s*count+i)*width:][:width], part[s*width:][:width])
			}
		}
	}
	return out
}

// move moves F through the maps at an offset of each; false if one of them has
// no entry there.
func (p *Peer) move(k *contraction, f *labelled, at coordinates) (*labelled, bool) {
	for _, m := range k.maps {
		from := m
		if k.into {
			from.summed = m.Labels[0] // from positions to the cells that they read
		}
		matrix, to, logs := p.matrix(from, at)
		if len(matrix) == 0 {
			return nil, false
		}
		f = f.mapped(from.summed, matrix, to, logs)
	}
	return f, true
}

// eachStep contracts the middle axes of a tensor step by step.
func (p *Peer) eachStep(out fr.Vector, id relation.ID, weights fr.Vector, steps, middle, width int) {
	if small := p.cells[id].Small; small != nil {
		poly.ContractEach(out, small, weights, steps, middle, width)
		return
	}
	if v, ok := p.productOf(id); ok {
		sum := p.sys.Tensor(id).Sum
		kept := slices.Concat(sum.Out[:1], v.own(sum.Out))
		if slices.Equal(slices.Concat(v.shared, kept[1:]), sum.Out) {
			clear(out)
			p.scatter(out, v, nil, weights, kept)
			return
		}
	}
	cells := p.partial(id, make([][]fr.Element, len(p.sys.Tensor(id).Axes)))
	for s := range steps {
		poly.ContractField(out[s*width:(s+1)*width], cells[s*middle*width:(s+1)*middle*width], 1, weights[s*middle:(s+1)*middle], width)
	}
}

// accumulate turns the gradients of all steps into the weights before each
// step, in place:
//
//	W(t) = W0 − Σ_{u<t} Σ_s tap(u,s)·c(s)   for t < S, else 0
//
// Protocol, section 5.
func accumulate(c, initial fr.Vector, filter *relation.Filter, width int) fr.Vector {
	taps := max(1, len(filter.Response))
	poly.Parallel(width, 64, func(lo, hi int) {
		w := append(fr.Vector(nil), initial[lo:hi]...)
		recent := make([]fr.Vector, taps) // gradients, by step modulo taps
		for i := range recent {
			recent[i] = make(fr.Vector, hi-lo)
		}
		step := make(fr.Vector, hi-lo)
		var n fr.Element
		for t := 0; t < len(c)/width; t++ {
			row := c[t*width+lo : t*width+hi]
			if t >= len(filter.Rates) {
				clear(row)
				continue
			}
			copy(recent[t%taps], row)
			copy(row, w)
			filter.Taps(t, func(s int, by int64) {
				n.SetInt64(by)
				step.ScalarMul(recent[s%taps], &n)
				w.Sub(w, step)
			})
		}
	})
	return c
}

// bitsOf returns the point of index i, most significant bit first.
func bitsOf(i, log int) []fr.Element {
	point := make([]fr.Element, log)
	for k := range point {
		if i>>(log-1-k)&1 == 1 {
			point[k].SetOne()
		}
	}
	return point
}

func sum(logs []int) int {
	n := 0
	for _, l := range logs {
		n += l
	}
	return n
}
