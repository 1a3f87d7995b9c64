package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
)

// Step is one step of a run at work.
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
	t := s.Program.Tensor(id)
	sample := 0
	if units := t.Units(); units > 0 {
		sample, cell = cell/units, cell%units
	}
	return fmt.Errorf("tensor %q, sample %d, cell %d: value %v is outside %v (%s): %w",
		t.Name, sample, cell, v, t.Format, s.remedy(t.Format), fault.ErrOverflow)
}

// remedy names the setting that gives a format more room before the point.
func (s *Step) remedy(f number.Format) string {
	fr := s.Program.Fractions
	switch f.Fraction {
	case fr.Activation:
		return "lower --fraction-activations"
	case fr.Error:
		return "lower --fraction-errors"
	case fr.Feature:
		return "lower --fraction-features, or scale the features"
	case fr.Label:
		return "lower --fraction-labels, or scale the labels"
	}
	return "lower the number of fraction bits"
}
