package ops

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/number"
)

// Interval is a set of integers, both ends included. An end of −Unlimited or
// Unlimited stands for no bound but the field's own, FieldBits.
type Interval struct{ Low, High int64 }

// Unlimited is an end that nothing bounds. The sum of two ends has 64 bits.
const Unlimited = 1 << 61

// unlimited is what is known of an accumulator of a contraction.
func unlimited() Interval { return Interval{-Unlimited, Unlimited} }

// of returns the integers of a format of at most 61 bits.
func of(f number.Format) Interval { return Interval{f.Min(), f.Max()} }

// unsigned returns [0, 2^width).
func unsigned(width int) Interval { return Interval{0, 1<<width - 1} }

// saturate keeps an end among those that stand for themselves.
func saturate(v int64) int64 { return min(max(v, -Unlimited), Unlimited) }

// within reports whether all of i is in j.
func (i Interval) within(j Interval) bool { return j.Low <= i.Low && i.High <= j.High }

// meet returns what is in both; Low > High if nothing is.
func (i Interval) meet(j Interval) Interval { return Interval{max(i.Low, j.Low), min(i.High, j.High)} }

// plus returns {x + y}.
func (i Interval) plus(j Interval) Interval {
	return Interval{saturate(i.Low + j.Low), saturate(i.High + j.High)}
}

// times returns {x·y}, or the least interval around it.
func (i Interval) times(j Interval) Interval {
	out := Interval{Unlimited, -Unlimited}
	for _, x := range []int64{i.Low, i.High} {
		for _, y := range []int64{j.Low, j.High} {
			v := product64(x, y)
			out.Low, out.High = min(out.Low, v), max(out.High, v)
		}
	}
	return out
}

// product64 is x·y, saturated.
func product64(x, y int64) int64 {
	negative := (x < 0) != (y < 0)
	high, low := bits.Mul64(uint64(max(x, -x)), uint64(max(y, -y)))
	v := int64(Unlimited)
	if high == 0 && low < Unlimited {
		v = int64(low)
	}
	if negative {
		return -v
	}
	return v
}

// quotient returns {⌊(x + ⌊d/2⌋)/d⌋}, rounding by a divisor d >= 1.
func (i Interval) quotient(d int64) Interval {
	round := func(x int64) int64 {
		if x <= -Unlimited || x >= Unlimited {
			return x
		}
		x += d / 2
		q := x / d
		if x%d < 0 {
			q--
		}
		return q
	}
	return Interval{round(i.Low), round(i.High)}
}
