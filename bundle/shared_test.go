package bundle_test

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
)

// TestSharedRowIsFound: any row of any tensor of a part, as it is or negated,
// in any place of another part.
func TestSharedRowIsFound(t *testing.T) {
	const n = 3 // parts, tensors of a part, rows of a tensor
	parts := make([][][]bn254.G1Affine, n)
	var places []*bn254.G1Affine
	for i := range parts {
		parts[i] = make([][]bn254.G1Affine, n)
		for k := range parts[i] {
			parts[i][k] = make([]bn254.G1Affine, n)
			for l := range parts[i][k] {
				row := &parts[i][k][l]
				places = append(places, row)
				row.ScalarMultiplicationBase(big.NewInt(int64(len(places))))
			}
		}
	}
	if i, j, shared := bundle.SharedRow(parts); shared {
		t.Fatalf("parts %d and %d share a row of other parts", i, j)
	}
	for from := range places {
		for to := range places {
			if from == to {
				continue
			}
			own := *places[to]
			*places[to] = *places[from]
			if to%2 == 1 {
				places[to].Neg(places[from])
			}
			a, b := min(from, to)/(n*n), max(from, to)/(n*n)
			if i, j, shared := bundle.SharedRow(parts); shared != (a != b) || shared && (i != a || j != b) {
				t.Errorf("row %d in place of %d: parts %d and %d, %v", from, to, i, j, shared)
			}
			*places[to] = own
		}
	}
}
