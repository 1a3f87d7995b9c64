package segment

import (
	"fmt"

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

// DatasetCertificate is the relation of one chunk of a part's certificate.
type DatasetCertificate struct {
	Relation *relation.System
	Shape    PartShape
	Chunk    Chunk
	IDs      []relation.ID // of the chunk's slices
}

// NewDatasetCertificate states, about a chunk of the committed features D,
// labels L and attributes A of a part:
//
//	D in [−2^15, 2^15)        on every real cell
//	D = 1_row·1_column·D      so the padding is 0; and L likewise
//	OneHot: L is a bit, Σ_c 1_c·L(i,c) = 1_row(i)
//	Bits:   L is a bit
//	Values: L in [−2^15, 2^15)
//	A in [0, 2^16) on every real cell of the attributes, 0 in their padding
//
// That codes are in a vocabulary is an audit's claim to make. Requires a chunk
// of the shape (protocol, section 7).
func NewDatasetCertificate(shape PartShape, chunk Chunk) (*DatasetCertificate, error) {
	b := relation.NewBuilder("dataset certificate")
	c := &DatasetCertificate{Shape: shape, Chunk: chunk}
	for k, s := range chunk {
		c.IDs = append(c.IDs, s.certify(b, k, &shape))
	}
	var err error
	c.Relation, err = b.Build()
	return c, err
}

// certify adds slice k of a chunk and what it must satisfy.
// Protocol, section 7.
func (s Slice) certify(b *relation.Builder, k int, shape *PartShape) relation.ID {
	column := relation.Axis{Name: []string{"features", "labels", "attributes"}[s.Tensor], Size: shape.widths()[s.Tensor]}
	rows := relation.Axis{Name: "rows", Size: s.Rows} // padding is looked up, too: 0 is in every table
	t := b.External(fmt.Sprintf("%s, slice %d", column.Name, k), rows, column)
	if s.Real == 0 {
		b.Equation(fmt.Sprintf("slice %d is padding", k), []relation.Axis{rows, column}, []relation.Label{"i", "c"},
			relation.Times(relation.Int(1), relation.At(t, "i", "c")))
		return t
	}
	real := b.Public(fmt.Sprintf("mask %d/%d", s.Real, s.Rows), relation.Mask{Size: s.Real}, relation.Axis{Name: "cell", Size: s.Rows})
	if s.Real < s.Rows {
		zeroOutside(b, t, 0, real)
	}
	if !column.Full() {
		zeroOutside(b, t, 1, b.Mask(column))
	}
	switch {
	case s.Tensor == AttributeTensor:
		b.Unsigned(t, 16)
	case s.Tensor == FeatureTensor || shape.Kind == graph.Values:
		b.Signed(t, 16)
	default:
		b.Unsigned(t, 1)
	}
	if s.Tensor == LabelTensor && shape.Kind == graph.OneHot {
		b.Equation(fmt.Sprintf("one label, slice %d", k), []relation.Axis{rows}, []relation.Label{"i"},
			relation.Times(relation.Int(1), relation.At(b.Mask(column), "c"), relation.At(t, "i", "c")),
			relation.Times(relation.Int(-1), relation.At(real, "i")))
	}
	return t
}

// Assign gives the certificate's tensors their cells: those of the whole part's
// tensors, padded, in the order in which they are committed.
func (d *DatasetCertificate) Assign(part []relation.Cells) relation.Assignment {
	a := relation.NewAssignment(d.Relation)
	for k, s := range d.Chunk {
		a[d.IDs[k]] = s.of(d.Shape, part[s.Tensor])
	}
	return a
}

// zeroPadding says that a tensor is 0 in its padding, axis by axis.
// Protocol, section 7.
func zeroPadding(b *relation.Builder, t relation.ID) {
	for i, a := range b.System().Tensor(t).Axes {
		if !a.Full() {
			zeroOutside(b, t, i, b.Mask(a))
		}
	}
}

// zeroOutside says that a tensor is 0 where a mask of one of its axes is:
// T − mask·T = 0. Stated of one axis alone, it takes a sumcheck over that axis
// alone: the others stay free.
func zeroOutside(b *relation.Builder, t relation.ID, axis int, mask relation.ID) {
	tensor := b.System().Tensor(t)
	labels := make([]relation.Label, len(tensor.Axes))
	for i := range labels {
		labels[i] = relation.Label(fmt.Sprintf("a%d", i))
	}
	cell := relation.At(t, labels...)
	b.Equation(fmt.Sprintf("padding of %s, axis %d", tensor.Name, axis), tensor.Axes, labels,
		relation.Times(relation.Int(1), cell),
		relation.Times(relation.Int(-1), relation.At(mask, labels[axis]), cell))
}
