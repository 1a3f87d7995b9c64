package commitments

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// pairingProofBytes returns the size of an encoded evaluation proof for rows of
// 2^rowBits cells: ℓ+1 points and 2ℓ+1 scalars. Requires rowBits >= 1.
func pairingProofBytes(rowBits int) int {
	return (rowBits+1)*PointBytes + (2*rowBits+1)*ScalarBytes
}

// MarshalBinary encodes the proof: the folds, the quotient, the witness, then
// P_i(β), P_i(−β) and P_0(β²). There are no lengths in it: they follow from ℓ.
func (proof *PairingProof) MarshalBinary() ([]byte, error) {
	if err := proof.checkShape(len(proof.Pos)); err != nil {
		return nil, err
	}
	b := make([]byte, 0, pairingProofBytes(len(proof.Pos)))
	b = AppendPoints(b, proof.Folds)
	b = AppendPoints(b, []bn254.G1Affine{proof.Quotient, proof.Witness})
	return proof.appendEvaluations(b), nil
}

func (proof *PairingProof) appendEvaluations(b []byte) []byte {
	b = AppendScalars(b, proof.Pos)
	b = AppendScalars(b, proof.Neg)
	return AppendScalars(b, []fr.Element{proof.Square})
}

// unmarshalPairingProof decodes a proof for rows of 2^rowBits cells. Points
// may be infinity, the commitment to the zero polynomial: a quotient is zero
// whenever the row is constant enough. Errors wrap fault.ErrMalformed.
func unmarshalPairingProof(data []byte, rowBits int) (*PairingProof, error) {
	if rowBits < MinRowBits || rowBits > MaxRowBits {
		return nil, fmt.Errorf("evaluation proof: rows of 2^%d cells: %w", rowBits, fault.ErrUsage)
	}
	if len(data) != pairingProofBytes(rowBits) {
		return nil, fmt.Errorf("evaluation proof: %d bytes, want %d: %w", len(data), pairingProofBytes(rowBits), fault.ErrMalformed)
	}
	cut := (rowBits + 1) * PointBytes
	points, err := DecodePoints(data[:cut], rowBits+1, AllowInfinity)
	if err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	scalars, err := DecodeScalars(data[cut:], 2*rowBits+1)
	if err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	return &PairingProof{
		Folds:    points[:rowBits-1],
		Quotient: points[rowBits-1],
		Witness:  points[rowBits],
		Pos:      scalars[:rowBits],
		Neg:      scalars[rowBits : 2*rowBits],
		Square:   scalars[2*rowBits],
	}, nil
}
