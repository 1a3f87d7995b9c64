package statement

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
)

// Proof is everything the prover sends in mode validity.
type Proof struct {
	Witness    [][]bn254.G1Affine // commitments by witness tensor, then the mask row
	Messages   []fr.Element       // the conversation
	Blinding   fr.Element         // ρ_F, the blinding of the opened combination
	Evaluation commitments.EvaluationProof
}

// Size returns the encoded length of a proof for a layout and a kind of setup.
func Size(l *proof.Layout, k commitments.Kind) int {
	return WitnessBytes(l) + (proof.Length(l)+1)*commitments.ScalarBytes + commitments.EvaluationProofBytes(k, l.RowLog)
}

// WitnessBytes is the length of the commitments that a proof brings.
func WitnessBytes(l *proof.Layout) int {
	n := 0
	for _, rows := range WitnessRows(l) {
		n += rows * commitments.PointBytes
	}
	return n
}

// AppendWitness appends the commitments that a proof brings.
func AppendWitness(b []byte, witness [][]bn254.G1Affine) []byte {
	for _, rows := range witness {
		b = commitments.AppendPoints(b, rows)
	}
	return b
}

// DecodeWitness reads the commitments that a proof brings, WitnessBytes of them.
func DecodeWitness(l *proof.Layout, b []byte, rule commitments.InfinityRule) ([][]bn254.G1Affine, error) {
	var witness [][]bn254.G1Affine
	for i, rows := range WitnessRows(l) {
		points, err := commitments.DecodePoints(b[:rows*commitments.PointBytes], rows, rule)
		if err != nil {
			return nil, fmt.Errorf("witness commitment %d: %w", i, err)
		}
		witness, b = append(witness, points), b[rows*commitments.PointBytes:]
	}
	return witness, nil
}

// MarshalBinary encodes a proof: points, messages, blinding, evaluation proof, with no
// lengths, since the statement fixes them.
func (p *Proof) MarshalBinary() ([]byte, error) {
	b := commitments.AppendScalars(AppendWitness(nil, p.Witness), p.Messages)
	b = commitments.AppendScalars(b, []fr.Element{p.Blinding})
	evaluation, err := p.Evaluation.MarshalBinary()
	return append(b, evaluation...), err
}

// Unmarshal decodes a proof for a layout. Every point is checked to be on the
// curve, every scalar to be canonical, the length to be exact.
func Unmarshal(l *proof.Layout, k commitments.Kind, b []byte) (*Proof, error) {
	if want := Size(l, k); len(b) != want {
		return nil, fmt.Errorf("proof has %d bytes, the statement asks for %d: %w", len(b), want, fault.ErrMalformed)
	}
	p := &Proof{}
	var err error
	if p.Witness, err = DecodeWitness(l, b, commitments.AllowInfinity); err != nil {
		return nil, err
	}
	b = b[WitnessBytes(l):]
	n := proof.Length(l) + 1
	scalars, err := commitments.DecodeScalars(b[:n*fr.Bytes], n)
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	p.Messages, p.Blinding = scalars[:n-1], scalars[n-1]
	if p.Evaluation, err = commitments.UnmarshalEvaluationProof(k, b[n*fr.Bytes:], l.RowLog); err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	return p, nil
}
