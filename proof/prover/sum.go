package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// batchedSum is a running sumcheck over instances of different sizes.
type batchedSum struct {
	parts  []*part
	degree int
	left   int            // variables not yet bound, of the longest instance
	rounds [][]fr.Element // round polynomial of each instance
	bound  []proof.Coord
	tables *poly.Loan // of the parts
}

// part is one instance inside a batched sumcheck: weight·Σ Π t.
type part struct {
	*tables
	weight fr.Element // γ^c · Scale
	claim  fr.Element // Σ_x Π t over what is left
	vars   int        // variables left of this instance
}

// Sum is part of proof.Peer.
func (p *Peer) Sum(instances []*proof.Instance[fr.Element], weights []fr.Element) {
	b := &batchedSum{}
	for i, inst := range instances {
		t := p.instanceTables(inst)
		q := &part{tables: t, vars: inst.Plan.Variables(), claim: sumOfProducts(t.t)}
		q.weight.Mul(&weights[i], &inst.Scale)
		b.parts = append(b.parts, q)
		b.left, b.degree = max(b.left, q.vars), max(b.degree, len(t.t))
	}
	b.rounds = make([][]fr.Element, len(b.parts))
	b.tables = p.nextPhase()
	p.sum = b
	clear(p.pending)
}

// SumRound is part of proof.Peer. An instance that has fewer variables than
// are left is constant in the current one: half of its weight.
// Protocol, section 10.
func (p *Peer) SumRound(degree int) []fr.Element {
	b := p.sum
	total := make([]fr.Element, degree+1)
	for i, q := range b.parts {
		var c []fr.Element
		w := q.weight
		if q.vars < b.left {
			// Σ over the other b.left−1−vars unused variables
			scale := relation.Pow2(b.left - 1 - q.vars)
			w.Mul(&w, &scale)
			c = []fr.Element{q.claim}
		} else {
			c = roundPolynomial(q.t, &q.claim)
		}
		b.rounds[i] = c
		for k := range c {
			var t fr.Element
			t.Mul(&c[k], &w)
			total[k].Add(&total[k], &t)
		}
	}
	return append(total[:1], total[2:]...)
}

// SumBind is part of proof.Peer.
func (p *Peer) SumBind(r fr.Element) {
	b := p.sum
	b.bound = append(b.bound, proof.Coord(len(p.coords)-1))
	for i, q := range b.parts {
		if q.vars < b.left {
			continue
		}
		for k := range q.t {
			q.t[k] = poly.Fold(q.t[k], &r)
		}
		q.claim = horner(b.rounds[i], &r)
		q.vars--
	}
	b.left--
	if b.left == 0 {
		p.keepFinals()
		b.tables.End()
		p.sum = nil
	}
}

// keepFinals remembers the evaluations of data factors that a finished
// sumcheck has at hand.
func (p *Peer) keepFinals() {
	b := p.sum
	for _, q := range b.parts {
		plan := q.inst.Plan
		point := b.bound[len(b.bound)-plan.Variables():]
		labels := map[relation.Label][]proof.Coord{}
		for l, c := range q.inst.Labels {
			labels[l] = c
		}
		for k, l := range plan.Bound {
			labels[l], point = point[:plan.Logs[k]], point[plan.Logs[k]:]
		}
		for k, f := range plan.Data {
			factor := q.inst.Term.Factors[f]
			pt := at(factor, labels)
			if _, ok := p.recall(factor.Tensor, pt); !ok {
				p.remember(factor.Tensor, pt, q.t[len(plan.Weights)+k][0])
			}
		}
	}
}

func horner(c []fr.Element, x *fr.Element) fr.Element {
	acc := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		acc.Mul(&acc, x)
		acc.Add(&acc, &c[i])
	}
	return acc
}

