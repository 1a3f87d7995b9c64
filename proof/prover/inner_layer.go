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
	loan  *poly.Loan
	layer int // whose halves are multiplied
	size  int // cells of a half

	s0, p1, q0, q1 *table // nil before the first variable of a layer that is not stored is bound
	lambda         fr.Element
	taken          []fr.Vector
}

func newInnerSum(t *tree, loan *poly.Loan, layer int, lambda fr.Element) *innerSum {
	l := &innerSum{tree: t, loan: loan, layer: layer, size: 1 << (layer - 1), lambda: lambda}
	if layer <= t.stored {
		p, q := t.p[layer], t.q[layer] // folded in place from here on
		t.p[layer], t.q[layer] = nil, nil
		l.taken = []fr.Vector{p.cells, q.cells}
		l.s0, l.p1 = p.halves()
		l.q0, l.q1 = q.halves()
		l.weigh()
	}
	return l
}

// weigh turns p0 into s0 = p0 + λ·q0.
func (l *innerSum) weigh() {
	poly.Parallel(l.size, poly.Chunk, func(lo, hi int) {
		buf := make(fr.Vector, min(poly.Chunk, l.size))
		for i := lo; i < hi; i += len(buf) {
			p, q := l.s0.piece(i, len(buf)), l.q0.piece(i, len(buf))
			q = q.scaled(&l.lambda, buf)
			l.s0.set(i, p.plus(&q, l.s0.room(i, len(buf))))
		}
	})
}

// bind is part of layerSum.
func (l *innerSum) bind(r *fr.Element) {
	if l.q0 == nil {
		l.fold(r)
	} else {
		for _, t := range []*table{l.s0, l.q0, l.p1, l.q1} {
			t.bind(r)
		}
	}
	l.size /= 2
}

// fold binds the first variable of a layer that is not stored: its tables are
// computed from the leaves once more, and kept at half their size.
func (l *innerSum) fold(r *fr.Element) {
	half := l.size / 2
	for _, t := range []**table{&l.s0, &l.q0, &l.p1, &l.q1} {
		cells := l.loan.Get(half)
		l.taken = append(l.taken, cells)
		*t = newTable(half, cells)
	}
	poly.Parallel(half, poly.Chunk, func(from, to int) {
		n := min(poly.Chunk, half)
		w, buf := l.newRound(n), make(fr.Vector, n)
		for i := from; i < to; i += n {
			w.compute(i)
			for _, t := range []struct {
				to        *table
				zero, one *piece
			}{
				{l.s0, &w.zero.s0, &w.one.s0}, {l.q0, &w.zero.q0, &w.one.q0},
				{l.p1, &w.zero.p1, &w.one.p1}, {l.q1, &w.zero.q1, &w.one.q1},
			} {
				t.to.set(i, t.zero.between(t.one, r, buf, t.to.room(i, n)))
			}
		}
	})
}

// lent is part of layerSum.
func (l *innerSum) lent() []fr.Vector { return l.taken }

// fractions is part of layerSum.
func (l *innerSum) fractions() [4]fr.Element {
	var c [4]fr.Element
	for i, t := range []*table{l.s0, l.p1, l.q0, l.q1} {
		p := t.piece(0, 1)
		c[i] = p.cell(0)
	}
	var weighed fr.Element // p0 = s0 − λ·q0
	weighed.Mul(&l.lambda, &c[2])
	c[0].Sub(&c[0], &weighed)
	return c
}

// innerHalf are pieces of the tables where the current variable is 0, or where it
// is 1.
type innerHalf struct{ s0, p1, q0, q1 piece }

// innerRound reads pieces of both halves, with scratch space for their products.
type innerRound struct {
	of           *innerSum
	zero, one    innerHalf
	a, b, c, d   fr.Vector
	lower, upper [2]*scratch // of a layer that is not stored, by half
	weighed      [2]fr.Vector
}

func (l *innerSum) newRound(n int) *innerRound {
	w := &innerRound{of: l}
	for _, buf := range []*fr.Vector{&w.a, &w.b, &w.c, &w.d} {
		*buf = make(fr.Vector, n)
	}
	if l.layer > l.tree.stored {
		for i := range w.weighed {
			w.lower[i], w.upper[i], w.weighed[i] = l.tree.scratch(l.layer, n), l.tree.scratch(l.layer, n), make(fr.Vector, n)
		}
	}
	return w
}

// compute computes the pieces at index i of a layer that is not stored.
func (w *innerRound) compute(i int) {
	l, n := w.of, len(w.a)
	for k, h := range [2]*innerHalf{&w.zero, &w.one} {
		at := i + k*l.size/2
		var p0 piece
		p0, h.q0 = l.tree.piece(l.layer, at, n, w.lower[k])
		h.s0 = h.q0.scaled(&l.lambda, w.weighed[k])
		h.s0 = h.s0.plus(&p0, w.weighed[k])
		h.p1, h.q1 = l.tree.piece(l.layer, l.size+at, n, w.upper[k])
	}
}

// read reads the pieces at index i of both halves.
func (w *innerRound) read(i int) {
	l, n := w.of, len(w.a)
	if l.q0 == nil {
		w.compute(i)
		return
	}
	for k, h := range [2]*innerHalf{&w.zero, &w.one} {
		at := i + k*l.size/2
		*h = innerHalf{l.s0.piece(at, n), l.p1.piece(at, n), l.q0.piece(at, n), l.q1.piece(at, n)}
	}
}

// coefficients is part of layerSum.
func (l *innerSum) coefficients(rest []fr.Element) (zero, square fr.Element) {
	return eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, eq fr.Vector) (zero, square fr.Element) {
			w.read(at)
			lo, hi := &w.zero, &w.one
			zero = w.at(lo, eq)
			s, q := hi.s0.minus(&lo.s0, w.a), hi.q1.minus(&lo.q1, w.b)
			first := s.times(&q, w.a)
			p, q := hi.p1.minus(&lo.p1, w.c), hi.q0.minus(&lo.q0, w.d)
			second := p.times(&q, w.c)
			first = first.plus(&second, w.a)
			return zero, first.weighed(eq)
		}
	})
}

// atOne is part of layerSum.
func (l *innerSum) atOne(rest []fr.Element) fr.Element {
	one, _ := eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, eq fr.Vector) (one, nothing fr.Element) {
			w.read(at)
			return w.at(&w.one, eq), nothing
		}
	})
	return one
}

// at returns Σ_x eq(x)·(s0·q1 + p1·q0)(x) of one half.
func (w *innerRound) at(h *innerHalf, eq fr.Vector) fr.Element {
	first, second := h.s0.times(&h.q1, w.a), h.p1.times(&h.q0, w.b)
	first = first.plus(&second, w.a)
	return first.weighed(eq)
}
