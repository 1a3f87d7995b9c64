package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// leafSum sums the layer whose halves are leaves. With s = p + λ·q,
//
//	λ·h = s0·s1 − p0·p1
//
// and most numerators are 1: where all of the lower half are, p0 stays 1 whatever
// is bound, and one product is left. A denominator that is a row of a table needs
// no product to become s: the table's rows are weighed once.
//
// Requires λ not to be 0.
type leafSum struct {
	leaves *leaves
	arena  *poly.Arena
	size   int  // cells of a half
	filled int  // cells of the upper half from here on are 0/1: s1 and p1 end here
	unit   bool // p0 is 1 everywhere

	lambda, inverse fr.Element
	s0, s1, p0, p1  fr.Vector // nil before the first variable is bound; p0 of a unit always
	taken           []fr.Vector
}

func newLeafSum(t *tree, arena *poly.Arena, lambda fr.Element) *leafSum {
	size := 1 << (t.log - 1)
	l := &leafSum{
		leaves: t.leaves, arena: arena, size: size, filled: min(size, ceilChunk(t.leaves.used-size)),
		unit: t.leaves.allOnes(0, size), lambda: lambda,
	}
	l.inverse.Inverse(&lambda)
	t.leaves.weigh(&lambda)
	return l
}

// ceilChunk rounds up to whole chunks.
func ceilChunk(n int) int { return (n + poly.Chunk - 1) / poly.Chunk * poly.Chunk }

