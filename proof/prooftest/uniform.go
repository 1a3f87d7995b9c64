package prooftest

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
)

// Sample is one point or scalar that a proof publishes.
type Sample struct {
	Name     string
	Encoded  string
	fraction float64 // of its field; of a point the abscissa
}

// OfScalars returns the samples of scalars.
func OfScalars(name string, list ...fr.Element) []Sample {
	samples := make([]Sample, len(list))
	for i := range list {
		encoded := commitments.AppendScalars(nil, list[i:i+1])
		samples[i] = Sample{fmt.Sprint(name, " ", i), string(encoded), fraction(list[i].BigInt(new(big.Int)), fr.Modulus())}
	}
	return samples
}

// OfPoints returns the samples of points.
func OfPoints(name string, list ...bn254.G1Affine) []Sample {
	samples := make([]Sample, len(list))
	for i := range list {
		encoded := commitments.AppendPoints(nil, list[i:i+1])
		samples[i] = Sample{fmt.Sprint(name, " ", i), string(encoded), fraction(list[i].X.BigInt(new(big.Int)), fp.Modulus())}
	}
	return samples
}

func fraction(v, modulus *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(v, modulus).Float64()
	return f
}

// Uneven returns the samples whose distribution over all runs, in 8 or 16 parts of
// a field, a χ² test refuses. One that is uniform is refused with probability
// 10^-6.
func Uneven(runs [][]Sample, parts int) (names []string) {
	limit := map[int]float64{8: 40.52, 16: 56.49}[parts]
	expected := float64(len(runs)) / float64(parts)
	for i := range runs[0] {
		hits := make([]float64, parts)
		for _, run := range runs {
			hits[int(run[i].fraction*float64(parts))]++
		}
		chi := 0.0
		for _, h := range hits {
			chi += (h - expected) * (h - expected) / expected
		}
		if chi > limit {
			names = append(names, runs[0][i].Name)
		}
	}
	return names
}
