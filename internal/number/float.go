package number

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// RoundFloat64 returns the integer nearest to x·2^fraction, ties to even. A
// float64 is m·2^e with integers m and e, so the rounding is exact. A float32
// converts to float64 without loss and takes the same way.
//
// It fails with fault.ErrInput if x is NaN or infinite, fault.ErrOverflow if
// the integer does not fit 64 bits, and fault.ErrUsage if fraction is not in
// 0 … MaxFraction.
func RoundFloat64(x float64, fraction int) (int64, error) {
	if fraction < 0 || fraction > MaxFraction {
		return 0, fmt.Errorf("%d fraction bits, want 0 to %d: %w", fraction, MaxFraction, fault.ErrUsage)
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%v is not a finite number: %w", x, fault.ErrInput)
	}
	// |x| = mantissa·2^exponent with mantissa < 2^53.
	significand, exponent := math.Frexp(math.Abs(x))
	mantissa := uint64(math.Ldexp(significand, 53))
	shift := exponent - 53 + fraction
	var rounded uint64
	switch {
	case shift <= -64: // below 2^53·2^-64 < 1/2
		rounded = 0
	case shift < 0:
		rounded = shiftHalfEven(mantissa, -shift)
	case bits.Len64(mantissa)+shift <= 63:
		rounded = mantissa << shift
	case x == -math.Ldexp(1, 63-fraction):
		return math.MinInt64, nil
	default:
		return 0, fmt.Errorf("%v at %d fraction bits does not fit 64 bits: %w", x, fraction, fault.ErrOverflow)
	}
	if x < 0 {
		return -int64(rounded), nil
	}
	return int64(rounded), nil
}

// shiftHalfEven returns m/2^s rounded half-even. Requires 1 <= s <= 63.
func shiftHalfEven(m uint64, s int) uint64 {
	quo, rem, half := m>>s, m&(1<<s-1), uint64(1)<<(s-1)
	if rem > half || (rem == half && quo&1 == 1) {
		quo++
	}
	return quo
}

// nearestFloat32 returns the float32 nearest to x·2^-fraction, ties to the
// even significand; subnormal results are rounded once, like the others.
func nearestFloat32(x int64, fraction int) float32 {
	if 0 <= fraction && fraction <= 126 {
		// The conversion of an integer is the one rounding; scaling by 2^-fraction
		// is exact because the result is 0 or at least 2^-126, a normal number.
		return float32(math.Ldexp(float64(float32(x)), -fraction))
	}
	exact := new(big.Float).SetInt64(x)
	nearest, _ := exact.SetMantExp(exact, -fraction).Float32()
	return nearest
}
