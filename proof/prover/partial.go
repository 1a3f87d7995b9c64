package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// partial evaluates some axes of any tensor: fixed[i] holds the coordinates
// of axis i, nil if the axis stays.
func (p *Peer) partial(id relation.ID, fixed [][]fr.Element) fr.Vector {
	t := p.sys.Tensor(id)
	switch {
	case t.Kind == relation.Public:
		return public.Partial(t, fixed)
	case p.cells[id].Small != nil:
		return poly.FixIntegers(p.tables, p.cells[id].Small, t.Axes, fixed)
	case p.cells[id].Large != nil:
		return p.fixed(p.field(id), t.Axes, fixed)
	}
	if v, ok := p.viewOf(id); ok {
		return p.seen(v, t.Sum, fixed)
	}
	if v, ok := p.productOf(id); ok {
		return p.multiplied(v, t.Sum, fixed)
	}
	if cells, ok := p.trajectory(t, fixed); ok {
		return cells
	}
	return p.fixed(p.materialize(id), t.Axes, fixed)
}

// fixed is poly.Fix with a result of its own, since sumchecks fold in place.
func (p *Peer) fixed(cells fr.Vector, axes []relation.Axis, at [][]fr.Element) fr.Vector {
	if kept(at) == len(at) {
		return append(fr.Vector(nil), cells...)
	}
	return poly.Fix(cells, axes, at)
}

func kept(fixed [][]fr.Element) int {
	n := 0
	for _, f := range fixed {
		if f == nil {
			n++
		}
	}
	return n
}

// materialize computes all cells of a virtual tensor without cells of its
// own by its definition. It serves small tensors that no kernel covers.
func (p *Peer) materialize(id relation.ID) fr.Vector {
	if v, ok := p.large[id]; ok {
		return v
	}
	t := p.sys.Tensor(id)
	if cells, ok := p.channelwise(t); ok {
		p.large[id] = cells
		return cells
	}
	out := make(fr.Vector, t.Cells())
	for i := range t.Sum.Terms {
		p.addTerm(out, t, &t.Sum.Terms[i])
	}
	p.large[id] = out
	return out
}

// addTerm adds c·Σ Π factors to every cell, by a loop over all labels.
func (p *Peer) addTerm(out fr.Vector, t *relation.Tensor, term *relation.Term) {
	plan := &relation.Plan{}
	for i, l := range t.Sum.Out {
		plan.Bound, plan.Logs = append(plan.Bound, l), append(plan.Logs, t.Axes[i].Log())
	}
	seen := map[relation.Label]bool{}
	for _, l := range t.Sum.Out {
		seen[l] = true
	}
	for _, f := range term.Factors {
		for i, l := range f.Labels {
			if !seen[l] {
				seen[l] = true
				plan.Bound, plan.Logs = append(plan.Bound, l), append(plan.Logs, p.sys.Tensor(f.Tensor).Axes[i].Log())
			}
		}
	}
	total := 1 << plan.Variables()
	product := make(fr.Vector, total)
	for i := range product {
		product[i] = term.Coeff
	}
	for _, f := range term.Factors {
		all := p.partial(f.Tensor, make([][]fr.Element, len(f.Labels)))
		product.Mul(product, expand(all, f.Labels, plan))
	}
	inner := total / len(out)
	for i := range out {
		row := product[i*inner : (i+1)*inner]
		s := row.Sum()
		out[i].Add(&out[i], &s)
	}
}
