package prover

import (
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// tree is the lookup tree: layer k has 2^k fractions p/q, fraction x of layer k
// being the sum of x and x + 2^k of layer k+1.
//
// Each layer is as long as all above it, and is read in one sumcheck only. The
// two longest are not stored: their cells are computed from the leaves, chunk by
// chunk, when the layer above is built, and in the first round of their
// sumcheck, which leaves tables of half the size. These, of the leaves, take no
// more than all layers that are stored, which are done with by then: 2^log cells.
type tree struct {
	leaves *leaves
	log    int           // of the leaf layer
	stored int           // the longest layer that is stored
	p, q   []*table      // by layer, up to stored
	last   [4]fr.Element // the fractions said last
}

// storedLayer returns the longest layer that is stored of a tree.
func storedLayer(log int) int { return max(0, log-2) }

// bitmap is a set of cell indices.
type bitmap []uint64

func (b bitmap) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

// among counts those in [at, at+n).
func (b bitmap) among(at, n int) int {
	count := 0
	for i := at; i < at+n; {
		if i%64 == 0 && i+64 <= at+n {
			count += bits.OnesCount64(b[i/64])
			i += 64
			continue
		}
		count += int(b[i/64] >> (i % 64) & 1)
		i++
	}
	return count
}

// Lookups is part of proof.Peer.
func (p *Peer) Lookups(alpha, beta fr.Element) {
	n := p.layout.Log
	t := &tree{leaves: p.newLeaves(alpha, beta), log: n, stored: p.stored}
	p.whole.Arena.Reserve(1 << n)
	t.p, t.q = make([]*table, t.stored+1), make([]*table, t.stored+1)
	for k := t.stored; k >= 1; k-- {
		t.p[k], t.q[k] = newTable(1<<k, p.whole.Get(1<<k)), newTable(1<<k, p.whole.Get(1<<k))
		t.addLayer(k)
	}
	p.tree = t
}

// addLayer sums the halves of layer k+1 (protocol, section 9).
func (t *tree) addLayer(k int) {
	size := 1 << k
	poly.Parallel(size, poly.Chunk, func(lo, hi int) {
		n := min(size, poly.Chunk)
		w := t.scratch(k, n)
		for i := lo; i < hi; i += n {
			w.p, w.q = t.p[k].room(i, n), t.q[k].room(i, n)
			p, q := t.add(k, i, n, w)
			t.p[k].set(i, p)
			t.q[k].set(i, q)
		}
	})
}

// scratch is space for a piece of a layer, and for those of the next layer that it
// is the sum of.
type scratch struct {
	p, q, cross  fr.Vector
	lower, upper *scratch
}

// scratch returns space for pieces of n fractions of layer k, and for what
// they are computed from.
func (t *tree) scratch(k, n int) *scratch {
	w := &scratch{p: make(fr.Vector, n), q: make(fr.Vector, n), cross: make(fr.Vector, n)}
	if k < t.log && k >= t.stored {
		w.lower, w.upper = t.scratch(k+1, n), t.scratch(k+1, n)
	}
	return w
}

// piece returns n fractions of a layer from index at, those stored or computed
// in w.
func (t *tree) piece(k, at, n int, w *scratch) (p, q piece) {
	switch {
	case k <= t.stored:
		return t.p[k].piece(at, n), t.q[k].piece(at, n)
	case k == t.log:
		return t.leaves.numerators(at, n, w.p), t.leaves.denominators(at, n, w.q)
	}
	return t.add(k, at, n, w)
}

// add returns n fractions of layer k from index at:
//
//	p = p0·q1 + p1·q0,  q = q0·q1
//
// Where fractions are 0/1, and where numerators are 1, products are none.
func (t *tree) add(k, at, n int, w *scratch) (p, q piece) {
	p0, q0 := t.piece(k+1, at, n, w.lower)
	p1, q1 := t.piece(k+1, at+1<<k, n, w.upper)
	p, cross := p0.times(&q1, w.p), p1.times(&q0, w.cross)
	return p.plus(&cross, w.p), q0.times(&q1, w.q)
}
