package reference

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// Reduction is part of proof.Peer: Σ_x Σ_g δ^g·eq(low_g, x)·g_g(x).
func (p *Peer) Reduction(groups []*proof.Group[fr.Element], weights []fr.Element) {
	p.rows, p.folds, p.point = nil, nil, nil
	for g, group := range groups {
		row := p.groupRow(group)
		p.rows = append(p.rows, row)
		p.folds = append(p.folds, product{weights[g], [][]fr.Element{eqTable(p.values(group.Low)), row}})
	}
}

// groupRow returns Σ_claims weight · Σ_i eq(high,i)·(row i of the tensor).
func (p *Peer) groupRow(group *proof.Group[fr.Element]) []fr.Element {
	row := make([]fr.Element, 1<<p.layout.RowLog)
	for k, c := range group.Claims {
		high := eqTable(p.values(c.Point[:max(0, len(c.Point)-p.layout.RowLog)]))
		for cell, v := range p.tables[c.Tensor] {
			v.Mul(&v, &group.Weights[k])
			v.Mul(&v, &high[cell>>p.layout.RowLog])
			j := cell % len(row)
			row[j].Add(&row[j], &v)
		}
	}
	return row
}

// ReductionRound is part of proof.Peer.
func (p *Peer) ReductionRound() [2]fr.Element {
	c := roundPolynomial(p.folds, 2)
	return [2]fr.Element{c[0], c[2]}
}

// ReductionBind is part of proof.Peer.
func (p *Peer) ReductionBind(r fr.Element) {
	bindAll(p.folds, r)
	p.point = append(p.point, r)
}

// RowValues is part of proof.Peer.
func (p *Peer) RowValues(int) []fr.Element {
	var w []fr.Element
	for _, row := range p.rows {
		w = append(w, naive.Evaluate(row, p.point))
	}
	if p.mask != nil {
		w = append(w, naive.Evaluate(p.mask, p.point))
	}
	return w
}

// Combined returns the one row that is opened: F = M + Σ_{g≥1} σ^g·g_g.
func (p *Peer) Combined(sigma fr.Element) []fr.Element {
	f := make([]fr.Element, 1<<p.layout.RowLog)
	copy(f, p.mask)
	power := fr.One()
	for _, row := range p.rows {
		power.Mul(&power, &sigma)
		for j := range row {
			var t fr.Element
			t.Mul(&power, &row[j])
			f[j].Add(&f[j], &t)
		}
	}
	return f
}
