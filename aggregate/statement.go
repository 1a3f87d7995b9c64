package aggregate

import (
	"crypto/sha256"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/segment"
)

// Limits of a statement. They bound what a verifier does for a round.
const (
	MaxParticipants = 1 << 10
	MaxRound        = 1 << 20

	maxWeights = 1 << 16 // tensors
	maxPoints  = 1 << 22 // committed rows of one tensor
)

const statementDomain = "zkaudit/aggregate/v1"

// Statement holds the public values of a round.
type Statement struct {
	Mode         mode.Name
	Context      string // that of all participants' runs
	Round        int    // from 1
	Setup        [32]byte
	RowBits      int // ℓ
	Bits         int // b
	Participants []Participant
	Global       bundle.WeightCommitments // to all weights, frozen ones included, in the program's order
}

// Participant is one whose weights are averaged.
type Participant struct {
	Result  [32]byte // digest of what its run offers: bundle.Result
	Samples int64    // how often its weights count
}

// Samples returns the sum of all samples, N.
func (s *Statement) Samples() int64 {
	var n int64
	for _, p := range s.Participants {
		n += p.Samples
	}
	return n
}

// Check returns fault.ErrMalformed, or fault.ErrVersion for another mode, unless
// the statement is one of a round.
func (s *Statement) Check() error {
	malformed := func(format string, args ...any) error {
		return fmt.Errorf("round: %s: %w", fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
	if err := s.Mode.Check(); err != nil {
		return fmt.Errorf("round: %w", err)
	}
	switch {
	case len(s.Context) > bundle.MaxContext:
		return malformed("context of %d bytes, at most %d", len(s.Context), bundle.MaxContext)
	case s.Round < 1 || s.Round > MaxRound:
		return malformed("number %d, want 1 to %d", s.Round, MaxRound)
	case s.RowBits < commitments.MinRowBits || s.RowBits > commitments.MaxRowBits:
		return malformed("rows of 2^%d cells", s.RowBits)
	case s.Bits < 1 || s.Bits > segment.MaxInitialBits:
		return malformed("weights of %d bits, want 1 to %d", s.Bits, segment.MaxInitialBits)
	case len(s.Participants) < 2 || len(s.Participants) > MaxParticipants:
		return malformed("%d participants, want 2 to %d", len(s.Participants), MaxParticipants)
	case len(s.Global) < 1 || len(s.Global) > maxWeights:
		return malformed("%d weights", len(s.Global))
	}
	seen := map[[32]byte]int{}
	for i, p := range s.Participants {
		if p.Samples < 1 || p.Samples > bundle.MaxRows {
			return malformed("participant %d counts %d times, want 1 to %d", i+1, p.Samples, bundle.MaxRows)
		}
		if first, twice := seen[p.Result]; twice {
			return malformed("participants %d and %d are the same, which would count twice", first+1, i+1)
		}
		seen[p.Result] = i
	}
	return nil
}

// Encode returns the injective encoding of the statement. It fails with the
// error of Check.
func (s *Statement) Encode() ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	b := encode.Domain(statementDomain)
	b = encode.Text(b, s.Mode)
	b = encode.Text(b, s.Context)
	b = encode.Int(b, s.Round)
	b = append(b, s.Setup[:]...)
	b = encode.Int(b, s.RowBits)
	b = encode.Int(b, s.Bits)
	b = encode.Int(b, len(s.Participants))
	for _, p := range s.Participants {
		b = encode.Int(append(b, p.Result[:]...), p.Samples)
	}
	b = encode.Int(b, len(s.Global))
	for _, rows := range s.Global {
		b = encode.Bytes(b, commitments.AppendPoints(nil, rows))
	}
	return b, nil
}

// Digest is SHA-256 of Encode. It fails with the error of Check.
func (s *Statement) Digest() ([32]byte, error) {
	b, err := s.Encode()
	if err != nil {
		return [32]byte{}, err
	}
	return sha256.Sum256(b), nil
}

// DecodeStatement reads what Encode wrote, and checks it. It accepts only
// canonical encodings. Errors are those of Check.
func DecodeStatement(data []byte) (_ *Statement, err error) {
	defer fault.Catch(&err, "round", fault.ErrMalformed)
	r := encode.NewReader(data)
	if domain := r.Bytes("statement", len(statementDomain)); r.Err() == nil && string(domain) != statementDomain {
		return nil, fmt.Errorf("statement of kind %q: %w", domain, fault.ErrMalformed)
	}
	s := &Statement{Mode: mode.Name(r.Bytes("mode", 64)), Context: string(r.Bytes("context", bundle.MaxContext))}
	s.Round, s.Setup = r.Bounded("round", 1, MaxRound), r.Digest("setup")
	s.RowBits = r.Bounded("row size", commitments.MinRowBits, commitments.MaxRowBits)
	s.Bits = r.Bounded("bits", 1, segment.MaxInitialBits)
	for range r.Bounded("participants", 2, MaxParticipants) {
		s.Participants = append(s.Participants, Participant{Result: r.Digest("participant"), Samples: r.Int("samples")})
	}
	for i := range r.Bounded("weights", 1, maxWeights) {
		s.Global = append(s.Global, points(r, i))
	}
	if err := r.End("statement"); err != nil {
		return nil, err
	}
	return s, s.Check()
}

// points reads the hiding commitments to weight i.
func points(r *encode.Reader, i int) []bn254.G1Affine {
	what := fmt.Sprintf("weight %d", i)
	field := r.Bytes(what, maxPoints*commitments.PointBytes)
	if r.Err() != nil {
		return nil
	}
	n := len(field) / commitments.PointBytes
	if n == 0 || len(field)%commitments.PointBytes != 0 {
		r.Fail(what, "%d bytes of committed rows", len(field))
		return nil
	}
	rows, err := commitments.DecodePoints(field, n, commitments.RefuseInfinity)
	if err != nil {
		r.Keep(fmt.Errorf("%s: %w", what, err))
	}
	return rows
}
