package committed

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// peer answers the script with hidden values. The prover's are those of another
// peer; the verifier's are known to be there, and nothing else is.
type peer struct {
	*conversation
	layout *proof.Layout
	coords []fr.Element
	of     proof.Peer[fr.Element] // nil for the verifier
}

// Drawn is part of proof.Peer.
func (p *peer) Drawn(c proof.Coord, v Form) {
	p.coords = append(p.coords, v.constant)
	if p.of != nil {
		p.of.Drawn(c, v.constant)
	}
}

// Evaluate is part of proof.Peer. Public tensors are no messages: both sides
// know their value at a point.
func (p *peer) Evaluate(id relation.ID, point []proof.Coord) Form {
	t := p.layout.System.Tensor(id)
	if t.Kind != relation.Public {
		return p.hide(1, func() []fr.Element { return []fr.Element{p.of.Evaluate(id, point)} })[0]
	}
	if p.of != nil {
		return constant(p.of.Evaluate(id, point))
	}
	at := make([]fr.Element, len(point))
	for i, c := range point {
		at[i] = p.coords[c]
	}
	return constant(public.Evaluate(t, at))
}

// Lookups is part of proof.Peer.
func (p *peer) Lookups(alpha, beta Form) {
	if p.of != nil {
		p.of.Lookups(alpha.constant, beta.constant)
	}
}

// Fractions is part of proof.Peer.
func (p *peer) Fractions(layer int) [4]Form {
	return [4]Form(p.hide(4, func() []fr.Element { f := p.of.Fractions(layer); return f[:] }))
}

// Layer is part of proof.Peer.
func (p *peer) Layer(layer int, point []proof.Coord, lambda Form) {
	if p.of != nil {
		p.of.Layer(layer, point, lambda.constant)
	}
}

// LayerRound is part of proof.Peer.
func (p *peer) LayerRound() [2]Form {
	return [2]Form(p.hide(2, func() []fr.Element { m := p.of.LayerRound(); return m[:] }))
}

// LayerBind is part of proof.Peer.
func (p *peer) LayerBind(r Form) {
	if p.of != nil {
		p.of.LayerBind(r.constant)
	}
}

// TermValue is part of proof.Peer.
func (p *peer) TermValue(i *proof.Instance[Form]) Form {
	return p.hide(1, func() []fr.Element { return []fr.Element{p.of.TermValue(p.instance(i))} })[0]
}

// Sum is part of proof.Peer.
func (p *peer) Sum(instances []*proof.Instance[Form], weights []Form) {
	if p.of == nil {
		return
	}
	list := make([]*proof.Instance[fr.Element], len(instances))
	for i := range instances {
		list[i] = p.instance(instances[i])
	}
	p.of.Sum(list, constants(weights))
}

// instance returns an instance as the prover knows it.
func (p *peer) instance(i *proof.Instance[Form]) *proof.Instance[fr.Element] {
	return &proof.Instance[fr.Element]{
		Sum: i.Sum, Term: i.Term, Plan: i.Plan, Labels: i.Labels, Name: i.Name,
		Scale: p.value(&i.Scale), Value: p.value(&i.Value),
	}
}

// SumRound is part of proof.Peer.
func (p *peer) SumRound(degree int) []Form {
	return p.hide(degree, func() []fr.Element { return p.of.SumRound(degree) })
}

// SumBind is part of proof.Peer.
func (p *peer) SumBind(r Form) {
	if p.of != nil {
		p.of.SumBind(r.constant)
	}
}

// Reduction is part of proof.Peer.
func (p *peer) Reduction(groups []*proof.Group[Form], weights []Form) {
	if p.of == nil {
		return
	}
	list := make([]*proof.Group[fr.Element], len(groups))
	for i := range groups {
		list[i] = publicGroup(groups[i], p.value)
	}
	p.of.Reduction(list, constants(weights))
}

// ReductionRound is part of proof.Peer.
func (p *peer) ReductionRound() [2]Form {
	return [2]Form(p.hide(2, func() []fr.Element { m := p.of.ReductionRound(); return m[:] }))
}

// ReductionBind is part of proof.Peer.
func (p *peer) ReductionBind(r Form) {
	if p.of != nil {
		p.of.ReductionBind(r.constant)
	}
}

// RowValues is part of proof.Peer.
func (p *peer) RowValues(n int) []Form {
	return p.hide(n, func() []fr.Element { return p.of.RowValues(n) })
}

// measured is a peer for whom public tensors are worth nothing, since only the
// length of the conversation is asked for.
type measured struct{ peer }

// Evaluate is part of proof.Peer.
func (m *measured) Evaluate(id relation.ID, point []proof.Coord) Form {
	if m.layout.System.Tensor(id).Kind == relation.Public {
		return Form{}
	}
	return m.peer.Evaluate(id, point)
}
