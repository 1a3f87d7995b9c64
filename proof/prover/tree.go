package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// tree holds the layers of the lookup tree: layer k has 2^k fractions p/q,
// fraction x of layer k being the sum of x and x + 2^k of layer k+1.
// The numerators of the leaf layer are small integers and not stored.
type tree struct {
	p, q []fr.Vector   // by layer; p of the leaf layer is nil
	real []bitmap      // by block: which cells are real, nil if all are
	last [4]fr.Element // the fractions said last
}

// bitmap is a set of cell indices.
type bitmap []uint64

func (b bitmap) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

// Lookups is part of proof.Peer.
func (p *Prover) Lookups(alpha, beta fr.Element) {
	n := p.layout.Log
	p.tree = &tree{p: make([]fr.Vector, n+1), q: make([]fr.Vector, n+1), real: p.realCells()}
	p.tree.q[n] = p.leaves(alpha, beta)
	for k := n - 1; k >= 1; k-- {
		p.addLayer(k)
	}
}

func (p *Prover) realCells() []bitmap {
	maps := make([]bitmap, len(p.layout.Blocks))
	for k, b := range p.layout.Blocks {
		if b.Lookup < 0 {
			continue
		}
		t := p.sys.Tensor(p.sys.Lookups[b.Lookup].Columns[0])
		if t.RealCells() == t.Cells() {
			continue
		}
		m := make(bitmap, (t.Cells()+63)/64)
		eachReal(t.Axes, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				m[i/64] |= 1 << (i % 64)
			}
		})
		maps[k] = m
	}
	return maps
}

// addLayer sums the halves of layer k+1:
//
//	p = p0·q1 + p1·q0,  q = q0·q1
func (p *Prover) addLayer(k int) {
	t, size := p.tree, 1<<k
	t.p[k], t.q[k] = p.arena.Get(size), p.arena.Get(size)
	poly.Parallel(size, poly.Chunk, func(lo, hi int) {
		var w adder
		for i := lo; i < hi; i += poly.Chunk {
			w.add(p, k, i, min(i+poly.Chunk, hi))
		}
	})
}

// adder is scratch space for sums of fractions.
type adder struct{ cross, p0, p1 [poly.Chunk]fr.Element }

func (w *adder) add(p *Prover, k, lo, hi int) {
	t, size, n := p.tree, 1<<k, hi-lo
	sum, product := t.p[k][lo:hi], t.q[k][lo:hi]
	q0, q1 := t.q[k+1][lo:hi], t.q[k+1][size+lo:size+hi]
	if k+1 == p.layout.Log {
		one0, _ := p.uniform(lo, hi)
		one1, zero1 := p.uniform(size+lo, size+hi)
		switch {
		case one0 && one1: // 1/q0 + 1/q1
			sum.Add(q0, q1)
			product.Mul(q0, q1)
			return
		case zero1: // p0/q0 + 0/1
			p.numerators(sum, lo)
			copy(product, q0)
			return
		}
	}
	p0, p1 := p.numeratorChunk(k+1, lo, w.p0[:n]), p.numeratorChunk(k+1, size+lo, w.p1[:n])
	cross := fr.Vector(w.cross[:n])
	sum.Mul(p0, q1)
	cross.Mul(p1, q0)
	sum.Add(sum, cross)
	product.Mul(q0, q1)
}

// numeratorChunk returns cells of a layer's numerators, using store for those
// of the leaf layer.
func (p *Prover) numeratorChunk(layer, at int, store fr.Vector) fr.Vector {
	if layer < p.layout.Log {
		return p.tree.p[layer][at : at+len(store)]
	}
	p.numerators(store, at)
	return store
}

// Fractions is part of proof.Peer: the halves of layer+1, whole for the
// root, else at the point that the layer's sumcheck has bound.
func (p *Prover) Fractions(layer int) [4]fr.Element {
	if layer > 0 {
		p.tree.last = p.layer.finish()
		p.arena.Put(p.layer.lent...)
		return p.tree.last
	}
	var store [1]fr.Element
	p0 := p.numeratorChunk(1, 0, store[:])[0]
	p1 := p.numeratorChunk(1, 1, store[:])[0]
	p.tree.last = [4]fr.Element{p0, p1, p.tree.q[1][0], p.tree.q[1][1]}
	return p.tree.last
}

// layerSum is the sumcheck of one layer:
//
//	Σ_x eq(point,x)·(s0·q1 + p1·q0)(x),  s0 = p0 + λ·q0
//
// The tables shrink as variables are bound; eq is split in a table of the last
// few variables and one of those before.
type layerSum struct {
	s0, p1, q0, q1 fr.Vector
	lambda         fr.Element
	point          []fr.Element
	bound          int
	claim          fr.Element // Σ over what is left, without eq of what is bound
	last           [3]fr.Element
	lent           []fr.Vector
}

// Layer is part of proof.Peer.
func (p *Prover) Layer(k int, point []proof.Coord, lambda fr.Element) {
	t, size := p.tree, 1<<k
	l := &layerSum{lambda: lambda, point: p.values(point), q0: t.q[k+1][:size], q1: t.q[k+1][size:]}
	numerators := t.p[k+1]
	if numerators == nil {
		numerators = p.arena.Get(2 * size)
		poly.Parallel(2*size, poly.Chunk, func(lo, hi int) { p.numerators(numerators[lo:hi], lo) })
	}
	l.s0, l.p1 = numerators[:size], numerators[size:]
	poly.Parallel(size, poly.Chunk, func(lo, hi int) {
		buf := make(fr.Vector, poly.Chunk)
		for i := lo; i < hi; i += poly.Chunk {
			s0, q0 := l.s0[i:min(i+poly.Chunk, hi)], l.q0[i:min(i+poly.Chunk, hi)]
			t := buf[:len(s0)]
			t.ScalarMul(q0, &lambda)
			s0.Add(s0, t)
		}
	})
	l.lent = []fr.Vector{numerators, t.q[k+1]} // folded in place from here on
	t.q[k+1], t.p[k+1] = nil, nil
	// P~ and Q~ at the point follow from the fractions said last.
	f, r := t.last, &l.point[0]
	l.claim = lerp(&f[2], &f[3], r)
	l.claim.Mul(&l.claim, &lambda)
	numerator := lerp(&f[0], &f[1], r)
	l.claim.Add(&l.claim, &numerator)
	p.layer = l
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
func (p *Prover) LayerRound() [2]fr.Element {
	l := p.layer
	a, c := l.evaluate()
	// claim = a + r·(b + c)
	r := l.point[l.bound]
	var b fr.Element
	if r.IsZero() {
		b = l.atOne()
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
func (p *Prover) LayerBind(r fr.Element) {
	l := p.layer
	l.claim = horner(l.last[:], &r)
	for _, t := range []*fr.Vector{&l.s0, &l.p1, &l.q0, &l.q1} {
		*t = poly.Fold(*t, &r)
	}
	l.bound++
}

func (l *layerSum) finish() [4]fr.Element {
	var p0 fr.Element
	p0.Mul(&l.lambda, &l.q0[0])
	p0.Sub(&l.s0[0], &p0)
	return [4]fr.Element{p0, l.p1[0], l.q0[0], l.q1[0]}
}
