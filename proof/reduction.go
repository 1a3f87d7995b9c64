package proof

import (
	"slices"

	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// Outcome is what a conversation leaves to be checked outside the field
// arithmetic: claims on public tensors, and one evaluation of a combination of
// committed rows.
//
// Soundness: the caller must check every public claim against the statement,
// and that the combination of commitments
//
//	C_M + Σ_{g≥1} σ^g · Σ_{claims c of group g} weight_c · Σ_i eq(high_c, i)·C_{c,i}
//
// opens at Point to Value.
type Outcome[E any] struct {
	Coords []E
	Public []Claim[E]
	Groups []*Group[E]
	Gamma  E // the weights of a group's claims are its powers
	Sigma  E
	Point  []Coord
	Value  E
}

// reduceRows reduces all claims on committed tensors to one row-sized
// polynomial at one point. A claim at (high, low), low the last ℓ
// coordinates, is a claim at low on the rows folded by eq(high, ·); a tensor
// of 2^m < 2^ℓ cells is the row of its cells followed by zeros.
// Protocol, section 12.
func (s *session[E]) reduceRows() *Outcome[E] {
	a := s.arith
	out := &Outcome[E]{}
	for id := range s.claims {
		for _, c := range s.claims[id] {
			switch s.System.Tensors[id].Kind {
			case relation.Public:
				out.Public = append(out.Public, c)
			case relation.Witness, relation.External:
				out.Groups = addToGroup(out.Groups, s.lowOf(c.Point), c)
			}
		}
	}
	out.Gamma = s.challenge()
	delta := s.challenge()
	weights := s.powers(delta, len(out.Groups))
	claim := s.zero
	for g, group := range out.Groups {
		group.Weights = s.powers(out.Gamma, len(group.Claims))
		for i, c := range group.Claims {
			claim = a.Add(claim, a.Mul(weights[g], a.Mul(group.Weights[i], c.Value)))
		}
	}
	s.peer.Reduction(out.Groups, weights)
	claim = s.reductionRounds(out, claim)

	n := len(out.Groups)
	if s.Masked {
		n++
	}
	w := s.peer.RowValues(n)
	s.tr.Absorb(transcript.RowValues, w...)
	final := s.zero
	for g, group := range out.Groups {
		final = a.Add(final, a.Mul(weights[g], a.Mul(s.eq(group.Low, out.Point), w[g])))
	}
	a.AssertEqual(final, claim, "row values")

	// y = m + Σ_{g≥1} σ^g·w_g
	out.Sigma = s.challenge()
	out.Value = s.zero
	for g := len(out.Groups) - 1; g >= 0; g-- {
		out.Value = a.Mul(a.Add(out.Value, w[g]), out.Sigma)
	}
	if s.Masked {
		out.Value = a.Add(out.Value, w[n-1])
	}
	out.Coords = s.coords
	return out
}

// reductionRounds reduces the weighted claims to one at r* (protocol, section 12).
func (s *session[E]) reductionRounds(out *Outcome[E], claim E) E {
	a := s.arith
	for range s.RowLog {
		m := s.peer.ReductionRound()
		s.tr.Absorb(transcript.ReductionRound, m[:]...)
		linear := a.Sub(a.Sub(claim, a.Add(m[0], m[0])), m[1])
		c := s.coordinate()
		s.peer.ReductionBind(s.coords[c])
		claim = s.horner([]E{m[0], linear, m[1]}, s.coords[c])
		out.Point = append(out.Point, c)
	}
	return claim
}

func (l *Layout) lowOf(point []Coord) []Coord {
	if k := len(point) - l.RowLog; k >= 0 {
		return point[k:]
	}
	low := make([]Coord, l.RowLog-len(point), l.RowLog)
	return append(low, point...) // Zero is the zero value
}

// addToGroup collects claims at the same low coordinates (protocol, section 12).
func addToGroup[E any](groups []*Group[E], low []Coord, c Claim[E]) []*Group[E] {
	for _, g := range groups {
		if slices.Equal(g.Low, low) {
			g.Claims = append(g.Claims, c)
			return groups
		}
	}
	return append(groups, &Group[E]{Low: low, Claims: []Claim[E]{c}})
}
