package ceremony

import (
	"math/big"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// lagrange returns [L_j(τ)] for j < n from [τ^k], k < n:
//
//	L_j(τ) = 1/n·Σ_k ω^(−jk)·τ^k
//
// in log n passes, of which that with blocks of 2h points combines u, v to u ± ω^(−jn/2h)·v.
func lagrange[A, J any, P point[A, J]](powers []A, domain *fft.Domain) []J {
	n := len(powers)
	points := make([]J, n)
	for k := range powers {
		P(&points[reversed(k, n)]).FromAffine(&powers[k])
	}
	twiddles := make([]big.Int, n/2) // ω^−j
	power := fr.One()
	for j := range twiddles {
		power.BigInt(&twiddles[j])
		power.Mul(&power, &domain.GeneratorInv)
	}
	for half := 1; half < n; half *= 2 {
		poly.Parallel(n/2, 64, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				j := i % half
				u, v := P(&points[2*(i-j)+j]), P(&points[2*(i-j)+j+half])
				if j > 0 {
					v.ScalarMultiplication((*J)(v), &twiddles[j*(n/2/half)])
				}
				sum := *u
				P(&sum).AddAssign((*J)(v))
				difference := *u
				P(&difference).SubAssign((*J)(v))
				*u, *v = sum, difference
			}
		})
	}
	scale := domain.CardinalityInv.BigInt(new(big.Int))
	poly.Parallel(n, 64, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			P(&points[j]).ScalarMultiplication(&points[j], scale)
		}
	})
	return points
}

// reversed returns the bits of j < n, a power of two, in reverse.
func reversed(j, n int) int {
	return int(bits.Reverse64(uint64(j)) >> (64 - bits.Len(uint(n-1))))
}

func affineG1(points []bn254.G1Jac) []bn254.G1Affine { return bn254.BatchJacobianToAffineG1(points) }

func affineG2(points []bn254.G2Jac) []bn254.G2Affine {
	affine := make([]bn254.G2Affine, len(points))
	poly.Parallel(len(points), 64, func(lo, hi int) { copy(affine[lo:], batchAffineG2(points[lo:hi])) })
	return affine
}
