package bundle

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/segment"
)

// PartVersion is the format version of part files.
const PartVersion = 8

// maxPartBytes bounds a part file.
const maxPartBytes = 1 << 30

// PartKind is the artefact kind of a part file.
func PartKind() artefact.Kind { return artefact.Kind{'p', 'a', 'r', 't'} }

// PartFile is everything public about one owner's committed rows, with their
// certificate: what a seller gives away, a trainer trains on if she has the
// opening, and an auditor keeps.
//
// Its payload is shape, mode, row size, setup, meaning, commitments, certificate;
// the statement digest of its frame is Digest.
type PartFile struct {
	Shape       segment.PartShape
	Mode        mode.Name // of the certificate
	Setup       [32]byte
	RowBits     int
	Commitment  PartCommitment
	Meaning     Meaning
	Certificate []byte // proofs of DatasetClaims, each after its length
}

// Digest identifies the part: statements name it, auditors pin it.
func (f *PartFile) Digest() [32]byte { return partDigest(f.Shape, f.Setup, f.RowBits, f.Commitment) }

// Public is the part without its certificate.
func (f *PartFile) Public() *PublicPart {
	return &PublicPart{
		Rows: f.Shape.Rows, Features: f.Shape.Features, Labels: f.Shape.Labels, LabelKind: f.Shape.Kind, Meaning: f.Meaning,
		Commitments: f.Commitment.Tensors(),
	}
}

// Marshal encodes the file. Errors wrap fault.ErrMalformed for a part that
// contradicts itself.
func (f *PartFile) Marshal() ([]byte, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	meaning, err := f.Meaning.Encode()
	if err != nil {
		return nil, err
	}
	b := encode.Text(appendShape(nil, f.Shape), f.Mode)
	b = append(encode.Int(b, f.RowBits), f.Setup[:]...)
	b = encode.Bytes(b, meaning)
	for _, rows := range f.Commitment.Tensors() {
		b = commitments.AppendPoints(b, rows)
	}
	b = encode.Bytes(b, f.Certificate)
	return artefact.Encode(artefact.Header{Kind: PartKind(), Version: PartVersion, Statement: f.Digest()}, b), nil
}

// UnmarshalPart decodes a part file; it does not check the certificate. Errors
// wrap fault.ErrMalformed, or fault.ErrVersion for another format or mode.
func UnmarshalPart(file []byte) (_ *PartFile, err error) {
	defer fault.Catch(&err, "part", fault.ErrMalformed)
	h, payload, err := artefact.Decode(file, PartKind(), PartVersion)
	if err != nil {
		return nil, err
	}
	r := newReader(payload)
	f := &PartFile{Shape: segment.PartShape{
		Rows: r.Bounded("rows", 1, MaxRows), Features: r.Bounded("features", 1, graph.MaxSize), Labels: r.Bounded("labels", 1, graph.MaxSize),
		Attributes: r.Bounded("attributes", 0, MaxAttributes),
	}}
	f.Shape.Kind = graph.LabelKind(r.Bytes("kind of labels", 64))
	f.Mode = mode.Name(r.Bytes("mode", 64))
	f.RowBits, f.Setup = r.Bounded("row size", commitments.MinRowBits, commitments.MaxRowBits), r.Digest("setup")
	meaning := r.Bytes("meaning", maxMeaning)
	if r.Err() != nil {
		return nil, fmt.Errorf("part: %w", r.Err())
	}
	if f.Meaning, err = decodeMeaning(meaning); err != nil {
		return nil, fmt.Errorf("part: %w", err)
	}
	f.Commitment.Meaning, f.Commitment.Columns = f.Meaning.Digest(), f.Shape.Attributes
	r.partPoints("commitments", &f.Commitment, f.Shape, f.RowBits)
	f.Certificate = r.Bytes("certificate", MaxProof)
	if err := r.End("end"); err != nil {
		return nil, fmt.Errorf("part: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Digest() != h.Statement {
		return nil, fmt.Errorf("part: the header names another part: %w", fault.ErrMalformed)
	}
	return f, nil
}

func (f *PartFile) check() error {
	if err := f.Mode.Check(); err != nil {
		return fmt.Errorf("part: %w", err)
	}
	switch f.Shape.Kind {
	case graph.OneHot, graph.Bits, graph.Values:
	default:
		return fmt.Errorf("part: labels %q: %w", f.Shape.Kind, fault.ErrMalformed)
	}
	if err := f.Commitment.check(f.Shape, f.RowBits); err != nil {
		return fmt.Errorf("part: %w", err)
	}
	if err := f.Meaning.Check(f.Shape); err != nil {
		return fmt.Errorf("part: %w", err)
	}
	if f.Meaning.Digest() != f.Commitment.Meaning {
		return fmt.Errorf("part: the meaning is not the one named: %w", fault.ErrMalformed)
	}
	return nil
}

// ReadPart reads the part file at path. Errors name it and are those of
// UnmarshalPart, or wrap fault.ErrInput.
func ReadPart(path string) (*PartFile, error) {
	file, err := artefact.ReadFile(path, maxPartBytes)
	if err != nil {
		return nil, err
	}
	f, err := UnmarshalPart(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Verify checks the certificate of the part. Errors wrap fault.ErrRejected if
// it is false, fault.ErrVersion if it was made with another setup than v's.
//
// Soundness: an accepted part holds 16-bit features, well-formed labels and
// attribute codes below 2^16, and 0 in the padding of its tensors. What else a
// committed row may hold enters no proof (section 12). What the codes mean
// is the owner's word; whose the part is, its digest tells, which the caller
// must know from elsewhere.
func (f *PartFile) Verify(ctx context.Context, v *mode.Verifier) (err error) {
	defer fault.Catch(&err, "part", fault.ErrMalformed)
	if v.Setup.ID != f.Setup || v.Setup.RowBits != f.RowBits {
		return fmt.Errorf("the part was committed with setup %x of rows of 2^%d cells, verifying with %x of 2^%d: %w",
			f.Setup[:8], f.RowBits, v.Setup.ID[:8], v.Setup.RowBits, fault.ErrVersion)
	}
	claims, err := DatasetClaims(f.Mode, f.Shape, f.Setup, f.RowBits, f.Commitment)
	if err != nil {
		return err
	}
	batch := v.NewBatch()
	if err := VerifyDataset(ctx, batch, f.Mode, "certificate of the part", claims, f.Certificate); err != nil {
		return err
	}
	return batch.Check()
}
