package demo

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/train"
)

// Cheat is a way of not training as claimed.
type Cheat string

// The cheats.
const (
	NoCheat      Cheat = ""
	CheatRow     Cheat = "row"
	CheatStep    Cheat = "step"
	CheatInit    Cheat = "init"
	CheatRate    Cheat = "rate"
	CheatWeights Cheat = "weights"
)

// Cheats lists the cheats.
func Cheats() []Cheat { return []Cheat{CheatRow, CheatStep, CheatInit, CheatRate, CheatWeights} }

// Check returns fault.ErrUsage unless the cheat is one of them.
func (c Cheat) Check() error {
	if c != NoCheat && !slices.Contains(Cheats(), c) {
		return fmt.Errorf("no cheat %q, there are %q: %w", c, Cheats(), fault.ErrUsage)
	}
	return nil
}

// Deed says in plain words what the trainer does.
func (c Cheat) Deed() string {
	return map[Cheat]string{
		CheatRow:     fmt.Sprintf("in step %d it trains on a picture with another label than the committed row has", cheatStep),
		CheatStep:    fmt.Sprintf("it skips the update of step %d, and claims all %d", cheatStep, steps),
		CheatInit:    "it starts from weights of its own choice, and claims those of the public seed",
		CheatRate:    "it trains with twice the learning rate that it states",
		CheatWeights: "it trains as stated, and changes one weight of the finished model",
	}[c]
}

// Reason says why the verifier can tell.
func (c Cheat) Reason() string {
	return map[Cheat]string{
		CheatRow:     "the rows that a step reads are tied to the committed dataset through the public schedule; a row that is not the committed one breaks the proof of its segment",
		CheatStep:    "the weights after a segment are tied to the updates of all its steps; without one of them the sum does not come out",
		CheatInit:    "the certificate of the initial weights shows that the committed weights are those that the public seed gives; these are not",
		CheatRate:    "each update enters the sum with the stated rate; with another one the committed weights do not come out",
		CheatWeights: "the committed final weights are not the initial ones plus all updates: one cell is off, and the proof of the last segment fails",
	}[c]
}

// cheatStep is the step in which something goes wrong.
const cheatStep = 5

// execute is the dishonest trainer: it executes the run as the cheat wants it
// and returns what it will claim to be an honest execution.
func (c Cheat) execute(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
	p := r.Program
	weights := r.Initial
	if c == CheatInit {
		var err error
		if weights, err = network.Random(p, []byte("my favourite weights"), network.He); err != nil {
			return nil, err
		}
	}
	buffers, err := ops.NewBuffers(p, weights, tables)
	if err != nil {
		return nil, err
	}
	var traces []*train.Trace
	for i := range r.Segments() {
		steps := r.Range(i)
		t := &train.Trace{
			Segment: i, Range: steps, Rates: r.Rates[steps.First : steps.First+steps.Count],
			Recorded: ops.NewTrace(p, steps.Count), Before: current(p, buffers),
		}
		for k := range steps.Count {
			if err := c.step(r, buffers, steps.First+k); err != nil {
				return nil, err
			}
			t.Recorded.Record(p, k, buffers)
		}
		t.After = current(p, buffers)
		traces = append(traces, t)
	}
	if c == CheatWeights {
		last := p.OfRole(graph.Weight)[0]
		traces[len(traces)-1].After[last][0] += 1 << 20
	}
	return traces, nil
}

// step executes one step, or does not.
func (c Cheat) step(r *train.Run, b *ops.Buffers, step int) error {
	p := r.Program
	label := b.Small[p.Label]
	if err := r.Rows.Read(step, b.Small[p.Input], label, nil); err != nil {
		return err
	}
	n := r.Rates[step]
	before := current(p, b)
	switch {
	case c == CheatRow && step == cheatStep:
		width := p.Tensor(p.Label).Units()
		was := slices.Index(label[:width], 1)
		label[was], label[(was+1)%width] = 0, 1
	case c == CheatRate:
		n *= 2
	}
	if err := ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: n, Index: step}); err != nil {
		return err
	}
	if c == CheatStep && step == cheatStep {
		for _, id := range p.OfRole(graph.Weight) {
			if err := b.SetWeight(p, id, before[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// current returns a copy of the weights in the buffers.
func current(p *graph.Program, b *ops.Buffers) train.Weights {
	w := train.Weights{}
	for _, id := range append(p.OfRole(graph.Weight), p.OfRole(graph.Frozen)...) {
		w[id] = slices.Clone(b.Weight(id))
	}
	return w
}
