package number

import (
	"fmt"
	"math/big"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// ParseResponse reads a momentum μ, a decimal between 0 and 1, and returns the
// impulse response of a velocity with it, each tap rounded once to a multiple of
// 2^-fraction, ties to even, as far as it is not 0:
//
//	μ^d                              classical, v ← μ·v + g, W ← W − rate·v
//	[d = 0] + μ^(d+1)                Nesterov, W ← W − rate·(g + μ·v)
//
// It fails with fault.ErrUsage if there are more than most taps.
func ParseResponse(text string, nesterov bool, fraction, most int) ([]int64, error) {
	value, err := parseBounded("value", text)
	if err != nil {
		return nil, err
	}
	if value.Cmp(apd.New(1, 0)) >= 0 {
		return nil, fmt.Errorf("%s, want less than 1: %w", text, fault.ErrUsage)
	}
	mu := fractionOf(value)
	var taps []int64
	power := ratio(1, 1)
	for {
		tap := power
		if nesterov {
			if tap = power.times(mu); len(taps) == 0 {
				tap = tap.plus(ratio(1, 1))
			}
		}
		n := roundRatio(new(big.Int).Lsh(tap.num, uint(fraction)), tap.den)
		if n.Sign() == 0 {
			return taps, nil
		}
		if len(taps) == most {
			return nil, fmt.Errorf("%s: gradients count for more than %d steps at %d fraction bits: %w", text, most, fraction, fault.ErrUsage)
		}
		taps, power = append(taps, n.Int64()), power.times(mu)
	}
}
