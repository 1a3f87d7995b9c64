package owner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// OpenPart returns the part in the file with its rows d and its opening. It
// commits again and fails with fault.ErrRejected unless that gives the
// commitments in the file, byte for byte, and the rows mean what it says.
//
// Soundness: the certificate is not looked at; see bundle.PartFile.Verify.
func OpenPart(setup *commitments.Setup, file *bundle.PartFile, o *PartOpening, d *data.Dataset) (*Part, error) {
	if file.Setup != setup.ID || file.RowBits != setup.RowBits {
		return nil, fmt.Errorf("the part was committed with setup %x of rows of 2^%d cells, this is %x of 2^%d: %w",
			file.Setup[:8], file.RowBits, setup.ID[:8], setup.RowBits, fault.ErrVersion)
	}
	if err := sameMeaning(file, d); err != nil {
		return nil, err
	}
	p := TrustedPart(file, o, d)
	if shape := p.Shape(); shape != file.Shape {
		return nil, fmt.Errorf("the part has shape %+v, the rows have %+v: %w", file.Shape, shape, fault.ErrRejected)
	}
	if err := p.commit(setup); err != nil {
		return nil, err
	}
	names := []string{"features", "labels", "attributes"}
	for k, rows := range file.Commitment.Tensors() {
		if !slices.Equal(rows, p.Commitments[k]) {
			return nil, fmt.Errorf("these are not the committed rows: the %s differ, or the opening is another one: %w", names[k], fault.ErrRejected)
		}
	}
	return p, nil
}

// TrustedPart is OpenPart of files that are the caller's own: it does not commit
// again. Requires the rows and the opening of the part.
func TrustedPart(file *bundle.PartFile, o *PartOpening, d *data.Dataset) *Part {
	p := NewPart(d, file.Shape.Kind)
	p.Meaning, p.Commitments = file.Meaning, file.Commitment.Tensors()
	p.Blinding, p.Mode = o.Blinding, file.Mode
	return p
}

// sameMeaning returns fault.ErrRejected unless the numbers of d mean what the
// part file says. It names what differs, and quotes nothing of either.
func sameMeaning(file *bundle.PartFile, d *data.Dataset) error {
	said, found := file.Meaning, MeaningOf(d)
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
	case !slices.Equal(a.Filled, b.Filled):
		return "the cells that were filled in"
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

// PartFiles are the files of a committed part, its owner's side included.
type PartFiles struct {
	Part, Opening, Rows string
	Labels              string // idx only
}

// Open reads the files and opens the part; its certificate is returned as it is.
// Errors are those of bundle.ReadPart, ReadPartOpening, package data and OpenPart.
func (f PartFiles) Open(setup *commitments.Setup) (p *Part, certificate []byte, err error) {
	file, err := bundle.ReadPart(f.Part)
	if err != nil {
		return nil, nil, err
	}
	opening, err := ReadPartOpening(f.Opening, file)
	if err != nil {
		return nil, nil, err
	}
	rows, err := opening.Recipe.Read(f.Rows, f.Labels)
	if err != nil {
		return nil, nil, err
	}
	if p, err = OpenPart(setup, file, opening, rows); err != nil {
		return nil, nil, err
	}
	origin, err := recipe.Origin(f.Rows, opening.Recipe.Format)
	p.Origins = []string{origin}
	return p, file.Certificate, err
}

// CheckRows checks that rows in hand are those of a committed part: that the
// opening and the file of rows give its commitments, and that its certificate
// verifies. Errors are those of OpenPart and bundle.PartFile.Verify; a file that
// can be read and holds no rows as the opening describes them is not the committed
// one, fault.ErrRejected, one that cannot be read is none: fault.ErrInput.
func CheckRows(ctx context.Context, setup *commitments.Setup, v *mode.Verifier, part *bundle.PartFile, o *PartOpening, file, labels string) error {
	rows, err := o.Recipe.Read(file, labels)
	if err != nil {
		return otherRows(err)
	}
	if _, err := OpenPart(setup, part, o, rows); err != nil {
		return err
	}
	return part.Verify(ctx, v)
}

// otherRows turns an error of what a file holds into a verdict on it.
func otherRows(err error) error {
	var unread *fs.PathError
	if errors.As(err, &unread) || errors.Is(err, fault.ErrUsage) || errors.Is(err, fault.ErrResources) || errors.Is(err, fault.ErrPanic) {
		return err
	}
	return fmt.Errorf("the rows cannot be those committed: %w: %v", fault.ErrRejected, fault.Text(err, nil))
}
