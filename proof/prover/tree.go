package prover

import (
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
	p, q   []fr.Vector   // by layer, up to stored
	last   [4]fr.Element // the fractions said last
}

// storedLayer returns the longest layer that is stored of a tree.
func storedLayer(log int) int { return max(0, log-2) }

// bitmap is a set of cell indices.
type bitmap []uint64

func (b bitmap) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

// Lookups is part of proof.Peer.
func (p *Peer) Lookups(alpha, beta fr.Element) {
	n := p.layout.Log
	t := &tree{leaves: p.newLeaves(alpha, beta), log: n, stored: p.stored}
	p.arena.Reserve(1 << n)
	t.p, t.q = make([]fr.Vector, t.stored+1), make([]fr.Vector, t.stored+1)
	for k := t.stored; k >= 1; k-- {
		t.p[k], t.q[k] = p.arena.Get(1<<k), p.arena.Get(1<<k)
		t.addLayer(k)
	}
	p.tree = t
}

// addLayer sums the halves of layer k+1 (protocol, section 9).
func (t *tree) addLayer(k int) {
	size := 1 << k
	poly.Parallel(size, poly.Chunk, func(lo, hi int) {
		w := t.scratch(k, min(size, poly.Chunk))
		for i := lo; i < hi; i += poly.Chunk {
			end := min(i+poly.Chunk, hi)
			t.add(k, i, t.p[k][i:end], t.q[k][i:end], w)
		}
	})
}

// scratch is space for a chunk of fractions of a layer, and for those of the
// next layer that they are the sums of.
type scratch struct {
	p, q, cross  fr.Vector
	lower, upper *scratch
}

// scratch returns space for chunks of n fractions of layer k, and for what
// they are computed from.
func (t *tree) scratch(k, n int) *scratch {
	w := &scratch{p: make(fr.Vector, n), q: make(fr.Vector, n), cross: make(fr.Vector, n)}
	if k < t.log && k >= t.stored {
		w.lower, w.upper = t.scratch(k+1, n), t.scratch(k+1, n)
	}
	return w
}

// chunk returns n fractions of a layer from index at, those stored or computed
// in w. They are read only.
func (t *tree) chunk(k, at, n int, w *scratch) (p, q fr.Vector) {
	if k <= t.stored {
		return t.p[k][at : at+n], t.q[k][at : at+n]
	}
	p, q = w.p[:n], w.q[:n]
	if k == t.log {
		t.leaves.fill(p, q, at)
	} else {
		t.add(k, at, p, q, w)
	}
	return p, q
}

// add writes the fractions of layer k from index at:
//
//	p = p0·q1 + p1·q0,  q = q0·q1
//
// Among leaves an upper half of 0/1 adds nothing, and numerators of 1 on both
// sides make p = q0 + q1.
func (t *tree) add(k, at int, p, q fr.Vector, w *scratch) {
	n, upper := len(p), at+1<<k
	if k+1 == t.log {
		if upper >= t.leaves.used {
			t.leaves.fill(p, q, at)
			return
		}
		if t.leaves.ones(at, at+n) && t.leaves.ones(upper, upper+n) {
			q0, q1 := w.lower.q[:n], w.upper.q[:n]
			t.leaves.denominators(q0, at)
			t.leaves.denominators(q1, upper)
			p.Add(q0, q1)
			q.Mul(q0, q1)
			return
		}
	}
	p0, q0 := t.chunk(k+1, at, n, w.lower)
	p1, q1 := t.chunk(k+1, upper, n, w.upper)
	cross := w.cross[:n]
	p.Mul(p0, q1)
	cross.Mul(p1, q0)
	p.Add(p, cross)
	q.Mul(q0, q1)
}
