package tables

import (
	"math/big"
	"testing"
)

// TestGELUIsDecided makes every table that an activation can read: none has an
// entry that the error bound leaves open.
func TestGELUIsDecided(t *testing.T) {
	for fz := range maxOutputFraction + 1 {
		if testing.Short() && fz%7 != 0 {
			continue
		}
		for _, table := range []func(fz, fg int) (Table, error){GELU, GELUApproximate} {
			if _, err := table(fz, maxOutputFraction); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestGELUErrorBounds compares Φ and Φ' with what the standard library's big floats
// give at 400 bits by other series: the alternating one of erf, and e^x by halving.
func TestGELUErrorBounds(t *testing.T) {
	const fz = 8
	k := newGaussian(fz)
	for _, z := range []int64{1, 2, 77, 256, 300, 511, 1024, 1536, 2047} {
		x := float(z)
		x.Quo(x, float(1<<fz))
		square := mul(x, x)
		half := new(big.Float).Quo(square, float(2))
		root := new(big.Float).Sqrt(new(big.Float).Quo(float(2), reference()))
		phi, density := normal(k, z)
		within(t, "Φ'", z, density, mul(exponent(half), new(big.Float).Quo(root, float(2))), 22)
		// Φ = 1/2 + Σ (−1)^n x^(2n+1)/(2^n·n!·(2n+1)) / √(2π)
		sum, power := float(0), x
		for n := int64(0); n < 400; n++ {
			sum.Add(sum, new(big.Float).Quo(power, float(2*n+1)))
			power = mul(power, new(big.Float).Quo(square, float(-2*(n+1))))
		}
		sum = mul(sum, new(big.Float).Quo(root, float(2)))
		within(t, "Φ", z, phi, sum.Add(sum, new(big.Float).Quo(float(1), float(2))), 70)

		phi, density = approximateNormal(k, z)
		c := new(big.Float).Quo(float(44715), float(1_000_000))
		twice := mul(mul(float(2), root), new(big.Float).Add(x, mul(c, mul(square, x))))
		slope := mul(mul(float(2), root), new(big.Float).Add(float(1), mul(float(3), mul(c, square))))
		u := exponent(twice)
		want := new(big.Float).Quo(float(1), new(big.Float).Add(float(1), u))
		within(t, "approximate Φ", z, phi, want, 23)
		within(t, "approximate Φ'", z, density, mul(mul(mul(want, want), u), slope), 29)
	}
}

// reference is π to 120 digits.
func reference() *big.Float {
	v, _, err := big.ParseFloat("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651328230664709384460955", 10, bits, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return v
}

const bits = 400

func float(v int64) *big.Float { return new(big.Float).SetPrec(bits).SetInt64(v) }

func mul(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(bits).Mul(a, b) }

// exponent is e^(−a): 1/Σ (a/2^10)^n/n!, squared ten times.
func exponent(a *big.Float) *big.Float {
	small := new(big.Float).SetMantExp(a, -10)
	sum, term := float(0), float(1)
	for n := int64(1); n < 200; n++ {
		sum.Add(sum, term)
		term = mul(term, new(big.Float).Quo(small, float(n)))
	}
	for range 10 {
		sum = mul(sum, sum)
	}
	return sum.Quo(float(1), sum)
}

// within fails unless got is less than 2^margin units of 2^-P away.
func within(t *testing.T, what string, z int64, got *big.Int, want *big.Float, margin int) {
	t.Helper()
	distance := new(big.Float).SetPrec(bits).SetInt(got)
	distance.Sub(distance, new(big.Float).SetMantExp(want, geluPrecision))
	if distance.Abs(distance).Cmp(new(big.Float).SetMantExp(float(1), margin)) >= 0 {
		t.Errorf("%s of input %d: an error of %v, bound 2^%d", what, z, distance, margin)
	}
}

func BenchmarkGELU(b *testing.B) {
	for b.Loop() {
		if _, err := GELU(8, 14); err != nil {
			b.Fatal(err)
		}
	}
}
