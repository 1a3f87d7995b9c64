package tables

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// The functions of this file are rational on each of their pieces: every entry
// is an exact quotient of integers, rounded once. Where a derivative jumps, it
// is what the clamp that makes the corner has there, 0 as for relu and relu6.

// LeakyReLU returns the table (z, z or α·z, 1 or α), the first where z > 0, with fg
// fraction bits of derivative. Output and input have the same fraction bits,
// whatever they are.
// It fails with fault.ErrUsage unless 0 <= α <= 1 and 0 <= fg <= 14.
func LeakyReLU(alpha float32, fg int) (Table, error) {
	if !(alpha >= 0 && alpha <= 1) || fg < 0 || fg > maxOutputFraction {
		return Table{}, fmt.Errorf("leaky_relu table: alpha %v (want 0 to 1), derivative fraction %d (want 0 to %d): %w", alpha, fg, maxOutputFraction, fault.ErrUsage)
	}
	t := Table{Name: fmt.Sprintf("leaky_relu.%08x.g%d", math.Float32bits(alpha), fg), Columns: [][]int32{inputs(MinInput), make([]int32, Rows), make([]int32, Rows)}}
	below, err := number.RoundFloat64(float64(alpha), fg)
	if err != nil {
		return Table{}, err
	}
	for i, z := range t.Columns[0] {
		t.Columns[1][i], t.Columns[2][i] = z, 1<<fg
		if z <= 0 {
			// 16 times 24 bits: a product that float64 holds.
			value, err := number.RoundFloat64(float64(z)*float64(alpha), 0)
			if err != nil {
				return Table{}, err
			}
			t.Columns[1][i], t.Columns[2][i] = int32(value), int32(below)
		}
	}
	return t, nil
}

// HardSwish returns the table of x·c/6 and its derivative c/6 + x·[0 < c < 6]/6
// for c = min(max(x + 3, 0), 6), x = z·2^-fz. The output has fz fraction bits,
// the derivative fg.
// It fails with fault.ErrUsage unless 0 <= fz, fg <= 14.
func HardSwish(fz, fg int) (Table, error) {
	if err := checkFractions("hard_swish", fz, fz, fg); err != nil {
		return Table{}, err
	}
	clamp := clamped("", -3<<fz, 3<<fz)
	t := Table{Name: fmt.Sprintf("hard_swish.z%d.g%d", fz, fg), Columns: [][]int32{clamp.Columns[0], make([]int32, Rows), make([]int32, Rows)}}
	six := int64(6) << fz
	for i := range Rows {
		z, c := int64(clamp.Columns[0][i]), int64(clamp.Columns[1][i])+3<<fz
		t.Columns[1][i] = quotient(z*c, six)
		t.Columns[2][i] = quotient((c+z*int64(clamp.Columns[2][i]))<<fg, six)
	}
	return t, nil
}

// Abs returns the table (z, |z|, 1, 0 or −1) for z > −2^15, whose value 16 bits hold.
// Output and input have the same fraction bits, whatever they are.
func Abs() Table {
	t := Table{Name: "abs", Columns: [][]int32{inputs(MinInput)[1:], make([]int32, Rows-1), make([]int32, Rows-1)}}
	for i, z := range t.Columns[0] {
		switch {
		case z > 0:
			t.Columns[1][i], t.Columns[2][i] = z, 1
		case z < 0:
			t.Columns[1][i], t.Columns[2][i] = -z, -1
		}
	}
	return t
}

// quotient returns num/den rounded half-even. Requires den > 0, and that the
// result fits.
func quotient(num, den int64) int32 {
	q, r := num/den, num%den
	if r < 0 {
		q, r = q-1, r+den
	}
	if 2*r > den || 2*r == den && q%2 != 0 {
		q++
	}
	return int32(q)
}
