package proof

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Combination returns the coefficient of every committed row in the one
// evaluation proof, by tensor (nil for tensors without claims):
//
//	Σ_{g≥1} σ^g · Σ_{claims c of group g} weight_c · eq(high_c, row)
//
// The mask row has coefficient 1 and is not listed.
// Protocol, section 12.
func Combination(l *Layout, out *Outcome[fr.Element]) [][]fr.Element {
	rows := make([][]fr.Element, len(l.System.Tensors))
	sigma := fr.One()
	for _, g := range out.Groups {
		sigma.Mul(&sigma, &out.Sigma)
		for i, c := range g.Claims {
			var w fr.Element
			w.Mul(&sigma, &g.Weights[i])
			addRows(rows, c.Tensor, out.at(c.Point[:max(0, len(c.Point)-l.RowLog)]), w)
		}
	}
	return rows
}

func addRows(rows [][]fr.Element, id relation.ID, high []fr.Element, w fr.Element) {
	eq := make(fr.Vector, 1<<len(high))
	eq[0] = w
	poly.EqInto(eq, high)
	if rows[id] == nil {
		rows[id] = eq
		return
	}
	sum := fr.Vector(rows[id])
	sum.Add(sum, eq)
}

func (o *Outcome[E]) at(point []Coord) []E {
	vs := make([]E, len(point))
	for i, c := range point {
		vs[i] = o.Coords[c]
	}
	return vs
}

// At returns the values of a point's coordinates.
func (o *Outcome[E]) At(point []Coord) []E { return o.at(point) }
