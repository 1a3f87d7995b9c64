package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// Trace keeps the small tensors of the steps of a segment, as a proof commits
// them.
type Trace struct {
	// Cells holds, for every per-sample tensor of small integers, its cells
	// with the step axis in front, padded: [step][batch][units].
	Cells [][]int32
	// Lost is what the weights have lost at the end of the steps, unpadded, where
	// they decay.
	Lost  map[graph.TensorID][]int64
	steps relation.Axis
}

// NewTrace takes memory for the given number of steps of a program.
func NewTrace(p *graph.Program, steps int) *Trace {
	t := &Trace{Cells: make([][]int32, len(p.Tensors)), steps: relation.Axis{Name: "step", Size: steps}}
	held := Held(p)
	for i := range p.Tensors {
		if r := p.Tensors[i].Role; r.Small() && r.PerSample() && held[i] {
			t.Cells[i] = make([]int32, t.steps.Padded()*PaddedSize(p.Tensors[i].Axes))
		}
	}
	return t
}

// Record keeps the tensors of an executed step, 0 <= step < Steps of the
// trace.
func (t *Trace) Record(p *graph.Program, step int, b *Buffers) {
	for i, cells := range t.Cells {
		if cells == nil {
			continue
		}
		axes := p.Tensors[i].Axes
		size := PaddedSize(axes)
		padInto(cells[step*size:(step+1)*size], axes, b.Small[i])
	}
}

// Steps returns the number of steps that the trace holds.
func (t *Trace) Steps() int { return t.steps.Size }

// TraceOf returns a trace of the given number of steps over cells laid out as
// Trace.Cells says. The cells are shared.
func TraceOf(cells [][]int32, steps int) *Trace {
	return &Trace{Cells: cells, steps: relation.Axis{Name: "step", Size: steps}}
}
