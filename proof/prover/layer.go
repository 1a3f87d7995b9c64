package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// layerRun is the sumcheck of one layer of the lookup tree:
//
//	Σ_x eq(point,x)·h(x),  h = p0·q1 + p1·q0 + λ·q0·q1
//
// over the halves of the next layer. What it sums is a layerSum.
type layerRun struct {
	sum   layerSum
	point []fr.Element
	bound int
	claim fr.Element // Σ over what is left, without eq of what is bound
	last  [3]fr.Element
}

// layerSum holds the tables of a layer's halves, which shrink as variables are
// bound.
type layerSum interface {
	// coefficients returns Σ_x eq(rest,x)·h(X,x) for X = 0 and its coefficient
	// of X².
	coefficients(rest []fr.Element) (zero, square fr.Element)
	// atOne returns the sum for X = 1.
	atOne(rest []fr.Element) fr.Element
	bind(r *fr.Element)
	// fractions returns p0, p1, q0 and q1 once all variables are bound.
	fractions() [4]fr.Element
	// lent returns the vectors to give back.
	lent() []fr.Vector
}

// Fractions is part of proof.Peer: the halves of layer+1, whole for the
// root, else at the point that the layer's sumcheck has bound.
func (p *Peer) Fractions(layer int) [4]fr.Element {
	t := p.tree
	if layer > 0 {
		t.last = p.layer.sum.fractions()
		p.whole.Put(p.layer.sum.lent()...)
		return t.last
	}
	w := t.scratch(1, 2)
	n, d := t.piece(1, 0, 2, w)
	t.last = [4]fr.Element{n.cell(0), n.cell(1), d.cell(0), d.cell(1)}
	return t.last
}

// Layer is part of proof.Peer.
func (p *Peer) Layer(k int, point []proof.Coord, lambda fr.Element) {
	t := p.tree
	run := &layerRun{point: p.values(point)}
	if k+1 == t.log && !lambda.IsZero() {
		run.sum = newLeafSum(t, p.whole, lambda)
	} else {
		run.sum = newInnerSum(t, p.whole, k+1, lambda)
	}
	// P~ and Q~ at the point follow from the fractions said last.
	f, r := t.last, &run.point[0]
	run.claim = lerp(&f[2], &f[3], r)
	run.claim.Mul(&run.claim, &lambda)
	numerator := lerp(&f[0], &f[1], r)
	run.claim.Add(&run.claim, &numerator)
	p.layer = run
}

// lerp returns a + r·(b − a).
func lerp(a, b, r *fr.Element) fr.Element {
	var d fr.Element
	d.Sub(b, a)
	d.Mul(&d, r)
	d.Add(&d, a)
	return d
}

// LayerRound is part of proof.Peer: h(X) = a + b·X + c·X², summed with
// eq(rest,x). Protocol, section 9.
func (p *Peer) LayerRound() [2]fr.Element {
	l := p.layer
	rest := l.point[l.bound+1:]
	a, c := l.sum.coefficients(rest)
	// claim = a + r·(b + c)
	r := l.point[l.bound]
	var b fr.Element
	if r.IsZero() {
		b = l.sum.atOne(rest)
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
	l.sum.bind(&r)
}

// eqSum returns Σ_x eq(rest,x)·f(x) of two values: eq is split in a table of the
// last few variables, which f is given to sum the chunk at an index with, and one
// of those before. Each thread has an f of its own.
func eqSum(rest []fr.Element, newF func(n int) func(at int, low fr.Vector) (a, b fr.Element)) (a, b fr.Element) {
	low := poly.Eq(rest[max(0, len(rest)-poly.Log(poly.Chunk)):])
	high := poly.Eq(rest[:len(rest)-poly.Log(len(low))])
	sumA, sumB := make(fr.Vector, len(high)), make(fr.Vector, len(high))
	poly.Parallel(len(high), 1, func(lo, hi int) {
		f := newF(len(low))
		for k := lo; k < hi; k++ {
			sumA[k], sumB[k] = f(k*len(low), low)
		}
	})
	return sumA.InnerProduct(high), sumB.InnerProduct(high)
}
