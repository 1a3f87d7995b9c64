package statement

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// Combination returns the combined row in terms of committed ones: the rows'
// commitments by the coefficients of proof.Combination, and the mask row with
// coefficient 1, less the blinding (protocol, section 12).
func Combination(st *Statement, witness [][]bn254.G1Affine, blinding fr.Element, rows [][]fr.Element) commitments.Combination {
	c := commitments.Combination{Blinding: blinding}
	add := func(ids []relation.ID, commitments [][]bn254.G1Affine) {
		for i, id := range ids {
			if rows[id] != nil {
				c.Points, c.Weights = append(c.Points, commitments[i]...), append(c.Weights, rows[id]...)
			}
		}
	}
	sys := st.Layout.System
	add(sys.Committed(relation.External), st.External)
	add(sys.Committed(relation.Witness), witness)
	if st.Layout.Masked {
		c.Points, c.Weights = append(c.Points, witness[len(witness)-1][0]), append(c.Weights, fr.One())
	}
	return c
}

// Claim returns what an accepted conversation leaves to be opened.
// Protocol, section 12.
func Claim(st *Statement, witness [][]bn254.G1Affine, blinding fr.Element, out *proof.Outcome[fr.Element]) commitments.Claim {
	rows := Combination(st, witness, blinding, proof.Combination(st.Layout, out))
	return commitments.Claim{Rows: rows, Point: out.At(out.Point), Value: out.Value}
}
