package wrap

import (
	"context"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Groth16SNARK is the SNARK of a proof of mode zk-groth16, with all that its
// equation is about.
type Groth16SNARK struct {
	Key    *Groth16Points
	A, C   bn254.G1Affine
	B      bn254.G2Affine
	Public fr.Vector // see circuit.PublicInputs
}

// Groth16 verifies a proof of mode zk-groth16 and returns the SNARK in it, with the
// key that has verified it.
//
// Soundness: as of Verify, for the proof. Of the SNARK alone, see package snarkjs.
func (v Verifier) Groth16(ctx context.Context, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) (*Groth16SNARK, error) {
	if err := v.Verify(ctx, mode.ZKGroth16, setup, st, encoded); err != nil {
		return nil, err
	}
	p, err := Unmarshal(st.Layout, Groth16{}, encoded)
	if err != nil {
		return nil, err
	}
	s := &Groth16SNARK{}
	if s.A, s.B, s.C, err = Groth16Proof(p.SNARK); err != nil {
		return nil, err
	}
	s.Public = circuit.NewPublicInputs(st.Digest(p.Witness), p.Seal, p.Exposed).Vector()
	if s.Key, err = Groth16KeyOf(ctx, setup, st.Layout, v.Cache); err != nil {
		return nil, err
	}
	return s, nil
}
