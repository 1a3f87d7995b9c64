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
	setup, err := commitments.NewTransparent(2, new(commitments.Generators))
	if err != nil {
		panic(err)
	}
	blind, err := commitments.RandomScalars(rand.Reader, 1)
	if err != nil {
		panic(err)
	}
	rows, err := setup.CommitInt32([]int32{5, -3, 0, 8}, blind)
	if err != nil {
		panic(err)
	}

	// At (1, 0) the extension is cell 2, at (1, 2) it is 0 + 2·(8 − 0).
	verifier := setup.Verifier()
	claim := commitments.Claim{
		Rows:  commitments.Combination{Points: rows, Weights: []fr.Element{fr.One()}, Blinding: blind[0]},
		Point: []fr.Element{fr.NewElement(1), fr.NewElement(2)},
		Value: fr.NewElement(16),
	}
	cells := fr.Vector{fr.NewElement(5), {}, {}, fr.NewElement(8)}
	cells[1].SetInt64(-3)
	seed := [32]byte{1} // the transcript so far
	proof, err := setup.ProveEvaluation(cells, claim, seed)
	if err != nil {
		panic(err)
	}
	batch := verifier.NewBatch(rand.Reader)
	fmt.Println("true claim: ", verifier.AddEvaluation(batch, "row", claim, proof, seed), batch.Check())
	claim.Value = fr.NewElement(17)
	fmt.Println("false claim:", verifier.AddEvaluation(batch, "row", claim, proof, seed), batch.Check())
	// Output:
	// true claim:  <nil> <nil>
	// false claim: <nil> row: evaluation proof: rejected
}
