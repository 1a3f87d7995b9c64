package wrap

import (
	"crypto/sha256"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Proof is everything the prover sends in a mode that wraps.
type Proof struct {
	System     byte               // ID of the system of SNARK
	Key        [32]byte           // digest of the key that verifies SNARK
	Witness    [][]bn254.G1Affine // commitments by witness tensor, then the mask row
	Exposed    []fr.Element       // see proof.Outcome.Exposed
	Seal       fr.Element         // s, see proof.Seal
	Blinding   fr.Element         // ρ_F, the blinding of the opened combination
	Evaluation commitments.EvaluationProof
	SNARK      []byte
}

// keyBytes is the length of Proof.Key.
const keyBytes = sha256.Size

// Size returns the encoded length of a proof for a layout and a system.
func Size(l *proof.Layout, s ProofSystem) int {
	return 1 + keyBytes + s.ProofBytes() + statement.WitnessBytes(l) + evaluationBytes(l) + (proof.ExposedLength(l)+2)*commitments.ScalarBytes
}

// MarshalBinary encodes a proof, by the table in the package documentation.
func (p *Proof) MarshalBinary() ([]byte, error) {
	evaluation, err := p.Evaluation.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b := append([]byte{p.System}, p.Key[:]...)
	b = statement.AppendWitness(b, p.Witness)
	b = commitments.AppendScalars(b, p.Exposed)
	b = commitments.AppendScalars(b, []fr.Element{p.Seal, p.Blinding})
	return append(append(b, evaluation...), p.SNARK...), nil
}

// evaluationBytes is the length of an evaluation proof: setups that wraps are made with
// have pairings.
func evaluationBytes(l *proof.Layout) int {
	return commitments.EvaluationProofBytes(commitments.PowersOfTau, l.RowLog)
}

// Unmarshal decodes a proof for a layout and a system. Points are checked to
// be on the curve, commitments not to be infinity, scalars to be canonical,
// the length to be exact. The SNARK is decoded when it is verified. A proof of
// another system is fault.ErrVersion, everything else fault.ErrMalformed.
func Unmarshal(l *proof.Layout, s ProofSystem, b []byte) (*Proof, error) {
	if len(b) > 0 && b[0] != s.ID() {
		return nil, fmt.Errorf("proof of system %d, want %d (%s): %w", b[0], s.ID(), s.Name(), fault.ErrVersion)
	}
	if want := Size(l, s); len(b) != want {
		return nil, fmt.Errorf("proof has %d bytes, the statement asks for %d: %w", len(b), want, fault.ErrMalformed)
	}
	p := &Proof{System: b[0]}
	rest := b[1:]
	take := func(n int) []byte {
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	copy(p.Key[:], take(keyBytes))
	var err error
	if p.Witness, err = statement.DecodeWitness(l, take(statement.WitnessBytes(l)), commitments.RefuseInfinity); err != nil {
		return nil, err
	}
	n := proof.ExposedLength(l)
	scalars, err := commitments.DecodeScalars(take((n+2)*commitments.ScalarBytes), n+2)
	if err != nil {
		return nil, fmt.Errorf("exposed values: %w", err)
	}
	p.Exposed, p.Seal, p.Blinding = scalars[:n:n], scalars[n], scalars[n+1]
	if p.Evaluation, err = commitments.UnmarshalEvaluationProof(commitments.PowersOfTau, take(evaluationBytes(l)), l.RowLog); err != nil {
		return nil, fmt.Errorf("evaluation proof: %w", err)
	}
	p.SNARK = rest
	return p, nil
}
