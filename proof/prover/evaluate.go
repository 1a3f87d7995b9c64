package prover

import (
	"slices"
	"unsafe"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// remember keeps an evaluation that a kernel has computed on its way.
func (p *Peer) remember(id relation.ID, point []proof.Coord, v fr.Element) {
	p.known[id] = append(p.known[id], known{slices.Clone(point), v})
}

func (p *Peer) recall(id relation.ID, point []proof.Coord) (fr.Element, bool) {
	for _, k := range p.known[id] {
		if slices.Equal(k.point, point) {
			return k.value, true
		}
	}
	return fr.Element{}, false
}

// eq returns the equality table of a point, kept for the current phase.
func (p *Peer) eq(point []proof.Coord) fr.Vector {
	key := coordKey(point)
	if t, ok := p.eqs[key]; ok {
		return t
	}
	t := poly.Eq(p.values(point))
	p.eqs[key] = t
	return t
}

func coordKey(point []proof.Coord) string {
	if len(point) == 0 {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(&point[0])), len(point)*int(unsafe.Sizeof(point[0]))))
}

// Evaluate is part of proof.Peer.
func (p *Peer) Evaluate(id relation.ID, point []proof.Coord) fr.Element {
	if v, ok := p.recall(id, point); ok {
		return v
	}
	v := p.evaluate(id, point)
	p.remember(id, point, v)
	return v
}

func (p *Peer) evaluate(id relation.ID, point []proof.Coord) fr.Element {
	t := p.sys.Tensor(id)
	switch {
	case t.Kind == relation.Public:
		return public.Evaluate(t, p.values(point))
	case p.cells[id].Small != nil:
		return p.evaluateCells(p.cells[id].Small, point)
	case p.cells[id].Large != nil:
		return poly.Evaluate(p.field(id), p.values(point))
	}
	return p.evaluateSum(t, point)
}

// evaluateCells contracts the last variables on integers, the first ones on
// field elements.
func (p *Peer) evaluateCells(cells []int32, point []proof.Coord) fr.Element {
	k := len(point) / 2
	low := p.eq(point[k:])
	rows := make(fr.Vector, 1<<k)
	poly.Contract(rows, cells, len(rows), low, 1)
	return rows.InnerProduct(p.eq(point[:k]))
}

// field returns the field elements of a tensor of large integers.
func (p *Peer) field(id relation.ID) fr.Vector {
	if v, ok := p.large[id]; ok {
		return v
	}
	v := p.whole.Get(p.cells[id].Len())
	poly.Parallel(len(v), 4*poly.Chunk, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			poly.EmbedInto(&v[i], p.cells[id].At(i))
		}
	})
	p.large[id] = v
	return v
}

// evaluateSum evaluates a virtual tensor without cells by its definition.
func (p *Peer) evaluateSum(t *relation.Tensor, point []proof.Coord) fr.Element {
	labels := map[relation.Label][]proof.Coord{}
	for i, a := range t.Axes {
		labels[t.Sum.Out[i]], point = point[:a.Log()], point[a.Log():]
	}
	var sum fr.Element
	for i := range t.Sum.Terms {
		term := &t.Sum.Terms[i]
		v := p.termAt(t.Sum, term, labels)
		v.Mul(&v, &term.Coeff)
		sum.Add(&sum, &v)
	}
	return sum
}

func (p *Peer) termAt(sum *relation.Sum, term *relation.Term, labels map[relation.Label][]proof.Coord) fr.Element {
	plan := p.sys.Plan(sum, term)
	if len(plan.Bound) > 0 {
		return p.TermValue(p.instance(sum, term, plan, labels))
	}
	v := fr.One()
	for _, f := range term.Factors {
		x := p.Evaluate(f.Tensor, at(f, labels))
		v.Mul(&v, &x)
	}
	return v
}

// instance is what the script will make of the same term.
func (p *Peer) instance(sum *relation.Sum, term *relation.Term, plan *relation.Plan, labels map[relation.Label][]proof.Coord) *proof.Instance[fr.Element] {
	inst := &proof.Instance[fr.Element]{Sum: sum, Term: term, Plan: plan, Labels: labels, Scale: fr.One()}
	for i, f := range term.Factors {
		if p.sys.Tensor(f.Tensor).Kind == relation.Public && !plan.Weighted(i) {
			x := p.Evaluate(f.Tensor, at(f, labels))
			inst.Scale.Mul(&inst.Scale, &x)
		}
	}
	return inst
}

func at(f relation.Factor, labels map[relation.Label][]proof.Coord) []proof.Coord {
	var point []proof.Coord
	for _, l := range f.Labels {
		point = append(point, labels[l]...)
	}
	return point
}
