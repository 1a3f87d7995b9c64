package segment

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// PartShape is what the certificate of a dataset part depends on.
type PartShape struct {
	Rows     int
	Features int // cells per row
	Labels   int // label cells per row
	Kind     graph.LabelKind
	// Attributes are the attribute cells per row. With none, a part has no
	// third tensor.
	Attributes int
}

// DatasetCertificate is the relation of a part's certificate.
type DatasetCertificate struct {
	Relation *relation.System
	Part     Part
}

// NewDatasetCertificate states, about the committed features D and labels L of
// a part:
//
//	D in [−2^15, 2^15)        on every real cell
//	D = 1_row·1_column·D      so the padding is 0; and L likewise
//	OneHot: L is a bit, Σ_c 1_c·L(i,c) = 1_row(i)
//	Bits:   L is a bit
//	Values: L in [−2^15, 2^15)
//	A in [0, 2^16) on every real cell of the attributes, 0 in their padding
//
// That codes are in a vocabulary is an audit's claim to make.
func NewDatasetCertificate(shape PartShape) (*DatasetCertificate, error) {
	if shape.Rows < 1 || shape.Features < 1 || shape.Labels < 1 || shape.Attributes < 0 {
		return nil, fmt.Errorf("certificate of %d rows with %d features and %d labels: %w", shape.Rows, shape.Features, shape.Labels, fault.ErrUsage)
	}
	b := relation.NewBuilder("dataset certificate")
	rows := relation.Axis{Name: "rows", Size: shape.Rows}
	features := relation.Axis{Name: "features", Size: shape.Features}
	labels := relation.Axis{Name: "labels", Size: shape.Labels}
	d := b.External("features", rows, features)
	l := b.External("labels", rows, labels)
	part := Part{Features: d, Labels: l, Attributes: relation.None}
	if shape.Attributes > 0 {
		part.Attributes = b.External("attributes", rows, relation.Axis{Name: "attributes", Size: shape.Attributes})
		b.Unsigned(part.Attributes, 16)
		zeroPadding(b, part.Attributes)
	}
	b.Signed(d, 16)
	zeroPadding(b, d)
	zeroPadding(b, l)
	switch shape.Kind {
	case graph.Values:
		b.Signed(l, 16)
	case graph.OneHot:
		b.Unsigned(l, 1)
		b.Equation("one label", []relation.Axis{rows}, []relation.Label{"i"},
			relation.Times(relation.Int(1), relation.At(b.Mask(labels), "c"), relation.At(l, "i", "c")),
			relation.Times(relation.Int(-1), relation.At(b.Mask(rows), "i")))
	case graph.Bits:
		b.Unsigned(l, 1)
	default:
		return nil, fmt.Errorf("certificate for labels %q: %w", shape.Kind, fault.ErrUsage)
	}
	sys, err := b.Build()
	return &DatasetCertificate{Relation: sys, Part: part}, err
}

// Assign gives the certificate's tensors their cells, padded. The cells of
// attributes, if the part has any, are the caller's to add at Part.Attributes.
func (d *DatasetCertificate) Assign(features, labels relation.Cells) relation.Assignment {
	a := relation.NewAssignment(d.Relation)
	a[d.Part.Features], a[d.Part.Labels] = features, labels
	return a
}

// zeroPadding says that a tensor is 0 in its padding: T − Π masks·T = 0.
// Axes without padding need no mask.
func zeroPadding(b *relation.Builder, t relation.ID) {
	tensor := b.System().Tensor(t)
	name, axes := tensor.Name, tensor.Axes
	var labels []relation.Label
	var masks []relation.Factor
	for i, a := range axes {
		label := relation.Label(fmt.Sprintf("a%d", i))
		labels = append(labels, label)
		if !a.Full() {
			masks = append(masks, relation.At(b.Mask(a), label))
		}
	}
	if len(masks) == 0 {
		return
	}
	cell := relation.At(t, labels...)
	b.Equation("padding of "+name, axes, labels,
		relation.Times(relation.Int(1), cell),
		relation.Times(relation.Int(-1), append(masks, cell)...))
}
