package proof

import (
	"math/big"
	"slices"

	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// session is one conversation: the verifier's arithmetic and transcript, the
// peer's answers, and the claims made so far.
type session[E any] struct {
	*Layout
	arith Arith[E]
	tr    Transcript[E]
	peer  Peer[E]

	coords   []E                 // value of each coordinate
	claims   [][]Claim[E]        // by tensor, in the order made
	pending  []E                 // values said since the last challenge
	axes     map[axisKey][]Coord // random points of equations
	reducing int                 // rank whose claims are being reduced
	zero     E
	one      E
}

// axisKey names an axis of an equation and which occurrence of that name.
type axisKey struct {
	name       string
	occurrence int
}

func newSession[E any](l *Layout, a Arith[E], t Transcript[E], p Peer[E]) *session[E] {
	s := &session[E]{Layout: l, arith: a, tr: t, peer: p, axes: map[axisKey][]Coord{}}
	s.zero, s.one = s.integer(0), s.integer(1)
	s.coords = []E{s.zero}
	p.Drawn(Zero, s.zero)
	s.claims = make([][]Claim[E], len(l.System.Tensors))
	return s
}

func (s *session[E]) integer(v int64) E { return s.arith.Const(big.NewInt(v)) }

// power2 returns the constant 2^k.
func (s *session[E]) power2(k int) E {
	return s.arith.Const(new(big.Int).Lsh(big.NewInt(1), uint(k)))
}

// challenge draws a challenge that depends on everything said before.
// Protocol, section 13.
func (s *session[E]) challenge() E {
	if len(s.pending) > 0 {
		s.tr.Absorb(transcript.Evaluations, s.pending...)
		s.pending = s.pending[:0]
	}
	return s.tr.Challenge()
}

// coordinate draws a challenge to be used in points.
func (s *session[E]) coordinate() Coord {
	c := Coord(len(s.coords))
	v := s.challenge()
	s.coords = append(s.coords, v)
	s.peer.Drawn(c, v)
	return c
}

func (s *session[E]) values(point []Coord) []E {
	vs := make([]E, len(point))
	for i, c := range point {
		vs[i] = s.coords[c]
	}
	return vs
}

// at returns the value of a tensor at a point: computed for structured public
// tensors, otherwise claimed by the peer, once per point, and to be proven or
// checked later (protocol, section 10).
func (s *session[E]) at(id relation.ID, point []Coord) E {
	t := s.System.Tensor(id)
	if t.Kind == relation.Public && relation.Structured(t.Source) {
		return evaluateStructured(s.arith, t.Source, s.values(point))
	}
	for i := range s.claims[id] {
		if slices.Equal(s.claims[id][i].Point, point) {
			return s.claims[id][i].Value
		}
	}
	if t.Kind == relation.Virtual && s.rank[id] < s.reducing {
		panic("proof: claim on " + t.Name + " after its claims were reduced") // excluded by rankVirtuals
	}
	v := s.peer.Evaluate(id, point)
	s.pending = append(s.pending, v)
	s.claims[id] = append(s.claims[id], Claim[E]{Tensor: id, Point: slices.Clone(point), Value: v})
	return v
}

// factorAt returns the value of a factor with its labels at coordinates.
func (s *session[E]) factorAt(f relation.Factor, labels map[relation.Label][]Coord) E {
	return s.at(f.Tensor, pointOf(f, labels))
}

// pointOf concatenates the coordinates of a factor's labels.
func pointOf(f relation.Factor, labels map[relation.Label][]Coord) []Coord {
	var point []Coord
	for _, l := range f.Labels {
		point = append(point, labels[l]...)
	}
	return point
}

// powers returns 1, x, x², …: n elements.
func (s *session[E]) powers(x E, n int) []E {
	p := make([]E, n)
	acc := s.one
	for i := range p {
		p[i] = acc
		if i+1 < n {
			acc = s.arith.Mul(acc, x)
		}
	}
	return p
}

// eq returns Π_i (a_i·b_i + (1−a_i)(1−b_i)) (protocol, section 10).
func (s *session[E]) eq(a, b []Coord) E {
	acc := s.one
	for i := range a {
		acc = s.arith.Mul(acc, s.eqBit(s.coords[a[i]], s.coords[b[i]]))
	}
	return acc
}

func (s *session[E]) eqBit(x, y E) E {
	ar := s.arith
	xy := ar.Mul(x, y)
	return ar.Add(ar.Sub(s.one, ar.Add(x, y)), ar.Add(xy, xy))
}

// horner evaluates a polynomial given by its coefficients, lowest first.
func (s *session[E]) horner(coefficients []E, x E) E {
	acc := coefficients[len(coefficients)-1]
	for i := len(coefficients) - 2; i >= 0; i-- {
		acc = s.arith.Add(s.arith.Mul(acc, x), coefficients[i])
	}
	return acc
}
