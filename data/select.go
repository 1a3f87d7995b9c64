package data

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Select returns the given rows, which must ascend, in memory shared with d if
// they are neighbours; nil means all. Errors wrap fault.ErrInput.
func (d *Dataset) Select(rows []int) (*Dataset, error) {
	if rows == nil {
		return d, nil
	}
	for i, row := range rows {
		if row < 0 || row >= d.Rows {
			return nil, fmt.Errorf("there is no row %d: rows are numbered from 0 to %d: %w", row, d.Rows-1, fault.ErrInput)
		}
		if i > 0 && row <= rows[i-1] {
			return nil, fmt.Errorf("row %d after row %d is out of order: %w", row, rows[i-1], fault.ErrInput)
		}
	}
	if n := len(rows); n > 0 && rows[n-1]-rows[0] == n-1 {
		return d.Slice(rows[0], rows[0]+n)
	}
	return d.pick(rows), nil
}

// pick returns the given rows in new memory.
func (d *Dataset) pick(rows []int) *Dataset {
	out := *d
	out.Rows = len(rows)
	out.Features, out.Labels.Class, out.Labels.Values = nil, nil, nil
	out.Attributes = slices.Clone(d.Attributes)
	for k := range out.Attributes {
		out.Attributes[k].Codes = nil
	}
	out.Filled = d.filledWithin(func(row int) (int, bool) { return slices.BinarySearch(rows, row) })
	for _, row := range rows {
		out.Features = append(out.Features, d.Row(row)...)
		switch d.Labels.Kind {
		case OneHot:
			out.Labels.Class = append(out.Labels.Class, d.Labels.Class[row])
		case Values:
			n := d.Labels.Targets
			out.Labels.Values = append(out.Labels.Values, d.Labels.Values[row*n:(row+1)*n]...)
		}
		for k := range out.Attributes {
			out.Attributes[k].Codes = append(out.Attributes[k].Codes, d.Attributes[k].Codes[row])
		}
	}
	return &out
}
