package segment

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Cells are what an assignment needs besides the trace.
type Cells struct {
	// Features, Labels and Attributes are the padded cells of every part; Attributes
	// are not read where the program reads none.
	Features, Labels, Attributes []relation.Cells
	// Before and After are the unpadded cells of the weights, by tensor of
	// the program; After is not read for frozen weights.
	Before, After map[graph.TensorID][]int64
}

// Assign gives the tensors of the system their cells: the executed steps of
// the trace, the dataset and the weights. Slices are shared with the trace.
// It fails with fault.ErrMalformed if something does not have the system's
// shape; it does not check the relations.
func (s *Relations) Assign(trace *ops.Trace, cells Cells) (relation.Assignment, error) {
	a := relation.NewAssignment(s.Relation)
	if trace.Steps() != s.Shape.Steps || len(trace.Cells) != len(s.Tensors) {
		return nil, fmt.Errorf("assignment: trace of %d steps and %d tensors for a segment of %d and %d: %w",
			trace.Steps(), len(trace.Cells), s.Shape.Steps, len(s.Tensors), fault.ErrMalformed)
	}
	for i, id := range s.Tensors {
		if id != relation.None && trace.Cells[i] != nil {
			a[id] = relation.Cells{Small: trace.Cells[i]}
		}
	}
	if len(cells.Features) != len(s.Parts) || len(cells.Labels) != len(s.Parts) {
		return nil, fmt.Errorf("assignment: %d parts, want %d: %w", len(cells.Features), len(s.Parts), fault.ErrMalformed)
	}
	for i, part := range s.Parts {
		a[part.Features], a[part.Labels] = cells.Features[i], cells.Labels[i]
		if part.Attributes == relation.None {
			continue
		}
		if len(cells.Attributes) != len(s.Parts) {
			return nil, fmt.Errorf("assignment: attributes of %d parts, want %d: %w", len(cells.Attributes), len(s.Parts), fault.ErrMalformed)
		}
		a[part.Attributes] = cells.Attributes[i]
	}
	for _, w := range s.Weights {
		if err := s.assignWeight(a, w, cells); err != nil {
			return nil, err
		}
		if len(w.Decayed.Lost) == 0 {
			continue
		}
		t, after, lost := s.Program.Tensor(w.Tensor), cells.After[w.Tensor], trace.Lost[w.Tensor]
		if len(lost) != len(after) {
			return nil, fmt.Errorf("assignment: %d cells that weight %q of %d has lost: %w", len(lost), t.Name, len(after), fault.ErrMalformed)
		}
		w.Decayed.Assign(a, s.Program.Optimizer.Decay, t.Axes, after, lost)
	}
	for i := range a {
		t := s.Relation.Tensor(relation.ID(i))
		if n := a[i].Len(); n != 0 && n != t.Cells() || n == 0 && t.Kind == relation.External {
			return nil, fmt.Errorf("assignment: %d cells for tensor %q of %d: %w", n, t.Name, t.Cells(), fault.ErrMalformed)
		}
	}
	return a, nil
}

func (s *Relations) assignWeight(a relation.Assignment, w WeightTensors, cells Cells) error {
	t := s.Program.Tensor(w.Tensor)
	for _, side := range []struct {
		id   relation.ID
		from map[graph.TensorID][]int64
	}{{w.Before, cells.Before}, {w.After, cells.After}} {
		if side.id == w.Before && a[side.id].Len() > 0 {
			continue // frozen: the same tensor twice
		}
		given := side.from[w.Tensor]
		if len(given) != t.Size() {
			return fmt.Errorf("assignment: %d cells for weight %q of %d: %w", len(given), t.Name, t.Size(), fault.ErrMalformed)
		}
		a[side.id] = relation.Cells{Large: ops.Pad(t.Axes, given)}
	}
	return nil
}
