package number

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func decimal(t testing.TB, text string) *apd.Decimal {
	t.Helper()
	d, _, err := apd.NewFromString(text)
	if err != nil {
		t.Fatalf("decimal %q: %v", text, err)
	}
	return d
}

func TestFormat(t *testing.T) {
	f := Format{Bits: 16, Fraction: 8}
	if f.Min() != -32768 || f.Max() != 32767 || f.String() != "s16.8" {
		t.Errorf("%s: range [%d, %d]", f, f.Min(), f.Max())
	}
	for x, want := range map[int64]bool{-32769: false, -32768: true, 0: true, 32767: true, 32768: false} {
		if f.Contains(x) != want {
			t.Errorf("%s contains %d: %t", f, x, !want)
		}
	}
	full := Format{Bits: 64}
	if full.Min() != math.MinInt64 || full.Max() != math.MaxInt64 {
		t.Errorf("s64: range [%d, %d]", full.Min(), full.Max())
	}
	for _, bad := range []Format{{0, 0}, {65, 0}, {16, -1}, {16, 63}} {
		if err := bad.Check(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s accepted: %v", bad, err)
		}
	}
	if err := full.Check(); err != nil {
		t.Error(err)
	}
}

func TestRoundDecimal(t *testing.T) {
	tests := []struct {
		text     string
		fraction int
		want     int64
	}{
		{"0", 8, 0}, {"1", 8, 256}, {"-1", 8, -256},
		{"0.5", 0, 0}, {"1.5", 0, 2}, {"2.5", 0, 2}, {"-0.5", 0, 0}, {"-1.5", 0, -2},
		{"0.001953125", 8, 0}, {"0.005859375", 8, 2}, // ties at 1/2 and 3/2
		{"0.0019531250000000000000000000000000001", 8, 1},
		{"0.0019531249999999999999999999999999999", 8, 0},
		{"127.998046875", 8, 32768}, {"127.9980468749", 8, 32767},
		{"9223372036854775807", 0, math.MaxInt64}, {"-9223372036854775808", 0, math.MinInt64},
		{"9223372036854775807.4", 0, math.MaxInt64},
		{"1e-90000", 62, 0}, {"-1e-19", 62, 0}, {"1.5e-19", 62, 1}, {"0e90000", 62, 0},
	}
	for _, tt := range tests {
		got, err := roundDecimal(decimal(t, tt.text), tt.fraction)
		if err != nil || got != tt.want {
			t.Errorf("%s at %d: %d, %v; want %d", tt.text, tt.fraction, got, err, tt.want)
		}
	}
}

func TestRoundDecimalErrors(t *testing.T) {
	tests := []struct {
		text     string
		fraction int
		want     error
	}{
		{"9223372036854775807.5", 0, fault.ErrOverflow}, {"-9223372036854775808.51", 0, fault.ErrOverflow},
		{"1e90000", 0, fault.ErrOverflow}, {"2", 62, fault.ErrOverflow}, {"18446744073709551615.6", 0, fault.ErrOverflow},
		{"NaN", 8, fault.ErrInput}, {"-Inf", 8, fault.ErrInput},
		{"1", -1, fault.ErrUsage}, {"1", 63, fault.ErrUsage},
	}
	for _, tt := range tests {
		if got, err := roundDecimal(decimal(t, tt.text), tt.fraction); !errors.Is(err, tt.want) {
			t.Errorf("%s at %d: %d, %v; want %v", tt.text, tt.fraction, got, err, tt.want)
		}
	}
	if _, err := RoundQuotient(apd.New(1, 0), apd.New(0, 0), 8); !errors.Is(err, fault.ErrInput) {
		t.Errorf("1/0: %v", err)
	}
}

// TestRoundQuotientPaths compares the 128-bit path with the integers of any
// size, ties and signs included.
func TestRoundQuotientPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	small := 0
	for range 20000 {
		x := apd.New(rng.Int64()>>rng.IntN(63), int32(-rng.IntN(6)))
		y := apd.New(1+rng.Int64N(1<<rng.IntN(40)), 0)
		x.Negative, y.Negative = rng.IntN(2) == 0, rng.IntN(2) == 0
		fraction := rng.IntN(20)
		want, wantOK := quotientBig(x, y, fraction)
		if got, ok := quotientSmall(x, y, fraction); ok {
			small++
			if !wantOK || got != want {
				t.Fatalf("(%s)/(%s) at %d: %d, want %d (%t)", x, y, fraction, got, want, wantOK)
			}
		}
	}
	if small < 10000 {
		t.Errorf("only %d of 20000 cases took the short path", small)
	}
}

