package run

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Part is one owner's rows with their hiding commitments: the owner's side.
// It must not leave the process other than through its files.
type Part struct {
	Shape   segment.PartShape
	Public  bundle.Part
	Meaning bundle.Meaning
	// cells and blinding of features, labels and, if any, attributes.
	cells    []relation.Cells
	blinding [][]fr.Element
	mode     mode.Name // of all proofs about the commitments; "" until the first
}

// CommitPart commits to the rows of a dataset whose labels are of the given
// kind. rng blinds the commitments and the meaning.
func CommitPart(srs *commitments.SRS, d *data.Dataset, meaning bundle.Meaning, kind graph.LabelKind, rng io.Reader) (*Part, error) {
	var err error
	if meaning.Nonce, err = bundle.NewNonce(rng); err != nil {
		return nil, err
	}
	p := newPart(d, meaning, kind)
	for _, cells := range p.cells {
		blind, err := commitments.RandomScalars(rng, srs.Rows(cells.Len()))
		if err != nil {
			return nil, err
		}
		p.blinding = append(p.blinding, blind)
	}
	return p, p.commit(srs)
}

// shapeOf returns the shape of a part of these rows.
func shapeOf(d *data.Dataset, kind graph.LabelKind) segment.PartShape {
	return segment.PartShape{Rows: d.Rows, Features: d.Width, Labels: d.Labels.Width(), Kind: kind, Attributes: len(d.Attributes)}
}

// newPart lays out rows without commitments.
func newPart(d *data.Dataset, meaning bundle.Meaning, kind graph.LabelKind) *Part {
	p := &Part{Meaning: meaning, Shape: shapeOf(d, kind)}
	features, labels := segment.PartCells(d)
	p.cells = []relation.Cells{features, labels}
	if len(d.Attributes) > 0 {
		p.cells = append(p.cells, segment.AttributeCells(d))
	}
	p.Public.Columns, p.Public.Meaning = len(d.Attributes), meaning.Digest()
	return p
}

// commit computes the public commitments from cells and blinding.
func (p *Part) commit(srs *commitments.SRS) error {
	for k, into := range []*[]bn254.G1Affine{&p.Public.Features, &p.Public.Labels, &p.Public.Attributes}[:len(p.cells)] {
		var err error
		if *into, err = srs.CommitInt32(p.cells[k].Small, p.blinding[k]); err != nil {
			return fmt.Errorf("tensor %d of the part: %w", k, err)
		}
	}
	return nil
}

// OpenPart returns the part in the file with its secrets: rows d and the
// opening. It commits again and fails with fault.ErrRejected unless that gives
// the commitments in the file, byte for byte, and the rows mean what it says.
//
// Soundness: the certificate is not looked at; see bundle.PartFile.Verify.
func OpenPart(srs *commitments.SRS, file *bundle.PartFile, o *Opening, d *data.Dataset) (*Part, error) {
	if file.SRS != srs.ID || file.RowBits != srs.RowBits {
		return nil, fmt.Errorf("the part was committed with SRS %x of rows of 2^%d cells, this is %x of 2^%d: %w",
			file.SRS[:8], file.RowBits, srs.ID[:8], srs.RowBits, fault.ErrVersion)
	}
	if err := sameMeaning(file, d); err != nil {
		return nil, err
	}
	p := newPart(d, file.Meaning, file.Shape.Kind)
	if p.Shape != file.Shape {
		return nil, fmt.Errorf("the part has shape %+v, the rows have %+v: %w", file.Shape, p.Shape, fault.ErrRejected)
	}
	p.blinding, p.mode = o.blinding, file.Mode
	if err := p.commit(srs); err != nil {
		return nil, err
	}
	names := []string{"features", "labels", "attributes"}
	for k, rows := range p.Public.Tensors() {
		if !slices.Equal(rows, file.Part.Tensors()[k]) {
			return nil, fmt.Errorf("these are not the committed rows: the %s differ, or the opening is another one: %w", names[k], fault.ErrRejected)
		}
	}
	return p, nil
}

// sameMeaning returns fault.ErrRejected unless the numbers of d mean what the
// part file says. It names what differs, and quotes nothing of either.
func sameMeaning(file *bundle.PartFile, d *data.Dataset) error {
	said, found := file.Meaning, bundle.MeaningOf(d)
	said.Encoding, said.Nonce = nil, bundle.Nonce{} // neither is in the rows
	if said.Digest() == found.Digest() {
		return nil
	}
	return fmt.Errorf("the rows mean something else than the part says: %s differ: %w", difference(&said, &found), fault.ErrRejected)
}

// difference names what two meanings do not share.
func difference(a, b *bundle.Meaning) string {
	switch {
	case a.FractionBits != b.FractionBits || a.LabelFractionBits != b.LabelFractionBits:
		return "the fraction bits"
	case !slices.Equal(a.Features, b.Features):
		return "the names of features"
	case !slices.Equal(a.Classes, b.Classes):
		return "the classes"
	case len(a.Attributes) != len(b.Attributes):
		return "the numbers of attributes"
	}
	for i := range a.Attributes {
		if a.Attributes[i].Name != b.Attributes[i].Name {
			return fmt.Sprintf("the names of attribute %d", i)
		}
		if !slices.Equal(a.Attributes[i].Entries, b.Attributes[i].Entries) {
			return fmt.Sprintf("the vocabularies of attribute %d", i)
		}
	}
	return "encodings" // of a kind that this version does not know
}

// Certify proves the dataset certificate of the part in a mode. It fails with
// fault.ErrUsage if there are proofs of another mode about the part already.
func (p *Part) Certify(ctx context.Context, m mode.Name, by *mode.Prover, arena *poly.Arena) ([]byte, error) {
	if p.mode != "" && p.mode != m {
		return nil, fmt.Errorf("the part was committed for proofs of mode %s, not %s: %w", p.mode, m, fault.ErrUsage)
	}
	p.mode = m
	claims, err := bundle.DatasetClaims(m, p.Shape, by.SRS.ID, by.SRS.RowBits, p.Public)
	if err != nil {
		return nil, err
	}
	return bundle.CertifyDataset(ctx, by, m, claims, p.cells, p.blinding, arena)
}

// digest is what statements name the part by.
func (p *Part) digest(srs *commitments.SRS) [32]byte {
	return bundle.PartDigest(p.Shape, srs.ID, srs.RowBits, p.Public)
}

// File returns the public side of the part with its certificate.
func (p *Part) File(m mode.Name, srs *commitments.SRS, certificate []byte) *bundle.PartFile {
	return &bundle.PartFile{Shape: p.Shape, Mode: m, SRS: srs.ID, RowBits: srs.RowBits, Part: p.Public, Meaning: p.Meaning, Certificate: certificate}
}
