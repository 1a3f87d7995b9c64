package data

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Slice returns the rows from … to−1, sharing memory with d.
// It fails with fault.ErrUsage unless 0 <= from < to <= d.Rows.
func (d *Dataset) Slice(from, to int) (*Dataset, error) {
	if from < 0 || from >= to || to > d.Rows {
		return nil, fmt.Errorf("rows %d to %d of %d: %w", from, to, d.Rows, fault.ErrUsage)
	}
	part := *d
	part.Rows = to - from
	part.Features = d.Features[from*d.Width : to*d.Width : to*d.Width]
	switch d.Labels.Kind {
	case OneHot:
		part.Labels.Class = d.Labels.Class[from:to:to]
	case Values:
		n := d.Labels.Targets
		part.Labels.Values = d.Labels.Values[from*n : to*n : to*n]
	}
	part.Attributes = d.sliceAttributes(from, to)
	part.Filled = d.filledWithin(func(row int) (int, bool) { return row - from, from <= row && row < to })
	return &part, nil
}

// Split returns the first train rows and the last test rows, sharing memory
// with d. Rows between the two are left out. Equal rows may fall on both
// sides: that the two are disjoint as sets is not looked at.
// It fails with fault.ErrUsage unless both counts are positive and
// train+test <= d.Rows.
func (d *Dataset) Split(train, test int) (trainSet, testSet *Dataset, err error) {
	if train < 1 || test < 1 || train > d.Rows || test > d.Rows-train {
		return nil, nil, fmt.Errorf("%d training and %d test rows of %d: %w", train, test, d.Rows, fault.ErrUsage)
	}
	if trainSet, err = d.Slice(0, train); err != nil {
		return nil, nil, err
	}
	testSet, err = d.Slice(d.Rows-test, d.Rows)
	return trainSet, testSet, err
}

// Concat returns the rows of all parts one after the other, in new memory. Which
// of their cells were filled in is not kept.
// It fails with fault.ErrInput, naming the part, if the parts differ in shape,
// formats, names, classes or targets, and with fault.ErrUsage for no parts.
func Concat(parts ...*Dataset) (*Dataset, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("no datasets to put together: %w", fault.ErrUsage)
	}
	first := parts[0]
	rows := 0
	for i, part := range parts {
		if what := first.difference(part); what != "" {
			return nil, input("part %d differs from part 0 in its %s", i, what)
		}
		rows += part.Rows
	}
	if rows > maxCells/first.Width {
		return nil, fmt.Errorf("%d rows of %d features: %w", rows, first.Width, fault.ErrResources)
	}
	whole := *first
	whole.Rows = rows
	whole.Features = make([]int32, 0, rows*first.Width)
	whole.Labels.Class, whole.Labels.Values = nil, nil
	whole.Attributes = first.sliceAttributes(0, 0)
	whole.Source.Files, whole.Filled = nil, nil
	for _, part := range parts {
		whole.Features = append(whole.Features, part.Features...)
		whole.Labels.Class = append(whole.Labels.Class, part.Labels.Class...)
		whole.Labels.Values = append(whole.Labels.Values, part.Labels.Values...)
		for k := range whole.Attributes {
			whole.Attributes[k].Codes = append(whole.Attributes[k].Codes, part.Attributes[k].Codes...)
		}
		whole.Source.Files = append(whole.Source.Files, part.Source.Files...)
	}
	return &whole, nil
}

// difference names what keeps the rows of d and other from standing in one
// table; "" if nothing does.
func (d *Dataset) difference(other *Dataset) string {
	a, b := d.Labels, other.Labels
	switch {
	case d.Width != other.Width || !slices.Equal(d.Shape, other.Shape):
		return "row shape"
	case d.FractionBits != other.FractionBits:
		return "fraction bits"
	case !slices.Equal(d.FeatureNames, other.FeatureNames):
		return "feature names"
	case a.Kind != b.Kind:
		return "kind of labels"
	case !slices.Equal(a.Classes, b.Classes):
		return "classes"
	case a.Targets != b.Targets || !slices.Equal(a.TargetNames, b.TargetNames):
		return "targets"
	case a.Kind == Values && a.FractionBits != b.FractionBits:
		return "fraction bits of targets"
	case !sameAttributes(d.Attributes, other.Attributes):
		return "attributes"
	}
	return ""
}

// Reconstruction returns d with its features as targets, as an autoencoder is
// trained on, sharing memory with d.
func (d *Dataset) Reconstruction() *Dataset {
	mirrored := *d
	mirrored.Labels = Labels{
		Kind:         Values,
		TargetNames:  d.FeatureNames,
		Targets:      d.Width,
		Values:       d.Features,
		FractionBits: d.FractionBits,
	}
	return &mirrored
}
