package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
)

// reductionSum is the sumcheck Σ_x Σ_g δ^g·eq(low_g, x)·g_g(x) over ℓ variables.
type reductionSum struct {
	rows  []fr.Vector // g_g, kept whole for the final combination
	parts []*part
	last  [][]fr.Element
}

// Reduction is part of proof.Peer.
func (p *Peer) Reduction(groups []*proof.Group[fr.Element], weights []fr.Element) {
	o := &reductionSum{}
	for g, group := range groups {
		row := p.foldGroup(group)
		o.rows = append(o.rows, row)
		left := p.whole.Get(len(row))
		copy(left, row)
		t := &tables{t: []fr.Vector{p.equal(group.Low), left}}
		o.parts = append(o.parts, &part{tables: t, weight: weights[g], claim: sumOfProducts(t.t)})
	}
	o.last = make([][]fr.Element, len(o.parts))
	p.evaluation = o
	clear(p.eqs)
}

// foldGroup returns the group's polynomial
//
//	g(j) = Σ_claims weight_c · Σ_i eq(high_c, i)·cell_c(i·2^ℓ + j)
//
// Protocol, section 12.
func (p *Peer) foldGroup(g *proof.Group[fr.Element]) fr.Vector {
	row := p.whole.Get(1 << p.layout.RowLog)
	var fields []fr.Vector // short rows and rows of large integers
	var fieldWeights []fr.Element
	var small [][]int32
	var smallWeights fr.Vector
	for k, c := range g.Claims {
		high := fr.Vector{g.Weights[k]}
		if n := len(c.Point) - p.layout.RowLog; n > 0 {
			high = make(fr.Vector, 1<<n)
			high[0] = g.Weights[k]
			poly.EqInto(high, p.values(c.Point[:n]))
		}
		size := 1 << min(len(c.Point), p.layout.RowLog)
		for i := range high {
			if cells := p.cells[c.Tensor].Small; cells != nil && size == len(row) {
				small, smallWeights = append(small, cells[i*size:(i+1)*size]), append(smallWeights, high[i])
			} else {
				fields, fieldWeights = append(fields, p.field(c.Tensor)[i*size:(i+1)*size]), append(fieldWeights, high[i])
			}
		}
	}
	poly.Combine(row, small, smallWeights)
	poly.Parallel(len(row), poly.Chunk, func(lo, hi int) {
		buf := make(fr.Vector, poly.Chunk)
		for i := lo; i < hi; i += poly.Chunk {
			for k, f := range fields {
				if i >= len(f) {
					continue
				}
				end := min(hi, i+poly.Chunk, len(f))
				t, dst := buf[:end-i], row[i:end]
				t.ScalarMul(f[i:end], &fieldWeights[k])
				dst.Add(dst, t)
			}
		}
	})
	return row
}

// ReductionRound is part of proof.Peer.
func (p *Peer) ReductionRound() [2]fr.Element {
	var out [2]fr.Element
	o := p.evaluation
	for i, q := range o.parts {
		c := roundPolynomial(q.t, &q.claim)
		o.last[i] = c
		for k, at := range [2]int{0, 2} {
			var t fr.Element
			t.Mul(&c[at], &q.weight)
			out[k].Add(&out[k], &t)
		}
	}
	return out
}

// ReductionBind is part of proof.Peer.
func (p *Peer) ReductionBind(r fr.Element) {
	for i, q := range p.evaluation.parts {
		for k := range q.t {
			q.t[k] = poly.Fold(q.t[k], &r)
		}
		q.claim = horner(p.evaluation.last[i], &r)
	}
}

// RowValues is part of proof.Peer.
func (p *Peer) RowValues(n int) []fr.Element {
	var w []fr.Element
	for _, q := range p.evaluation.parts {
		w = append(w, q.t[1][0])
	}
	if p.mask != nil {
		w = append(w, poly.Evaluate(p.mask, p.coords[len(p.coords)-p.layout.RowLog:]))
	}
	return w
}

// Combined returns the one row to open once σ is drawn:
//
//	F = M + Σ_{g≥1} σ^g·g_g
//
// Protocol, section 12.
func (p *Peer) Combined(sigma fr.Element) fr.Vector {
	f := make(fr.Vector, 1<<p.layout.RowLog)
	rows := p.evaluation.rows
	poly.Parallel(len(f), poly.Chunk, func(lo, hi int) {
		dst := f[lo:hi]
		for g := len(rows) - 1; g >= 0; g-- {
			dst.Add(dst, rows[g][lo:hi])
			dst.ScalarMul(dst, &sigma)
		}
		if p.mask != nil {
			dst.Add(dst, p.mask[lo:hi])
		}
	})
	return f
}
