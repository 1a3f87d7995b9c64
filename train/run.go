package train

import (
	"crypto/sha256"
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// Run is what is trained: a program, the rates of all steps, rows and initial
// weights.
type Run struct {
	Program *graph.Program
	// Rates are the numerators n_s of the rates n_s/2^k, one per step.
	Rates []int64
	// Segment is the number of steps S of a segment.
	Segment int
	// Initial are the weights before the first step, frozen ones included.
	Initial Weights
	// Rows are the dataset rows of every step.
	Rows Rows
	// Data identifies the rows for Digest: two runs with other rows or
	// another order must differ in it.
	Data [sha256.Size]byte
}

// Rows gives the dataset rows of a run. Trainers that run at once share them.
type Rows interface {
	// Read writes the features and labels of the rows of a step, row by row,
	// to input and label, which have B·units cells each, and their attributes
	// unless attributes is nil.
	Read(step int, input, label, attributes []int32) error
}

// StepRange is the steps First … First+Count−1 of a run.
type StepRange struct{ First, Count int }

// Steps returns the number of steps, T_run.
func (r *Run) Steps() int { return len(r.Rates) }

// Segments returns the number of segments, ⌈T_run/S⌉.
func (r *Run) Segments() int { return (r.Steps() + r.Segment - 1) / r.Segment }

// Range returns the steps of a segment. Requires 0 <= segment < Segments().
func (r *Run) Range(segment int) StepRange {
	first := segment * r.Segment
	return StepRange{First: first, Count: min(r.Segment, r.Steps()-first)}
}

// border returns the first step of a segment, or T_run after the last one.
func (r *Run) border(segment int) int { return min(segment*r.Segment, r.Steps()) }

// ConstantRate returns the rates of a run of the given number of steps.
func ConstantRate(rate number.Rate, steps int) []int64 {
	rates := make([]int64, steps)
	for i := range rates {
		rates[i] = int64(rate.N)
	}
	return rates
}

// Check reports whether the run makes sense. Requires a valid program.
// Errors wrap fault.ErrUsage or those of Weights.Check.
func (r *Run) Check() error {
	if r.Steps() < 1 || r.Segment < 1 {
		return fmt.Errorf("run of %d steps in segments of %d: %w", r.Steps(), r.Segment, fault.ErrUsage)
	}
	if m := r.Program.Optimizer.Momentum; m != nil && r.Segments() > 1 && r.Segment%m.Restart != 0 {
		return fault.Advise(fmt.Errorf("segments of %d steps, a momentum restarted every %d, which must be a divisor: %w", r.Segment, m.Restart, fault.ErrUsage),
			"change %s or %s", "training.segment_steps", "training.momentum_restart")
	}
	if d := r.Program.Optimizer.Decay; d != nil && r.Segment != d.Every {
		return fault.Advise(fmt.Errorf("segments of %d steps, weights that decay every %d: %w", r.Segment, d.Every, fault.ErrUsage), "change %s", "training.segment_steps")
	}
	for s, n := range r.Rates {
		if n < 1 || n > number.MaxNumerator {
			return fmt.Errorf("step %d: rate numerator %d, want 1 to %d: %w", s, n, number.MaxNumerator, fault.ErrUsage)
		}
		if r.Program.Optimizer.Kind == graph.ConstantSGD && n != r.Rates[0] {
			return fmt.Errorf("step %d: rate numerator %d, but %q has one rate, %d: %w", s, n, graph.ConstantSGD, r.Rates[0], fault.ErrUsage)
		}
	}
	if r.Rows == nil {
		return fmt.Errorf("run without rows: %w", fault.ErrUsage)
	}
	if err := r.Initial.Check(r.Program); err != nil {
		return fmt.Errorf("initial weights: %w", err)
	}
	return nil
}

// Digest identifies everything that decides the weights of a run: program,
// rates, segments, initial weights and Data. Checkpoints carry it.
func (r *Run) Digest() [sha256.Size]byte {
	program, initial := r.Program.Fingerprint(), r.Initial.Digest(r.Program)
	h := encode.NewHash("zkaudit/train/run/v2")
	h.Fixed(program[:])
	h.Fixed(initial[:])
	h.Fixed(r.Data[:])
	h.Int(r.Segment)
	h.Ints(r.Rates)
	return h.Sum()
}
