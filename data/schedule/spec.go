package schedule

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Limits of a specification.
const (
	maxParts = 1 << 12
	MaxSteps = 1 << 31
	MaxSeed  = 256 // bytes

	// A shuffled epoch costs time by all rows, whoever reads them: of more than
	// freeRows rows it reads one in maxUnread at least. With N' rows read, S·B
	// slots cost at most 16·S·B + 2·N swaps.
	maxUnread = 16
	freeRows  = 1 << 12
)

// Parts holds the number of rows of each part of a dataset.
type Parts []int

// Rows returns the number of rows of all parts.
func (p Parts) Rows() int {
	total := 0
	for _, rows := range p {
		total += rows
	}
	return total
}

// Order is the order of rows within an epoch.
type Order uint8

const (
	// Committed is the order of the committed rows, the same in every epoch.
	Committed Order = iota
	// Shuffled is a fresh permutation per epoch from the public seed.
	Shuffled
)

// String returns "committed" or "shuffled".
func (o Order) String() string { return name(int(o), "committed", "shuffled") }

// Tail is what happens to the rows left when the batch size does not divide
// the rows of an epoch.
type Tail uint8

const (
	// Drop leaves the tail of each epoch unread.
	Drop Tail = iota
	// Wrap completes the batch with the first rows of the next epoch.
	Wrap
)

// String returns "drop" or "wrap".
func (t Tail) String() string { return name(int(t), "drop", "wrap") }

func name(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown (%d)", i)
}

// Spec is the public description of a schedule; AppendBinary encodes it for a
// statement.
type Spec struct {
	Parts Parts
	Batch int // rows per step, B
	Steps int // steps of the run, T_run
	Order Order
	Tail  Tail
	// Seed and Commitments (one digest per part) key the shuffle. Both are empty
	// in the committed order, so that a schedule has one description.
	Seed        string
	Commitments [][32]byte
	// Without are rows that no step reads: in order, with a row between any two
	// ranges of a part (see Merge). All other rows keep their order.
	Without []Range
}

// EpochRows returns the number of rows that an epoch reads, N' = N − |Without|.
func (s Spec) EpochRows() int { return s.Parts.Rows() - Rows(s.Without) }

// Check returns fault.ErrUsage, naming the field, unless s describes a
// schedule.
func (s Spec) Check() error {
	if err := s.Parts.check(); err != nil {
		return err
	}
	if err := s.checkWithout(); err != nil {
		return err
	}
	rows := s.EpochRows()
	switch {
	case s.Batch < 1:
		return usage("batch size %d, want at least 1", s.Batch)
	case s.Batch > rows:
		return usage("%d rows are fewer than a batch of %d", rows, s.Batch)
	case s.Steps < 1 || int64(s.Steps) > MaxSteps:
		return usage("%d steps, want 1 to %d", s.Steps, int64(MaxSteps))
	case s.Tail > Wrap:
		return usage("epoch tail %v", s.Tail)
	}
	switch s.Order {
	case Committed:
		if s.Seed != "" || len(s.Commitments) != 0 {
			return usage("a seed or commitments with the committed order, which reads neither")
		}
	case Shuffled:
		if s.Seed == "" || len(s.Seed) > MaxSeed {
			return usage("a seed of %d bytes, want 1 to %d", len(s.Seed), MaxSeed)
		}
		if all := s.Parts.Rows(); all > freeRows && all/maxUnread > rows {
			return usage("an epoch reads %d of %d rows, and their order is drawn for all: want at least one in %d; commit those that are read as a part of its own", rows, all, maxUnread)
		}
		if len(s.Commitments) != len(s.Parts) {
			return usage("%d commitments for %d parts", len(s.Commitments), len(s.Parts))
		}
	default:
		return usage("order %v", s.Order)
	}
	return nil
}

func (p Parts) check() error {
	if len(p) < 1 || len(p) > maxParts {
		return usage("%d parts, want 1 to %d", len(p), maxParts)
	}
	total := int64(0)
	for i, rows := range p {
		if rows < 1 || int64(rows) > math.MaxInt32 {
			return usage("part %d has %d rows, want 1 to %d", i, rows, math.MaxInt32)
		}
		if total += int64(rows); total > math.MaxInt32 {
			return usage("parts have more than %d rows together", math.MaxInt32)
		}
	}
	return nil
}

func usage(format string, args ...any) error {
	return fmt.Errorf("schedule: %s: %w", fmt.Sprintf(format, args...), fault.ErrUsage)
}

// StepsFor returns the steps that read the given number of epochs: with Drop,
// epochs·⌊N'/B⌋; with Wrap, ⌈epochs·N'/B⌉, whose last batch may begin another
// epoch. Steps is not read.
// Requires epochs >= 1, 1 <= Batch <= N' = EpochRows(), and a result below 2^63.
func (s Spec) StepsFor(epochs int) int {
	rows := s.EpochRows()
	if s.Tail == Drop {
		return epochs * (rows / s.Batch)
	}
	return (epochs*rows + s.Batch - 1) / s.Batch
}
