package wrap

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Prove argues a statement in zero knowledge. rng, which must be
// cryptographic, hides this one proof; nothing of it is kept or used again.
// The SNARK draws randomness of its own from the operating system. With
// secret.Force, a statement that no SNARK shows returns the rest of the proof
// with the error.
func Prove(ctx context.Context, srs *commitments.SRS, st *statement.Statement, secret prover.Secret, s System, cache *Cache, rng io.Reader) (*Proof, error) {
	l := st.Layout
	if !l.Masked {
		return nil, fmt.Errorf("a conversation to be wrapped must be masked: %w", fault.ErrUsage)
	}
	if err := CheckSize(l); err != nil {
		return nil, err
	}
	cl := class{s, srs.Verifier(), l}
	keys, err := cache.prover(ctx, cl)
	if err != nil {
		return nil, err
	}
	key, err := keyDigest(cl.digest(), keys.verifying)
	if err != nil {
		return nil, err
	}
	c, err := prover.Converse(ctx, srs, st, secret, rng)
	if err != nil {
		return nil, err
	}
	p := &Proof{System: s.ID(), Key: key, Witness: c.Witness, Exposed: c.Outcome.Exposed(l), Blinding: c.Blinding, Opening: c.Opening}
	full, err := frontend.NewWitness(circuit.Assign(l, c.Digest, c.Salt, c.Messages, p.Exposed), ecc.BN254.ScalarField())
	if err != nil {
		return nil, fmt.Errorf("witness of the wrap: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p.SNARK, err = keys.proving.Prove(keys.circuit, full); err != nil {
		if secret.Force {
			return p, err // what a forger is left with
		}
		return nil, err
	}
	public, err := publicInputs(l, c.Digest, p.Exposed)
	if err != nil {
		return nil, err
	}
	// A fault of the machine, or a damaged key, must not leave the process. It
	// says nothing of the statement.
	if err := keys.verifying.Verify(public, p.SNARK); err != nil {
		return p, fmt.Errorf("the %s proof just made does not verify: keys are damaged, or this is a bug: %v", s.Name(), err)
	}
	return p, nil
}

// publicInputs returns what the SNARK is about, in the circuit's order.
func publicInputs(l *proof.Layout, digest fr.Element, exposed []fr.Element) (fr.Vector, error) {
	w, err := frontend.NewWitness(circuit.Public(l, digest, exposed), ecc.BN254.ScalarField(), frontend.PublicOnly())
	if err != nil {
		return nil, fmt.Errorf("public inputs of the wrap: %w", err)
	}
	return w.Vector().(fr.Vector), nil
}
