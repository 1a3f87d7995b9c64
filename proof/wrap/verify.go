package wrap

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// Verify checks an encoded proof of a mode that wraps. Everything but the proof comes
// from the verifier; keys it does not find in the cache it makes, once the
// rest of the proof has passed.
//
// Soundness: an accepted proof shows, under the assumptions of the commitment
// scheme, of the SNARK and of the random oracle, that the prover knows cells
// behind the commitments that satisfy the statement's system. The caller must
// still check that the system is the one meant, that external commitments are
// the expected ones and are certified, that the setup is trusted (Insecure), and
// that nobody else writes to the cache; with Groth16, that whoever made the
// keys in it has forgotten their secrets. A system whose keys are not Derived
// says nothing of a proof, fault.ErrVersion, where the cache had no key.
// Protocol, section 14.
func Verify(ctx context.Context, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte, s ProofSystem, cache *Cache) error {
	l := st.Layout
	if !l.Masked {
		return fmt.Errorf("a wrapped conversation is masked: %w", fault.ErrUsage)
	}
	if setup.Kind == commitments.Transparent {
		return fmt.Errorf("%s wraps proofs about powers of tau, not about a transparent setup: %w", s.Name(), fault.ErrMalformed)
	}
	if err := verifier.CheckStatement(setup, st); err != nil {
		return err
	}
	if err := CheckSize(l); err != nil {
		return err
	}
	p, err := Unmarshal(l, s, encoded)
	if err != nil {
		return err
	}
	digest := st.Digest(p.Witness)
	open := &statement.Proof{Witness: p.Witness, Blinding: p.Blinding, Evaluation: p.Evaluation}
	batch := setup.NewBatch(rand.Reader)
	if err := verifier.AddOutcome(batch, st.Kind, setup, st, open, digest, proof.Reveal(l, p.Exposed)); err != nil {
		return err
	}
	if err := batch.Check(); err != nil {
		return err
	}
	cl := class{s, setup, l}
	vk, made, err := cache.verifier(ctx, cl)
	if err != nil {
		return err
	}
	if made && !s.Derived() {
		kept := "; one has been set up now, for proofs to be made with"
		if cache.dir == "" {
			kept = ""
		}
		return fmt.Errorf("%s: the proof was made with key %x, there was none for this circuit, so nothing can be said of it%s: %w", s.Name(), p.Key[:8], kept, fault.ErrVersion)
	}
	return checkWith(vk, cl, p, circuit.NewPublicInputs(digest, p.Seal, p.Exposed).Vector())
}

// checkWith verifies the SNARK with a key, if it is the one it names.
func checkWith(vk VerifyingKey, cl class, p *Proof, public fr.Vector) error {
	own, err := keyDigest(cl.digest(), vk)
	if err != nil {
		return err
	}
	switch {
	case own == p.Key:
		return vk.Verify(public, p.SNARK)
	case cl.Derived():
		return fmt.Errorf("%s: the proof says that it was made with key %x, from circuit and setup follows %x: it was made by another version, or altered; nothing can be said of it: %w", cl.Name(), p.Key[:8], own[:8], fault.ErrVersion)
	}
	return fmt.Errorf("%s: the proof was made with key %x, this verifier has %x for its circuit: both sides must use keys of one setup; nothing can be said of the proof: %w", cl.Name(), p.Key[:8], own[:8], fault.ErrVersion)
}
