package wrap

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

const (
	// digitBits is the width of the digits, without sign, that multiples of one
	// point of G2 are made of: 26 digits, 2^10 − 1 table entries for each.
	digitBits  = 10
	digitCount = (fr.Bits + digitBits - 1) / digitBits
)

// multiplesG2 returns k_i·base for all i, as commitments.Multiples does in G1:
// every multiple is the sum of one table entry per nonzero digit.
func multiplesG2(base *bn254.G2Affine, k []fr.Element) []bn254.G2Affine {
	table := multiplesTable(base)
	multiples := make([]bn254.G2Affine, len(k))
	poly.Parallel(len(k), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			var sum bn254.G2Jac
			for w, digit := range digitsOf(&k[i]) {
				if digit != 0 {
					sum.AddMixed(&table[w][digit-1])
				}
			}
			multiples[i].FromJacobian(&sum)
		}
	})
	return multiples
}

// digitsOf returns the digits of a scalar: k = Σ_w 2^(10w)·digit_w.
func digitsOf(k *fr.Element) (digits [digitCount]uint64) {
	limbs := k.Bits()
	for w := range digits {
		limb, shift := w*digitBits/64, w*digitBits%64
		digit := limbs[limb] >> shift
		if shift+digitBits > 64 && limb+1 < len(limbs) {
			digit |= limbs[limb+1] << (64 - shift)
		}
		digits[w] = digit & (1<<digitBits - 1)
	}
	return digits
}

// multiplesTable returns d·2^(10w)·base for 1 <= d < 2^10, at [w][d−1].
func multiplesTable(base *bn254.G2Affine) [][]bn254.G2Affine {
	powers := make([]bn254.G2Jac, digitCount) // 2^(10w)·base
	powers[0].FromAffine(base)
	for w := 1; w < len(powers); w++ {
		powers[w] = powers[w-1]
		for range digitBits {
			powers[w].DoubleAssign()
		}
	}
	table := make([][]bn254.G2Affine, digitCount)
	poly.Parallel(len(table), 1, func(lo, hi int) {
		for w := lo; w < hi; w++ {
			table[w] = make([]bn254.G2Affine, 1<<digitBits-1)
			sum := powers[w]
			for d := range table[w] {
				table[w][d].FromJacobian(&sum)
				sum.AddAssign(&powers[w])
			}
		}
	})
	return table
}