// TestRoundQuotientNear: quotients of long coefficients, some of them ties or next
// to one, are what integers of any size say, or left to them.
func TestRoundQuotientNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	near, ties := 0, 0
	for i := range 20000 {
		y := apd.New(1+rng.Int64N(1<<62), int32(-rng.IntN(20)))
		x := new(apd.Decimal)
		fraction := rng.IntN(20)
		if i%4 == 0 { // (n + 1/2)·y/2^fraction, or one unit of its last place beside it
			y.Coeff.SetInt64(1 + rng.Int64N(1<<20))
			y.Coeff.Lsh(&y.Coeff, uint(fraction+1))
			x.Coeff.Mul(apd.NewBigInt(2*rng.Int64N(1<<30)+1), new(apd.BigInt).Rsh(&y.Coeff, uint(fraction+1)))
			x.Exponent = y.Exponent
			scaled := new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(int64(rng.IntN(22))), nil)
			x.Exponent -= int32(len(scaled.String()) - 1)
			x.Coeff.Mul(&x.Coeff, scaled)
			x.Coeff.Add(&x.Coeff, apd.NewBigInt(int64(rng.IntN(3)-1)))
			ties++
		} else {
			x.Coeff.Mul(apd.NewBigInt(rng.Int64()), apd.NewBigInt(rng.Int64()))
			x.Exponent = y.Exponent - int32(rng.IntN(24))
		}
		x.Negative, y.Negative = rng.IntN(2) == 0, rng.IntN(2) == 0
		want, wantOK := quotientBig(x, y, fraction)
		if got, ok := quotientNear(x, y, fraction); ok {
			near++
			if !wantOK || got != want {
				t.Fatalf("(%s)/(%s) at %d: %d, want %d (%t)", x, y, fraction, got, want, wantOK)
			}
		}
	}
	if near < 5000 || near > 20000-ties/4 {
		t.Errorf("%d of 20000 cases were decided, %d of them near ties", near, ties)
	}
}

// Coefficients that float64 takes for infinity are rounded as all others.
func TestRoundQuotientOfLongCoefficients(t *testing.T) {
	long := func(digits int, exponent int32) *apd.Decimal { // 10^digits·10^exponent
		x := apd.New(0, exponent)
		x.Coeff.Exp(apd.NewBigInt(10), apd.NewBigInt(int64(digits)), nil)
		return x
	}
	for _, test := range []struct {
		x, y *apd.Decimal
		want int64
	}{
		{long(300, 15), long(310, 0), 100_000 << 8},
		{long(310, 0), long(300, 5), 100_000 << 8},
		{long(320, 0), long(320, 0), 1 << 8},
	} {
		if got, err := RoundQuotient(test.x, test.y, 8); err != nil || got != test.want {
			t.Errorf("%d, want %d: %v", got, test.want, err)
		}
	}
}

func TestRoundRatio(t *testing.T) {
	for num := int64(-40); num <= 40; num++ {
		for den := int64(1); den <= 8; den++ {
			want := int64(math.RoundToEven(float64(num) / float64(den)))
			if got := roundRatio(big.NewInt(num), big.NewInt(den)).Int64(); got != want {
				t.Errorf("%d/%d = %d, want %d", num, den, got, want)
			}
		}
	}
}

// TestRoundFloat64 uses the decimal expansion of a float64, which is exact, as
// the oracle.
func TestRoundFloat64(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 0.5, 1.5, 2.5, -2.5, 0.1, -0.1, 1e-300, 5e-324, math.MaxFloat64, -math.MaxFloat64,
		9.223372036854775e18, -9.223372036854775808e18, 9.223372036854775808e18, -2, 2, math.Pi}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 4000 {
		values = append(values, math.Ldexp(rng.Float64()-0.5, rng.IntN(140)-80))
		values = append(values, float64(rng.IntN(4096)-2048)/512) // ties
	}
	for i, x := range values {
		fraction := []int{0, 8, 37, 62}[i%4]
		exact := decimal(t, strconv.FormatFloat(x, 'f', -1, 64))
		if _, err := exact.SetFloat64(x); err != nil {
			t.Fatal(err)
		}
		exact = decimal(t, new(big.Float).SetFloat64(x).Text('f', 1100))
		want, wantErr := roundDecimal(exact, fraction)
		got, err := RoundFloat64(x, fraction)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Fatalf("%g at %d: %d, %v; want %d, %v", x, fraction, got, err, want, wantErr)
		}
		if err != nil && !errors.Is(err, fault.ErrOverflow) {
			t.Errorf("%g: %v", x, err)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := RoundFloat64(x, 8); !errors.Is(err, fault.ErrInput) {
			t.Errorf("%v: %v", x, err)
		}
	}
	if _, err := RoundFloat64(1, 63); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("63 fraction bits: %v", err)
	}
}

func TestNearestFloat32(t *testing.T) {
	xs := []int64{0, 1, -1, 1<<24 + 1, 1<<24 + 3, -(1<<24 + 1), math.MaxInt64, math.MinInt64, 1<<53 + 1<<29, 1<<53 + 1<<29 + 1}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		xs = append(xs, int64(rng.Uint64())>>rng.IntN(60))
	}
	for _, x := range xs {
		for _, fraction := range []int{0, 8, 37, 62, 126, 127, 140, 160, 230, -3} {
			exact := new(big.Rat).SetInt64(x)
			power := new(big.Int).Lsh(big.NewInt(1), uint(max(fraction, -fraction)))
			if fraction >= 0 {
				exact.Quo(exact, new(big.Rat).SetInt(power))
			} else {
				exact.Mul(exact, new(big.Rat).SetInt(power))
			}
			want, _ := exact.Float32()
			if got := nearestFloat32(x, fraction); got != want {
				t.Fatalf("%d·2^-%d: %g, want %g", x, fraction, got, want)
			}
		}
	}
}

// TestFloat32RoundTrip: a float32 with at most 24+f bits survives the way to
// fixed point and back.
func TestFloat32RoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 10000 {
		x := float32(rng.NormFloat64())
		if x > -0.01 && x < 0.01 {
			continue
		}
		fixed, err := RoundFloat64(float64(x), 40)
		if err != nil {
			t.Fatal(err)
		}
		if back := nearestFloat32(fixed, 40); back != x {
			t.Fatalf("%g came back as %g", x, back)
		}
	}
}
