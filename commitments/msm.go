package commitments

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func msmSigned[T int32 | int64](points []bn254.G1Affine, cells []T) (bn254.G1Jac, error) {
	scalars := make([]fr.Element, len(cells))
	for j, c := range cells {
		scalars[j].SetInt64(int64(c))
	}
	return msmField(points, scalars)
}

func msmField(points []bn254.G1Affine, scalars []fr.Element) (bn254.G1Jac, error) {
	var sum bn254.G1Jac
	_, err := sum.MultiExp(points, scalars, ecc.MultiExpConfig{})
	return sum, err
}

func (s *SRS) addBlinding(sums []bn254.G1Jac, blind []fr.Element) {
	if blind != nil {
		addMultiples(&s.H, sums, blind)
	}
}

// addMultiples adds k_i·base to sums_i.
func addMultiples(base *bn254.G1Affine, sums []bn254.G1Jac, k []fr.Element) {
	var e big.Int
	for i := range sums {
		var t bn254.G1Jac
		t.FromAffine(base)
		t.ScalarMultiplication(&t, k[i].BigInt(&e))
		sums[i].AddAssign(&t)
	}
}
