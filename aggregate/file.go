package aggregate

import (
	"crypto/sha256"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// Version is the format version of rounds.
const Version = 1

// MaxBytes bounds a round.
const MaxBytes = 1 << 30

// BytesPerByte bounds what decoding a round takes for each of its bytes.
const BytesPerByte = 10

// Kind is the artefact kind of a round.
func Kind() artefact.Kind { return artefact.Kind{'a', 'g', 'g', 'r'} }

// File is a round with its proof.
type File struct {
	Statement *Statement
	Proof     []byte
}

// Marshal encodes the round. It fails with the error of Statement.Check.
func (f *File) Marshal() ([]byte, error) {
	s, err := f.Statement.Encode()
	if err != nil {
		return nil, err
	}
	out := encode.Bytes(encode.Bytes(nil, s), f.Proof)
	return artefact.Encode(artefact.Header{Kind: Kind(), Version: Version, Statement: sha256.Sum256(s)}, out), nil
}

// Unmarshal decodes a round; it checks no proof. Errors wrap fault.ErrMalformed,
// or fault.ErrVersion for another format version or mode.
func Unmarshal(data []byte) (_ *File, err error) {
	defer fault.Catch(&err, "round", fault.ErrMalformed)
	h, payload, err := artefact.Decode(data, Kind(), Version)
	if err != nil {
		return nil, err
	}
	r := encode.NewReader(payload)
	encoded := r.Bytes("statement", MaxBytes)
	f := &File{Proof: r.Bytes("proof", bundle.MaxProof)}
	if err := r.End("end"); err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}
	if f.Statement, err = DecodeStatement(encoded); err != nil {
		return nil, fmt.Errorf("round: %w", fault.OfFile(err))
	}
	if sha256.Sum256(encoded) != h.Statement {
		return nil, fmt.Errorf("round: the header names another statement: %w", fault.ErrMalformed)
	}
	return f, nil
}

// Recognised reports whether data calls itself a round, of whatever version.
func Recognised(data []byte) bool {
	h, err := artefact.DecodeHeader(data)
	return err == nil && h.Kind == Kind()
}

// Results are the digests of what is averaged, in the order of participants.
func (f *File) Results() [][32]byte {
	var list [][32]byte
	for _, p := range f.Statement.Participants {
		list = append(list, p.Result)
	}
	return list
}

// Result returns what the round offers to runs of the next one, given the
// network that it is a round of. Nothing is verified. Errors are those of
// Statement.Check and bundle.NewResult.
func (f *File) Result(n *network.Network) (*bundle.Result, error) {
	s := f.Statement
	digest, err := s.Digest()
	if err != nil {
		return nil, err
	}
	return bundle.NewResult(digest, s.Mode, s.Setup, s.RowBits, n, s.Global)
}
