package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// Trace is what the proof of one segment commits and reads.
type Trace struct {
	Segment int
	Range   StepRange
	Rates   []int64 // n_s of the segment's steps
	// Recorded holds every per-sample tensor of small integers, with the step
	// axis in front, padded.
	Recorded      *ops.Trace
	Before, After Weights // at both ends, frozen ones included, unpadded
}

// Trace executes one segment again from its checkpoint and returns what a
// proof needs; memory is that of one segment. If the next checkpoint is
// there, the weights must agree with it: fault.ErrMalformed says that they do
// not. Other errors are those of Train.
func (t *Trainer) Trace(ctx context.Context, checkpoints *Checkpoints, segment int) (*Trace, error) {
	if segment < 0 || segment >= t.run.Segments() {
		return nil, fmt.Errorf("segment %d of %d: %w", segment, t.run.Segments(), fault.ErrUsage)
	}
	before, err := checkpoints.Load(segment)
	if err != nil {
		return nil, err
	}
	trace, err := t.TraceFrom(ctx, segment, before)
	if err != nil {
		return nil, err
	}
	return trace, t.compare(checkpoints, segment+1, trace.After)
}

// TraceFrom is Trace of a segment before which weights, frozen ones included, are as given:
// for machines that have no checkpoints. What is compared with what comes after is the
// caller's business. Requires 0 <= segment < Segments().
func (t *Trainer) TraceFrom(ctx context.Context, segment int, before Weights) (*Trace, error) {
	if err := t.set(before); err != nil {
		return nil, err
	}
	steps := t.run.Range(segment)
	recorded := ops.NewTrace(t.run.Program, steps.Count)
	if err := t.segment(ctx, segment, recorded, nil); err != nil {
		return nil, err
	}
	after := t.weights().Clone()
	rates := t.run.Rates[steps.First : steps.First+steps.Count]
	return &Trace{Segment: segment, Range: steps, Rates: rates, Recorded: recorded, Before: before, After: after}, nil
}

// compare checks weights against a checkpoint, if that is there.
func (t *Trainer) compare(checkpoints *Checkpoints, i int, w Weights) error {
	if _, err := os.Stat(checkpoints.Path(i)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	kept, err := checkpoints.Load(i)
	if err != nil {
		return err
	}
	for _, id := range t.run.Program.OfRole(graph.Weight) {
		if !slices.Equal(kept[id], w[id]) {
			return fmt.Errorf("checkpoint %s is not what its segment computes: weight %q differs: %w",
				checkpoints.Path(i), t.run.Program.Tensor(id).Name, fault.ErrMalformed)
		}
	}
	return nil
}
