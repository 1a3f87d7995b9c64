package graph

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/number"
)

// maxFieldBits: every integer of a proof stays below 2^250, so that nothing
// wraps in the field of 254 bits.
const maxFieldBits = 250

// CheckBounds reports whether no integer of a run can wrap in the proof's
// field, whatever the data: with initial weights below 2^b0, T steps, rates
// n/2^k with n <= 255 and P = batch·uses rows that act on a weight per step,
//
//	|W(t)| ≤ 2^b0 + n·T·P·2^30,   K·2^15·|W(t)| < 2^250
//
// for a contraction over K cells; of a bias, 2^30 is 2^15·2^f_x, which is no
// more. It fails with fault.ErrUnsupported.
func (p *Program) CheckBounds(initialBits int, steps int64) error {
	if initialBits < 1 || initialBits > 64 || steps < 1 {
		return fmt.Errorf("bounds for initial weights of %d bits and %d steps: %w", initialBits, steps, fault.ErrUsage)
	}
	bound := new(big.Int).Lsh(big.NewInt(1), uint(initialBits))
	change := big.NewInt(number.MaxNumerator)
	change.Mul(change, big.NewInt(steps))
	change.Mul(change, big.NewInt(int64(p.Batch)))
	change.Mul(change, big.NewInt(int64(len(p.Nodes)))) // at least the uses of a weight
	bound.Add(bound, change.Lsh(change, 30))
	for _, w := range append(p.OfRole(Weight), p.OfRole(Frozen)...) {
		t := p.Tensor(w)
		widest := 0
		for _, a := range t.Axes {
			widest = max(widest, a.Size)
		}
		// One more bit for the bias, which a contraction adds once.
		v := new(big.Int).Mul(bound, big.NewInt(int64(widest)))
		if bits := v.BitLen() + 15 + 1; bits > maxFieldBits {
			return fmt.Errorf("weight %q: accumulators of up to %d bits after %d steps, at most %d fit: %w",
				t.Name, bits, steps, maxFieldBits, fault.ErrUnsupported)
		}
	}
	return nil
}
