package graph

import (
	"fmt"
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/number"
)

// Decay is the optimizer's decoupled weight decay. After every so many steps each
// trained weight W becomes W − D,
//
//	D = ⌊N·W/2^Shift + 1/2⌋,
//
// whatever the rates are. Frozen weights do not decay.
type Decay struct {
	N     int64
	Shift int
	Every int // steps: those of a segment, of which the last one may have fewer
}

// MaxPeriod bounds Decay.Every.
const MaxPeriod = 1 << 16

// LossBits is the width of the integers that D is one of, as |W| < 2^62.
func (d *Decay) LossBits() int {
	return number.MaxWeightLog + 1 + bits.Len64(uint64(d.N)) - d.Shift
}

// String says what a weight loses; "" if it loses nothing.
func (d *Decay) String() string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("after every %d steps each trained weight loses %s of itself (%d/2^%d, rounded half up)", d.Every, number.Decimal(d.N, d.Shift), d.N, d.Shift)
}

// Check reports what is wrong with it, "" if nothing is.
func (d *Decay) Check() string {
	switch {
	case d == nil:
	case d.Shift < 1 || d.Shift > number.MaxShift || d.N < 1 || d.N > number.MaxNumerator || d.N >= 1<<d.Shift:
		return fmt.Sprintf("weights lose %d/2^%d of themselves, want less than 1, of at most 8 bits and 2^%d", d.N, d.Shift, number.MaxShift)
	case d.Every < 1 || d.Every > MaxPeriod:
		return fmt.Sprintf("weights decay every %d steps, want 1 to %d", d.Every, MaxPeriod)
	}
	return ""
}
