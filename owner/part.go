package owner

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Part is one owner's committed rows with what opens the commitments.
type Part struct {
	bundle.PublicPart
	// Cells and Blinding of features, labels and, if any, attributes.
	Cells    []relation.Cells
	Blinding [][]fr.Element
	// Mode is that of all proofs about the commitments.
	Mode mode.Name
	// Origins are digests of what the rows were read from, in hexadecimal: a
	// ledger's accounts, which outlive the commitments. They are not blinded.
	Origins []string
}

// ShapeOf returns the shape of a part of these rows, whose labels are of the
// given kind.
func ShapeOf(d *data.Dataset, kind graph.LabelKind) segment.PartShape {
	return segment.PartShape{Rows: d.Rows, Features: d.Width, Labels: d.Labels.Width(), Kind: kind, Attributes: len(d.Attributes)}
}

// NewPart lays out the rows of a dataset whose labels are of the given kind,
// without commitments and nonce: what an owner has before Commit, or beside
// commitments made earlier.
func NewPart(d *data.Dataset, kind graph.LabelKind) *Part {
	p := &Part{PublicPart: bundle.PublicPart{Rows: d.Rows, Features: d.Width, Labels: d.Labels.Width(), LabelKind: kind, Meaning: MeaningOf(d)}}
	features, labels := PartCells(d)
	p.Cells = []relation.Cells{features, labels}
	if len(d.Attributes) > 0 {
		p.Cells = append(p.Cells, AttributeCells(d))
	}
	return p
}

// CommitPart is NewPart with fresh hiding commitments, for proofs of the given
// mode; rng blinds them, and what they mean.
func CommitPart(setup *commitments.Setup, d *data.Dataset, kind graph.LabelKind, m mode.Name, rng io.Reader) (*Part, error) {
	p := NewPart(d, kind)
	return p, p.Commit(setup, m, rng)
}

// Commit makes fresh hiding commitments to the cells, for proofs of the given
// mode, and draws the nonce of what they mean, which must not change any more.
func (p *Part) Commit(setup *commitments.Setup, m mode.Name, rng io.Reader) error {
	p.Mode, p.Blinding = m, nil
	var err error
	if p.Nonce, err = bundle.NewNonce(rng); err != nil {
		return err
	}
	for _, cells := range p.Cells {
		blinding, err := commitments.RandomScalars(rng, setup.Rows(cells.Len()))
		if err != nil {
			return err
		}
		p.Blinding = append(p.Blinding, blinding)
	}
	return p.commit(setup)
}

// commit computes the commitments from cells and blinding.
func (p *Part) commit(setup *commitments.Setup) error {
	p.Commitments = nil
	for k, cells := range p.Cells {
		rows, err := setup.CommitInt32(cells.Small, p.Blinding[k])
		if err != nil {
			return fmt.Errorf("tensor %d of the part: %w", k, err)
		}
		p.Commitments = append(p.Commitments, rows)
	}
	return nil
}

// Certify proves the dataset certificate of the part, which depends on no run and
// no audit. It fails with fault.ErrUsage unless the part was committed for proofs
// of that mode.
func (p *Part) Certify(ctx context.Context, m mode.Name, by mode.Prover, arena *poly.Arena) ([]byte, error) {
	if err := p.CheckMode("the part", m); err != nil {
		return nil, err
	}
	claims, err := bundle.DatasetClaims(m, p.Shape(), by.CommittedWith().ID, by.CommittedWith().RowBits, p.Commitment())
	if err != nil {
		return nil, err
	}
	return certifyDataset(ctx, by, m, claims, p.Cells, p.Blinding, arena)
}

// certifyDataset proves the claims of a part's certificate, given the padded
// cells of its tensors and their blinding, and returns them encoded: each proof
// after its length.
func certifyDataset(ctx context.Context, by mode.Prover, m mode.Name, claims []bundle.DatasetClaim, cells []relation.Cells, blinding [][]fr.Element, arena *poly.Arena) ([]byte, error) {
	var encoded []byte
	for i, c := range claims {
		secret := prover.Secret{Cells: c.Assign(cells), External: bundle.Sliced(c.DatasetCertificate, c.Statement.Layout.RowLog, blinding), Arena: arena}
		made, err := by.Prove(ctx, m, c.Statement, secret)
		if err != nil {
			return nil, fmt.Errorf("dataset certificate, chunk %d of %d: %w", i+1, len(claims), err)
		}
		encoded = encode.Bytes(encoded, made)
	}
	return encoded, nil
}

// CheckMode refuses to prove in a mode that the part was not committed for.
// Errors wrap fault.ErrUsage and begin with what is to be proven something about.
func (p *Part) CheckMode(what string, m mode.Name) error {
	return sameMode(what, p.Blinding, p.Mode, m)
}

// Public returns what everybody may know of the part.
func (p *Part) Public() *bundle.PublicPart { return &p.PublicPart }

// Opening returns the cells of a committed tensor, and what blinds them.
func (p *Part) Opening(tensor int) (relation.Cells, []fr.Element) {
	return p.Cells[tensor], p.Blinding[tensor]
}

// Accounts are what a ledger enters charges under beside the part's digest.
func (p *Part) Accounts() []string { return p.Origins }

// File returns the public side of the part with its certificate.
func (p *Part) File(setup *commitments.Setup, certificate []byte) *bundle.PartFile {
	return &bundle.PartFile{Shape: p.Shape(), Mode: p.Mode, Setup: setup.ID, RowBits: setup.RowBits, Commitment: p.Commitment(), Meaning: p.Meaning, Certificate: certificate}
}

// sameMode refuses blinded commitments that proofs of another mode are about,
// or may be: a proof of mode validity gives away blinding, and with it what
// other proofs about the same commitments hide.
func sameMode(what string, blinding [][]fr.Element, committed, proving mode.Name) error {
	switch {
	case len(blinding) == 0 || committed == proving:
		return nil
	case committed == "":
		return fmt.Errorf("%s does not say for proofs of which mode it was committed: %w", what, fault.ErrUsage)
	}
	return fmt.Errorf("%s was committed for proofs of mode %s, these are of mode %s; all proofs about a commitment must be of one mode: %w",
		what, committed, proving, fault.ErrUsage)
}
