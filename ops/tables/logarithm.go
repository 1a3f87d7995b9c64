package tables

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// MaxLogarithmFraction is the most fraction bits of a logarithm up to that of 2^16:
// at more it would not fit 16 bits.
const MaxLogarithmFraction = 12

// Logarithm returns the table of the integers D from 2^fe to n·2^fe whose logarithms
// round to the same value, (Y, least D, largest D) for Y = ⌊2^f·ln(D/2^fe) + 1/2⌋ from
// 0 on. The least D is the next integer to 2^fe·e^((2Y−1)/2^(f+1)), which is
// transcendental, and 2^fe itself in the first row.
// It fails with fault.ErrUsage unless 0 <= f <= MaxLogarithmFraction, 0 <= fe <= 15
// and 2 <= n <= 2^16, with n·2^fe at most 2^30.
func Logarithm(f, fe, n int) (Table, error) {
	if f < 0 || f > MaxLogarithmFraction || fe < 0 || fe > 15 || n < 2 || n > 1<<16 || n<<fe > 1<<30 {
		return Table{}, fmt.Errorf("logarithm table: %d fraction bits of up to %d at %d: %w", f, n, fe, fault.ErrUsage)
	}
	const precision = 256
	one := new(big.Int).Lsh(big.NewInt(1), precision)
	step := exponentialOf(one, uint(f))
	edge := new(big.Int).Mul(one, one)
	edge.Quo(edge, exponentialOf(one, uint(f+1))) // e^(−1/2^(f+1)), and then e^((2Y+1)/2^(f+1))
	// Every product and series is within a few units of 2^−256 of its own size, which
	// is below 2^17: after 2^16 of them edges are within 2^−200.
	margin := new(big.Int).Lsh(big.NewInt(1), uint(precision-200+fe))
	last := int32(n << fe)
	t := Table{Name: fmt.Sprintf("logarithm.f%d.e%d.n%d", f, fe, n), Columns: [][]int32{{0}, {int32(1) << fe}, nil}}
	for y := int32(1); ; y++ {
		edge.Rsh(edge.Mul(edge, step), precision)
		scaled := new(big.Int).Lsh(edge, uint(fe))
		whole := new(big.Int).Rsh(scaled, precision)
		rest := scaled.Sub(scaled, new(big.Int).Lsh(whole, precision))
		if rest.Cmp(margin) < 0 || new(big.Int).Sub(one, rest).Cmp(margin) < 0 {
			return Table{}, fmt.Errorf("logarithm table: the edge of %d is not decided: %w", y, fault.ErrUsage)
		}
		if !whole.IsInt64() || whole.Int64() >= int64(last) {
			t.Columns[2] = append(t.Columns[2], last)
			return t, nil
		}
		t.Columns[2] = append(t.Columns[2], int32(whole.Int64()))
		t.Columns[0], t.Columns[1] = append(t.Columns[0], y), append(t.Columns[1], int32(whole.Int64())+1)
	}
}

// exponentialOf returns e^(2^−s) by its series, with as many bits after the point as
// one has.
func exponentialOf(one *big.Int, s uint) *big.Int {
	sum, term := new(big.Int).Set(one), new(big.Int).Set(one)
	for k := int64(1); term.Sign() > 0; k++ {
		term.Rsh(term, s)
		term.Quo(term, big.NewInt(k))
		sum.Add(sum, term)
	}
	return sum
}
