package run

import (
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
)

// shippedRows are the rows of a shipment in the order of its schedule: what
// train.ScheduledRows is for those who have datasets. It is safe for concurrent use.
type shippedRows struct {
	schedule *schedule.Schedule
	parts    []shippedPart
	widths   [][]int // of the tensors, by part
}

func newShippedRows(s *bundle.Statement, parts []shippedPart) (*shippedRows, error) {
	order, err := schedule.New(s.Schedule)
	if err != nil {
		return nil, err
	}
	r := &shippedRows{schedule: order, parts: parts}
	for i := range parts {
		r.widths = append(r.widths, widths(s, i))
	}
	return r, nil
}

// Read implements train.Rows.
func (r *shippedRows) Read(step int, input, label, attributes []int32) error {
	refs := make([]schedule.Ref, r.schedule.Batch())
	if err := r.schedule.Rows(step, refs); err != nil {
		return err
	}
	for slot, ref := range refs {
		for k, into := range [][]int32{input, label, attributes} {
			if into == nil {
				continue
			}
			width := r.widths[ref.Part][k]
			copy(into[slot*width:(slot+1)*width], r.parts[ref.Part].cells[k][int(ref.Row)*width:])
		}
	}
	return nil
}
