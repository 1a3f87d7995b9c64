package wrap

import (
	"bytes"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/backend/witness"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Groth16 is gnark's Groth16, without its commitments (BSB22). Setup draws
// the secrets of the keys and forgets them: keys are sound for whoever ran it,
// and worth nothing to others.
//
// Proofs can be randomised again by anyone, so two byte strings may prove the
// same; each of them is still bound to statement, commitments and exposed
// values.
type Groth16 struct{}

const (
	groth16ProofBytes = 2*bn254.SizeOfG1AffineCompressed + bn254.SizeOfG2AffineCompressed
)

// ID is part of System.
func (Groth16) ID() byte { return 4 }

// Name is part of System.
func (Groth16) Name() string { return "groth16" }

// Derived is part of System.
func (Groth16) Derived() bool { return false }

// ProofBytes is part of System.
func (Groth16) ProofBytes() int { return groth16ProofBytes }

// Compile is part of System.
func (Groth16) Compile(c frontend.Circuit) (constraint.ConstraintSystem, error) {
	return frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder[constraint.U64], c)
}

// Setup is part of System.
func (Groth16) Setup(ccs constraint.ConstraintSystem, _ *commitments.VerifierSetup) (ProvingKey, VerifyingKey, error) {
	pk, vk, err := setUpGroth16(ccs.(*cs.R1CS))
	if err != nil {
		return nil, nil, err
	}
	return groth16ProvingKey{pk}, groth16VerifyingKey{vk}, nil
}

// DecodeVerifyingKey is part of System.
func (g Groth16) DecodeVerifyingKey(b []byte, public int, _ *commitments.VerifierSetup) (VerifyingKey, error) {
	vk := &groth16.VerifyingKey{}
	n, err := vk.ReadFrom(bytes.NewReader(b))
	switch {
	case err != nil:
		return nil, badKey(g, err.Error())
	case n != int64(len(b)):
		return nil, badKey(g, "trailing bytes")
	case vk.NbPublicWitness() != public || len(vk.CommitmentKeys) != 0 || len(vk.PublicAndCommitmentCommitted) != 0:
		return nil, badKey(g, "another circuit")
	}
	return groth16VerifyingKey{vk}, nil
}

// DecodeProvingKey is part of System.
func (g Groth16) DecodeProvingKey(b []byte, _ VerifyingKey) (ProvingKey, error) {
	pk := &groth16.ProvingKey{}
	n, err := pk.UnsafeReadFrom(bytes.NewReader(b)) // of our own making, and the caller's checksum
	switch {
	case err != nil:
		return nil, badKey(g, err.Error())
	case n != int64(len(b)):
		return nil, badKey(g, "trailing bytes")
	}
	return groth16ProvingKey{pk}, nil
}

type groth16ProvingKey struct{ key *groth16.ProvingKey }

func (k groth16ProvingKey) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	_, err := k.key.WriteRawTo(&b)
	return b.Bytes(), err
}

func (k groth16ProvingKey) Prove(ccs constraint.ConstraintSystem, full witness.Witness) ([]byte, error) {
	proof, err := groth16.Prove(ccs.(*cs.R1CS), k.key, full)
	if err != nil {
		return nil, rejected(Groth16{}, err)
	}
	return encodeGroth16(proof), nil
}

type groth16VerifyingKey struct{ key *groth16.VerifyingKey }

func (k groth16VerifyingKey) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	_, err := k.key.WriteTo(&b)
	return b.Bytes(), err
}

func (k groth16VerifyingKey) Verify(public fr.Vector, encoded []byte) error {
	proof, err := decodeGroth16(encoded)
	if err != nil {
		return err
	}
	if err := groth16.Verify(proof, k.key, public); err != nil {
		return rejected(Groth16{}, err)
	}
	return nil
}

// encodeGroth16 writes A, C and B. There are no commitments, so unlike gnark's
// encoding it holds no lengths that a decoder would obey.
func encodeGroth16(p *groth16.Proof) []byte {
	b := commitments.AppendPoints(nil, []bn254.G1Affine{p.Ar, p.Krs})
	second := p.Bs.Bytes()
	return append(b, second[:]...)
}

func decodeGroth16(b []byte) (*groth16.Proof, error) {
	if err := checkLength(Groth16{}, b); err != nil {
		return nil, err
	}
	cut := 2 * commitments.PointBytes
	points, err := commitments.DecodePoints(b[:cut], 2, commitments.RefuseInfinity)
	if err != nil {
		return nil, fmt.Errorf("groth16 proof: %w", err)
	}
	p := &groth16.Proof{Ar: points[0], Krs: points[1]}
	if _, err := p.Bs.SetBytes(b[cut:]); err != nil || p.Bs.IsInfinity() { // checks the subgroup
		return nil, fmt.Errorf("groth16 proof: point of G2: %w", fault.ErrMalformed)
	}
	return p, nil
}
