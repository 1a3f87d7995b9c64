package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// partial evaluates some axes of any tensor: fixed[i] holds the coordinates
// of axis i, nil if the axis stays.
func (p *Prover) partial(id relation.ID, fixed [][]fr.Element) fr.Vector {
	t := p.sys.Tensor(id)
	switch {
	case t.Kind == relation.Public:
		return public.Partial(t, fixed)
	case p.cells[id].Small != nil:
		return poly.FixIntegers(p.cells[id].Small, t.Axes, fixed)
	case p.cells[id].Large != nil:
		return p.fixed(p.field(id), t.Axes, fixed)
	case t.Trajectory != nil && fixed[0] == nil && kept(fixed) == 2 && len(fixed) > 2:
		return p.trajectory(t, fixed)
	}
	return p.fixed(p.materialize(id), t.Axes, fixed)
}

// fixed is poly.Fix with a result of its own, since sumchecks fold in place.
func (p *Prover) fixed(cells fr.Vector, axes []relation.Axis, at [][]fr.Element) fr.Vector {
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

// trajectory evaluates one of the two axes (k,j) of the weights of all steps,
// by the recurrence over steps: with j fixed,
//
//	c(s,k)   = Σ_b X(s,b,k)·dZ(s,b,r_j)
//	W(t,k,·) = W0(k,r_j) − Σ_{s<t} n_s·c(s,k)   for t < S, else 0
//
// and with k fixed the same with X and dZ exchanged.
func (p *Prover) trajectory(t *relation.Tensor, fixed [][]fr.Element) fr.Vector {
	tr := t.Trajectory
	folded, varying, at := tr.Error, tr.Input, fixed[2] // j fixed
	if fixed[1] != nil {
		folded, varying, at = tr.Input, tr.Error, fixed[1] // k fixed
	}
	y := p.partial(folded, [][]fr.Element{nil, nil, at}) // steps × batch
	axes := p.sys.Tensor(varying).Axes
	steps, batch, width := axes[0].Padded(), axes[1].Padded(), axes[2].Padded()
	c := make(fr.Vector, steps*width)
	if small := p.cells[varying].Small; small != nil {
		poly.ContractEach(c, small, y, steps, batch, width)
	} else {
		contractEachField(c, p.partial(varying, make([][]fr.Element, 3)), y, steps, batch, width)
	}
	w := p.partial(tr.Initial, fixed[1:])
	return accumulate(c, w, tr.Rates, width)
}

func contractEachField(c, cells, y fr.Vector, steps, batch, width int) {
	for s := range steps {
		poly.ContractField(c[s*width:(s+1)*width], cells[s*batch*width:(s+1)*batch*width], 1, y[s*batch:(s+1)*batch], width)
	}
}

// accumulate turns the gradients of all steps into the weights before each
// step, in place.
func accumulate(c, initial fr.Vector, rates []int64, width int) fr.Vector {
	poly.Parallel(width, 64, func(lo, hi int) {
		w := append(fr.Vector(nil), initial[lo:hi]...)
		step := make(fr.Vector, hi-lo)
		var n fr.Element
		for s := 0; s < len(c)/width; s++ {
			row := c[s*width+lo : s*width+hi]
			if s >= len(rates) {
				clear(row)
				continue
			}
			n.SetInt64(rates[s])
			step.ScalarMul(row, &n)
			copy(row, w)
			w.Sub(w, step)
		}
	})
	return c
}

// materialize computes all cells of a virtual tensor without cells of its
// own by its definition. It serves small tensors that no kernel covers.
func (p *Prover) materialize(id relation.ID) fr.Vector {
	if v, ok := p.large[id]; ok {
		return v
	}
	t := p.sys.Tensor(id)
	out := make(fr.Vector, t.Cells())
	for i := range t.Sum.Terms {
		p.addTerm(out, t, &t.Sum.Terms[i])
	}
	p.large[id] = out
	return out
}

// addTerm adds c·Σ Π factors to every cell, by a loop over all labels.
func (p *Prover) addTerm(out fr.Vector, t *relation.Tensor, term *relation.Term) {
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
