package commitments

import (
	"fmt"
	"math/bits"
)

// Extent says how many powers of tau are kept of a file: as many as a row has cells,
// and as many as keys of PLONK need.
type Extent struct {
	RowBits     int // ℓ: rows of 2^ℓ cells
	CircuitBits int // keys for circuits of up to so many rows, in log2; 0 for none
}

// maxPowers is the longest that a setup can be.
const maxPowers = 1<<max(MaxRowBits, MaxKZGLog) + kzgExtra

func (e Extent) check() error {
	if err := checkRowBits(e.RowBits); err != nil || e.CircuitBits == 0 {
		return err
	}
	return checkKZGLog(e.CircuitBits)
}

// powers is how many are kept.
func (e Extent) powers() int {
	if e.CircuitBits == 0 {
		return 1 << e.RowBits
	}
	return max(1<<e.RowBits, 1<<e.CircuitBits+kzgExtra)
}

// String says how many are needed, and what for.
func (e Extent) String() string {
	if e.CircuitBits > 0 && e.powers() > 1<<e.RowBits {
		return fmt.Sprintf("keys for circuits of 2^%d rows need %d", e.CircuitBits, e.powers())
	}
	return fmt.Sprintf("rows of 2^%d cells need as many", e.RowBits)
}

// CircuitBits returns log2 of the rows of the longest circuit that PLONK's keys can be
// made for (KZG), or 0 if there are too few powers for any.
func (s *Setup) CircuitBits() int {
	if s.Kind == Transparent || len(s.G1) < 2+kzgExtra {
		return 0
	}
	return min(bits.Len(uint(len(s.G1)-kzgExtra))-1, MaxKZGLog)
}
