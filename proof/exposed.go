package proof

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Exposed lists what an Outcome's checks need, each value once: the distinct
// coordinates of row folds, public claims and the point of the combined row, in the order
// drawn, then the values of public claims, γ, σ and the value opened. A
// wrapped proof says them beside its SNARK; which coordinate stands where follows
// from the layout (protocol, section 14).
func (o *Outcome[E]) Exposed(l *Layout) []E {
	var list []E
	for c, u := range o.used(l) {
		if u {
			list = append(list, o.Coords[c])
		}
	}
	for _, c := range o.Public {
		list = append(list, c.Value)
	}
	return append(list, o.Gamma, o.Sigma, o.Value)
}

// SumOfPowers returns Σ_i base^i·x_i: what a SNARK is told of the exposed values.
// Protocol, section 14.
func SumOfPowers[E any](a Arith[E], base E, x []E) E {
	sum := a.Const(new(big.Int))
	for i := len(x) - 1; i >= 0; i-- {
		sum = a.Add(a.Mul(sum, base), x[i])
	}
	return sum
}

// Seal ends a conversation that is to be wrapped: one more challenge, which nobody
// knows without all messages, and which belongs to no others (protocol, section 14).
func Seal[E any](t Transcript[E]) E { return t.Challenge() }

// used marks the coordinates that the checks of an outcome need.
func (o *Outcome[E]) used(l *Layout) []bool {
	used := make([]bool, len(o.Coords))
	mark := func(point []Coord) {
		for _, c := range point {
			used[c] = c != Zero
		}
	}
	for _, g := range o.Groups {
		for _, c := range g.Claims {
			mark(c.Point[:max(0, len(c.Point)-l.RowLog)])
		}
	}
	for _, c := range o.Public {
		mark(c.Point)
	}
	mark(o.Point)
	return used
}

// ExposedLength returns how many elements a layout's outcome exposes.
// Protocol, section 14.
func ExposedLength(l *Layout) int { return len(shape(l).Exposed(l)) }

// shape is an outcome without values: a dry run of the script over nothing.
func shape(l *Layout) *Outcome[struct{}] {
	return Argue[struct{}](l, silent{}, silent{}, &counter{})
}

// Reveal rebuilds an outcome from what it exposes: the claims on public
// tensors, and of the groups what their row folds need. Values of claims on
// committed tensors stay unknown and zero. Requires ExposedLength elements.
// Protocol, section 14.
func Reveal(l *Layout, exposed []fr.Element) *Outcome[fr.Element] {
	s := shape(l)
	o := &Outcome[fr.Element]{Coords: make([]fr.Element, len(s.Coords)), Point: s.Point}
	next := func() fr.Element {
		v := exposed[0]
		exposed = exposed[1:]
		return v
	}
	for c, u := range s.used(l) {
		if u {
			o.Coords[c] = next()
		}
	}
	for _, c := range s.Public {
		o.Public = append(o.Public, Claim[fr.Element]{Tensor: c.Tensor, Point: c.Point, Value: next()})
	}
	o.Gamma, o.Sigma, o.Value = next(), next(), next()
	for _, g := range s.Groups {
		group := &Group[fr.Element]{Low: g.Low}
		weight := fr.One()
		for _, c := range g.Claims {
			group.Claims = append(group.Claims, Claim[fr.Element]{Tensor: c.Tensor, Point: c.Point})
			group.Weights = append(group.Weights, weight)
			weight.Mul(&weight, &o.Gamma)
		}
		o.Groups = append(o.Groups, group)
	}
	return o
}

// Places returns, of a layout's outcome, where each coordinate stands among the
// exposed values, or −1 if it is not exposed, and how many coordinates are.
// Protocol, section 14.
func Places(l *Layout) (places []int, exposed int) {
	s := shape(l)
	for _, u := range s.used(l) {
		place := -1
		if u {
			place = exposed
			exposed++
		}
		places = append(places, place)
	}
	return places, exposed
}
