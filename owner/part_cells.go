package owner

import (
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// PartCells lays a dataset part out as the padded cells of its two committed
// tensors: features (row, feature) and labels (row, class bit or value).
func PartCells(d *data.Dataset) (features, labels relation.Cells) {
	rows := relation.Axis{Name: "row", Size: d.Rows}
	axes := func(width int) []relation.Axis { return []relation.Axis{rows, {Name: "column", Size: width}} }
	features.Small = ops.Pad(axes(d.Width), d.Features)
	width := d.Labels.Width()
	cells := make([]int32, d.Rows*width)
	switch d.Labels.Kind {
	case data.OneHot:
		for r, class := range d.Labels.Class {
			cells[r*width+int(class)] = 1
		}
	case data.Values:
		copy(cells, d.Labels.Values)
	}
	labels.Small = ops.Pad(axes(width), cells)
	return features, labels
}

// AttributeCells lays the attributes of a dataset part out as the padded cells
// of its third committed tensor (row, attribute). Requires an attribute.
func AttributeCells(d *data.Dataset) relation.Cells {
	width := len(d.Attributes)
	cells := make([]int32, d.Rows*width)
	for k, a := range d.Attributes {
		for r, code := range a.Codes {
			cells[r*width+k] = code
		}
	}
	return relation.Cells{Small: ops.Pad([]relation.Axis{{Name: "row", Size: d.Rows}, {Name: "attribute", Size: width}}, cells)}
}

// MeaningOf returns the meaning of a dataset, without its encoding and without
// a nonce.
func MeaningOf(d *data.Dataset) bundle.Meaning {
	m := bundle.Meaning{FractionBits: d.FractionBits, LabelFractionBits: d.Labels.FractionBits, Features: d.FeatureNames, Classes: d.Labels.Classes, Filled: d.Imputed()}
	for _, a := range d.Attributes {
		m.Attributes = append(m.Attributes, bundle.Vocabulary{Name: a.Name, Entries: a.Vocabulary})
	}
	return m
}
