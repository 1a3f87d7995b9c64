package committed

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Proof is everything the prover sends in mode zk.
type Proof struct {
	Witness [][]bn254.G1Affine // commitments by witness tensor, then the mask row
	Conversation
	Blinding   fr.Element // ρ_F, the blinding of the opened combination
	Evaluation commitments.EvaluationProof
}

// scalars is how many scalars a proof has beside z: y, three blindings, ρ_F.
const scalars = 5

// maxMessages bounds conversations, and with them a verifier's time: 2^15 messages
// take some 0.6 s, and the generators that many hashes to the curve, once.
const maxMessages = 1 << 15

// CheckSize returns fault.ErrResources for a layout whose conversation is too
// long.
func CheckSize(l *proof.Layout) error {
	if n := proof.Length(l); n > maxMessages {
		return fmt.Errorf("conversation of %s: %d elements, at most %d can be committed to: %w", fault.Quote(l.System.Name), n, maxMessages, fault.ErrResources)
	}
	return nil
}

// Size returns the encoded length of a proof for a layout and a kind of setup.
func Size(l *proof.Layout, k commitments.Kind) int { return size(l, ShapeOf(l), k) }

// size returns the encoded length of a proof for a layout, whose conversations
// have the given shape, and a kind of setup.
func size(l *proof.Layout, s Shape, k commitments.Kind) int {
	return statement.WitnessBytes(l) + (s.Blocks+4)*commitments.PointBytes + (s.Hidden+scalars)*commitments.ScalarBytes +
		commitments.EvaluationProofBytes(k, l.RowLog)
}

// MarshalBinary encodes a proof: commitments, blocks, D, D', T0, T1, y, z, the
// blindings, ρ_F, the evaluation proof. There are no lengths in it: the statement fixes
// them.
func (p *Proof) MarshalBinary() ([]byte, error) {
	evaluation, err := p.Evaluation.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b := statement.AppendWitness(nil, p.Witness)
	b = commitments.AppendPoints(b, p.Blocks)
	b = commitments.AppendPoints(b, p.First[:])
	b = commitments.AppendScalars(b, []fr.Element{p.Value})
	b = commitments.AppendScalars(b, p.Z)
	b = commitments.AppendScalars(b, p.Blinds[:])
	b = commitments.AppendScalars(b, []fr.Element{p.Blinding})
	return append(b, evaluation...), nil
}

// Unmarshal decodes a proof for a layout and a kind of setup. Points are checked
// to be on the curve, hiding commitments not to be infinity, scalars to be
// canonical, the length to be exact. Errors wrap fault.ErrMalformed.
func Unmarshal(l *proof.Layout, k commitments.Kind, b []byte) (*Proof, error) {
	s := ShapeOf(l)
	if want := size(l, s, k); len(b) != want {
		return nil, fmt.Errorf("proof has %d bytes, the statement asks for %d: %w", len(b), want, fault.ErrMalformed)
	}
	take := func(n int) []byte {
		part := b[:n]
		b = b[n:]
		return part
	}
	p := &Proof{}
	var err error
	if p.Witness, err = statement.DecodeWitness(l, take(statement.WitnessBytes(l)), commitments.RefuseInfinity); err != nil {
		return nil, err
	}
	points, err := commitments.DecodePoints(take((s.Blocks+4)*commitments.PointBytes), s.Blocks+4, commitments.RefuseInfinity)
	if err != nil {
		return nil, fmt.Errorf("conversation: %w", err)
	}
	p.Blocks, p.First = points[:s.Blocks:s.Blocks], [4]bn254.G1Affine(points[s.Blocks:])
	values, err := commitments.DecodeScalars(take((s.Hidden+scalars)*commitments.ScalarBytes), s.Hidden+scalars)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	p.Value, p.Z, values = values[0], values[1:1+s.Hidden:1+s.Hidden], values[1+s.Hidden:]
	p.Blinds, p.Blinding = [3]fr.Element(values), values[3]
	if p.Evaluation, err = commitments.UnmarshalEvaluationProof(k, b, l.RowLog); err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	return p, nil
}
