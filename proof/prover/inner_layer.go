package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// innerSum sums a layer from the tables
//
//	h = s0·q1 + p1·q0,  s0 = p0 + λ·q0
type innerSum struct {
	tree  *tree
	arena *poly.Arena
	layer int // whose halves are multiplied
	size  int // cells of a half

	s0, p1, q0, q1 fr.Vector // nil before the first variable of a layer that is not stored is bound
	lambda         fr.Element
	taken          []fr.Vector
}

func newInnerSum(t *tree, arena *poly.Arena, layer int, lambda fr.Element) *innerSum {
	size := 1 << (layer - 1)
	l := &innerSum{tree: t, arena: arena, layer: layer, size: size, lambda: lambda}
	if layer <= t.stored {
		numerators, denominators := t.p[layer], t.q[layer] // folded in place from here on
		t.p[layer], t.q[layer] = nil, nil
		l.s0, l.p1, l.q0, l.q1 = numerators[:size], numerators[size:], denominators[:size], denominators[size:]
		l.taken = []fr.Vector{numerators, denominators}
		l.weigh()
	}
	return l
}

// weigh turns p0 into s0 = p0 + λ·q0.
func (l *innerSum) weigh() {
	poly.Parallel(l.size, poly.Chunk, func(lo, hi int) {
		buf := make(fr.Vector, min(poly.Chunk, hi-lo))
		for i := lo; i < hi; i += poly.Chunk {
			s0, q0 := l.s0[i:min(i+poly.Chunk, hi)], l.q0[i:min(i+poly.Chunk, hi)]
			t := buf[:len(s0)]
			t.ScalarMul(q0, &l.lambda)
			s0.Add(s0, t)
		}
	})
}

// bind is part of layerSum.
func (l *innerSum) bind(r *fr.Element) {
	if l.q0 == nil {
		l.fold(r)
	} else {
		l.s0, l.q0, l.p1, l.q1 = poly.Fold(l.s0, r), poly.Fold(l.q0, r), poly.Fold(l.p1, r), poly.Fold(l.q1, r)
	}
	l.size /= 2
}

// fold binds the first variable of a layer that is not stored: its tables are
// computed from the leaves once more, and kept at half their size.
func (l *innerSum) fold(r *fr.Element) {
	t, half := l.tree, l.size/2
	l.taken = []fr.Vector{l.arena.Get(half), l.arena.Get(half), l.arena.Get(half), l.arena.Get(half)}
	l.s0, l.q0, l.p1, l.q1 = l.taken[0], l.taken[1], l.taken[2], l.taken[3]
	poly.Parallel(half, poly.Chunk, func(from, to int) {
		n := min(poly.Chunk, half)
		low, high, buf := t.scratch(l.layer, n), t.scratch(l.layer, n), make(fr.Vector, n)
		pair := func(p, q fr.Vector, at int) {
			p0, q0 := t.chunk(l.layer, at, len(p), low)
			p1, q1 := t.chunk(l.layer, at+half, len(p), high)
			lerpInto(p, p0, p1, r)
			lerpInto(q, q0, q1, r)
		}
		for i := from; i < to; i += n {
			end := min(i+n, to)
			s0, q0 := l.s0[i:end], l.q0[i:end]
			pair(s0, q0, i)
			b := buf[:len(s0)]
			b.ScalarMul(q0, &l.lambda)
			s0.Add(s0, b)
			pair(l.p1[i:end], l.q1[i:end], 2*half+i)
		}
	})
}

// lent is part of layerSum.
func (l *innerSum) lent() []fr.Vector { return l.taken }

// fractions is part of layerSum.
func (l *innerSum) fractions() [4]fr.Element {
	var p0 fr.Element
	p0.Mul(&l.lambda, &l.q0[0])
	p0.Sub(&l.s0[0], &p0)
	return [4]fr.Element{p0, l.p1[0], l.q0[0], l.q1[0]}
}

// innerHalf are chunks of the tables where the current variable is 0, or where
// it is 1.
type innerHalf struct{ s0, p1, q0, q1 fr.Vector }

// innerRound reads chunks of both halves, with scratch space for their products.
type innerRound struct {
	of           *innerSum
	zero, one    innerHalf
	a, b, c      fr.Vector
	lower, upper [2]*scratch // of a layer that is not stored, by half
	weighed      [2]fr.Vector
}

func (l *innerSum) newRound(n int) *innerRound {
	w := &innerRound{of: l, a: make(fr.Vector, n), b: make(fr.Vector, n), c: make(fr.Vector, n)}
	for i := range w.weighed {
		if l.q0 == nil {
			w.lower[i], w.upper[i], w.weighed[i] = l.tree.scratch(l.layer, n), l.tree.scratch(l.layer, n), make(fr.Vector, n)
		}
	}
	return w
}

// read reads the chunk at index i of both halves.
func (w *innerRound) read(i int) {
	l, n := w.of, len(w.a)
	for k, h := range [2]*innerHalf{&w.zero, &w.one} {
		at := i + k*l.size/2
		if l.q0 != nil {
			*h = innerHalf{l.s0[at : at+n], l.p1[at : at+n], l.q0[at : at+n], l.q1[at : at+n]}
			continue
		}
		var p0 fr.Vector
		p0, h.q0 = l.tree.chunk(l.layer, at, n, w.lower[k])
		h.s0 = w.weighed[k]
		h.s0.ScalarMul(h.q0, &l.lambda)
		h.s0.Add(h.s0, p0)
		h.p1, h.q1 = l.tree.chunk(l.layer, l.size+at, n, w.upper[k])
	}
}

// coefficients is part of layerSum.
func (l *innerSum) coefficients(rest []fr.Element) (zero, square fr.Element) {
	return eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, low fr.Vector) (zero, square fr.Element) {
			w.read(at)
			lo, hi := &w.zero, &w.one
			zero = w.at(lo, low)
			w.a.Sub(hi.s0, lo.s0)
			w.b.Sub(hi.q1, lo.q1)
			w.a.Mul(w.a, w.b)
			w.b.Sub(hi.p1, lo.p1)
			w.c.Sub(hi.q0, lo.q0)
			w.b.Mul(w.b, w.c)
			w.a.Add(w.a, w.b)
			return zero, w.a.InnerProduct(low)
		}
	})
}

// atOne is part of layerSum.
func (l *innerSum) atOne(rest []fr.Element) fr.Element {
	one, _ := eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, low fr.Vector) (one, nothing fr.Element) {
			w.read(at)
			return w.at(&w.one, low), nothing
		}
	})
	return one
}

// at returns Σ_x low(x)·(s0·q1 + p1·q0)(x) of one half.
func (w *innerRound) at(h *innerHalf, low fr.Vector) fr.Element {
	w.a.Mul(h.s0, h.q1)
	w.b.Mul(h.p1, h.q0)
	w.a.Add(w.a, w.b)
	return w.a.InnerProduct(low)
}
