package statement

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/relation"
)

// Commitment returns the commitment to the combined row, its blinding
// removed: the rows' commitments by the coefficients of proof.Combination,
// and the mask row with coefficient 1.
func Commitment(st *Statement, witness [][]bn254.G1Affine, blinding fr.Element, rows [][]fr.Element, v *commitments.VerifierSRS) (bn254.G1Affine, error) {
	var points []bn254.G1Affine
	var weights []fr.Element
	add := func(ids []relation.ID, commitments [][]bn254.G1Affine) {
		for i, id := range ids {
			if rows[id] != nil {
				points, weights = append(points, commitments[i]...), append(weights, rows[id]...)
			}
		}
	}
	sys := st.Layout.System
	add(sys.Committed(relation.External), st.External)
	add(sys.Committed(relation.Witness), witness)
	if st.Layout.Masked {
		points, weights = append(points, witness[len(witness)-1][0]), append(weights, fr.One())
	}
	sum, err := commitments.FoldCommitments(points, weights)
	if err != nil {
		return bn254.G1Affine{}, err
	}
	return v.RemoveBlinding(*new(bn254.G1Affine).FromJacobian(&sum), blinding), nil
}
