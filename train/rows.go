package train

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// ScheduledRows reads the rows of dataset parts in the order of a schedule. It is
// safe for concurrent use.
type ScheduledRows struct {
	schedule *schedule.Schedule
	parts    []*data.Dataset
}

// NewScheduledRows returns the rows for a program. Errors wrap
// fault.ErrInput where a part does not fit the program or the schedule: other
// widths, formats, kinds of labels or numbers of rows.
func NewScheduledRows(p *graph.Program, s *schedule.Schedule, parts ...*data.Dataset) (*ScheduledRows, error) {
	spec := s.Spec()
	if spec.Batch != p.Batch || len(spec.Parts) != len(parts) {
		return nil, fmt.Errorf("schedule of %d parts with batches of %d, given %d parts and a program of batch %d: %w",
			len(spec.Parts), spec.Batch, len(parts), p.Batch, fault.ErrInput)
	}
	for i, part := range parts {
		if part.Rows != spec.Parts[i] {
			return nil, fmt.Errorf("part %d has %d rows, the schedule says %d: %w", i, part.Rows, spec.Parts[i], fault.ErrInput)
		}
		if err := Fits(p, part); err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		if t := p.Attributes(); t != graph.None && len(part.Attributes) != p.Tensor(t).Units() {
			return nil, fmt.Errorf("part %d has %d attributes, the program reads one of %d: %w", i, len(part.Attributes), p.Tensor(t).Units(), fault.ErrInput)
		}
	}
	return &ScheduledRows{schedule: s, parts: parts}, nil
}

// Read implements Rows.
func (r *ScheduledRows) Read(step int, input, label, attributes []int32) error {
	refs := make([]schedule.Ref, r.schedule.Batch())
	if err := r.schedule.Rows(step, refs); err != nil {
		return err
	}
	for slot, ref := range refs {
		part, row := r.parts[ref.Part], int(ref.Row)
		CopyRow(part, row, slot, input, label)
		if attributes != nil {
			width := len(part.Attributes)
			for k := range part.Attributes {
				attributes[slot*width+k] = part.Attributes[k].Codes[row]
			}
		}
	}
	return nil
}

// CopyRow writes a dataset row to a slot of a batch.
func CopyRow(d *data.Dataset, row, slot int, input, label []int32) {
	copy(input[slot*d.Width:(slot+1)*d.Width], d.Row(row))
	width := d.Labels.Width()
	cells := label[slot*width : (slot+1)*width]
	if d.Labels.Kind == data.OneHot {
		clear(cells)
		cells[d.Labels.Class[row]] = 1
		return
	}
	copy(cells, d.Labels.Values[row*width:])
}

// Fits returns fault.ErrInput, naming what differs, unless the rows of a
// dataset can be the input and labels of a program.
func Fits(p *graph.Program, d *data.Dataset) error {
	input, label := p.Tensor(p.Input), p.Tensor(p.Label)
	want := data.Values
	if p.Loss.Labels == graph.OneHot || p.Loss.Labels == graph.Bits && d.Labels.Kind == data.OneHot {
		want = data.OneHot
	}
	switch {
	case d.Width != input.Units():
		return fmt.Errorf("%d features, the model takes %d: %w", d.Width, input.Units(), fault.ErrInput)
	case d.FractionBits != input.Format.Fraction:
		return fmt.Errorf("features have %d fraction bits, the model takes %d: %w", d.FractionBits, input.Format.Fraction, fault.ErrInput)
	case d.Labels.Kind != want:
		return fmt.Errorf("labels are %s, and the loss %s takes them as %s: %w", d.Labels.Kind, p.Loss.Kind, p.Loss.Labels, fault.ErrInput)
	case d.Labels.Width() != label.Units():
		return fmt.Errorf("%s, the model has %d outputs: %w", d.Labels.Describe(), label.Units(), fault.ErrInput)
	case want == data.Values && d.Labels.FractionBits != label.Format.Fraction:
		return fmt.Errorf("labels have %d fraction bits, the model takes %d: %w", d.Labels.FractionBits, label.Format.Fraction, fault.ErrInput)
	}
	if rows := ops.IndexRows(p); rows > 0 {
		for i, v := range d.Features {
			if v < 0 || int(v) >= rows {
				return fmt.Errorf("row %d, feature %d: %d is no index into a table of %d rows: %w", i/d.Width, i%d.Width, v, rows, fault.ErrInput)
			}
		}
	}
	if classes := ops.SequenceClasses(p); classes > 0 {
		for i, v := range d.Labels.Values {
			if v < -1 || int(v) >= classes {
				return fmt.Errorf("row %d, label %d: %d is none of %d classes, and not -1: %w", i/label.Units(), i%label.Units(), v, classes, fault.ErrInput)
			}
		}
	}
	if p.Loss.Labels == graph.Bits && want == data.Values {
		for i, v := range d.Labels.Values {
			if v != 0 && v != 1 {
				return fmt.Errorf("row %d: label %d is not a bit: %w", i/label.Units(), v, fault.ErrInput)
			}
		}
	}
	return nil
}
