package data

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cockroachdb/apd/v3"
)

// TestStandard compares with rationals: the mean exactly rounded, the square
// of the deviation within its 40 digits.
func TestStandard(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	values := make([]*apd.Decimal, 101)
	sum, squares := new(big.Rat), new(big.Rat)
	for i := range values {
		values[i] = apd.New(rng.Int64N(2000001)-1000000, int32(-rng.IntN(5)))
		x, ok := new(big.Rat).SetString(values[i].Text('f'))
		if !ok {
			t.Fatalf("%s is no rational", values[i])
		}
		sum.Add(sum, x)
		squares.Add(squares, x.Mul(x, x))
	}
	offset, scale, err := standard(slices.Values(values))
	if err != nil {
		t.Fatal(err)
	}
	count := big.NewRat(int64(len(values)), 1)
	mean := new(big.Rat).Quo(sum, count)
	variance := new(big.Rat).Quo(squares, count)
	variance.Sub(variance, new(big.Rat).Mul(mean, mean))

	close := func(got *apd.Decimal, power int, want *big.Rat) bool {
		x, _ := new(big.Rat).SetString(got.Text('f'))
		if power == 2 {
			x.Mul(x, x)
		}
		ratio := x.Quo(x, want)
		ratio.Sub(ratio, big.NewRat(1, 1))
		tolerance, _ := new(big.Rat).SetString("1e-38")
		return ratio.Abs(ratio).Cmp(tolerance) < 0
	}
	if !close(offset, 1, mean) || !close(scale, 2, variance) {
		t.Errorf("offset %s, scale %s; mean %s, variance %s", offset, scale, mean.FloatString(45), variance.FloatString(45))
	}
	if offset.NumDigits() > parameterDigits || scale.NumDigits() > parameterDigits {
		t.Errorf("offset %s and scale %s have more than %d digits", offset, scale, parameterDigits)
	}

	slices.Reverse(values)
	offset2, scale2, err := standard(slices.Values(values))
	if err != nil || offset2.Cmp(offset) != 0 || scale2.Cmp(scale) != 0 {
		t.Errorf("the order of rows matters: %s, %s, %v", offset2, scale2, err)
	}
}

// TestMeanIsNearest: no 40-digit decimal is nearer to the mean of n values,
// for n whose reciprocal has no end.
func TestMeanIsNearest(t *testing.T) {
	for n := int64(3); n < 60; n += 2 {
		values := make([]*apd.Decimal, n)
		sum := int64(0)
		for i := range values {
			x := int64(i)*int64(i) + 7
			values[i] = apd.New(x, 0)
			sum += x
		}
		offset, _, err := standard(slices.Values(values))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := new(big.Rat).SetString(offset.Text('f'))
		distance := got.Sub(got, big.NewRat(sum, n))
		// half a unit of the 40th digit: 10^(magnitude − 40)/2
		magnitude := offset.NumDigits() + int64(offset.Exponent)
		half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(parameterDigits-magnitude), nil))
		half.Quo(half, big.NewRat(2, 1))
		if distance.Abs(distance).Cmp(half) > 0 {
			t.Errorf("%d values: mean %s is off by %s", n, offset, distance.FloatString(50))
		}
	}
}

// TestStandardCancellation: a spread 30 digits below the values is not lost.
func TestStandardCancellation(t *testing.T) {
	large, _, err := apd.NewFromString("1000000000000000000000000000000")
	if err != nil {
		t.Fatal(err)
	}
	larger, _, err := apd.NewFromString("1000000000000000000000000000002")
	if err != nil {
		t.Fatal(err)
	}
	offset, scale, err := standard(slices.Values([]*apd.Decimal{large, larger}))
	if err != nil || offset.Text('f') != "1000000000000000000000000000001" || scale.String() != "1" {
		t.Errorf("offset %s, scale %s, %v", offset, scale, err)
	}
}

func TestMinMax(t *testing.T) {
	offset, scale, err := minMax(slices.Values([]*apd.Decimal{apd.New(5, -1), apd.New(-3, 0), apd.New(12, 0), apd.New(120, -1)}))
	if err != nil || offset.Cmp(apd.New(-3, 0)) != 0 || scale.Cmp(apd.New(15, 0)) != 0 {
		t.Errorf("offset %s, scale %s, %v", offset, scale, err)
	}
	offset, scale, err = minMax(slices.Values([]*apd.Decimal{apd.New(7, 0), apd.New(70, -1)}))
	if err != nil || offset.Cmp(apd.New(7, 0)) != 0 || scale.Cmp(apd.New(1, 0)) != 0 {
		t.Errorf("one value: offset %s, scale %s, %v", offset, scale, err)
	}
}
