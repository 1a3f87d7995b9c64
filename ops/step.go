package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Step is one step of a run being executed.
type Step struct {
	Program *graph.Program
	Buffers *Buffers
	Rate    int64 // numerator n of the step's rate
	Index   int   // number of the step in its run, for messages
	node    int   // being executed
}

// Execute runs the nodes of the program in order on the buffers, the weight
// updates included. The input's and the label's cells must be in Small.
// Errors wrap fault.ErrOverflow; the weights are then of no use.
func Execute(s *Step) error {
	if err := s.checkRead(s.Program.Input); err != nil {
		return err
	}
	if err := s.checkRead(s.Program.Label); err != nil {
		return err
	}
	if t := s.Program.Attributes(); t != graph.None {
		if err := s.checkRead(t); err != nil {
			return err
		}
	}
	table := Table()
	for i := range s.Program.Nodes {
		n := &s.Program.Nodes[i]
		s.node = i
		if err := table[n.Kind].Forward(s, n); err != nil {
			return fmt.Errorf("step %d, %s %q: %w", s.Index, n.Kind, n.Name, err)
		}
	}
	return nil
}

// Predict runs the nodes up to the one that makes the prediction: the forward
// pass of a batch, with no label and no change to the weights.
func Predict(s *Step) error {
	if err := s.checkRead(s.Program.Input); err != nil {
		return err
	}
	table := Table()
	last := s.Program.Producers()[s.Program.Loss.Prediction]
	for i := range s.Program.Nodes[:last+1] {
		n := &s.Program.Nodes[i]
		s.node = i
		if err := table[n.Kind].Forward(s, n); err != nil {
			return fmt.Errorf("prediction, %s %q: %w", n.Kind, n.Name, err)
		}
	}
	return nil
}

// checkRead checks that cells from outside are in their format.
func (s *Step) checkRead(id graph.TensorID) error {
	t := s.Program.Tensor(id)
	for i, v := range s.small(id) {
		if !t.Format.Contains(int64(v)) {
			return fmt.Errorf("step %d: %w", s.Index, s.overflow(id, i, int64(v)))
		}
	}
	return nil
}

// small returns the cells of a small tensor.
func (s *Step) small(id graph.TensorID) []int32 { return s.Buffers.Small[id] }

// long returns the cells of an accumulator that fits 64 bits.
func (s *Step) long(id graph.TensorID) []int64 { return s.Buffers.Long[id] }

// store writes an integer to a cell of a small tensor, if its format holds it.
func (s *Step) store(id graph.TensorID, cell int, v int64) error {
	if !s.Program.Tensor(id).Format.Contains(v) {
		return s.overflow(id, cell, v)
	}
	s.Buffers.Small[id][cell] = int32(v)
	return nil
}

// overflow reports that cell of tensor id would be v. The step and the node
// are added where the error passes Execute.
func (s *Step) overflow(id graph.TensorID, cell int, v any) error {
	return s.unfit(id, cell, fmt.Sprintf("value %v is outside %v", v, s.Program.Tensor(id).Format))
}

// unfit reports what is wrong with a cell of tensor id.
func (s *Step) unfit(id graph.TensorID, cell int, reason string) error {
	t := s.Program.Tensor(id)
	sample := 0
	if units := t.Units(); t.Role.PerSample() {
		sample, cell = cell/units, cell%units
	}
	return s.advise(id, fmt.Errorf("tensor %q, sample %d, cell %d: %s: %w", t.Name, sample, cell, reason, fault.ErrOverflow))
}

// advise names the settings that give a tensor's format more room before the point: those
// of its fraction bits, which errors and activations may have alike.
func (s *Step) advise(id graph.TensorID, err error) error {
	p, fr := s.Program, s.Program.Fractions
	fraction := p.Tensor(id).Format.Fraction
	backward := s.node > p.Producers()[p.Loss.Logits]
	switch {
	case id == p.Input:
		return fault.Advise(err, "lower %s, or set %s", "formats.feature", "columns.normalise")
	case id == p.Label:
		return fault.Advise(err, "set %s", "columns.normalise_targets")
	case fraction == fr.Error && (backward || fraction != fr.Activation):
		return fault.Advise(err, "lower %s or %s, or set %s", "formats.error", "training.rate", "columns.normalise_targets")
	case fraction == fr.Activation:
		return fault.Advise(err, "lower %s or %s", "formats.activation", "training.rate")
	case fraction == fr.Feature:
		return fault.Advise(err, "lower %s, or set %s", "formats.feature", "columns.normalise")
	case fraction == fr.Label:
		return fault.Advise(err, "set %s", "columns.normalise_targets")
	}
	return fault.Advise(err, "lower the fraction bits: %s, %s or %s", "formats.feature", "formats.activation", "formats.error")
}
