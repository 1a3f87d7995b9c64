package commitments

import (
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// magnitude returns the largest absolute value and the number of nonzero cells.
func magnitude[T int32 | int64](cells []T) (largest uint64, nonzero int) {
	for _, c := range cells {
		v := int64(c)
		m := v >> 63
		size := uint64(v^m) - uint64(m)
		largest = max(largest, size)
		nonzero += int((size | -size) >> 63)
	}
	return largest, nonzero
}

// digitOffset returns K = Σ_{w<count−1} 2^(w·bits + bits−1), least significant
// limb first. Digit w of v is that of v + K in base 2^bits, less 2^(bits−1):
// no carry runs from one digit to the next.
func digitOffset(p digitPlan) [4]uint64 {
	var k [4]uint64
	for w := range p.count - 1 {
		at := p.shift(w) + p.bits - 1
		k[at/64] |= 1 << (at % 64)
	}
	return k
}

// signedDigits sets dst to digit w of cells.
func signedDigits[T int32 | int64](dst []int32, cells []T, p digitPlan, w int) {
	offset := digitOffset(p)[0]
	shift := p.shift(w)
	if w == p.count-1 {
		for i, c := range cells {
			// v + K in 128 bits: v may be close to the ends of its type.
			u, carry := bits.Add64(uint64(int64(c)), offset, 0)
			high := uint64(int64(c)>>63) + carry
			dst[i] = int32(u>>shift | high<<(64-shift))
		}
		return
	}
	mask, half := uint64(1)<<p.bits-1, int32(1)<<(p.bits-1)
	for i, c := range cells {
		dst[i] = int32((uint64(int64(c))+offset)>>shift&mask) - half
	}
}

// offsetScalars returns v + K for each scalar v, which is below 2^254.
func offsetScalars(cells []fr.Element, p digitPlan) [][4]uint64 {
	k := digitOffset(p)
	wide := make([][4]uint64, len(cells))
	for i := range cells {
		v := cells[i].Bits()
		var carry uint64
		for limb := range v {
			wide[i][limb], carry = bits.Add64(v[limb], k[limb], carry)
		}
	}
	return wide
}

// wideDigits sets dst to digit w of scalars that already have K added.
func wideDigits(dst []int32, wide [][4]uint64, p digitPlan, w int) {
	shift := p.shift(w)
	limb, at := shift/64, shift%64
	mask, half := uint64(1)<<p.bits-1, int32(1)<<(p.bits-1)
	if w == p.count-1 {
		mask, half = ^uint64(0), 0
	}
	for i := range wide {
		u := wide[i][limb] >> at
		if limb < 3 {
			u |= wide[i][limb+1] << (64 - at)
		}
		dst[i] = int32(u&mask) - half
	}
}
