package audit

import (
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Part is the public side of one owner's committed rows. Its Meaning is the
// owner's word; the digest of the part binds it.
type Part struct {
	Rows           int             `json:"rows"`
	Features       int             `json:"features"`
	Labels         int             `json:"labels"`
	LabelKind      graph.LabelKind `json:"label_kind"`
	bundle.Meaning `json:"meaning"`

	// Commitments to features, labels and, if the part has attributes, those.
	Commitments [][]bn254.G1Affine `json:"-"`
}

// Shape returns what the certificate of the part depends on.
func (p *Part) Shape() segment.PartShape {
	return segment.PartShape{Rows: p.Rows, Features: p.Features, Labels: p.Labels, Kind: p.LabelKind, Attributes: len(p.Attributes)}
}

// committed is the part as training runs name it.
func (p *Part) committed() bundle.Part {
	c := bundle.Part{Features: p.Commitments[featureTensor], Labels: p.Commitments[labelTensor], Columns: len(p.Attributes), Meaning: p.Meaning.Digest()}
	if c.Columns > 0 {
		c.Attributes = p.Commitments[attributeTensor]
	}
	return c
}

// Digest identifies the part, as training runs do: its shape, its commitments,
// and what numbers and codes mean.
func (p *Part) Digest(srs [32]byte, rowBits int) [32]byte {
	return bundle.PartDigest(p.Shape(), srs, rowBits, p.committed())
}

// attribute returns the index of an attribute. Errors wrap fault.ErrUsage.
func (p *Part) attribute(name string) (int, error) {
	var there []string
	for i, a := range p.Attributes {
		if a.Name == name {
			return i, nil
		}
		there = append(there, a.Name)
	}
	return 0, fmt.Errorf("no attribute %s; %s: %w", foreign.Quote(name), thereAre(there), fault.ErrUsage)
}

// Secret opens a committed part: cells and blinding of features, labels and
// attributes. It must not leave the process.
type Secret struct {
	Cells    []relation.Cells
	Blinding [][]fr.Element
}

// OwnedPart is a part with its opening.
type OwnedPart struct {
	Part
	Secret Secret
	// Mode is that of all proofs about the commitments.
	Mode mode.Name
	// Origins are digests of what the rows were read from, in hexadecimal: a
	// ledger's accounts, which outlive the commitments. They are not blinded.
	Origins []string
}

// NewPart lays out the rows of a dataset whose labels are of the given kind,
// without commitments and nonce: what an owner has before committing, or beside
// commitments made earlier.
func NewPart(d *data.Dataset, kind graph.LabelKind) *OwnedPart {
	p := &OwnedPart{Part: Part{Rows: d.Rows, Features: d.Width, Labels: d.Labels.Width(), LabelKind: kind, Meaning: bundle.MeaningOf(d)}}
	features, labels := segment.PartCells(d)
	p.Secret.Cells = []relation.Cells{features, labels}
	if len(d.Attributes) > 0 {
		p.Secret.Cells = append(p.Secret.Cells, segment.AttributeCells(d))
	}
	return p
}

// CommitPart is NewPart with fresh hiding commitments, for proofs of the given
// mode; rng blinds them, and what they mean.
func CommitPart(srs *commitments.SRS, d *data.Dataset, kind graph.LabelKind, m mode.Name, rng io.Reader) (*OwnedPart, error) {
	p := NewPart(d, kind)
	p.Mode = m
	var err error
	if p.Nonce, err = bundle.NewNonce(rng); err != nil {
		return nil, err
	}
	for _, cells := range p.Secret.Cells {
		blind, err := commitments.RandomScalars(rng, srs.Rows(cells.Len()))
		if err != nil {
			return nil, err
		}
		rows, err := srs.CommitInt32(cells.Small, blind)
		if err != nil {
			return nil, err
		}
		p.Commitments, p.Secret.Blinding = append(p.Commitments, rows), append(p.Secret.Blinding, blind)
	}
	return p, nil
}

// Run is what audits read of a training run: its program, the commitments to
// its final weights, its dataset and schedule. RunOf takes it from a bundle.
type Run struct {
	Digest  [32]byte // of the run's statement
	SRS     [32]byte // that Weights are commitments under
	RowBits int
	// Program is the step that was trained, and ProgramDigest that of the
	// network it is derived from.
	Program       *graph.Program
	ProgramDigest [32]byte
	// Weights are the commitments to all weights after the run, frozen ones
	// included, in the program's order.
	Weights bundle.Weights
	Parts   [][32]byte // digests of the dataset's parts
	Rows    []int      // of each part
	Used    []int64    // slots of the schedule that read each part
	read    [][]uint64 // by part, a bit for each row that was read
	// Training is what else decides the weights.
	Training *Training
}

// OwnedRun is a run with the openings of its final weights.
type OwnedRun struct {
	Run
	Cells    map[graph.TensorID][]int64 // unpadded
	Blinding [][]fr.Element             // by weight
	Mode     mode.Name                  // of all proofs about the commitments
	Origins  map[[32]byte][]string      // of the parts it was trained on, by digest; see OwnedPart
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
