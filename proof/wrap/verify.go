package wrap

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// Verify checks an encoded proof of mode zk. Everything but the proof comes
// from the verifier; keys it does not find in the cache it makes, once the
// rest of the proof has passed.
//
// Soundness: an accepted proof shows, under the assumptions of the commitment
// scheme, of the SNARK and of the random oracle, that the prover knows cells
// behind the commitments that satisfy the statement's system. The caller must
// still check that the system is the one meant, that external commitments are
// the expected ones and are certified, that the SRS is trusted (Insecure), and
// that nobody else writes to the cache; with Groth16, that whoever made the
// keys in it has forgotten their secrets. A system whose keys are not Derived
// says nothing of a proof, fault.ErrVersion, where the cache had no key.
func Verify(ctx context.Context, srs *commitments.VerifierSRS, st *statement.Statement, encoded []byte, s System, cache *Cache) error {
	l := st.Layout
	if !l.Masked {
		return fmt.Errorf("a wrapped conversation is masked: %w", fault.ErrUsage)
	}
	if err := verifier.CheckStatement(srs, st); err != nil {
		return err
	}
	if err := checkSize(l); err != nil {
		return err
	}
	p, err := Unmarshal(l, s, encoded)
	if err != nil {
		return err
	}
	digest := st.Digest(p.Witness)
	open := &statement.Proof{Witness: p.Witness, Blinding: p.Blinding, Opening: p.Opening}
	if err := verifier.CheckOutcome(srs, st, open, digest, proof.Reveal(l, p.Exposed)); err != nil {
		return err
	}
	public, err := publicInputs(l, digest, p.Exposed)
	if err != nil {
		return err
	}
	vk, made, err := cache.verifier(ctx, class{s, srs, l})
	if err != nil {
		return err
	}
	if made && !s.Derived() {
		return fmt.Errorf("%s: there was no key for this circuit, so nothing can be said of the proof; one has been set up now, for proofs to be made with: %w", s.Name(), fault.ErrVersion)
	}
	return vk.Verify(public, p.SNARK)
}
