package graph

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/number"
)

// FieldBits is the number of bits that the integers of a proof must stay
// below, so that nothing wraps in its field of 254 bits.
const FieldBits = 250

// AccumulatorBits bounds the integers of a run, in bits, whatever its data:
// with initial weights below 2^b0, T steps, rates n/2^k with n <= 255 and P
// rows that act on a weight per step (the batch, once per use),
//
//	|W(t)| ≤ 2^b0 + n·T·P·2^30,   |V| ≤ K·2^15·|W(t)| + 2^f_x·|b(t)|
//
// for a contraction over K cells of 16 bits; of a bias, 2^30 is 2^15·2^f_x,
// which is no more. That X and dZ have 16 bits is what a proof enforces, not
// what an executor promises (ops.Enforce). The limits of Validate keep the
// result below FieldBits for every program and every T < 2^63.
func (p *Program) AccumulatorBits(initialBits int, steps int64) int {
	change := big.NewInt(number.MaxNumerator)
	change.Mul(change, big.NewInt(steps))
	change.Mul(change, big.NewInt(int64(p.Batch)))
	change.Mul(change, big.NewInt(int64(len(p.Nodes)))) // at least the uses of a weight
	weight := new(big.Int).Lsh(big.NewInt(1), uint(initialBits))
	weight.Add(weight, change.Lsh(change, 30))
	widest := 1
	for _, w := range append(p.OfRole(Weight), p.OfRole(Frozen)...) {
		for _, a := range p.Tensor(w).Axes {
			widest = max(widest, a.Size)
		}
	}
	// One more bit for the bias, which a contraction adds once.
	return weight.Mul(weight, big.NewInt(int64(widest))).BitLen() + 15 + 1
}

// CheckBounds reports a run whose integers could wrap in the field: with
// fault.ErrUnsupported if AccumulatorBits exceeds FieldBits, with
// fault.ErrUsage for a run without steps or weights without bits.
func (p *Program) CheckBounds(initialBits int, steps int64) error {
	if initialBits < 1 || steps < 1 {
		return fmt.Errorf("bounds for initial weights of %d bits and %d steps: %w", initialBits, steps, fault.ErrUsage)
	}
	if bits := p.AccumulatorBits(initialBits, steps); bits > FieldBits {
		return fmt.Errorf("accumulators of up to %d bits after %d steps, at most %d fit the field: %w", bits, steps, FieldBits, fault.ErrUnsupported)
	}
	return nil
}
