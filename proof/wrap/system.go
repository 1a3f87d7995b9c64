package wrap

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/backend/witness"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// ProofSystem is a proof system for circuits over the scalar field of BN254.
type ProofSystem interface {
	// ID is the first byte of every proof made with the system.
	ID() byte
	Name() string
	// Derived reports whether keys follow from the circuit and the setup, the
	// same for everyone. If not, only keys that prover and verifier share work.
	Derived() bool
	// ProofBytes is the length of every SNARK of the system.
	ProofBytes() int

	// Compile returns the constraints of a circuit; the same ones each time.
	Compile(frontend.Circuit) (constraint.ConstraintSystem, error)
	// Setup makes the keys of a circuit.
	Setup(constraint.ConstraintSystem, *commitments.VerifierSetup) (ProvingKey, VerifyingKey, error)
	// DecodeVerifyingKey reads a key that Setup made, for a circuit of the
	// given number of public inputs.
	DecodeVerifyingKey(b []byte, public int, setup *commitments.VerifierSetup) (VerifyingKey, error)
	// DecodeProvingKey reads the key that Setup made along with vk.
	DecodeProvingKey(b []byte, vk VerifyingKey) (ProvingKey, error)
}

// ProvingKey proves one circuit.
type ProvingKey interface {
	// MarshalBinary encodes what does not follow from the verifying key.
	MarshalBinary() ([]byte, error)
	Prove(constraint.ConstraintSystem, witness.Witness) ([]byte, error)
}

// VerifyingKey verifies proofs of one circuit.
type VerifyingKey interface {
	MarshalBinary() ([]byte, error)
	// Verify checks a proof's encoding and the proof. Errors wrap
	// fault.ErrMalformed or fault.ErrRejected.
	Verify(public fr.Vector, proof []byte) error
}

// checkLength refuses a SNARK of another length than the system's.
func checkLength(s ProofSystem, proof []byte) error {
	if len(proof) != s.ProofBytes() {
		return fmt.Errorf("%s proof of %d bytes, want %d: %w", s.Name(), len(proof), s.ProofBytes(), fault.ErrMalformed)
	}
	return nil
}

// rejected reports what a system says of a false proof.
func rejected(s ProofSystem, err error) error {
	return fmt.Errorf("%s proof: %w: %w", s.Name(), fault.ErrRejected, err)
}

// badKey reports a cached key that is not what it should be.
func badKey(s ProofSystem, what string) error {
	return fmt.Errorf("%s key: %s: %w", s.Name(), what, fault.ErrVersion)
}
