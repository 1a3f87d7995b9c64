package verifier

import (
	"crypto/rand"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// VerifyCommitted checks an encoded proof of mode zk.
//
// Soundness: as of Verify. What is hidden is an argument of knowledge in the
// random-oracle model, under discrete logarithms; see package committed.
func VerifyCommitted(setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	batch := setup.NewBatch(rand.Reader)
	if err := AddCommitted(batch, st.Kind, setup, st, encoded); err != nil {
		return err
	}
	return batch.Check()
}

// AddCommitted is VerifyCommitted but for what it puts to the batch, which the
// caller must check; place is what it is called there.
func AddCommitted(batch *commitments.Batch, place string, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	l := st.Layout
	if !l.Masked {
		return fmt.Errorf("a committed conversation is masked: %w", fault.ErrUsage)
	}
	if err := CheckStatement(setup, st); err != nil {
		return err
	}
	if err := committed.CheckSize(l); err != nil {
		return err
	}
	p, err := committed.Unmarshal(l, setup.Kind, encoded)
	if err != nil {
		return err
	}
	out, seed, err := committed.Verify(batch, place, l, st.Digest(p.Witness), &p.Conversation, p.Blinding)
	if err != nil {
		return err
	}
	return setup.AddEvaluation(batch, place, statement.Claim(st, p.Witness, p.Blinding, out), p.Evaluation, seed)
}
