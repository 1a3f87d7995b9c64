package exact

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/number"
)

// LimbBits is the width of a low limb of a remainder, where no wider one saves a limb.
const LimbBits = number.LimbBits

// MaxLimbBits bounds the width of a low limb.
const MaxLimbBits = LimbBits + 2

// Limbs returns how the remainder of a rescaling by 2^shift is split: low limbs of
// a width, and the width of the centred top limb, with shift = width·low + top and
// 1 ≤ top ≤ width. A shift of 0 leaves no remainder: (0, 0). Requires shift >= 0
// and width >= 1.
func Limbs(shift, width int) (low, top int) {
	if shift == 0 {
		return 0, 0
	}
	low = (shift - 1) / width
	return low, shift - low*width
}

// Width returns the narrowest width, of at least 16 bits, with which the remainder
// of a rescaling by 2^shift has as few limbs as with any.
func Width(shift int) int {
	best := LimbBits
	fewest, _ := Limbs(shift, best)
	for width := LimbBits + 1; width <= MaxLimbBits; width++ {
		if low, _ := Limbs(shift, width); low < fewest {
			best, fewest = width, low
		}
	}
	return best
}

// MaxShift bounds the shift of a rescaling.
const MaxShift = 120

// Rescale rounds the accumulator half up and splits the remainder:
//
//	Y = ⌊(V + 2^(shift−1)) / 2^shift⌋,  R = V − 2^shift·Y
//	R = Σ_{i<low} 2^(width·i)·limbs[i] + 2^(width·low)·limbs[low]
//
// with low = Limbs(shift, width). A shift of 0 gives Y = V and no limbs. y and every
// slice of limbs hold rows·cols cells; limbs may be nil if the remainder is
// not wanted. It returns the index of the first cell where Y is outside
// [−2^15, 2^15), or −1; y is then not to be used.
func (a *Accumulator) Rescale(shift, width int, y []int32, limbs [][]int32) (bad int) {
	low, top := Limbs(shift, width)
	want := 0
	if top > 0 {
		want = low + 1
	}
	if shift < 0 || shift > MaxShift || len(y) != len(a.low) || limbs != nil && len(limbs) != want {
		panic(fmt.Sprintf("exact: rescale of %d cells by 2^%d to %d cells and %d limbs", len(a.low), shift, len(y), len(limbs)))
	}
	if shift > 62 {
		a.widen()
	}
	n, at := cut(len(y), 1<<12, 1<<16)
	first := make([]int, n)
	forEach(n, func(_, i int) {
		if a.wide {
			first[i] = a.rescaleWide(at(i), shift, width, y, limbs)
		} else {
			first[i] = a.rescaleSmall(at(i), shift, width, y, limbs)
		}
	})
	for _, bad := range first {
		if bad >= 0 {
			return bad
		}
	}
	return -1
}

func (a *Accumulator) rescaleSmall(s span, shift, width int, y []int32, limbs [][]int32) int {
	half := int64(1) << shift >> 1
	bad := -1
	for i := s.from; i < s.to; i++ {
		v := int64(a.low[i])
		q := (v + half) >> shift
		y[i] = int32(q)
		if q != int64(int16(q)) && bad < 0 {
			bad = i
		}
		for r, k := v-q<<shift, 0; k < len(limbs); k++ {
			if k == len(limbs)-1 {
				limbs[k][i] = int32(r)
			} else {
				limbs[k][i] = int32(r & (1<<width - 1))
			}
			r >>= width
		}
	}
	return bad
}

func (a *Accumulator) rescaleWide(s span, shift, width int, y []int32, limbs [][]int32) int {
	halfLow, halfHigh := uint64(0), int64(0)
	if shift > 0 {
		halfLow, halfHigh = shiftLeft(1, 0, uint(shift-1))
	}
	bad := -1
	for i := s.from; i < s.to; i++ {
		low, carry := bits.Add64(a.low[i], halfLow, 0)
		high := a.high[i] + halfHigh + int64(carry)
		low, high = shiftRight(low, high, uint(shift))
		q := int64(low)
		if high != q>>63 || q != int64(int16(q)) {
			if bad < 0 {
				bad = i
			}
			q = math.MinInt16
		}
		y[i] = int32(q)
		// R = V − 2^shift·Y
		low, high = shiftLeft(uint64(q), q>>63, uint(shift))
		low, borrow := bits.Sub64(a.low[i], low, 0)
		high = a.high[i] - high - int64(borrow)
		for k := range limbs {
			if k == len(limbs)-1 {
				limbs[k][i] = int32(low)
			} else {
				limbs[k][i] = int32(low & (1<<width - 1))
			}
			low, high = shiftRight(low, high, uint(width))
		}
	}
	return bad
}

// shiftLeft returns 2^s·v of 128 bits, modulo 2^128.
func shiftLeft(low uint64, high int64, s uint) (uint64, int64) {
	if s >= 64 {
		return 0, int64(low << (s - 64))
	}
	return low << s, high<<s | int64(low>>1>>(63-s))
}

// shiftRight returns ⌊v/2^s⌋ of 128 bits.
func shiftRight(low uint64, high int64, s uint) (uint64, int64) {
	if s >= 64 {
		return uint64(high >> (s - 64)), high >> 63
	}
	return low>>s | uint64(high)<<1<<(63-s), high >> s
}
