package commitments

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// TestEigenvalue: λ·P = (ω·x, y), and λ is of order 3.
func TestEigenvalue(t *testing.T) {
	lambda := (shortScalar{b: 1}).element()
	cube := *new(fr.Element).Mul(&lambda, &lambda)
	cube.Mul(&cube, &lambda)
	if !cube.IsOne() || lambda.IsOne() {
		t.Error("λ is no primitive cube root of one")
	}
	p := new(Generators).First(1)[0]
	var want bn254.G1Affine
	want.ScalarMultiplication(&p, lambda.BigInt(new(big.Int)))
	zero := new(Generators).First(2)[1]
	if got := foldPoints([]bn254.G1Affine{zero}, []bn254.G1Affine{p}, shortScalar{b: 1}); !got[0].Equal(want.Add(&want, &zero)) {
		t.Error("the endomorphism multiplies by something else")
	}
}

func TestFoldPoints(t *testing.T) {
	const n = batchPairs + 3
	g := new(Generators).First(2 * n)
	for _, s := range []shortScalar{{1, 0}, {0, 1}, {1, 1}, {2, 0}, {5, 3}, {1 << 63, 1}, {3, 1<<64 - 1}, {0x0123456789abcdef, 0xfedcba9876543210}} {
		k := s.element()
		got := foldPoints(g[:n], g[n:], s)
		for _, j := range []int{0, 1, 15, 16, batchPairs - 1, batchPairs, n - 1} {
			var want bn254.G1Affine
			want.ScalarMultiplication(&g[n+j], k.BigInt(new(big.Int)))
			if want.Add(&want, &g[j]); !got[j].Equal(&want) {
				t.Fatalf("%x: point %d is not low + s·high", s, j)
			}
		}
	}
}

// TestShortScalarsDiffer: halves are told apart, and none is 0 but 0.
func TestShortScalarsDiffer(t *testing.T) {
	seen := map[fr.Element]shortScalar{}
	for _, a := range []uint64{0, 1, 2, 1 << 63, 1<<64 - 1} {
		for _, b := range []uint64{0, 1, 2, 1 << 63, 1<<64 - 1} {
			s := shortScalar{a, b}
			if other, twice := seen[s.element()]; twice {
				t.Errorf("%x and %x are the same scalar", s, other)
			}
			seen[s.element()] = s
		}
	}
}

func BenchmarkFoldPoints(b *testing.B) {
	const n = 1 << 13
	g := new(Generators).First(2 * n)
	s := shortScalar{0x9123456789abcdef, 0xfedcba9876543210}
	for b.Loop() {
		foldPoints(g[:n], g[n:], s)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/point")
}
