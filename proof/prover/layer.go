package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// layerSum is the sumcheck of one layer:
//
//	Σ_x eq(point,x)·(s0·q1 + p1·q0)(x),  s0 = p0 + λ·q0
//
// The tables shrink as variables are bound; eq is split in a table of the last
// few variables and one of those before.
type layerSum struct {
	tree   *tree
	layer  int // whose halves are multiplied, before a variable is bound
	size   int // cells of a half
	filled int // cells of the upper half from here on are 0/1, p1 and q1 end here

	s0, p1, q0, q1 fr.Vector // nil before the first variable of a layer that is not stored is bound
	lambda         fr.Element
	point          []fr.Element
	bound          int
	claim          fr.Element // Σ over what is left, without eq of what is bound
	last           [3]fr.Element
	lent           []fr.Vector
}

// Fractions is part of proof.Peer: the halves of layer+1, whole for the
// root, else at the point that the layer's sumcheck has bound.
func (p *Peer) Fractions(layer int) [4]fr.Element {
	t := p.tree
	if layer > 0 {
		t.last = p.layer.finish()
		p.arena.Put(p.layer.lent...)
		return t.last
	}
	w := t.scratch(1, 2)
	n, d := t.chunk(1, 0, 2, w)
	t.last = [4]fr.Element{n[0], n[1], d[0], d[1]}
	return t.last
}

// Layer is part of proof.Peer.
func (p *Peer) Layer(k int, point []proof.Coord, lambda fr.Element) {
	t, size := p.tree, 1<<k
	l := &layerSum{tree: t, layer: k + 1, size: size, filled: size, lambda: lambda, point: p.values(point)}
	if l.layer == t.log {
		l.filled = min(size, ceilChunk(t.leaves.used-size))
	}
	if l.layer <= t.stored {
		numerators, denominators := t.p[k+1], t.q[k+1] // folded in place from here on
		t.p[k+1], t.q[k+1] = nil, nil
		l.s0, l.p1, l.q0, l.q1 = numerators[:size], numerators[size:], denominators[:size], denominators[size:]
		l.lent = []fr.Vector{numerators, denominators}
		l.weigh()
	}
	// P~ and Q~ at the point follow from the fractions said last.
	f, r := t.last, &l.point[0]
	l.claim = lerp(&f[2], &f[3], r)
	l.claim.Mul(&l.claim, &lambda)
	numerator := lerp(&f[0], &f[1], r)
	l.claim.Add(&l.claim, &numerator)
	p.layer = l
}

