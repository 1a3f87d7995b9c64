package data

import (
	"iter"

	"github.com/cockroachdb/apd/v3"
)

// parameterDigits is the precision of a mean and of a standard deviation.
const parameterDigits = 40

// minMax returns the least value and the distance to the greatest, exactly;
// 1 for the distance if it is 0. Requires at least one value.
func minMax(values iter.Seq[*apd.Decimal]) (offset, scale *apd.Decimal, err error) {
	var least, greatest *apd.Decimal
	for value := range values {
		if least == nil || value.Cmp(least) < 0 {
			least = value
		}
		if greatest == nil || value.Cmp(greatest) > 0 {
			greatest = value
		}
	}
	scale = new(apd.Decimal)
	_, err = apd.BaseContext.Sub(scale, greatest, least)
	if scale.IsZero() {
		scale.SetInt64(1)
	}
	return new(apd.Decimal).Set(least), scale, err
}

// standard returns the mean and the population standard deviation, each
// rounded half-even to parameterDigits digits; the value itself and 1 if all
// values are equal. Requires at least one value.
//
//	mean = Σx/N,  deviation = √(N·Σx² − (Σx)²)/N
//
// The sums are exact, so their order does not matter.
func standard(values iter.Seq[*apd.Decimal]) (offset, scale *apd.Decimal, err error) {
	exact := apd.MakeErrDecimal(&apd.BaseContext)
	sum, squares, square := new(apd.Decimal), new(apd.Decimal), new(apd.Decimal)
	var first *apd.Decimal
	rows := int64(0)
	for value := range values {
		if rows++; first == nil {
			first = value
		}
		exact.Add(sum, sum, value)
		exact.Mul(square, value, value)
		exact.Add(squares, squares, square)
	}
	count := apd.New(rows, 0)
	spread := new(apd.Decimal) // N²·variance
	exact.Mul(spread, squares, count)
	exact.Mul(square, sum, sum)
	exact.Sub(spread, spread, square)
	if exact.Err() != nil || spread.IsZero() {
		return new(apd.Decimal).Set(first), apd.New(1, 0), exact.Err()
	}
	wide := apd.BaseContext.WithPrecision(2 * parameterDigits)
	wide.Rounding = apd.RoundHalfEven
	rounded := apd.BaseContext.WithPrecision(parameterDigits)
	rounded.Rounding = apd.RoundHalfEven
	offset, scale = new(apd.Decimal), new(apd.Decimal)
	mean, deviation := apd.MakeErrDecimal(rounded), apd.MakeErrDecimal(wide)
	mean.Quo(offset, sum, count)
	deviation.Sqrt(scale, spread)
	deviation.Quo(scale, scale, count)
	mean.Round(scale, scale)
	if err := deviation.Err(); err != nil {
		return nil, nil, err
	}
	offset.Reduce(offset)
	scale.Reduce(scale)
	return offset, scale, mean.Err()
}
