package bundle

import (
	"crypto/sha256"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Version is the format version of bundles.
const Version = 7

// MaxBytes bounds a bundle.
const MaxBytes = 4 << 30

// MaxProof bounds one proof.
const MaxProof = 256 << 20

// Kind is the artefact kind of a bundle.
func Kind() artefact.Kind { return artefact.Kind{'b', 'n', 'd', 'l'} }

// Bundle is a run with its proofs.
type Bundle struct {
	Statement *Statement
	Datasets  [][]byte // certificate of each part: its proofs, each after its length
	Weights   []byte   // certificate of the initial weights
	Segments  []Segment
}

// Segment is the proof of one segment and the commitments to the trainable
// weights after it.
type Segment struct {
	After WeightCommitments
	Proof []byte
}

// Check returns fault.ErrMalformed unless the bundle has all that a run has: a
// statement that can be proven, a certificate for each part, a proof for each
// segment and a commitment to each trainable weight after it. An encoding
// leaves no choice in their number; a bundle in memory does.
func (b *Bundle) Check() error {
	s := b.Statement
	if s == nil {
		return fmt.Errorf("bundle without a statement: %w", fault.ErrMalformed)
	}
	if err := s.Check(); err != nil {
		return err
	}
	if len(b.Datasets) != len(s.Parts) || len(b.Segments) != s.Segments() {
		return fmt.Errorf("bundle of %d dataset certificates and %d segments, the run has %d and %d: %w",
			len(b.Datasets), len(b.Segments), len(s.Parts), s.Segments(), fault.ErrMalformed)
	}
	trained := len(s.Program().OfRole(graph.Weight))
	for i := range b.Segments {
		if n := len(b.Segments[i].After); n != trained {
			return fmt.Errorf("bundle with %d weights after segment %d, the program has %d: %w", n, i, trained, fault.ErrMalformed)
		}
	}
	return nil
}

// Marshal encodes the bundle. It fails with the error of Check.
func (b *Bundle) Marshal() ([]byte, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	s, err := b.Statement.Encode()
	if err != nil {
		return nil, err
	}
	out := encode.Bytes(nil, s)
	for _, certificate := range b.Datasets {
		out = encode.Bytes(out, certificate)
	}
	out = encode.Bytes(out, b.Weights)
	for _, seg := range b.Segments {
		for _, rows := range seg.After {
			out = commitments.AppendPoints(out, rows)
		}
		out = encode.Bytes(out, seg.Proof)
	}
	return artefact.Encode(artefact.Header{Kind: Kind(), Version: Version, Statement: sha256.Sum256(s)}, out), nil
}

// Recognised reports whether data calls itself a bundle, of whatever version.
func Recognised(data []byte) bool {
	h, err := artefact.DecodeHeader(data)
	return err == nil && h.Kind == Kind()
}

// Unmarshal decodes a bundle; it checks no proof. Errors wrap
// fault.ErrMalformed, fault.ErrVersion for another format version or mode, or
// fault.ErrRejected where public values contradict one another.
func Unmarshal(data []byte) (_ *Bundle, err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	h, payload, err := artefact.Decode(data, Kind(), Version)
	if err != nil {
		return nil, err
	}
	r := newReader(payload)
	encoded := r.Bytes("statement", MaxBytes)
	if r.Err() != nil {
		return nil, fmt.Errorf("bundle: %w", r.Err())
	}
	s, err := DecodeStatement(encoded)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", fault.OfFile(err))
	}
	if digest, err := s.Digest(); err != nil || digest != h.Statement {
		return nil, fmt.Errorf("bundle: the header names another statement: %w", fault.ErrMalformed)
	}
	b := &Bundle{Statement: s}
	for i := range s.Parts {
		b.Datasets = append(b.Datasets, r.Bytes(fmt.Sprintf("certificate of part %d", i), MaxProof))
	}
	b.Weights = r.Bytes("certificate of the initial weights", MaxProof)
	trained := s.Program().OfRole(graph.Weight)
	for i := 0; i < s.Segments() && r.Err() == nil; i++ {
		b.Segments = append(b.Segments, Segment{
			After: r.weights(fmt.Sprintf("after segment %d: weight", i), s.Program(), s.RowBits, trained),
			Proof: r.Bytes(fmt.Sprintf("proof of segment %d", i), MaxProof),
		})
	}
	if err := r.End("end"); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	return b, nil
}

// Final returns the commitments to the trainable weights after the run.
func (b *Bundle) Final() WeightCommitments { return b.Segments[len(b.Segments)-1].After }
