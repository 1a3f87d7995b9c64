package evm

import (
	"bytes"
	"context"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Calldata of TrainingVerifier.

// Name names a run on the chain: the hash of its plan, the context of its order, and
// the digest of its statement.
type Name struct {
	Plan    [32]byte
	Context Context
	Digest  [32]byte
}

func (n Name) value() value { return tuple(fixed(n.Plan), fixed(n.Context), fixed(n.Digest)) }

// Run is a run of a plan, proven in a bundle, as it is handed in.
type Run struct {
	Name   Name
	Plan   *Plan
	Bundle *bundle.Bundle

	claims *bundle.Claims
	proofs Proofs
}

// NewRun takes a bundle that settles an order, which it does not verify, and the plan
// that it follows. Errors wrap fault.ErrUsage for a context of no order, and for a run
// of another plan.
func NewRun(p *Plan, b *bundle.Bundle, proofs Proofs) (*Run, error) {
	s := b.Statement
	c, err := ParseContext(s.Context)
	if err != nil {
		return nil, fmt.Errorf("the run is for no order: %w: %v", fault.ErrUsage, fault.Text(err, nil))
	}
	claims, err := bundle.NewClaims(s, ops.NewTables())
	if err != nil {
		return nil, err
	}
	encoding, err := s.Encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(p.Run.Fill(&Filling{RunID: s.RunID, Context: c, Weights: compressed(s.Initial)}), encoding) {
		return nil, fmt.Errorf("the run is one of another plan: %w", fault.ErrUsage)
	}
	return &Run{Name{p.Hash(), c, claims.Digest}, p, b, claims, proofs}, nil
}

// compressed are the commitments of tensors as statements hold them.
func compressed(tensors [][]bn254.G1Affine) [][]byte {
	list := make([][]byte, len(tensors))
	for i, rows := range tensors {
		list[i] = commitments.AppendPoints(nil, rows)
	}
	return list
}

// Coordinates are x and y of every row.
func Coordinates(tensors ...[]bn254.G1Affine) []*big.Int {
	var list []*big.Int
	for _, rows := range tensors {
		for i := range rows {
			list = append(list, rows[i].X.BigInt(new(big.Int)), rows[i].Y.BigInt(new(big.Int)))
		}
	}
	return list
}

// AllCoordinates are those of every tensor.
func AllCoordinates(tensors [][]bn254.G1Affine) [][]*big.Int {
	list := make([][]*big.Int, len(tensors))
	for i, rows := range tensors {
		list[i] = Coordinates(rows)
	}
	return list
}

// Border is the weights before a segment, frozen ones included; after the last one for
// the number of segments.
func (r *Run) Border(i int) bundle.WeightCommitments {
	trained := r.Bundle.Statement.Trained()
	if i > 0 {
		trained = r.Bundle.Segments[i-1].After
	}
	return r.Bundle.Statement.Before(trained)
}

// Data are the tensors that segments read, part by part.
func (r *Run) Data() [][]*big.Int {
	var list [][]*big.Int
	for i := range r.Bundle.Statement.Parts {
		list = append(list, AllCoordinates(r.Bundle.Statement.Parts[i].Tensors()[:r.Plan.Tensors])...)
	}
	return list
}

// Beginning is what starts a run: its initial weights and the proof of their
// certificate.
type Beginning struct {
	RunID           [32]byte
	RunTemplate     []byte
	WeightsTemplate []byte
	Weights         [][]*big.Int
	Proof           []byte
}

// Beginning is what starts the run.
func (r *Run) Beginning(ctx context.Context) (*Beginning, error) {
	_, st, err := r.claims.Weights()
	if err != nil {
		return nil, err
	}
	s := r.Bundle.Statement
	proof, err := r.proofs(ctx, st, r.Bundle.Weights)
	if err != nil {
		return nil, fmt.Errorf("certificate of the initial weights: %w", err)
	}
	return &Beginning{s.RunID, r.Plan.Run.Encode(), r.Plan.Weights.Encode(), AllCoordinates(s.Initial), proof}, nil
}

// StartData starts the run.
func (r *Run) StartData(b *Beginning) []byte {
	return calldata("start("+planType+",bytes32,(bytes32,bytes,bytes,uint256[][],bytes))", r.Plan.value(), fixed(r.Name.Context),
		tuple(fixed(b.RunID), text(b.RunTemplate), text(b.WeightsTemplate), tensors(b.Weights), text(b.Proof)))
}

// SegmentProof is the proof of a segment, with the weights after it and the chain of
// segments to come.
type SegmentProof struct {
	Template     []byte
	Rest         [32]byte
	Certificates []byte // digests
	Next         [][]*big.Int
	Proof        []byte
}

// Statement is what the proof of a segment is about, and the digests of certificates
// that it names. Requires 0 <= i < len(Bundle.Segments).
func (r *Run) Statement(i int) (*statement.Statement, []byte, error) {
	certificates, err := r.certificates()
	if err != nil {
		return nil, nil, err
	}
	_, st, err := r.claims.Segment(i, certificates, r.Border(i), r.Bundle.Segments[i].After)
	var digests []byte
	for _, d := range certificates {
		digests = append(digests, d[:]...)
	}
	return st, digests, err
}

func (r *Run) certificates() ([][32]byte, error) {
	var list [][32]byte
	for i, encoded := range r.Bundle.Datasets {
		digest, err := r.claims.DatasetDigest(i, encoded)
		if err != nil {
			return nil, err
		}
		list = append(list, digest)
	}
	_, st, err := r.claims.Weights()
	if err != nil {
		return nil, err
	}
	return append(list, bundle.CertificateDigest(r.Bundle.Weights, st)), nil
}

// Segment is the proof of a segment. Requires 0 <= i < len(Bundle.Segments).
func (r *Run) Segment(ctx context.Context, i int) (*SegmentProof, error) {
	st, digests, err := r.Statement(i)
	if err != nil {
		return nil, err
	}
	s := r.Bundle.Segments[i]
	proof, err := r.proofs(ctx, st, s.Proof)
	if err != nil {
		return nil, fmt.Errorf("segment %d of %d: %w", i+1, len(r.Bundle.Segments), err)
	}
	return &SegmentProof{r.Plan.Segments[i].Encode(), r.Plan.Rest(i + 1), digests, AllCoordinates(s.After), proof}, nil
}

// AdvanceData hands segments in, of which the first is number from, counted from 0.
func (r *Run) AdvanceData(from int, segments ...*SegmentProof) []byte {
	segment := func(s *SegmentProof) value {
		return tuple(text(s.Template), fixed(s.Rest), text(s.Certificates), tensors(s.Next), text(s.Proof))
	}
	return calldata("advance((bytes32,bytes32,bytes32),uint256[][],uint256[][],(bytes,bytes32,bytes,uint256[][],bytes)[])",
		r.Name.value(), tensors(r.Data()), tensors(AllCoordinates(r.Border(from))), array(segment, segments))
}

// ClaimProof is the proof of a claim about a run, with the rows that it reads.
type ClaimProof struct {
	Sources  []Source
	Template []byte
	Data     [][]*big.Int
	Proof    []byte
}

// Claim is the proof of a claim about the run, which it calls by a name, and about parts
// by theirs. Errors wrap fault.ErrUsage for the proof of another claim.
func (r *Run) Claim(ctx context.Context, c *Claim, item *audit.Item, run string, parts map[string]*bundle.PublicPart, encoded []byte) (*ClaimProof, error) {
	about, err := audit.RunOf(r.Bundle)
	if err != nil {
		return nil, err
	}
	s := r.Bundle.Statement
	d, err := audit.Derive(&audit.Frame{Mode: s.Mode, Setup: s.Setup, RowBits: s.RowBits, Context: s.Context}, item,
		&audit.Subjects{Parts: parts, Runs: map[string]*audit.PublicRun{run: about}})
	if err != nil {
		return nil, err
	}
	filled := c.Template.Fill(&Filling{Context: r.Name.Context, Run: r.Name.Digest, Weights: compressed(r.Border(len(r.Bundle.Segments)))})
	if !bytes.Equal(filled, d.Statement.Head()) {
		return nil, fmt.Errorf("claim %q is another than the order's: %w", item.Name, fault.ErrUsage)
	}
	p := &ClaimProof{Sources: c.Sources, Template: c.Template.Encode()}
	if p.Proof, err = r.proofs(ctx, d.Statement, encoded); err != nil {
		return nil, fmt.Errorf("claim %q: %w", item.Name, err)
	}
	for _, source := range d.Sources {
		if source.Run == "" {
			p.Data = append(p.Data, Coordinates(parts[source.Part].Commitments[source.Tensor]))
		}
	}
	return p, nil
}

// ClaimData hands claims in.
func (r *Run) ClaimData(claims ...*ClaimProof) []byte {
	claim := func(c *ClaimProof) value {
		return tuple(sources(c.Sources), text(c.Template), tensors(c.Data), text(c.Proof))
	}
	return calldata("claim((bytes32,bytes32,bytes32),uint256[][],((bytes32,bytes32,uint64)[],bytes,uint256[][],bytes)[])",
		r.Name.value(), tensors(AllCoordinates(r.Border(len(r.Bundle.Segments)))), array(claim, claims))
}
