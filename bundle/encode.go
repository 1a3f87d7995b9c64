package bundle

import (
	"crypto/sha256"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/segment"
)

const statementDomain = "zkaudit/run/v2"

// Encode returns the injective encoding of the statement. It fails with the
// error of Check.
func (s *Statement) Encode() ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	b := encode.Domain(statementDomain)
	b = encode.Text(b, s.Mode)
	b = append(b, s.RunID[:]...)
	b = encode.Text(b, s.Context)
	b = encode.Bytes(b, s.Network.Encode())
	b = append(b, s.Setup[:]...)
	b = encode.Int(b, s.RowBits)
	b = encode.Int(b, s.Segment)
	b = encode.Ints(b, s.Rates)
	spec, err := s.Schedule.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b = encode.Bytes(b, spec)
	b = append(b, s.Origin.Encode()...)
	for _, part := range s.Parts {
		b = appendPart(b, &part)
	}
	for _, rows := range s.Initial {
		b = commitments.AppendPoints(b, rows)
	}
	return b, nil
}

// Digest is SHA-256 of Encode: the run digest. It fails with the error of
// Check.
func (s *Statement) Digest() ([32]byte, error) {
	b, err := s.Encode()
	if err != nil {
		return [32]byte{}, err
	}
	return sha256.Sum256(b), nil
}

// DecodeStatement reads what Encode wrote, and checks it. It accepts only
// canonical encodings. Errors wrap fault.ErrMalformed, fault.ErrVersion for
// another mode, or fault.ErrRejected where values contradict one another.
func DecodeStatement(data []byte) (_ *Statement, err error) {
	defer fault.Catch(&err, "statement", fault.ErrMalformed)
	r := newReader(data)
	if domain := r.Bytes("statement", len(statementDomain)); r.Err() == nil && string(domain) != statementDomain {
		return nil, fmt.Errorf("statement of kind %q: %w", domain, fault.ErrMalformed)
	}
	s := &Statement{Mode: mode.Name(r.Bytes("mode", 64)), RunID: r.Digest("run id"), Context: string(r.Bytes("context", MaxContext))}
	encoded := r.Bytes("network", maxNetwork)
	s.Setup, s.RowBits = r.Digest("setup"), r.Bounded("row size", commitments.MinRowBits, commitments.MaxRowBits)
	s.Segment = r.Bounded("steps of a segment", 1, 1<<32)
	s.Rates = r.Ints("rates", schedule.MaxSteps)
	spec := r.Bytes("schedule", schedule.MaxEncoded)
	if r.Err() != nil {
		return nil, r.Err()
	}
	if s.Network, err = network.Decode(encoded); err != nil {
		return nil, err
	}
	if err := s.Schedule.UnmarshalBinary(spec); err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	s.Origin = r.origin(s.Program())
	if r.Err() != nil {
		return nil, r.Err()
	}
	if err := s.checkShape(); err != nil {
		return nil, err
	}
	return s, s.decodePoints(r)
}

// reader reads what bundles have beside plain fields.
type reader struct{ *encode.Reader }

func newReader(encoding []byte) reader { return reader{encode.NewReader(encoding)} }

// decodePoints reads the commitments, whose numbers follow from the rest.
func (s *Statement) decodePoints(r reader) error {
	for i := range s.Schedule.Parts {
		s.Parts = append(s.Parts, PartCommitment{Columns: r.Bounded("attributes of a part", 0, MaxAttributes)})
		r.part(fmt.Sprintf("part %d", i), &s.Parts[i], s.PartShape(i), s.RowBits)
	}
	s.Initial = r.weights("initial weight", s.Program(), s.RowBits, network.WeightTensors(s.Program()))
	if err := r.End("statement"); err != nil {
		return err
	}
	return s.checkCommitments()
}

func appendPart(b []byte, p *PartCommitment) []byte {
	b = append(encode.Int(b, p.Columns), p.Meaning[:]...)
	for _, rows := range p.Tensors() {
		b = commitments.AppendPoints(b, rows)
	}
	return b
}

// part reads what appendPart wrote after the number of attributes.
func (r reader) part(what string, p *PartCommitment, shape segment.PartShape, rowBits int) {
	p.Meaning = r.Digest(what)
	r.partPoints(what, p, shape, rowBits)
}

// partPoints reads the commitments of a part of that shape.
func (r reader) partPoints(what string, p *PartCommitment, shape segment.PartShape, rowBits int) {
	for k, into := range []*[]bn254.G1Affine{&p.Features, &p.Labels, &p.Attributes}[:len(partRows(shape, rowBits))] {
		*into = r.points(fmt.Sprintf("%s, tensor %d", what, k), partRows(shape, rowBits)[k])
	}
}

func (r reader) weights(what string, p *graph.Program, rowBits int, ids []graph.TensorID) WeightCommitments {
	var w WeightCommitments
	for _, id := range ids {
		t := p.Tensor(id)
		w = append(w, r.points(fmt.Sprintf("%s %q", what, t.Name), CommittedRows(rowBits, t.Axes...)))
	}
	return w
}

// points reads hiding commitments: none of them is infinity.
func (r reader) points(what string, n int) []bn254.G1Affine {
	if n > maxPoints {
		r.Fail(what, "%d committed rows, at most %d", n, maxPoints)
	}
	field := r.Fixed(what, n*commitments.PointBytes)
	if r.Err() != nil {
		return nil
	}
	points, err := commitments.DecodePoints(field, n, commitments.RefuseInfinity)
	if err != nil {
		r.Keep(fmt.Errorf("%s: %w", what, err))
	}
	return points
}