// roundPolynomial returns the coefficients of
//
//	h(X) = Σ_{x} Π_i (T_i(0,x) + X·(T_i(1,x) − T_i(0,x)))
//
// of degree d = len(t), from h(0) and as many of h(∞), h(−1), h(2) as the
// degree asks for; h(1) = claim − h(0).
func roundPolynomial(t []fr.Vector, claim *fr.Element) []fr.Element {
	d := len(t)
	at := evaluateRound(t)
	var one fr.Element
	one.Sub(claim, &at[0])
	c := make([]fr.Element, d+1)
	c[0], c[d] = at[0], at[1]
	switch d {
	case 1:
		c[1].Sub(&one, &c[0])
	case 2:
		c[1].Sub(&one, &c[0])
		c[1].Sub(&c[1], &c[2])
	default:
		interpolate(c, at, &one)
	}
	return c
}

// interpolate finds the inner coefficients for degrees 3 and 4:
//
//	even = (h(1)+h(−1))/2 = c0 + c2 + c4,  odd = (h(1)−h(−1))/2 = c1 + c3
//	h(2) = c0 + 4·c2 + 16·c4 + 2·odd + 6·c3
func interpolate(c, at []fr.Element, one *fr.Element) {
	var even, odd, t fr.Element
	even.Add(one, &at[2])
	even.Halve()
	odd.Sub(one, &at[2])
	odd.Halve()
	c[2].Sub(&even, &c[0])
	if len(c) == 5 {
		c[2].Sub(&c[2], &c[4])
		c[3].Sub(&at[3], &c[0])
		for _, term := range []struct {
			k int64
			v fr.Element
		}{{4, c[2]}, {16, c[4]}, {2, odd}} {
			t.SetInt64(term.k)
			t.Mul(&t, &term.v)
			c[3].Sub(&c[3], &t)
		}
		t.SetInt64(6)
		t.Inverse(&t)
		c[3].Mul(&c[3], &t)
	}
	c[1].Sub(&odd, &c[3])
}

// evaluateRound returns h(0), h(∞) and, for degree 3 and 4, h(−1), h(2).
func evaluateRound(t []fr.Vector) []fr.Element {
	half, d := len(t[0])/2, len(t)
	points := max(2, d)
	chunks := (half + poly.Chunk - 1) / poly.Chunk
	partial := make([]fr.Vector, points)
	for i := range partial {
		partial[i] = make(fr.Vector, chunks)
	}
	poly.Parallel(half, poly.Chunk, func(lo, hi int) {
		r := newRound(d)
		for i := lo; i < hi; i += poly.Chunk {
			r.chunk(t, half, i, min(poly.Chunk, hi-i))
			for k := range points {
				partial[k][i/poly.Chunk] = r.at[k].Sum()
			}
		}
	})
	at := make([]fr.Element, points)
	for k := range at {
		at[k] = partial[k].Sum()
	}
	return at
}

// round holds the products of one chunk at the evaluation points.
type round struct {
	store []fr.Vector
	at    []fr.Vector
	delta fr.Vector
	value fr.Vector
}

func newRound(d int) *round {
	r := &round{delta: make(fr.Vector, poly.Chunk), value: make(fr.Vector, poly.Chunk)}
	for range max(2, d) {
		r.store = append(r.store, make(fr.Vector, poly.Chunk))
	}
	r.at = make([]fr.Vector, len(r.store))
	return r
}

func (r *round) chunk(t []fr.Vector, half, i, n int) {
	for k := range r.at {
		r.at[k] = r.store[k][:n]
	}
	delta, value := r.delta[:n], r.value[:n]
	for f := range t {
		lo, hi := t[f][i:i+n], t[f][half+i:half+i+n]
		delta.Sub(hi, lo)
		r.multiply(0, f, lo)
		r.multiply(1, f, delta)
		if len(r.at) > 2 {
			value.Sub(lo, delta)
			r.multiply(2, f, value)
		}
		if len(r.at) > 3 {
			value.Add(hi, delta)
			r.multiply(3, f, value)
		}
	}
}

func (r *round) multiply(point, factor int, v fr.Vector) {
	if factor == 0 {
		copy(r.at[point], v)
		return
	}
	r.at[point].Mul(r.at[point], v)
}
