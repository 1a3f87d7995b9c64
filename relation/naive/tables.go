package naive

import (
	"fmt"
	"maps"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Tables holds a system with an assignment and remembers the tables computed
// so far. It is not safe for concurrent use.
type Tables struct {
	sys   *relation.System
	given relation.Assignment
	known map[relation.ID][]fr.Element
}

// New returns the tables of the system under the assignment. Requires a valid
// system; the assignment must not change while the tables are in use.
func New(sys *relation.System, a relation.Assignment) *Tables {
	return &Tables{sys: sys, given: a, known: map[relation.ID][]fr.Element{}}
}

// NewFields is New for tensors whose cells are any field elements: given holds
// the tables of committed tensors, counts included, and may replace others.
func NewFields(sys *relation.System, given map[relation.ID][]fr.Element) *Tables {
	return &Tables{sys: sys, known: maps.Clone(given)}
}

// Materialize returns the padded table of one tensor. To read several tensors
// of a system use Tables, which computes shared parents once.
func Materialize(sys *relation.System, a relation.Assignment, id relation.ID) ([]fr.Element, error) {
	return New(sys, a).Table(id)
}

// Table returns all padded cells of a tensor, row-major. Witness and External
// tensors are read from the assignment, but for table counts that it does not
// give, which are counted; Public and Virtual tensors are computed from their
// definition, whether or not the assignment carries them. Errors wrap
// fault.ErrMalformed where cells are missing. The result must not be changed.
func (t *Tables) Table(id relation.ID) ([]fr.Element, error) {
	if table, ok := t.known[id]; ok {
		return table, nil
	}
	table, err := t.compute(id)
	if err != nil {
		return nil, err
	}
	t.known[id] = table
	return table, nil
}

func (t *Tables) compute(id relation.ID) ([]fr.Element, error) {
	tensor := t.sys.Tensor(id)
	switch tensor.Kind {
	case relation.Public:
		return public(tensor)
	case relation.Virtual:
		return t.sum(tensor.Sum, tensor.Axes)
	}
	if !t.isGiven(id) {
		for k := range t.sys.Tables {
			if t.sys.Tables[k].Count == id {
				return t.counts(k)
			}
		}
		return nil, fmt.Errorf("tensor %q: no cells given: %w", tensor.Name, fault.ErrMalformed)
	}
	return t.read(id)
}

func (t *Tables) isGiven(id relation.ID) bool {
	return int(id) < len(t.given) && t.given[id].Len() > 0
}

// read returns the cells of the assignment as field elements.
func (t *Tables) read(id relation.ID) ([]fr.Element, error) {
	tensor := t.sys.Tensor(id)
	cells := t.given[id]
	if cells.Len() != tensor.Cells() {
		return nil, fmt.Errorf("tensor %q: %d cells given, has %d: %w", tensor.Name, cells.Len(), tensor.Cells(), fault.ErrMalformed)
	}
	table := make([]fr.Element, cells.Len())
	for i := range table {
		table[i] = cells.Element(i)
	}
	return table, nil
}

// public returns the cells of a public tensor. Entries of an axis map at the
// same place add up.
func public(tensor *relation.Tensor) ([]fr.Element, error) {
	table := make([]fr.Element, tensor.Cells())
	switch src := tensor.Source.(type) {
	case relation.Mask:
		for i := range src.Size {
			table[i].SetOne()
		}
	case relation.Index:
		for i := range table {
			table[i].SetInt64(src.Offset + int64(i))
		}
	case relation.Rectifier:
		for i := range table {
			table[i].SetInt64(rectify(i-len(table)/2, src.Gate))
		}
	case *relation.Values:
		for i, v := range src.Cells {
			table[i].SetInt64(v)
		}
	case *relation.Filter:
		return filter(src, tensor)
	case *relation.Selection:
		return selection(src, tensor)
	case *relation.AxisMap:
		return axisMap(src, tensor)
	case relation.Window:
		for i := range table {
			input := i % tensor.Axes[2].Padded()
			offset := i / tensor.Axes[2].Padded() % tensor.Axes[1].Padded()
			position := i / tensor.Axes[2].Padded() / tensor.Axes[1].Padded()
			if position < src.Positions && offset < src.Offsets && input < src.Size && input+src.Before == src.Stride*position+src.Dilation*offset {
				table[i].SetOne()
			}
		}
	default:
		return nil, fmt.Errorf("tensor %q: source %T: %w", tensor.Name, tensor.Source, fault.ErrUnsupported)
	}
	return table, nil
}

// rectify is max(v, 0), or [v > 0].
func rectify(v int, gate bool) int64 {
	switch {
	case v <= 0:
		return 0
	case gate:
		return 1
	}
	return int64(v)
}

// filter: Λ(t,s) on two axes, λ(s) = Λ(S,s) on one; see relation.Filter.
func filter(src *relation.Filter, tensor *relation.Tensor) ([]fr.Element, error) {
	steps := len(src.Rates)
	last := tensor.Axes[len(tensor.Axes)-1].Padded()
	if steps > last || steps > tensor.Axes[0].Padded() {
		return nil, fmt.Errorf("tensor %q: %d rates on %d cells: %w", tensor.Name, steps, last, fault.ErrMalformed)
	}
	table := make([]fr.Element, tensor.Cells())
	for s := range src.Rates {
		end, response := steps, src.Response
		if response == nil {
			response = []int64{1}
		} else {
			end = min(steps, (s/src.Restart+1)*src.Restart)
		}
		lost := int64(0) // to the gradient of step s, before step t
		for t := s; t <= steps; t++ {
			if len(tensor.Axes) == 2 && t < steps {
				table[t*last+s].SetInt64(lost)
			}
			if d := t - s; t < end && d < len(response) {
				lost += src.Rates[t] * response[d]
			}
		}
		if len(tensor.Axes) == 1 {
			table[s].SetInt64(lost)
		}
	}
	return table, nil
}

// selection: Sel(s,b,i) = [Rows[s·Batch+b] = i].
func selection(src *relation.Selection, tensor *relation.Tensor) ([]fr.Element, error) {
	batch, rows := tensor.Axes[1].Padded(), tensor.Axes[2].Padded()
	if src.Batch < 1 {
		return nil, fmt.Errorf("tensor %q: batch %d: %w", tensor.Name, src.Batch, fault.ErrMalformed)
	}
	table := make([]fr.Element, tensor.Cells())
	for slot, row := range src.Rows {
		if row == -1 {
			continue
		}
		s, b := slot/src.Batch, slot%src.Batch
		if s >= tensor.Axes[0].Padded() || b >= batch || row < 0 || int(row) >= rows {
			return nil, fmt.Errorf("tensor %q: slot %d reads row %d: %w", tensor.Name, slot, row, fault.ErrMalformed)
		}
		table[(s*batch+b)*rows+int(row)].SetOne()
	}
	return table, nil
}

// axisMap: M(Out[e], In[e]) += Value[e].
func axisMap(src *relation.AxisMap, tensor *relation.Tensor) ([]fr.Element, error) {
	outputs, inputs := tensor.Axes[0].Padded(), tensor.Axes[1].Padded()
	if len(src.Out) != len(src.Value) || len(src.In) != len(src.Value) {
		return nil, fmt.Errorf("tensor %q: %d outputs, %d inputs, %d values: %w", tensor.Name, len(src.Out), len(src.In), len(src.Value), fault.ErrMalformed)
	}
	table := make([]fr.Element, tensor.Cells())
	for e, v := range src.Value {
		o, i := int(src.Out[e]), int(src.In[e])
		if o < 0 || o >= outputs || i < 0 || i >= inputs {
			return nil, fmt.Errorf("tensor %q: entry %d at (%d,%d): %w", tensor.Name, e, o, i, fault.ErrMalformed)
		}
		value := relation.Int(v)
		table[o*inputs+i].Add(&table[o*inputs+i], &value)
	}
	return table, nil
}
