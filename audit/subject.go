package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Attribute says what the codes of an attribute column mean.
type Attribute struct {
	Name       string   `json:"name"`
	Vocabulary []string `json:"vocabulary"`
}

// Part is the public side of one owner's committed rows. What the codes mean
// is the owner's word; the digest of the part binds it.
type Part struct {
	Rows              int             `json:"rows"`
	Features          int             `json:"features"`
	FractionBits      int             `json:"fraction_bits"`
	Labels            int             `json:"labels"`
	LabelKind         graph.LabelKind `json:"label_kind"`
	LabelFractionBits int             `json:"label_fraction_bits,omitempty"`
	Classes           []string        `json:"classes,omitempty"`
	Attributes        []Attribute     `json:"attributes,omitempty"`

	// Commitments to features, labels and, if the part has attributes, those.
	Commitments [][]bn254.G1Affine `json:"-"`
}

// Shape returns what the certificate of the part depends on.
func (p *Part) Shape() segment.PartShape {
	return segment.PartShape{Rows: p.Rows, Features: p.Features, Labels: p.Labels, Kind: p.LabelKind, Attributes: len(p.Attributes)}
}

// Trained returns the digest by which training runs name the features and
// labels of the part.
func (p *Part) Trained(srs [32]byte, rowBits int) [32]byte {
	shape := p.Shape()
	shape.Attributes = 0
	return bundle.PartDigest(shape, srs, rowBits, bundle.Part{Features: p.Commitments[0], Labels: p.Commitments[1]})
}

// Digest identifies the part: features and labels as training names them, the
// commitment to its attributes, and what numbers and codes mean.
func (p *Part) Digest(srs [32]byte, rowBits int) [32]byte {
	trained := p.Trained(srs, rowBits)
	about, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and numbers
	}
	b := appendBytes(nil, []byte("zkaudit/audited-part/v1"))
	b = append(b, trained[:]...)
	b = appendBytes(b, about)
	for _, rows := range p.Commitments[2:] {
		b = appendBytes(b, commitments.AppendPoints(nil, rows))
	}
	return sha256.Sum256(b)
}

// Attribute returns the index of an attribute. Errors wrap fault.ErrUsage.
func (p *Part) attribute(name string) (int, error) {
	for i, a := range p.Attributes {
		if a.Name == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("no attribute %q: %w", name, fault.ErrUsage)
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
}

// NewPart lays out the rows of a dataset whose labels are of the given kind,
// without commitments: what an owner has before committing, or beside
// commitments made earlier.
func NewPart(d *data.Dataset, kind graph.LabelKind) *OwnedPart {
	p := &OwnedPart{Part: Part{
		Rows: d.Rows, Features: d.Width, FractionBits: d.FractionBits,
		Labels: d.Labels.Width(), LabelKind: kind, LabelFractionBits: d.Labels.FractionBits, Classes: d.Labels.Classes,
	}}
	features, labels := segment.PartCells(d)
	p.Secret.Cells = []relation.Cells{features, labels}
	for _, a := range d.Attributes {
		p.Attributes = append(p.Attributes, Attribute{Name: a.Name, Vocabulary: a.Vocabulary})
	}
	if len(d.Attributes) > 0 {
		p.Secret.Cells = append(p.Secret.Cells, segment.AttributeCells(d))
	}
	return p
}

// CommitPart is NewPart with fresh hiding commitments; rng blinds them.
func CommitPart(srs *commitments.SRS, d *data.Dataset, kind graph.LabelKind, rng io.Reader) (*OwnedPart, error) {
	p := NewPart(d, kind)
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
	Program *graph.Program
	// Weights are the commitments to all weights after the run, frozen ones
	// included, in the program's order.
	Weights bundle.Weights
	Parts   [][32]byte // digests of the dataset's parts, as Part.Trained
	Rows    []int      // of each part
	Used    []int64    // slots of the schedule that read each part
}

// OwnedRun is a run with the openings of its final weights.
type OwnedRun struct {
	Run
	Cells    map[graph.TensorID][]int64 // unpadded
	Blinding [][]fr.Element             // by weight
}

// Encodings are injective: numbers have 8 bytes, texts stand behind their
// length.

func appendInt(b []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

func appendBytes(b, field []byte) []byte { return append(appendInt(b, int64(len(field))), field...) }
