package proof

import (
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// lookups proves all lookups at once (LogUp as a sum of fractions, summed by
// a tree of GKR layers; Papini and Haböck, eprint 2023/1284):
//
//	Σ_lookups Σ_x 1_T(x)/(α − fp(x)) − Σ_tables Σ_i m_i/(α − fp(i)) = 0
//	fp(v) = Σ_{i<w} β^i·v_i + β^w·tag,  w = Arity, tag = table index + 1
//
// Layer k of the tree has 2^k fractions; fraction x of layer k is the sum of
// fractions x and x + 2^k of layer k+1. The root's numerator is zero, its
// denominator is not. Unused leaves are 0/1 (protocol, section 9).
func (s *session[E]) lookups() {
	if s.Log == 0 {
		return
	}
	a := s.arith
	alpha := s.challenge()
	beta := s.challenge()
	s.peer.Lookups(alpha, beta)

	f := s.fractions(0)
	a.AssertEqual(a.Add(a.Mul(f[0], f[3]), a.Mul(f[1], f[2])), s.zero, "lookup sum")
	a.AssertNonZero(a.Mul(f[2], f[3]), "lookup denominator")
	point, p, q := s.descend(f, nil)
	for k := 1; k < s.Log; k++ {
		point, p, q = s.layer(k, point, p, q)
	}
	s.leaves(point, p, q, alpha, beta)
}

// fractions asks for the two fractions that a layer is summed from (protocol,
// section 9).
func (s *session[E]) fractions(layer int) [4]E {
	f := s.peer.Fractions(layer)
	s.tr.Absorb(transcript.Fractions, f[:]...)
	return f
}

// descend combines the two halves of the next layer at a new coordinate,
// which becomes the first of the point (protocol, section 9).
func (s *session[E]) descend(f [4]E, bound []Coord) (point []Coord, p, q E) {
	a := s.arith
	c := s.coordinate()
	t := s.coords[c]
	p = a.Add(f[0], a.Mul(t, a.Sub(f[1], f[0])))
	q = a.Add(f[2], a.Mul(t, a.Sub(f[3], f[2])))
	return append([]Coord{c}, bound...), p, q
}

// layer reduces P~(point) = p and Q~(point) = q on layer k to layer k+1:
//
//	p + λ·q = Σ_x eq(point,x)·(p0·q1 + p1·q0 + λ·q0·q1)(x)
//
// Round i sends h = a + b·X + c·X² without a, where the round polynomial is
// eq(point_i, X)·h(X) times what is already bound (Gruen, eprint 2024/108);
// a = claim − point_i·(b + c) (protocol, section 9).
func (s *session[E]) layer(k int, point []Coord, p, q E) ([]Coord, E, E) {
	a := s.arith
	lambda := s.challenge()
	claim := a.Add(p, a.Mul(lambda, q))
	s.peer.Layer(k, point, lambda)
	bound := make([]Coord, k) // k: rounds
	for i := range bound {
		h := s.peer.LayerRound()
		s.tr.Absorb(transcript.LayerRound, h[:]...)
		constant := a.Sub(claim, a.Mul(s.coords[point[i]], a.Add(h[0], h[1])))
		bound[i] = s.coordinate()
		r := s.coords[bound[i]]
		claim = s.horner([]E{constant, h[0], h[1]}, r)
		s.peer.LayerBind(r)
	}
	f := s.fractions(k)
	cross := a.Add(a.Mul(f[0], f[3]), a.Mul(f[1], f[2]))
	a.AssertEqual(a.Add(cross, a.Mul(lambda, a.Mul(f[2], f[3]))), claim, "lookup layer")
	return s.descend(f, bound)
}

// leaves splits the claims on the leaf layer into claims on columns: block B
// at its aligned offset contributes eq(offset bits, high point) times its own
// fractions at the low coordinates (protocol, section 9).
func (s *session[E]) leaves(point []Coord, p, q, alpha, beta E) {
	a := s.arith
	pow := s.powers(beta, s.Arity+1)
	numerator, denominator, covered := s.zero, s.zero, s.zero
	for _, b := range s.Blocks {
		high, low := point[:s.Log-b.Log], point[s.Log-b.Log:]
		weight := s.eqIndex(high, b.Offset>>b.Log)
		table := &s.System.Tables[b.Table]
		columns := table.Columns
		var n E
		if b.Lookup >= 0 {
			columns = s.System.Lookups[b.Lookup].Columns
			n = s.maskOf(s.System.Tensor(columns[0]), low)
		} else {
			n = a.Sub(s.zero, s.at(table.Count, low))
		}
		fp := a.Mul(pow[s.Arity], s.integer(int64(b.Table+1)))
		for i, c := range columns {
			fp = a.Add(fp, a.Mul(pow[i], s.at(c, low)))
		}
		numerator = a.Add(numerator, a.Mul(weight, n))
		denominator = a.Add(denominator, a.Mul(weight, a.Sub(alpha, fp)))
		covered = a.Add(covered, weight)
	}
	denominator = a.Add(denominator, a.Sub(s.one, covered))
	a.AssertEqual(numerator, p, "lookup numerators")
	a.AssertEqual(denominator, q, "lookup denominators")
}

// eqIndex returns eq(point, index) for a constant index.
// Protocol, section 9.
func (s *session[E]) eqIndex(point []Coord, index int) E {
	acc := s.one
	for i, c := range point {
		x := s.coords[c]
		if index>>(len(point)-1-i)&1 == 0 {
			x = s.arith.Sub(s.one, x)
		}
		acc = s.arith.Mul(acc, x)
	}
	return acc
}

// maskOf returns the extension of 1_T at a point of the tensor.
// Protocol, section 3.
func (s *session[E]) maskOf(t *relation.Tensor, point []Coord) E {
	acc := s.one
	for _, axis := range t.Axes {
		n := axis.Log()
		if !axis.Full() {
			acc = s.arith.Mul(acc, evaluateMask(s.arith, axis.Size, s.values(point[:n])))
		}
		point = point[n:]
	}
	return acc
}
