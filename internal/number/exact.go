package number

import (
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// ParseExact reads a decimal above zero and returns the integer x·2^fraction. It
// fails with fault.ErrUsage unless that is one, and fits 32 bits.
func ParseExact(text string, fraction int) (int64, error) {
	value, err := parseBounded("value", text)
	if err != nil {
		return 0, err
	}
	f := fractionOf(value)
	n, rest := new(big.Int).QuoRem(new(big.Int).Lsh(f.num, uint(fraction)), f.den, new(big.Int))
	if rest.Sign() != 0 {
		return 0, fmt.Errorf("%s is no multiple of 1/2^%d: %w", text, fraction, fault.ErrUsage)
	}
	if n.BitLen() > 31 {
		return 0, fmt.Errorf("%s at %d fraction bits does not fit 32 bits: %w", text, fraction, fault.ErrUsage)
	}
	return n.Int64(), nil
}

// ParseShare reads a decimal between 0 and 1 and returns the integer nearest to
// x·2^fraction/parts, ties to even. It fails with fault.ErrUsage if there is none,
// or that is 0. Requires parts > 0.
func ParseShare(text string, parts, fraction int) (int64, error) {
	value, err := parseBounded("value", text)
	if err != nil {
		return 0, err
	}
	if value.Cmp(apd.New(1, 0)) >= 0 {
		return 0, fmt.Errorf("%s, want less than 1: %w", text, fault.ErrUsage)
	}
	n, err := RoundQuotient(value, apd.New(int64(parts), 0), fraction)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, fmt.Errorf("%s of %d parts rounds to 0 of 2^%d: %w", text, parts, fraction, fault.ErrUsage)
	}
	return n, nil
}

// ParseWeight reads a decimal of 0 or more and returns the integer nearest to
// x·2^fraction, ties to even. It fails with fault.ErrUsage if that has more than 15
// bits, or is 0 though x is not.
func ParseWeight(text string, fraction int) (int64, error) {
	if len(text) > maxRateText {
		return 0, fmt.Errorf("%d characters, at most %d are read: %w", len(text), maxRateText, fault.ErrUsage)
	}
	value, _, err := apd.NewFromString(text)
	if err != nil || value.Form != apd.Finite || value.Negative {
		return 0, fmt.Errorf("%q is no decimal of 0 or more: %w", text, fault.ErrUsage)
	}
	if value.IsZero() {
		return 0, nil
	}
	n, err := RoundQuotient(value, apd.New(1, 0), fraction)
	if err != nil {
		return 0, err
	}
	if n == 0 || n >= 1<<15 {
		return 0, fmt.Errorf("%s is nearest to %d/2^%d, want 1 to 2^15 - 1 of these, or 0: %w", text, n, fraction, fault.ErrUsage)
	}
	return n, nil
}

// Decimal returns n/2^fraction exactly, as a decimal without exponent.
func Decimal(n int64, fraction int) string { return decimalOf(big.NewInt(n), fraction) }

// decimalOf: n/2^k = n·5^k · 10^-k.
func decimalOf(n *big.Int, k int) string {
	coefficient := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(k)), nil)
	exact := apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(coefficient.Mul(coefficient, n)), int32(-k))
	reduced, _ := exact.Reduce(exact)
	return reduced.Text('f')
}
