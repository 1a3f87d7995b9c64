package number

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// MaxFraction is the largest number of fraction bits of a conversion.
const MaxFraction = 62

// Format is a signed fixed-point format: integers of Bits bits, sign included,
// with Fraction of them after the binary point.
type Format struct {
	Bits     int
	Fraction int
}

// Check returns fault.ErrUsage unless 1 <= Bits <= 64 and
// 0 <= Fraction <= MaxFraction.
func (f Format) Check() error {
	if f.Bits < 1 || f.Bits > 64 || f.Fraction < 0 || f.Fraction > MaxFraction {
		return fmt.Errorf("number format %s: bits must be 1 to 64 and fraction bits 0 to %d: %w", f, MaxFraction, fault.ErrUsage)
	}
	return nil
}

// Min returns the smallest integer of the format, −2^(Bits−1).
// Requires 1 <= f.Bits <= 64.
func (f Format) Min() int64 { return -1 << (f.Bits - 1) }

// Max returns the largest integer of the format, 2^(Bits−1) − 1.
// Requires 1 <= f.Bits <= 64.
func (f Format) Max() int64 { return ^f.Min() }

// Contains reports whether the integer x is in the format's range.
// Requires 1 <= f.Bits <= 64.
func (f Format) Contains(x int64) bool { return f.Min() <= x && x <= f.Max() }

// String returns the format as "s16.8": signed, 16 bits, 8 of them fraction.
func (f Format) String() string { return fmt.Sprintf("s%d.%d", f.Bits, f.Fraction) }
