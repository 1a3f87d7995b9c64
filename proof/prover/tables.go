package prover

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// tables are the factors of an instance's summand over its bound variables:
// weights first, then data factors.
type tables struct {
	inst  *proof.Instance[fr.Element]
	point []proof.Coord // of the output labels, to recognise the instance
	t     []fr.Vector
}

// instanceTables returns the tables of an instance, those built before for
// the same term at the same point if there are any.
func (p *Peer) instanceTables(inst *proof.Instance[fr.Element]) *tables {
	var point []proof.Coord
	for _, l := range inst.Sum.Out {
		point = append(point, inst.Labels[l]...)
	}
	for _, t := range p.pending[inst.Term] {
		if slices.Equal(t.point, point) {
			return t
		}
	}
	t := &tables{inst: inst, point: point}
	for i := range inst.Plan.Weights {
		t.t = append(t.t, p.weightTable(inst, &inst.Plan.Weights[i]))
	}
	for _, f := range inst.Plan.Data {
		t.t = append(t.t, p.dataTable(inst, inst.Term.Factors[f]))
	}
	p.pending[inst.Term] = append(p.pending[inst.Term], t)
	return t
}

// TermValue is part of proof.Peer:
//
//	Scale · Σ_x Π_i T_i(x)
func (p *Peer) TermValue(inst *proof.Instance[fr.Element]) fr.Element {
	t := p.instanceTables(inst).t
	v := sumOfProducts(t)
	v.Mul(&v, &inst.Scale)
	return v
}

func sumOfProducts(t []fr.Vector) fr.Element {
	n := len(t[0])
	partial := make(fr.Vector, (n+poly.Chunk-1)/poly.Chunk)
	poly.Parallel(n, poly.Chunk, func(lo, hi int) {
		buf := make(fr.Vector, poly.Chunk)
		for i := lo; i < hi; i += poly.Chunk {
			m := min(poly.Chunk, hi-i)
			acc := buf[:m]
			copy(acc, t[0][i:i+m])
			for _, f := range t[1:] {
				acc.Mul(acc, f[i:i+m])
			}
			partial[i/poly.Chunk] = acc.Sum()
		}
	})
	return partial.Sum()
}

// weightTable multiplies eq weights and public factors on disjoint labels.
func (p *Peer) weightTable(inst *proof.Instance[fr.Element], w *relation.Weight) fr.Vector {
	var out fr.Vector
	multiply := func(piece fr.Vector, labels []relation.Label) {
		e := p.expand(piece, labels, inst.Plan)
		if out == nil {
			out = e
			return
		}
		poly.Parallel(len(out), 4*poly.Chunk, func(lo, hi int) {
			o := out[lo:hi]
			o.Mul(o, e[lo:hi])
		})
		p.tables.Put(e)
	}
	if len(w.Eq) > 0 {
		var point []proof.Coord
		for _, l := range w.Eq {
			point = append(point, inst.Labels[l]...)
		}
		multiply(p.equal(point), w.Eq)
	}
	for _, i := range w.Public {
		f := inst.Term.Factors[i]
		fixed, kept := p.split(inst, f)
		multiply(public.Partial(p.sys.Tensor(f.Tensor), fixed), kept)
	}
	return out
}

// dataTable evaluates a factor at the coordinates of its free labels.
func (p *Peer) dataTable(inst *proof.Instance[fr.Element], f relation.Factor) fr.Vector {
	fixed, kept := p.split(inst, f)
	return p.expand(p.partial(f.Tensor, fixed), kept, inst.Plan)
}

// expand is the function expand for tables of the current phase, of which it gives back
// the one that it has read.
func (p *Peer) expand(table fr.Vector, labels []relation.Label, plan *relation.Plan) fr.Vector {
	if slices.Equal(labels, plan.Bound) {
		return table
	}
	out := p.tables.Get(1 << plan.Variables())
	expandInto(out, table, labels, plan)
	p.tables.Put(table)
	return out
}

// equal returns the equality table of a point, of the current phase.
func (p *Peer) equal(point []proof.Coord) fr.Vector {
	t := p.tables.Get(1 << len(point))
	t[0].SetOne()
	poly.EqInto(t, p.values(point))
	return t
}

// split returns the coordinates of a factor's free axes (nil for bound ones)
// and the labels of its bound axes, in the factor's order.
func (p *Peer) split(inst *proof.Instance[fr.Element], f relation.Factor) (fixed [][]fr.Element, kept []relation.Label) {
	fixed = make([][]fr.Element, len(f.Labels))
	for i, l := range f.Labels {
		if slices.Contains(inst.Plan.Bound, l) {
			kept = append(kept, l)
			continue
		}
		fixed[i] = p.values(inst.Labels[l])
	}
	return fixed, kept
}

// expand lays a table over some labels out over all bound labels of a plan,
// repeating it along those it lacks. The result never shares memory with the
// table unless the labels are already the plan's.
func expand(table fr.Vector, labels []relation.Label, plan *relation.Plan) fr.Vector {
	if slices.Equal(labels, plan.Bound) {
		return table
	}
	out := make(fr.Vector, 1<<plan.Variables())
	expandInto(out, table, labels, plan)
	return out
}

// expandInto is expand into a table of all cells.
func expandInto(out, table fr.Vector, labels []relation.Label, plan *relation.Plan) {
	// stride of each of the plan's labels inside the table, 0 if absent
	strides := make([]int, len(plan.Bound))
	sizes := make([]int, len(plan.Bound))
	step := 1
	for i := len(labels) - 1; i >= 0; i-- {
		k := slices.Index(plan.Bound, labels[i])
		strides[k] = step
		step <<= plan.Logs[k]
	}
	for k := range sizes {
		sizes[k] = 1 << plan.Logs[k]
	}
	last := len(sizes) - 1
	poly.Parallel(len(out)/sizes[last], 1, func(lo, hi int) {
		for o := lo; o < hi; o++ {
			base, rest := 0, o
			for k := last - 1; k >= 0; k-- {
				base += rest % sizes[k] * strides[k]
				rest /= sizes[k]
			}
			row := out[o*sizes[last] : (o+1)*sizes[last]]
			for i := range row {
				row[i] = table[base+i*strides[last]]
			}
		}
	})
}