func ceilPower(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// bind is part of layerSum.
func (l *leafSum) bind(r *fr.Element) {
	half := l.size / 2
	if l.s0 == nil {
		l.fold(r)
	} else {
		l.s0 = poly.Fold(l.s0, r)
		if !l.unit {
			l.p0 = poly.Fold(l.p0, r)
		}
		var zero fr.Element
		l.s1, l.p1 = foldFilled(l.s1, half, &l.lambda, r), foldFilled(l.p1, half, &zero, r)
	}
	l.size, l.filled = half, min(l.filled, half)
}

// foldFilled is poly.Fold of a table of twice half cells, of which those not
// given are all equal to rest.
func foldFilled(t fr.Vector, half int, rest, r *fr.Element) fr.Vector {
	if len(t) == 2*half {
		return poly.Fold(t, r)
	}
	lo := t[:min(len(t), half)]
	poly.Parallel(len(lo), poly.Chunk, func(from, to int) {
		for i := from; i < to; i++ {
			hi := rest
			if half+i < len(t) {
				hi = &t[half+i]
			}
			lo[i] = lerp(&lo[i], hi, r)
		}
	})
	return lo
}

// fold binds the first variable: the leaves are computed once more, and the
// tables kept at half their size.
func (l *leafSum) fold(r *fr.Element) {
	half := l.size / 2
	filled := min(l.filled, half)
	take := func(n int) fr.Vector {
		v := l.arena.Get(ceilPower(n))
		l.taken = append(l.taken, v)
		return v[:n]
	}
	l.s0, l.s1, l.p1 = take(half), take(filled), take(filled)
	if !l.unit {
		l.p0 = take(half)
	}
	poly.Parallel(half, poly.Chunk, func(from, to int) {
		w := l.newRound(min(poly.Chunk, half))
		pair := func(s, p fr.Vector, at int) {
			lo, hi := &w.zero.lower, &w.one.lower
			w.leaves(lo, at)
			w.leaves(hi, at+half)
			lerpInto(s, lo.s, hi.s, r)
			switch {
			case p == nil:
			case lo.ones && hi.ones:
				copy(p, w.ones)
			default:
				lerpInto(p, lo.p, hi.p, r)
			}
		}
		for i := from; i < to; i += len(w.a) {
			end := i + len(w.a)
			var p0 fr.Vector
			if !l.unit {
				p0 = l.p0[i:end]
			}
			pair(l.s0[i:end], p0, i)
			if i < filled {
				pair(l.s1[i:end], l.p1[i:end], 2*half+i)
			}
		}
	})
}

// lent is part of layerSum.
func (l *leafSum) lent() []fr.Vector { return l.taken }

// fractions is part of layerSum.
func (l *leafSum) fractions() [4]fr.Element {
	p0, p1 := fr.One(), l.p1[0]
	if !l.unit {
		p0 = l.p0[0]
	}
	q := func(s, p *fr.Element) (q fr.Element) { // (s − p)/λ
		q.Sub(s, p)
		q.Mul(&q, &l.inverse)
		return q
	}
	return [4]fr.Element{p0, p1, q(&l.s0[0], &p0), q(&l.s1[0], &p1)}
}

// weighedLeaves are a chunk of s = p + λ·q and of p.
type weighedLeaves struct {
	s, p, ownS, ownP fr.Vector
	ones             bool // p is 1
}

// leafHalf are chunks of the tables where the current variable is 0, or where it
// is 1.
type leafHalf struct {
	lower, upper weighedLeaves
	trivial      bool // the upper leaves are 0/1: s is λ, p is 0
}

// leafRound reads chunks of both halves, with scratch space for their products.
type leafRound struct {
	of                   *leafSum
	zero, one            leafHalf
	a, b, c              fr.Vector
	zeros, ones, lambdas fr.Vector
}

func (l *leafSum) newRound(n int) *leafRound {
	cut := func() fr.Vector { return make(fr.Vector, n) }
	w := &leafRound{of: l, a: cut(), b: cut(), c: cut(), zeros: cut(), ones: cut(), lambdas: cut()}
	for i := range n {
		w.ones[i].SetOne()
		w.lambdas[i] = l.lambda
	}
	for _, h := range []*leafHalf{&w.zero, &w.one} {
		for _, x := range []*weighedLeaves{&h.lower, &h.upper} {
			x.ownS, x.ownP = cut(), cut()
		}
	}
	return w
}

// leaves computes a chunk of leaves.
func (w *leafRound) leaves(x *weighedLeaves, at int) {
	x.s, x.p = x.ownS, x.ownP
	x.ones = w.of.leaves.sums(x.s, x.p, at, &w.of.lambda)
	if x.ones {
		x.p = w.ones
	}
}

// read reads the chunk at index i of both halves.
func (w *leafRound) read(i int) {
	l, n := w.of, len(w.a)
	for k, h := range [2]*leafHalf{&w.zero, &w.one} {
		at := i + k*l.size/2
		h.trivial = at >= l.filled
		if h.trivial {
			h.upper = weighedLeaves{s: w.lambdas, p: w.zeros, ownS: h.upper.ownS, ownP: h.upper.ownP}
		}
		if l.s0 == nil {
			w.leaves(&h.lower, at)
			if !h.trivial {
				w.leaves(&h.upper, l.size+at)
			}
			continue
		}
		h.lower.s, h.lower.p, h.lower.ones = l.s0[at:at+n], w.ones, l.unit
		if !l.unit {
			h.lower.p = l.p0[at : at+n]
		}
		if !h.trivial {
			h.upper.s, h.upper.p, h.upper.ones = l.s1[at:at+n], l.p1[at:at+n], false
		}
	}
}

// coefficients is part of layerSum.
func (l *leafSum) coefficients(rest []fr.Element) (zero, square fr.Element) {
	zero, square = eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, low fr.Vector) (zero, square fr.Element) {
			w.read(at)
			lo, hi := &w.zero, &w.one
			zero = w.at(lo, low)
			if lo.trivial { // and so is hi
				return zero, square
			}
			w.a.Sub(hi.lower.s, lo.lower.s)
			w.b.Sub(hi.upper.s, lo.upper.s)
			w.a.Mul(w.a, w.b)
			if !(hi.lower.ones && lo.lower.ones || hi.upper.ones && lo.upper.ones) { // else the difference of one is 0
				w.b.Sub(hi.lower.p, lo.lower.p)
				w.c.Sub(hi.upper.p, lo.upper.p)
				w.b.Mul(w.b, w.c)
				w.a.Sub(w.a, w.b)
			}
			return zero, w.a.InnerProduct(low)
		}
	})
	zero.Mul(&zero, &l.inverse)
	square.Mul(&square, &l.inverse)
	return zero, square
}

// atOne is part of layerSum.
func (l *leafSum) atOne(rest []fr.Element) fr.Element {
	one, _ := eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, low fr.Vector) (one, nothing fr.Element) {
			w.read(at)
			return w.at(&w.one, low), nothing
		}
	})
	one.Mul(&one, &l.inverse)
	return one
}

// at returns Σ_x low(x)·(s0·s1 − p0·p1)(x) of one half.
func (w *leafRound) at(h *leafHalf, low fr.Vector) fr.Element {
	if h.trivial {
		sum := h.lower.s.InnerProduct(low)
		return *sum.Mul(&sum, &w.of.lambda)
	}
	w.a.Mul(h.lower.s, h.upper.s)
	switch {
	case h.lower.ones:
		w.a.Sub(w.a, h.upper.p)
	case h.upper.ones:
		w.a.Sub(w.a, h.lower.p)
	default:
		w.b.Mul(h.lower.p, h.upper.p)
		w.a.Sub(w.a, w.b)
	}
	return w.a.InnerProduct(low)
}
