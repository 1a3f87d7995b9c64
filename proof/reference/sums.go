package reference

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// instance returns Scale·Σ_x Π factors over n ≥ n_c variables, of which it
// reads the last n_c. The factors are eq(claim's coordinate, ·) for each
// shared label, and every factor of the term that is not in the scale.
func (p *Peer) instance(inst *proof.Instance[fr.Element], n int) product {
	pr := product{weight: inst.Scale}
	plan := inst.Plan
	for _, l := range plan.Bound[:plan.Shared] {
		eq := eqTable(p.values(inst.Labels[l]))
		pr.tables = append(pr.tables, p.tabulate(inst, n, func(at map[relation.Label][]fr.Element) fr.Element {
			return naive.Evaluate(eq, at[l])
		}))
	}
	for i, f := range inst.Term.Factors {
		if p.layout.System.Tensor(f.Tensor).Kind == relation.Public && !plan.Weighted(i) {
			continue
		}
		pr.tables = append(pr.tables, p.tabulate(inst, n, func(at map[relation.Label][]fr.Element) fr.Element {
			var point []fr.Element
			for _, l := range f.Labels {
				point = append(point, at[l]...)
			}
			return naive.Evaluate(p.tables[f.Tensor], point)
		}))
	}
	return pr
}

// tabulate evaluates a function of the labels for every x in {0,1}^n: a bound
// label is at its bits of x, a free one at the claim's coordinates.
func (p *Peer) tabulate(inst *proof.Instance[fr.Element], n int, f func(map[relation.Label][]fr.Element) fr.Element) []fr.Element {
	at := map[relation.Label][]fr.Element{}
	for l, point := range inst.Labels {
		at[l] = p.values(point)
	}
	table := make([]fr.Element, 1<<n)
	for x := range table {
		left := inst.Plan.Variables() // variables of this label and those after
		for k, l := range inst.Plan.Bound {
			bits := make([]fr.Element, inst.Plan.Logs[k])
			for i := range bits {
				left--
				bits[i].SetUint64(uint64(x >> left & 1))
			}
			at[l] = bits
		}
		table[x] = f(at)
	}
	return table
}

// TermValue is part of proof.Peer.
func (p *Peer) TermValue(inst *proof.Instance[fr.Element]) fr.Element {
	pr := p.instance(inst, inst.Plan.Variables())
	return pr.sum()
}

// Sum is part of proof.Peer.
func (p *Peer) Sum(instances []*proof.Instance[fr.Element], weights []fr.Element) {
	n := 0
	for _, inst := range instances {
		n = max(n, inst.Plan.Variables())
	}
	p.products = nil
	for i, inst := range instances {
		pr := p.instance(inst, n)
		pr.weight.Mul(&pr.weight, &weights[i])
		p.products = append(p.products, pr)
	}
}

// SumRound is part of proof.Peer.
func (p *Peer) SumRound(degree int) []fr.Element {
	c := roundPolynomial(p.products, degree)
	return append(c[:1], c[2:]...)
}

// SumBind is part of proof.Peer.
func (p *Peer) SumBind(r fr.Element) { bindAll(p.products, r) }

func bindAll(products []product, r fr.Element) {
	for i := range products {
		products[i] = products[i].bind(r)
	}
}
