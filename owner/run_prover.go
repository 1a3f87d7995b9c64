package owner

import (
	"context"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/train"
)

// RunProver makes the proofs of one run. It is not safe for concurrent use.
type RunProver struct {
	By     mode.Prover
	Claims *bundle.Claims
	Parts  []*Part
	// Arena is shared by all proofs of the run; may be nil.
	Arena *poly.Arena

	initial      *CommittedWeights
	certificates [][32]byte
}

// Certified tells the prover of the certificates that its segments are bound
// to: those of all parts and that of the initial weights.
func (p *RunProver) Certified(datasets [][]byte, weights []byte, initial *CommittedWeights) error {
	p.certificates, p.initial = nil, initial
	for i, encoded := range datasets {
		digest, err := p.Claims.DatasetDigest(i, encoded)
		if err != nil {
			return err
		}
		p.certificates = append(p.certificates, digest)
	}
	_, st, err := p.Claims.Weights()
	if err != nil {
		return err
	}
	p.certificates = append(p.certificates, bundle.CertificateDigest(weights, st))
	return nil
}

// Certificates returns the digests that Certified has found, and Initial the weights it was
// given: what CertifiedAs takes.
func (p *RunProver) Certificates() [][32]byte { return p.certificates }

// Initial returns the committed initial weights.
func (p *RunProver) Initial() *CommittedWeights { return p.initial }

// CertifiedAs is Certified for those who are told what another prover of the run has found.
func (p *RunProver) CertifiedAs(certificates [][32]byte, initial *CommittedWeights) {
	p.certificates, p.initial = certificates, initial
}

// Beside returns a prover of the same run that may work at the same time, with another
// arena, or nil. It knows the certificates that this one knows.
func (p *RunProver) Beside(by mode.Prover, arena *poly.Arena) *RunProver {
	other := *p
	other.By, other.Arena = by, arena
	return &other
}

// CertifyWeights proves the certificate of the initial weights.
func (p *RunProver) CertifyWeights(ctx context.Context, initial *CommittedWeights, cells train.Weights) ([]byte, error) {
	cert, st, err := p.Claims.Weights()
	if err != nil {
		return nil, err
	}
	assignment, err := cert.Assign(cells)
	if err != nil {
		return nil, err
	}
	encoded, err := p.prove(ctx, st, assignment, initial.Blinding)
	if err != nil {
		return nil, fmt.Errorf("certificate of the initial weights: %w", err)
	}
	return encoded, nil
}

// SegmentClaim returns what the proof of a segment between two committed
// borders is about. before and after hold the trainable weights.
func (p *RunProver) SegmentClaim(i int, before, after *CommittedWeights) (*segment.Relations, *statement.Statement, error) {
	return p.Claims.Segment(i, p.certificates, p.Claims.Run.Before(before.Public), after.Public)
}

// Segment proves one executed segment, given its claim.
func (p *RunProver) Segment(ctx context.Context, sys *segment.Relations, st *statement.Statement, trace *train.Trace, before, after *CommittedWeights) ([]byte, error) {
	cells := segment.Cells{Before: trace.Before, After: trace.After}
	var blinding [][]fr.Element
	for _, part := range p.Parts {
		cells.Features, cells.Labels = append(cells.Features, part.Cells[0]), append(cells.Labels, part.Cells[1])
		blinding = append(blinding, part.Blinding[:2]...)
		if p.Claims.Run.Program().Attributes() != graph.None { // else training does not read them
			cells.Attributes, blinding = append(cells.Attributes, part.Cells[2]), append(blinding, part.Blinding[2])
		}
	}
	assignment, err := sys.Assign(trace.Recorded, cells)
	if err != nil {
		return nil, err
	}
	blinding = append(blinding, p.BlindingBefore(before)...)
	encoded, err := p.prove(ctx, st, assignment, append(blinding, after.Blinding...))
	if err != nil {
		return nil, fmt.Errorf("segment %d: %w", trace.Segment, err)
	}
	return encoded, nil
}

// BlindingBefore adds the frozen weights' blinding to that of the trainable
// ones, in the program's order.
func (p *RunProver) BlindingBefore(before *CommittedWeights) [][]fr.Element {
	program := p.Claims.Run.Program()
	var blinding [][]fr.Element
	next := 0
	for i, id := range network.WeightTensors(program) {
		if program.Tensor(id).Role == graph.Weight {
			blinding = append(blinding, before.Blinding[next])
			next++
			continue
		}
		blinding = append(blinding, p.initial.Blinding[i])
	}
	return blinding
}

func (p *RunProver) prove(ctx context.Context, st *statement.Statement, cells relation.Assignment, blinding [][]fr.Element) ([]byte, error) {
	secret := prover.Secret{Cells: cells, External: blinding, Arena: p.Arena}
	return p.By.Prove(ctx, p.Claims.Run.Mode, st, secret)
}
