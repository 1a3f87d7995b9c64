package evm

import (
	"context"
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// Plan is everything that a training must be, as an order pins it: templates of all
// statements of a run.
type Plan struct {
	Run      Template
	Weights  Template   // of the certificate of the initial weights
	Segments []Template // in order
	Tensors  int        // of each part, segments read so many, the first
	Parts    []PlannedPart
}

// PlannedPart is a part that is trained on.
type PlannedPart struct {
	Digest      [32]byte
	Certificate [32]byte // CertificateName
	Reads       int64    // slots of the schedule that read one of its rows
}

// NewPlan derives the plan of a run from the public values that decide a training.
// RunID, Context and Initial of the statement, which nobody knows before there is a
// run, are not read: whoever asks for a training and whoever has trained derive the
// same plan. Errors wrap fault.ErrUnsupported for what a chain does not verify.
//
// Soundness: a run of the plan on the chain is a run of a statement that differs from
// s in these three alone. Whoever pins the plan must have made s, or compared it, as an
// auditor compares the statement of a bundle.
func NewPlan(ctx context.Context, s *bundle.Statement, classes Classes) (*Plan, error) {
	if err := checkMode(s.Mode); err != nil {
		return nil, err
	}
	if s.Origin.Kind == bundle.Continued { // the initial weights are holes: nothing would compare them
		return nil, fmt.Errorf("a run that continues another: contracts do not compare its initial weights with what the other ended with: %w", fault.ErrUnsupported)
	}
	s = unknown(s)
	claims, err := bundle.NewClaims(s, ops.NewTables())
	if err != nil {
		return nil, err
	}
	p := &Plan{Tensors: 2}
	if s.Program().Attributes() != graph.None {
		p.Tensors++
	}
	if err := p.addParts(ctx, s, classes); err != nil {
		return nil, err
	}
	if err := p.addRun(s); err != nil {
		return nil, err
	}
	_, weights, err := claims.Weights()
	if err != nil {
		return nil, err
	}
	c := cutting{encoding: weights.Head()}
	t, err := classes.template(ctx, weights, spansOf(WeightsPool, s.Initial), c.end())
	if err != nil {
		return nil, fmt.Errorf("certificate of the initial weights: %w", err)
	}
	p.Weights = *t
	for i := range s.Segments() {
		t, err := segmentTemplate(ctx, claims, i, classes)
		if err != nil {
			return nil, fmt.Errorf("segment %d of %d: %w", i+1, s.Segments(), err)
		}
		p.Segments = append(p.Segments, *t)
	}
	return p, nil
}

// unknown is a statement with stand-ins for what is not known before a run. The
// points are never hashed: holes are in their place.
func unknown(s *bundle.Statement) *bundle.Statement {
	stand := *s
	stand.RunID, stand.Context, stand.Initial = [32]byte{}, Context{}.String(), nil
	_, _, g, _ := bn254.Generators()
	for _, id := range network.WeightTensors(s.Program()) {
		n := bundle.CommittedRows(s.RowBits, s.Program().Tensor(id).Axes...)
		stand.Initial = append(stand.Initial, slices.Repeat([]bn254.G1Affine{g}, n))
	}
	return &stand
}

func (p *Plan) addParts(ctx context.Context, s *bundle.Statement, classes Classes) error {
	read := &audit.PublicRun{Training: &audit.Training{Schedule: s.Schedule}}
	if err := read.CountReads(); err != nil {
		return err
	}
	for i := range s.Parts {
		templates, err := PartTemplates(ctx, s.Mode, &Part{s.PartShape(i), s.Setup, s.RowBits, s.Parts[i]}, classes)
		if err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
		p.Parts = append(p.Parts, PlannedPart{s.PartDigest(i), CertificateName(templates), read.Used[i]})
	}
	return nil
}

// addRun adds the template of the run's statement: run id, context and, at its end,
// the initial weights are not known.
func (p *Plan) addRun(s *bundle.Statement) error {
	encoding, err := s.Encode()
	if err != nil {
		return err
	}
	r := encode.NewReader(encoding)
	at := func() int { return len(encoding) - r.Left() }
	r.Bytes("domain", len(encoding))
	r.Bytes("mode", len(encoding))
	c := cutting{encoding: encoding}
	c.hole(at(), len(r.Fixed("run id", len(s.RunID))), Piece{Hole: RunID})
	text := r.Bytes("context", len(encoding))
	c.hole(at()-len(text), len(text), Piece{Hole: OrderText})
	end := len(encoding) - pointBytes(s.Initial)
	for k, rows := range s.Initial {
		c.hole(end, len(rows)*commitments.PointBytes, Piece{Hole: Weights, Argument: k})
		end += len(rows) * commitments.PointBytes
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("statement of the run: %w", err)
	}
	p.Run.Pieces = c.end()
	return p.Run.check()
}

// segmentTemplate is the template of a segment's proof: the run's digest, which begins
// its public values, and the digests of certificates, which end them, are not known.
func segmentTemplate(ctx context.Context, claims *bundle.Claims, i int, classes Classes) (*Template, error) {
	s := claims.Run
	certificates := make([][32]byte, len(s.Parts)+1)
	_, st, err := claims.Segment(i, certificates, s.Initial, s.Trained())
	if err != nil {
		return nil, err
	}
	first, err := publicAt(st.Head())
	if err != nil {
		return nil, err
	}
	digests := 32 * len(certificates)
	c := cutting{encoding: st.Head()}
	c.hole(first, len(claims.Digest), Piece{Hole: RunDigest})
	c.hole(first+len(st.Public)-digests, digests, Piece{Hole: Certificates, Argument: len(certificates)})
	return classes.template(ctx, st, segmentSpans(s), c.end())
}

// segmentSpans are the external tensors of a segment: those of all parts, all weights
// before, the trainable ones after.
func segmentSpans(s *bundle.Statement) []Span {
	var data [][]bn254.G1Affine
	for i := range s.Parts {
		data = append(data, s.Parts[i].Features, s.Parts[i].Labels)
		if s.Program().Attributes() != graph.None {
			data = append(data, s.Parts[i].Attributes)
		}
	}
	spans := append(spansOf(DataPool, data), spansOf(WeightsPool, s.Initial)...)
	for k, id := range network.WeightTensors(s.Program()) {
		if s.Program().Tensor(id).Role == graph.Weight {
			spans = append(spans, Span{Pool: NextPool, Tensor: k, Rows: len(s.Initial[k])})
		}
	}
	return spans
}

// spansOf are spans of all tensors of a pool.
func spansOf(pool Pool, tensors [][]bn254.G1Affine) []Span {
	spans := make([]Span, len(tensors))
	for i, rows := range tensors {
		spans[i] = Span{Pool: pool, Tensor: i, Rows: len(rows)}
	}
	return spans
}

func pointBytes(tensors [][]bn254.G1Affine) int {
	n := 0
	for _, rows := range tensors {
		n += len(rows) * commitments.PointBytes
	}
	return n
}

// publicAt returns where the public values begin in the head of a statement.
func publicAt(head []byte) (int, error) {
	r := encode.NewReader(head)
	r.Bytes("domain", len(head))
	r.Bytes("kind", len(head))
	public := r.Bytes("public values", len(head))
	if err := r.Err(); err != nil {
		return 0, fmt.Errorf("statement: %w", err)
	}
	return len(head) - r.Left() - len(public), nil
}

// Rest is the chain of the segments from i on, by which the chain knows what comes
// next:
//
//	s_n = 0,   s_i = keccak256(hash of template i ‖ s_(i+1))
//
// Requires 0 <= i <= len(Segments).
func (p *Plan) Rest(i int) (s [32]byte) {
	for k := len(p.Segments) - 1; k >= i; k-- {
		hash := p.Segments[k].Hash()
		s = Keccak256(append(hash[:], s[:]...))
	}
	return s
}

// Hash is the hash by which an order pins the plan: keccak256 of its encoding as
// TrainingVerifier.Plan.
func (p *Plan) Hash() [32]byte { return Keccak256(abiEncode(p.value())) }

// planType is TrainingVerifier.Plan in signatures.
const planType = "(bytes32,bytes32,bytes32,uint64,(bytes32,bytes32,uint64)[])"

// value is the plan as contracts take it.
func (p *Plan) value() value {
	part := func(p PlannedPart) value { return tuple(fixed(p.Digest), fixed(p.Certificate), count(p.Reads)) }
	return tuple(fixed(p.Run.Hash()), fixed(p.Weights.Hash()), fixed(p.Rest(0)), count(p.Tensors), array(part, p.Parts))
}
