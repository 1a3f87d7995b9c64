package commitments

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Claim says that the combination of committed rows, without blinding, has
// multilinear extension Value at Point. Point has ℓ coordinates, the first one
// for the most significant bit of the cell index.
type Claim struct {
	Rows  Combination
	Point []fr.Element
	Value fr.Element
}

// Combination is a row in terms of committed ones: Σ_i Weights_i·Points_i −
// Blinding·H commits to it without blinding.
type Combination struct {
	Points   []bn254.G1Affine
	Weights  []fr.Element
	Blinding fr.Element
}

// EvaluationProof shows that a Claim is true: a *PairingProof, or an
// *InnerProductProof for setups of kind Transparent.
type EvaluationProof interface {
	// MarshalBinary encodes the proof in EvaluationProofBytes bytes.
	MarshalBinary() ([]byte, error)
}

// ProveEvaluation proves a claim about the row with cells f. seed binds the proof to the
// transcript it is part of, and must itself be bound to the points of the claim.
// A tensor of 2^m < 2^ℓ cells is opened zero-extended at (0, …, 0, r).
// Requires len(f) = 2^ℓ and f to be the row that the claim is about (not
// checked: it costs a multi-scalar multiplication; a proof for anything else
// will not verify). A value f does not have at the point is fault.ErrUsage.
// Protocol, section 12.
func (s *Setup) ProveEvaluation(f fr.Vector, claim Claim, seed [32]byte) (EvaluationProof, error) {
	if len(f) != s.RowCells() || len(claim.Point) != s.RowBits {
		return nil, fmt.Errorf("evaluation proof: %d cells and %d coordinates for rows of 2^%d: %w", len(f), len(claim.Point), s.RowBits, fault.ErrUsage)
	}
	if s.Kind == Transparent {
		return proveInnerProduct(s, f, claim, newInnerProductTranscript(seed))
	}
	c, err := s.Verifier().folded(claim)
	if err != nil {
		return nil, err
	}
	return provePairing(s, f, c, seed)
}

// AddEvaluation checks a proof of a claim, as far as it is not left to the batch,
// where it is called place.
// A proof of another kind of setup is fault.ErrMalformed, a false one
// fault.ErrRejected, by this function or by the batch.
//
// Soundness: see addInnerProduct and verifyPairing. The caller must check that
// the setup is the one it trusts (ID, Insecure), that the points of the claim
// are the commitments meant and bound by the seed, that Point and Value come
// from a transcript that absorbed them, and the batch.
// Protocol, section 12.
func (v *VerifierSetup) AddEvaluation(batch *Batch, place string, claim Claim, proof EvaluationProof, seed [32]byte) error {
	if len(claim.Point) != v.RowBits || len(claim.Rows.Points) != len(claim.Rows.Weights) {
		return fmt.Errorf("evaluation proof: %d coordinates for rows of 2^%d cells, %d weights for %d rows: %w",
			len(claim.Point), v.RowBits, len(claim.Rows.Weights), len(claim.Rows.Points), fault.ErrUsage)
	}
	switch p := proof.(type) {
	case *InnerProductProof:
		if v.Kind == Transparent && p != nil {
			return v.addInnerProduct(batch, place, claim, p, newInnerProductTranscript(seed))
		}
	case *PairingProof:
		if v.Kind != Transparent {
			c, err := v.folded(claim)
			if err != nil {
				return err
			}
			return verifyPairing(v, c, p, seed)
		}
	}
	return fmt.Errorf("evaluation proof: not a proof for a %s setup: %w", v.Kind, fault.ErrMalformed)
}

// folded returns the claim about one commitment that a claim amounts to.
func (v *VerifierSetup) folded(claim Claim) (pairingClaim, error) {
	sum, err := FoldCommitments(claim.Rows.Points, claim.Rows.Weights)
	if err != nil {
		return pairingClaim{}, err
	}
	c := v.RemoveBlinding(*new(bn254.G1Affine).FromJacobian(&sum), claim.Rows.Blinding)
	return pairingClaim{Commitment: c, Point: claim.Point, Value: claim.Value}, nil
}

// EvaluationProofBytes returns the size of an encoded evaluation proof for rows of
// 2^rowBits cells: 2ℓ points and a scalar for transparent setups, else ℓ+1
// points and 2ℓ+1 scalars. Requires rowBits >= 1.
func EvaluationProofBytes(k Kind, rowBits int) int {
	if k == Transparent {
		return 2*rowBits*PointBytes + ScalarBytes
	}
	return pairingProofBytes(rowBits)
}

// UnmarshalEvaluationProof decodes a proof for rows of 2^rowBits cells. There are
// no lengths in it: they follow from ℓ. Errors wrap fault.ErrMalformed.
func UnmarshalEvaluationProof(k Kind, data []byte, rowBits int) (EvaluationProof, error) {
	if err := checkRowBits(rowBits); err != nil {
		return nil, err
	}
	if want := EvaluationProofBytes(k, rowBits); len(data) != want {
		return nil, fmt.Errorf("evaluation proof: %d bytes, want %d: %w", len(data), want, fault.ErrMalformed)
	}
	if k == Transparent {
		return unmarshalInnerProductProof(data, rowBits)
	}
	return unmarshalPairingProof(data, rowBits)
}
