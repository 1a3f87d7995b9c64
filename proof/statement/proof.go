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
	Witness  [][]bn254.G1Affine // commitments by witness tensor, then the mask row
	Messages []fr.Element       // the conversation
	Blinding fr.Element         // ρ_F, the blinding of the opened combination
	Opening  *commitments.OpeningProof
}

// Size returns the encoded length of a proof for a layout.
func Size(l *proof.Layout) int {
	n := proof.Length(l)*fr.Bytes + fr.Bytes + commitments.OpeningProofBytes(l.RowLog)
	for _, rows := range WitnessRows(l) {
		n += rows * commitments.PointBytes
	}
	return n
}

// MarshalBinary encodes a proof: points, messages, blinding, opening, with no
// lengths, since the statement fixes them.
func (p *Proof) MarshalBinary() ([]byte, error) {
	var b []byte
	for _, rows := range p.Witness {
		b = commitments.AppendPoints(b, rows)
	}
	b = commitments.AppendScalars(b, p.Messages)
	b = commitments.AppendScalars(b, []fr.Element{p.Blinding})
	opening, err := p.Opening.MarshalBinary()
	return append(b, opening...), err
}

// Unmarshal decodes a proof for a layout. Every point is checked to be on the
// curve, every scalar to be canonical, the length to be exact.
func Unmarshal(l *proof.Layout, b []byte) (*Proof, error) {
	if want := Size(l); len(b) != want {
		return nil, fmt.Errorf("proof has %d bytes, the statement asks for %d: %w", len(b), want, fault.ErrMalformed)
	}
	p := &Proof{}
	var err error
	for i, rows := range WitnessRows(l) {
		var points []bn254.G1Affine
		if points, err = commitments.DecodePoints(b[:rows*commitments.PointBytes], rows, commitments.AllowInfinity); err != nil {
			return nil, fmt.Errorf("witness commitment %d: %w", i, err)
		}
		p.Witness, b = append(p.Witness, points), b[rows*commitments.PointBytes:]
	}
	n := proof.Length(l) + 1
	scalars, err := commitments.DecodeScalars(b[:n*fr.Bytes], n)
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	p.Messages, p.Blinding = scalars[:n-1], scalars[n-1]
	if p.Opening, err = commitments.UnmarshalOpeningProof(b[n*fr.Bytes:], l.RowLog); err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	return p, nil
}
