package data

import (
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// integers turns the sheet into integers. The encoding's columns are found by
// name if the sheet has a header, by index otherwise.
func (s *sheet) integers(encoding *Encoding) (*Dataset, error) {
	width, err := s.fits(encoding)
	if err != nil {
		return nil, err
	}
	d := &Dataset{
		Features:     make([]int32, s.rows()*width),
		Rows:         s.rows(),
		Width:        width,
		Shape:        []int{width},
		FractionBits: encoding.FractionBits,
		Source:       Source{Format: s.format, Files: []File{s.file}, Encoding: encoding},
	}
	first := 0
	for _, column := range encoding.Features {
		if err := encodeFeature(s, column, d, first); err != nil {
			return nil, err
		}
		first += column.Width()
	}
	if err := encodeLabels(s, encoding, d); err != nil {
		return nil, err
	}
	if err := encodeAttributes(s, encoding, d); err != nil {
		return nil, err
	}
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return d, nil
}

// maxNames bounds the bytes of feature names: a category repeats its column's.
const maxNames = 64 << 20

// fits returns the features of a row. It fails with fault.ErrResources, before
// memory is taken, for more cells or longer names than a dataset has: an
// encoding may come from a stranger, and name one column many times.
func (s *sheet) fits(encoding *Encoding) (width int, err error) {
	names := 0
	for _, column := range encoding.Features {
		width += column.Width()
		names += len(column.Name) * column.Width()
		for _, category := range column.Categories {
			names += len(category)
		}
	}
	if cells := width + len(encoding.Targets) + len(encoding.Attributes); s.rows() > maxCells/cells {
		return 0, fmt.Errorf("%s: %d rows of %d features, %d targets and %d attributes, at most %d cells: split the table into parts, which are committed one by one: %w",
			s.name, s.rows(), width, len(encoding.Targets), len(encoding.Attributes), maxCells, fault.ErrResources)
	}
	if names > maxNames {
		return 0, fmt.Errorf("%s: names of features have %d bytes, at most %d: give its columns shorter names: %w", s.name, names, maxNames, fault.ErrResources)
	}
	return width, nil
}

// encodeFeature fills the features first … first+width−1 of every row.
func encodeFeature(s *sheet, column Column, d *Dataset, first int) error {
	at, err := s.locate(column)
	if err != nil {
		return err
	}
	encoder, err := newEncoder(column)
	if err != nil {
		return err
	}
	if column.Categories == nil {
		d.FeatureNames = append(d.FeatureNames, column.Name)
	}
	for _, category := range column.Categories {
		d.FeatureNames = append(d.FeatureNames, column.Name+"="+category)
	}
	var filled []int
	for row := range s.rows() {
		cell := s.cell(row, at)
		if column.Fill != "" && classify(cell) == cellMissing {
			filled = append(filled, row)
		}
		target := d.Features[row*d.Width+first:]
		if column.Categories != nil {
			category, err := encoder.category(cell)
			if err != nil {
				return s.cellError(row, at, fault.Advise(err, "correct the cell, leave out its row, or choose columns by %s", "columns.features"))
			}
			target[category] = 1 << d.FractionBits
			continue
		}
		if target[0], err = encoder.number(cell, d.FractionBits); err != nil && column.Rows > 0 {
			return s.cellError(row, at, fault.Advise(err, "correct the cell, or choose columns by %s", "columns.features"))
		} else if err != nil {
			return s.cellError(row, at, overflowHint(err, d.FractionBits, "columns.normalise", "formats.feature"))
		}
	}
	if column.Fill != "" {
		d.Filled = append(d.Filled, FilledColumn{Column: column.Name, Rows: filled})
	}
	return nil
}

// encodeLabels fills d.Labels from the target columns.
func encodeLabels(s *sheet, encoding *Encoding, d *Dataset) error {
	if len(encoding.Targets) == 0 {
		return nil
	}
	labels := &d.Labels
	if classes := encoding.Classes(); classes != nil {
		*labels = Labels{Kind: OneHot, Classes: classes, Class: make([]int32, d.Rows)}
	} else {
		n := len(encoding.Targets)
		*labels = Labels{Kind: Values, Targets: n, Values: make([]int32, d.Rows*n), FractionBits: encoding.TargetFractionBits}
	}
	for i, column := range encoding.Targets {
		at, err := s.locate(column)
		if err != nil {
			return err
		}
		encoder, err := newEncoder(column)
		if err != nil {
			return err
		}
		if encoder.target = true; labels.Kind == Values {
			labels.TargetNames = append(labels.TargetNames, column.Name)
		}
		for row := range s.rows() {
			cell := s.cell(row, at)
			if labels.Kind == OneHot {
				class, err := encoder.category(cell)
				if err != nil {
					return s.cellError(row, at, fault.Advise(err, "correct the label, or list all classes by %s", "columns.classes"))
				}
				labels.Class[row] = int32(class)
				continue
			}
			if labels.Values[row*labels.Targets+i], err = encoder.number(cell, labels.FractionBits); err != nil && column.Rows > 0 {
				return s.cellError(row, at, fault.Advise(err, "correct the cell, or choose columns by %s", "columns.targets"))
			} else if err != nil {
				return s.cellError(row, at, overflowHint(err, labels.FractionBits, "columns.normalise_targets", "formats.activation"))
			}
		}
	}
	return nil
}

// locate returns the position of an encoding's column in the sheet.
func (s *sheet) locate(column Column) (int, error) {
	if !s.header {
		if column.Index > len(s.names) {
			return 0, input("%s: no column %d, there are %d", s.name, column.Index, len(s.names))
		}
		return column.Index - 1, nil
	}
	for i, name := range s.names {
		if name == column.Name {
			return i, nil
		}
	}
	return 0, input("%s: no column %s", s.name, fault.Quote(column.Name))
}

func (s *sheet) cellError(row, column int, err error) error {
	return fmt.Errorf("%s: %w", s.place(row, column), err)
}

// overflowHint names the settings that make an overflowing value fit.
func overflowHint(err error, bits int, normalise, format string) error {
	switch {
	case !errors.Is(err, fault.ErrOverflow):
		return err
	case bits == 0:
		return fault.Advise(err, "set %s", normalise)
	}
	return fault.Advise(err, fmt.Sprintf("set %%s, or lower %%s below %d", bits), normalise, format)
}
