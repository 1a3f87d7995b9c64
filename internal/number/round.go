package number

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// roundDecimal returns the integer nearest to x·2^fraction, ties to even.
//
// It fails with fault.ErrInput if x is not finite, fault.ErrOverflow if the
// integer does not fit 64 bits, and fault.ErrUsage if fraction is not in
// 0 … MaxFraction.
func roundDecimal(x *apd.Decimal, fraction int) (int64, error) {
	return RoundQuotient(x, apd.New(1, 0), fraction)
}

// RoundQuotient returns the integer nearest to (x/y)·2^fraction, ties to even.
// The quotient is never rounded before. Errors are those of roundDecimal;
// y = 0 is fault.ErrInput.
func RoundQuotient(x, y *apd.Decimal, fraction int) (int64, error) {
	if fraction < 0 || fraction > MaxFraction {
		return 0, fmt.Errorf("%d fraction bits, want 0 to %d: %w", fraction, MaxFraction, fault.ErrUsage)
	}
	if x.Form != apd.Finite || y.Form != apd.Finite || y.IsZero() {
		return 0, fmt.Errorf("%s / %s is not a finite number: %w", x, y, fault.ErrInput)
	}
	if x.IsZero() {
		return 0, nil
	}
	// |x/y| lies in (10^(magnitude−1), 10^(magnitude+1)), so that exponents
	// made to exhaust memory are answered before any power of ten is built.
	magnitude := x.NumDigits() + int64(x.Exponent) - y.NumDigits() - int64(y.Exponent)
	switch {
	case magnitude > 20: // |x/y| > 10^20 > 2^63
		return 0, overflow(x, y, fraction)
	case magnitude < -20: // |x/y|·2^62 < 10^-20·2^62 < 1/2
		return 0, nil
	}
	rounded, ok := quotientSmall(x, y, fraction)
	if !ok {
		rounded, ok = quotientNear(x, y, fraction)
	}
	if !ok {
		rounded, ok = quotientBig(x, y, fraction)
	}
	if !ok {
		return 0, overflow(x, y, fraction)
	}
	return rounded, nil
}

func overflow(x, y *apd.Decimal, fraction int) error {
	value := x.String()
	if y.Cmp(apd.New(1, 0)) != 0 {
		value += "/" + y.String()
	}
	return fmt.Errorf("%s at %d fraction bits does not fit 64 bits: %w", value, fraction, fault.ErrOverflow)
}

// powersOfTen[i] = 10^i, the ones below 2^64.
var powersOfTen = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// quotientSmall is quotientBig for operands whose numerator fits 128 bits and
// whose denominator fits 64, as nearly all cells of a dataset do.
func quotientSmall(x, y *apd.Decimal, fraction int) (int64, bool) {
	shift := int64(y.Exponent) - int64(x.Exponent)
	if !x.Coeff.IsUint64() || !y.Coeff.IsUint64() || shift < 0 || shift >= int64(len(powersOfTen)) {
		return 0, false
	}
	overDen, den := bits.Mul64(y.Coeff.Uint64(), powersOfTen[shift])
	hi, lo := bits.Mul64(x.Coeff.Uint64(), 1<<fraction)
	if overDen != 0 || hi >= den {
		return 0, false
	}
	quo, rem := bits.Div64(hi, lo, den)
	if quo >= 1<<63-1 {
		return 0, false
	}
	// rem > den/2, or rem = den/2 and quo odd, written so that nothing wraps.
	if rem > den-rem || (rem == den-rem && quo&1 == 1) {
		quo++
	}
	if x.Negative != y.Negative {
		return -int64(quo), true
	}
	return int64(quo), true
}

// exactTens is the largest n for which float64 has 10^n.
const exactTens = 22

// quotientNear is quotientBig for quotients that float64 tells from a tie, as it
// does nearly all. Four roundings each add a relative error of at most 2^-53: of
// two coefficients, of their quotient, and of that by a power of ten, which is
// exact; what comes out is off by less than 2^-50 of itself. Coefficients beyond
// float64 are not for it.
func quotientNear(x, y *apd.Decimal, fraction int) (int64, bool) {
	const limit, margin = 1 << 40, 1.0 / (1 << 49)
	shift := int64(x.Exponent) - int64(y.Exponent)
	if shift < -exactTens || shift > exactTens {
		return 0, false
	}
	num, _ := x.Coeff.MathBigInt().Float64()
	den, _ := y.Coeff.MathBigInt().Float64()
	if math.IsInf(num, 0) || math.IsInf(den, 0) {
		return 0, false
	}
	q := num / den
	if shift >= 0 {
		q *= tens[shift]
	} else {
		q /= tens[-shift]
	}
	q = math.Ldexp(q, fraction)
	if q >= limit {
		return 0, false
	}
	down := math.Floor(q)
	rest := q - down // exact
	if math.Abs(rest-0.5) <= q*margin {
		return 0, false
	}
	n := int64(down)
	if rest > 0.5 {
		n++
	}
	if x.Negative != y.Negative {
		n = -n
	}
	return n, true
}

// tens[i] = 10^i, exactly.
var tens = [exactTens + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// quotientBig rounds x.Coeff·10^x.Exponent·2^fraction / (y.Coeff·10^y.Exponent)
// with integers of any size; false means outside int64.
func quotientBig(x, y *apd.Decimal, fraction int) (int64, bool) {
	num := new(big.Int).Set(x.Coeff.MathBigInt())
	den := new(big.Int).Set(y.Coeff.MathBigInt())
	num.Lsh(num, uint(fraction))
	shift := int64(x.Exponent) - int64(y.Exponent)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(shift, -shift)), nil)
	if shift >= 0 {
		num.Mul(num, power)
	} else {
		den.Mul(den, power)
	}
	quo := roundRatio(num, den)
	if x.Negative != y.Negative {
		quo.Neg(quo)
	}
	return quo.Int64(), quo.IsInt64()
}

// roundRatio returns the integer nearest to num/den, ties to even, as a new
// integer. Requires den > 0.
func roundRatio(num, den *big.Int) *big.Int {
	// quo = ⌊num/den⌋, 0 <= rem < den; up iff 2·rem > den, or = den and quo odd.
	quo, rem := new(big.Int).DivMod(num, den, new(big.Int))
	rem.Lsh(rem, 1)
	if c := rem.Cmp(den); c > 0 || (c == 0 && quo.Bit(0) == 1) {
		quo.Add(quo, big.NewInt(1))
	}
	return quo
}
