package proof

import (
	"math/big"

	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// relations proves all equations and reduces all claims on virtual tensors,
// rank by rank, to claims on committed and public tensors.
// Protocol, section 10.
func (s *session[E]) relations() {
	var open []*Instance[E]
	points := make([][][]Coord, len(s.System.Equations))
	for i := range points {
		points[i] = s.axisPoints(s.System.Equations[i].Axes)
	}
	for i := range s.System.Equations {
		e := &s.System.Equations[i]
		open = append(open, s.reduce(e.Name, &e.Sum, points[i], s.zero)...)
	}
	for s.reducing = 0; s.reducing < s.ranks; s.reducing++ {
		rank := s.reducing
		// A tensor is defined after its factors: consumers come first.
		for id := len(s.System.Tensors) - 1; id >= 0; id-- {
			t := &s.System.Tensors[id]
			if t.Kind != relation.Virtual || s.rank[id] != rank {
				continue
			}
			for _, c := range s.claims[id] {
				open = append(open, s.reduce(t.Name, t.Sum, splitPoint(t.Axes, c.Point), c.Value)...)
			}
		}
		s.batch(open)
		open = nil
	}
}

// axisPoints draws a random point for an equation, one per axis name (and, if
// it names an axis twice, per occurrence), so that equations over the same
// axes meet at the same point (protocol, section 10).
func (s *session[E]) axisPoints(axes []relation.Axis) [][]Coord {
	points := make([][]Coord, len(axes))
	seen := map[string]int{}
	for i, a := range axes {
		key := axisKey{a.Name, seen[a.Name]}
		seen[a.Name]++
		drawn := s.axes[key]
		for len(drawn) < a.Log() {
			drawn = append(drawn, s.coordinate())
		}
		s.axes[key] = drawn
		points[i] = drawn[:a.Log()]
	}
	return points
}

func splitPoint(axes []relation.Axis, point []Coord) [][]Coord {
	points := make([][]Coord, len(axes))
	for i, a := range axes {
		points[i], point = point[:a.Log()], point[a.Log():]
	}
	return points
}

// reduce takes the claim that a sum has the value v at a point of its output
// labels. Terms without sumcheck become claims on their factors at once; the
// others become instances. The value of the last instance follows from v.
// Protocol, section 10.
func (s *session[E]) reduce(name string, sum *relation.Sum, points [][]Coord, v E) []*Instance[E] {
	a := s.arith
	labels := map[relation.Label][]Coord{}
	for i, l := range sum.Out {
		labels[l] = points[i]
	}
	rest := v // v − Σ of the terms seen so far
	var open []*Instance[E]
	for i := range sum.Terms {
		t := &sum.Terms[i]
		plan := s.System.Plan(sum, t)
		if len(plan.Bound) > 0 {
			open = append(open, s.instance(name, sum, t, plan, labels))
			continue
		}
		product := s.coefficient(t, false)
		for _, f := range t.Factors {
			product = a.Mul(product, s.factorAt(f, labels))
		}
		rest = a.Sub(rest, product)
	}
	if len(open) == 0 {
		a.AssertEqual(rest, s.zero, name)
		return nil
	}
	last := len(open) - 1
	for _, inst := range open[:last] {
		inst.Value = s.peer.TermValue(inst)
		s.pending = append(s.pending, inst.Value)
		rest = a.Sub(rest, a.Mul(s.coefficient(inst.Term, false), inst.Value))
	}
	open[last].Value = a.Mul(rest, s.coefficient(open[last].Term, true))
	return open
}

// instance is the sumcheck of one term at one claim (protocol, section 10).
func (s *session[E]) instance(name string, sum *relation.Sum, t *relation.Term, plan *relation.Plan, labels map[relation.Label][]Coord) *Instance[E] {
	inst := &Instance[E]{Sum: sum, Term: t, Plan: plan, Labels: labels, Scale: s.one, Name: name}
	for i, f := range t.Factors {
		if s.System.Tensor(f.Tensor).Kind == relation.Public && !plan.Weighted(i) {
			inst.Scale = s.arith.Mul(inst.Scale, s.factorAt(f, labels))
		}
	}
	return inst
}

// coefficient returns a term's constant, or its inverse.
// Protocol, section 10.
func (s *session[E]) coefficient(t *relation.Term, inverse bool) E {
	c := t.Coeff
	if inverse {
		c.Inverse(&c)
	}
	return s.arith.Const(c.BigInt(new(big.Int)))
}

// batch reduces instances by one sumcheck with shared rounds. An instance of
// n_c < n variables is a polynomial in the last n_c of the n common ones:
//
//	Σ_c γ^c·2^(n−n_c)·Value_c = Σ_{x∈{0,1}^n} Σ_c γ^c·p_c(last n_c of x)
//
// A round sends its polynomial but for the coefficient of degree 1, which
// follows from p(0) + p(1) = claim (protocol, section 10).
func (s *session[E]) batch(open []*Instance[E]) {
	if len(open) == 0 {
		return
	}
	a := s.arith
	n, degree := 0, 0
	for _, i := range open {
		n, degree = max(n, i.Plan.Variables()), max(degree, i.Plan.Degree())
	}
	weights := s.powers(s.challenge(), len(open))
	claim := s.zero
	for c, i := range open {
		v := a.Mul(i.Value, s.power2(n-i.Plan.Variables()))
		claim = a.Add(claim, a.Mul(weights[c], v))
	}
	s.peer.Sum(open, weights)
	point := make([]Coord, n)
	for k := range point {
		point[k], claim = s.round(claim, degree)
	}
	final := s.zero
	for c, i := range open {
		final = a.Add(final, a.Mul(weights[c], s.final(i, point[n-i.Plan.Variables():])))
	}
	a.AssertEqual(final, claim, "sumcheck of "+open[0].Name)
}

// round takes a round polynomial of a sumcheck and returns the challenge and
// what remains to be shown (protocol, section 10).
func (s *session[E]) round(claim E, degree int) (Coord, E) {
	a := s.arith
	m := s.peer.SumRound(degree)
	s.tr.Absorb(transcript.SumRound, m...)
	linear := a.Sub(claim, a.Add(m[0], m[0]))
	for _, c := range m[1:] {
		linear = a.Sub(linear, c)
	}
	r := s.coordinate()
	s.peer.SumBind(s.coords[r])
	return r, s.horner(append([]E{m[0], linear}, m[1:]...), s.coords[r])
}

// final returns an instance's summand at the point of its bound variables.
// Protocol, section 10.
func (s *session[E]) final(i *Instance[E], point []Coord) E {
	labels := map[relation.Label][]Coord{}
	for l, c := range i.Labels {
		labels[l] = c
	}
	acc := i.Scale
	for k, l := range i.Plan.Bound {
		bound := point[:i.Plan.Logs[k]]
		point = point[i.Plan.Logs[k]:]
		if k < i.Plan.Shared {
			acc = s.arith.Mul(acc, s.eq(i.Labels[l], bound))
		}
		labels[l] = bound
	}
	for _, w := range i.Plan.Weights {
		for _, f := range w.Public {
			acc = s.arith.Mul(acc, s.factorAt(i.Term.Factors[f], labels))
		}
	}
	for _, f := range i.Plan.Data {
		acc = s.arith.Mul(acc, s.factorAt(i.Term.Factors[f], labels))
	}
	return acc
}
