package commitments_test

import (
	"crypto/rand"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
)

// An owner commits to four cells with blinding, and later shows the value of
// their multilinear extension at a point, without the cells.
func Example() {
	srs, err := commitments.DevelopmentSRS(2) // INSECURE: τ is public
	if err != nil {
		panic(err)
	}
	blind, err := commitments.RandomScalars(rand.Reader, 1)
	if err != nil {
		panic(err)
	}
	rows, err := srs.CommitInt32([]int32{5, -3, 0, 8}, blind)
	if err != nil {
		panic(err)
	}

	// At (1, 0) the extension is cell 2, at (1, 2) it is 0 + 2·(8 − 0).
	verifier := srs.Verifier()
	claim := commitments.Claim{
		Commitment: verifier.RemoveBlinding(rows[0], blind[0]),
		Point:      []fr.Element{fr.NewElement(1), fr.NewElement(2)},
		Value:      fr.NewElement(16),
	}
	cells := fr.Vector{fr.NewElement(5), {}, {}, fr.NewElement(8)}
	cells[1].SetInt64(-3)
	seed := [32]byte{1} // the transcript so far
	proof, err := commitments.Open(srs, cells, claim, seed)
	if err != nil {
		panic(err)
	}
	fmt.Println("true claim: ", commitments.VerifyOpening(verifier, claim, proof, seed))
	claim.Value = fr.NewElement(17)
	fmt.Println("false claim:", commitments.VerifyOpening(verifier, claim, proof, seed))
	// Output:
	// true claim:  <nil>
	// false claim: opening: folds do not end in the claimed value: rejected
}