// weigh turns p0 into s0 = p0 + λ·q0.
func (l *layerSum) weigh() {
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

// lerp returns a + r·(b − a).
func lerp(a, b, r *fr.Element) fr.Element {
	var d fr.Element
	d.Sub(b, a)
	d.Mul(&d, r)
	d.Add(&d, a)
	return d
}

// LayerRound is part of proof.Peer: h(X) = a + b·X + c·X² with
//
//	h(X) = Σ_x eq(rest,x)·(S0·Q1 + P1·Q0)(X,x)
//
// Protocol, section 9.
func (p *Peer) LayerRound() [2]fr.Element {
	l := p.layer
	a, c := l.evaluate((*layerRound).coefficients)
	// claim = a + r·(b + c)
	r := l.point[l.bound]
	var b fr.Element
	if r.IsZero() {
		b, _ = l.evaluate((*layerRound).atOne)
		b.Sub(&b, &a)
	} else {
		b.Sub(&l.claim, &a)
		b.Mul(&b, r.Inverse(&r))
	}
	b.Sub(&b, &c)
	l.last = [3]fr.Element{a, b, c}
	return [2]fr.Element{b, c}
}

// LayerBind is part of proof.Peer.
func (p *Peer) LayerBind(r fr.Element) {
	l := p.layer
	l.claim = horner(l.last[:], &r)
	l.bound++
	if l.q0 == nil {
		l.fold(p.arena, &r)
		return
	}
	half := l.size / 2
	l.s0, l.q0 = poly.Fold(l.s0, &r), poly.Fold(l.q0, &r)
	if l.filled == l.size {
		l.p1, l.q1 = poly.Fold(l.p1, &r), poly.Fold(l.q1, &r)
	} else {
		zero, one := fr.Element{}, fr.One()
		l.p1, l.q1 = foldFilled(l.p1, half, &zero, &r), foldFilled(l.q1, half, &one, &r)
	}
	l.size, l.filled = half, min(l.filled, half)
}

// foldFilled is poly.Fold of a table of twice half cells, of which those not
// given are all equal to rest.
func foldFilled(t fr.Vector, half int, rest, r *fr.Element) fr.Vector {
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

// fold binds the first variable of a layer that is not stored: its tables are
// computed from the leaves once more, and kept at half their size.
func (l *layerSum) fold(arena *poly.Arena, r *fr.Element) {
	t, size, half := l.tree, l.size, l.size/2
	l.size, l.filled = half, min(l.filled, half)
	tables := [4]fr.Vector{arena.Get(half), arena.Get(half), arena.Get(ceilPower(l.filled)), arena.Get(ceilPower(l.filled))}
	l.lent = tables[:]
	l.s0, l.q0, l.p1, l.q1 = tables[0], tables[1], tables[2][:l.filled], tables[3][:l.filled]
	poly.Parallel(half, poly.Chunk, func(from, to int) {
		n := min(poly.Chunk, half)
		low, high, buf := t.scratch(l.layer, n), t.scratch(l.layer, n), make(fr.Vector, n)
		pair := func(p, q fr.Vector, at int) {
			if l.layer == t.log && t.leaves.ones(at, at+len(p)) && t.leaves.ones(at+half, at+half+len(p)) {
				q0, q1 := low.q[:len(q)], high.q[:len(q)]
				t.leaves.denominators(q0, at)
				t.leaves.denominators(q1, at+half)
				lerpInto(q, q0, q1, r)
				for i := range p {
					p[i].SetOne()
				}
				return
			}
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
			if i < l.filled {
				pair(l.p1[i:end], l.q1[i:end], size+i)
			}
		}
	})
}

// lerpInto writes a + r·(b − a) to each cell of out.
func lerpInto(out, a, b fr.Vector, r *fr.Element) {
	out.Sub(b, a)
	out.ScalarMul(out, r)
	out.Add(out, a)
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

func (l *layerSum) finish() [4]fr.Element {
	var p0 fr.Element
	p0.Mul(&l.lambda, &l.q0[0])
	p0.Sub(&l.s0[0], &p0)
	return [4]fr.Element{p0, l.p1[0], l.q0[0], l.q1[0]}
}

// evaluate sums what f returns of each chunk of the current round.
func (l *layerSum) evaluate(f func(w *layerRound, low fr.Vector) (a, b fr.Element)) (a, b fr.Element) {
	half := l.size / 2
	rest := l.point[l.bound+1:]
	low := poly.Eq(rest[max(0, len(rest)-poly.Log(poly.Chunk)):])
	high := poly.Eq(rest[:len(rest)-poly.Log(len(low))])
	sumA, sumB := make(fr.Vector, len(high)), make(fr.Vector, len(high))
	poly.Parallel(len(high), 1, func(lo, hi int) {
		w := l.newRound(len(low))
		for k := lo; k < hi; k++ {
			w.read(l, half, k*len(low))
			sumA[k], sumB[k] = f(w, low)
		}
	})
	return sumA.InnerProduct(high), sumB.InnerProduct(high)
}

// half are the tables of a layer's sumcheck where the current variable is 0,
// or where it is 1: a chunk of them.
type half struct {
	s0, p1, q0, q1 fr.Vector
	trivial        bool // p1 = 0 and q1 = 1
	ones           bool // p1 = 1
}

// layerRound reads chunks of both halves, with scratch space for their
// products.
type layerRound struct {
	zero, one    half
	a, b, c      fr.Vector
	zeros, ones  fr.Vector
	lower, upper [2]*scratch // of a layer that is not stored, by half
	weighed      [2]fr.Vector
}

func (l *layerSum) newRound(n int) *layerRound {
	w := &layerRound{a: make(fr.Vector, n), b: make(fr.Vector, n), c: make(fr.Vector, n), zeros: make(fr.Vector, n), ones: make(fr.Vector, n)}
	for i := range w.ones {
		w.ones[i].SetOne()
	}
	for i := range w.weighed {
		if l.q0 == nil {
			w.lower[i], w.upper[i], w.weighed[i] = l.tree.scratch(l.layer, n), l.tree.scratch(l.layer, n), make(fr.Vector, n)
		}
	}
	return w
}

// read reads the chunk at index i of both halves.
func (w *layerRound) read(l *layerSum, size, i int) {
	for k, h := range [2]*half{&w.zero, &w.one} {
		at, n := i+k*size, len(w.a)
		h.trivial, h.ones = at >= l.filled, false
		if l.q0 == nil {
			var p0 fr.Vector
			p0, h.q0, _ = w.fractions(l, at, w.lower[k])
			h.s0 = w.weighed[k]
			h.s0.ScalarMul(h.q0, &l.lambda)
			h.s0.Add(h.s0, p0)
			if !h.trivial {
				h.p1, h.q1, h.ones = w.fractions(l, l.size+at, w.upper[k])
			}
		} else {
			h.s0, h.q0 = l.s0[at:at+n], l.q0[at:at+n]
			if !h.trivial {
				h.p1, h.q1 = l.p1[at:at+n], l.q1[at:at+n]
			}
		}
		if h.trivial {
			h.p1, h.q1 = w.zeros, w.ones
		}
	}
}

// fractions returns a chunk of a layer that is not stored, and whether all of
// its numerators are 1, as those of most leaves.
func (w *layerRound) fractions(l *layerSum, at int, s *scratch) (p, q fr.Vector, ones bool) {
	n := len(w.a)
	if l.layer == l.tree.log && l.tree.leaves.ones(at, at+n) {
		q = s.q[:n]
		l.tree.leaves.denominators(q, at)
		return w.ones, q, true
	}
	p, q = l.tree.chunk(l.layer, at, n, s)
	return p, q, false
}

// coefficients returns Σ_x low(x)·h(X) on one chunk, for X = 0 and ∞.
func (w *layerRound) coefficients(low fr.Vector) (zero, infinity fr.Element) {
	lo, hi := &w.zero, &w.one
	if lo.trivial { // and so is hi: h = s0
		return lo.s0.InnerProduct(low), infinity
	}
	zero = w.at(lo, low)
	w.a.Sub(hi.s0, lo.s0)
	w.b.Sub(hi.q1, lo.q1)
	w.a.Mul(w.a, w.b)
	if !lo.ones || !hi.ones { // else their difference is 0
		w.b.Sub(hi.p1, lo.p1)
		w.c.Sub(hi.q0, lo.q0)
		w.b.Mul(w.b, w.c)
		w.a.Add(w.a, w.b)
	}
	return zero, w.a.InnerProduct(low)
}

// at returns Σ_x low(x)·(s0·q1 + p1·q0)(x) of one half.
func (w *layerRound) at(h *half, low fr.Vector) fr.Element {
	w.a.Mul(h.s0, h.q1)
	if h.ones {
		w.a.Add(w.a, h.q0)
	} else {
		w.b.Mul(h.p1, h.q0)
		w.a.Add(w.a, w.b)
	}
	return w.a.InnerProduct(low)
}

// atOne returns Σ_x low(x)·h(1) on one chunk.
func (w *layerRound) atOne(low fr.Vector) (one, nothing fr.Element) {
	return w.at(&w.one, low), nothing
}
