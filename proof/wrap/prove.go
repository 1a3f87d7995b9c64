package wrap

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc"
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
// The SNARK draws randomness of its own from the operating system.
// Protocol, section 14.
func Prove(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret prover.Secret, s ProofSystem, cache *Cache, rng io.Reader) (*Proof, error) {
	w, err := NewWrapper(ctx, setup.Verifier(), st.Layout, s, cache)
	if err != nil {
		return nil, err
	}
	c, err := prover.Converse(ctx, setup, st, secret, rng)
	if err != nil {
		return nil, err
	}
	p := w.Published(c)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p.SNARK, err = w.SNARK(c); err != nil {
		return nil, err
	}
	return p, nil
}

// Wrapper wraps conversations of one class.
type Wrapper struct {
	class
	keys *provingKeys
	key  [32]byte // digest of the verifying key
}

// NewWrapper takes keys from a cache, or makes them.
func NewWrapper(ctx context.Context, setup *commitments.VerifierSetup, l *proof.Layout, s ProofSystem, cache *Cache) (*Wrapper, error) {
	if setup.Kind == commitments.Transparent {
		return nil, fmt.Errorf("%s wraps proofs about powers of tau, not about a transparent setup: %w", s.Name(), fault.ErrUsage)
	}
	if !l.Masked {
		return nil, fmt.Errorf("a conversation to be wrapped must be masked: %w", fault.ErrUsage)
	}
	if err := CheckSize(l); err != nil {
		return nil, err
	}
	w := &Wrapper{class: class{s, setup, l}}
	var err error
	if w.keys, err = cache.prover(ctx, w.class); err != nil {
		return nil, err
	}
	w.key, err = keyDigest(w.digest(), w.keys.verifying)
	return w, err
}

// Published returns the proof of a conversation without its SNARK: what is not
// hidden.
func (w *Wrapper) Published(c *prover.Conversation) *Proof {
	return &Proof{System: w.ID(), Key: w.key, Witness: c.Witness, Exposed: c.Outcome.Exposed(w.layout), Seal: c.Seal, Blinding: c.Blinding, Evaluation: c.Evaluation}
}

// SNARK proves that the script accepts a conversation's messages.
// Protocol, section 14.
func (w *Wrapper) SNARK(c *prover.Conversation) ([]byte, error) {
	public := circuit.NewPublicInputs(c.Digest, c.Seal, c.Outcome.Exposed(w.layout))
	full, err := frontend.NewWitness(circuit.Assign(w.layout, public, c.Salt, c.Messages), ecc.BN254.ScalarField())
	if err != nil {
		return nil, fmt.Errorf("witness of the wrap: %w", err)
	}
	snark, err := w.keys.proving.Prove(w.keys.circuit, full)
	if err != nil {
		return nil, err
	}
	// A fault of the machine, or a damaged key, must not leave the process. It
	// says nothing of the statement.
	if err := w.keys.verifying.Verify(public.Vector(), snark); err != nil {
		return nil, fmt.Errorf("the %s proof just made does not verify: keys are damaged, or this is a bug: %v", w.Name(), err)
	}
	return snark, nil
}
