package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// evaluate returns h(0) and h(∞) of the current round.
func (l *layerSum) evaluate() (zero, infinity fr.Element) {
	half := len(l.q0) / 2
	rest := l.point[l.bound+1:]
	low := poly.Eq(rest[max(0, len(rest)-poly.Log(poly.Chunk)):])
	high := poly.Eq(rest[:len(rest)-poly.Log(len(low))])
	at0, atInf := make(fr.Vector, len(high)), make(fr.Vector, len(high))
	poly.Parallel(len(high), 1, func(lo, hi int) {
		w := newLayerRound(len(low))
		for k := lo; k < hi; k++ {
			at0[k], atInf[k] = w.chunk(l, half, k*len(low), low)
		}
	})
	return at0.InnerProduct(high), atInf.InnerProduct(high)
}

// layerRound is scratch space for one chunk.
type layerRound struct{ a, b, c fr.Vector }

func newLayerRound(n int) *layerRound {
	return &layerRound{make(fr.Vector, n), make(fr.Vector, n), make(fr.Vector, n)}
}

// chunk returns Σ_x low(x)·h(X) on one chunk, for X = 0 and ∞.
func (w *layerRound) chunk(l *layerSum, half, i int, low fr.Vector) (zero, infinity fr.Element) {
	j := i + len(low)
	w.a.Mul(l.s0[i:j], l.q1[i:j])
	w.b.Mul(l.p1[i:j], l.q0[i:j])
	w.a.Add(w.a, w.b)
	zero = w.a.InnerProduct(low)

	w.a.Sub(l.s0[half+i:half+j], l.s0[i:j])
	w.b.Sub(l.q1[half+i:half+j], l.q1[i:j])
	w.a.Mul(w.a, w.b)
	w.b.Sub(l.p1[half+i:half+j], l.p1[i:j])
	w.c.Sub(l.q0[half+i:half+j], l.q0[i:j])
	w.b.Mul(w.b, w.c)
	w.a.Add(w.a, w.b)
	infinity = w.a.InnerProduct(low)
	return zero, infinity
}

// atOne returns h(1) of the current round.
func (l *layerSum) atOne() fr.Element {
	half := len(l.q0) / 2
	upper := &layerSum{s0: l.s0[half:], p1: l.p1[half:], q0: l.q0[half:], q1: l.q1[half:]}
	eq := poly.Eq(l.point[l.bound+1:])
	partial := make(fr.Vector, (half+poly.Chunk-1)/poly.Chunk)
	poly.Parallel(half, poly.Chunk, func(lo, hi int) {
		for i := lo; i < hi; i += poly.Chunk {
			j := min(i+poly.Chunk, hi)
			a, b := make(fr.Vector, j-i), make(fr.Vector, j-i)
			a.Mul(upper.s0[i:j], upper.q1[i:j])
			b.Mul(upper.p1[i:j], upper.q0[i:j])
			a.Add(a, b)
			partial[i/poly.Chunk] = a.InnerProduct(eq[i:j])
		}
	})
	return partial.Sum()
}
