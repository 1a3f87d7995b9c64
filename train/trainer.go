package train

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// Trainer executes one run. It is not safe for concurrent use.
type Trainer struct {
	run     *Run
	tables  *ops.Tables
	buffers *ops.Buffers
}

// New prepares a run. Errors are those of ops.Validate, Run.Check and
// ops.NewBuffers.
func New(run *Run, tables *ops.Tables) (*Trainer, error) {
	if err := ops.Validate(run.Program); err != nil {
		return nil, err
	}
	if err := run.Check(); err != nil {
		return nil, err
	}
	buffers, err := ops.NewBuffers(run.Program, run.Initial, tables)
	if err != nil {
		return nil, err
	}
	return &Trainer{run: run, tables: tables, buffers: buffers}, nil
}

// Progress is the state of a run after a step.
type Progress struct {
	Step    int // steps done
	Steps   int // of the run
	Segment int // segment of the last step
	Batch   Metrics
}

// Train executes the run from the last checkpoint on and returns the final
// weights. A checkpoint is written before the first step and after every
// segment; what a call leaves behind when it is cancelled or dies, the next
// one continues, with the same result as without interruption. A damaged
// checkpoint is an error: delete the file to have its segment trained again.
//
// progress may be nil; it is called after every step. Errors wrap
// fault.ErrOverflow (a value outside its format; the step, the tensor and the
// remedy are named), those of the rows and the checkpoints, and ctx's.
func (t *Trainer) Train(ctx context.Context, checkpoints *Checkpoints, progress func(Progress)) (Weights, error) {
	first, err := checkpoints.Last()
	if err != nil {
		return nil, err
	}
	weights := t.run.Initial
	if first < 0 {
		if err := checkpoints.Save(0, weights); err != nil {
			return nil, err
		}
		first = 0
	} else if weights, err = checkpoints.Load(first); err != nil {
		return nil, err
	}
	if err := t.set(weights); err != nil {
		return nil, err
	}
	for segment := first; segment < t.run.Segments(); segment++ {
		if err := t.segment(ctx, segment, nil, progress); err != nil {
			return nil, err
		}
		if err := checkpoints.Save(segment+1, t.weights()); err != nil {
			return nil, err
		}
	}
	return t.weights().Clone(), nil
}

// Rehearse executes the run from its beginning, keeps nothing, and returns the final
// weights. Errors are those of Train.
func (t *Trainer) Rehearse(ctx context.Context, progress func(Progress)) (Weights, error) {
	if err := t.set(t.run.Initial); err != nil {
		return nil, err
	}
	for segment := range t.run.Segments() {
		if err := t.segment(ctx, segment, nil, progress); err != nil {
			return nil, err
		}
	}
	return t.weights().Clone(), nil
}

// segment executes the steps of a segment on the weights in the buffers, and the
// decay after them, and records them if trace is not nil.
func (t *Trainer) segment(ctx context.Context, segment int, trace *ops.Trace, progress func(Progress)) error {
	p, steps := t.run.Program, t.run.Range(segment)
	for i := range steps.Count {
		step := steps.First + i
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("before step %d: %w", step, err)
		}
		if err := t.run.Rows.Read(step, t.cells(p.Input), t.cells(p.Label), t.buffers.Attributes(p)); err != nil {
			return fmt.Errorf("rows of step %d: %w", step, err)
		}
		if err := ops.Execute(&ops.Step{Program: p, Buffers: t.buffers, Rate: t.run.Rates[step], Index: step}); err != nil {
			return err
		}
		if trace != nil {
			trace.Record(p, i, t.buffers)
		}
		if progress != nil {
			var m meter
			m.add(p, t.cells, p.Batch)
			progress(Progress{Step: step + 1, Steps: t.run.Steps(), Segment: segment, Batch: m.metrics()})
		}
	}
	if ops.Decays(p, steps.Count) {
		if lost := t.buffers.Decay(p); trace != nil {
			trace.Lost = lost
		}
	}
	return nil
}

func (t *Trainer) cells(id graph.TensorID) []int32 { return t.buffers.Small[id] }

// set loads weights into the buffers.
func (t *Trainer) set(w Weights) error {
	for _, id := range network.WeightTensors(t.run.Program) {
		if err := t.buffers.SetWeight(t.run.Program, id, w[id]); err != nil {
			return err
		}
	}
	return nil
}

// weights returns the weights in the buffers, without copying them.
func (t *Trainer) weights() Weights {
	w := Weights{}
	for _, id := range network.WeightTensors(t.run.Program) {
		w[id] = t.buffers.Weight(id)
	}
	return w
}
