package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// leafSum sums the layer whose halves are leaves. With s = p + λ·q,
//
//	λ·h = s0·s1 − p0·p1
//
// and most numerators are 1, or 0 in padding: pieces of them are flat. A
// denominator that is a row of a table needs no product to become s: the table's
// rows are weighed once.
//
// Requires λ not to be 0.
type leafSum struct {
	leaves *leaves
	loan   *poly.Loan
	size   int  // cells of a half
	even   bool // in each chunk of the lower half all numerators are equal

	lambda, inverse fr.Element
	s, p            [2]*table // of the lower and the upper half; nil before the first variable is bound
	taken           []fr.Vector
}

func newLeafSum(t *tree, loan *poly.Loan, lambda fr.Element) *leafSum {
	size := 1 << (t.log - 1)
	l := &leafSum{leaves: t.leaves, loan: loan, size: size, even: t.leaves.evenNumerators(size), lambda: lambda}
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
	if l.s[0] == nil {
		l.fold(r)
	} else {
		for k := range l.s {
			l.s[k].bind(r)
			l.p[k].bind(r)
		}
	}
	l.size /= 2
}

// fold binds the first variable: the leaves are computed once more, and the
// tables kept at half their size.
func (l *leafSum) fold(r *fr.Element) {
	half := l.size / 2
	lend := func(filled int) *table {
		cells := l.loan.Get(ceilPower(filled))
		l.taken = append(l.taken, cells)
		return newTable(half, cells[:filled])
	}
	filled := min(half, ceilChunk(l.leaves.used-l.size)) // after it the upper half is 0/1
	l.s = [2]*table{lend(half), lend(filled)}
	l.p = [2]*table{newTable(half, nil), lend(filled)}
	if !l.even {
		l.p[0] = lend(half)
	}
	poly.Parallel(half, poly.Chunk, func(from, to int) {
		w := l.newRound(min(poly.Chunk, half))
		n := len(w.buf)
		for i := from; i < to; i += n {
			w.compute(i)
			for k := range l.s {
				l.s[k].set(i, w.s[0][k].between(&w.s[1][k], r, w.buf, l.s[k].room(i, n)))
				l.p[k].set(i, w.p[0][k].between(&w.p[1][k], r, w.buf, l.p[k].room(i, n)))
			}
		}
	})
}

// lent is part of layerSum.
func (l *leafSum) lent() []fr.Vector { return l.taken }

// fractions is part of layerSum.
func (l *leafSum) fractions() (f [4]fr.Element) {
	for k := range l.s {
		s, p := l.s[k].piece(0, 1), l.p[k].piece(0, 1)
		sum, numerator := s.cell(0), p.cell(0)
		f[k] = numerator
		f[2+k].Sub(&sum, &numerator) // (s − p)/λ
		f[2+k].Mul(&f[2+k], &l.inverse)
	}
	return f
}

// leafRound are pieces of the tables, where the current variable is 0 and where it
// is 1, of the lower and the upper half.
type leafRound struct {
	of         *leafSum
	s, p       [2][2]piece
	bufS, bufP [2][2]fr.Vector
	buf, more  fr.Vector
}

func (l *leafSum) newRound(n int) *leafRound {
	w := &leafRound{of: l, buf: make(fr.Vector, n), more: make(fr.Vector, n)}
	for v := range 2 {
		for k := range 2 {
			w.bufS[v][k], w.bufP[v][k] = make(fr.Vector, n), make(fr.Vector, n)
		}
	}
	return w
}

// compute computes the pieces at index i from the leaves.
func (w *leafRound) compute(i int) {
	l, n := w.of, len(w.buf)
	for v := range 2 {
		for k := range 2 {
			at := i + v*l.size/2 + k*l.size
			w.s[v][k] = l.leaves.weighted(at, n, &l.lambda, w.bufS[v][k])
			w.p[v][k] = l.leaves.numerators(at, n, w.bufP[v][k])
		}
	}
}

// read reads the pieces at index i.
func (w *leafRound) read(i int) {
	l, n := w.of, len(w.buf)
	if l.s[0] == nil {
		w.compute(i)
		return
	}
	for v := range 2 {
		for k := range 2 {
			at := i + v*l.size/2
			w.s[v][k], w.p[v][k] = l.s[k].piece(at, n), l.p[k].piece(at, n)
		}
	}
}

// coefficients is part of layerSum.
func (l *leafSum) coefficients(rest []fr.Element) (zero, square fr.Element) {
	zero, square = eqSum(rest, func(n int) func(int, fr.Vector) (fr.Element, fr.Element) {
		w := l.newRound(n)
		return func(at int, eq fr.Vector) (zero, square fr.Element) {
			w.read(at)
			zero = w.at(0, eq)
			var d [2]piece
			for k := range d {
				d[k] = w.s[1][k].minus(&w.s[0][k], w.bufS[1][k])
			}
			s := d[0].times(&d[1], w.buf)
			for k := range d {
				d[k] = w.p[1][k].minus(&w.p[0][k], w.bufP[1][k])
			}
			p := d[0].times(&d[1], w.more)
			s = s.minus(&p, w.buf)
			return zero, s.weighed(eq)
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
		return func(at int, eq fr.Vector) (one, nothing fr.Element) {
			w.read(at)
			return w.at(1, eq), nothing
		}
	})
	one.Mul(&one, &l.inverse)
	return one
}

// at returns Σ_x eq(x)·(s0·s1 − p0·p1)(x) where the current variable is v.
func (w *leafRound) at(v int, eq fr.Vector) fr.Element {
	s := w.s[v][0].times(&w.s[v][1], w.buf)
	p := w.p[v][0].times(&w.p[v][1], w.more)
	s = s.minus(&p, w.buf)
	return s.weighed(eq)
}
