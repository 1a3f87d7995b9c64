package verifier

import (
	"crypto/rand"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// Verify checks an encoded proof of mode validity.
//
// Soundness: an accepted proof shows, under the assumptions of the commitment
// scheme and the random oracle, that the prover knows cells behind the
// commitments that satisfy the statement's system. The caller must still check
// that the system is the one meant, that external commitments are the
// expected ones and are certified, and that the setup is trusted.
// Protocol, section 8.
func Verify(setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	batch := setup.NewBatch(rand.Reader)
	if err := Add(batch, st.Kind, setup, st, encoded); err != nil {
		return err
	}
	return batch.Check()
}

// Add is Verify but for what it puts to the batch, which the caller must check;
// place is what it is called there.
func Add(batch *commitments.Batch, place string, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	l := st.Layout
	if l.Masked {
		return fmt.Errorf("a masked conversation is not verified in the clear: %w", fault.ErrUsage)
	}
	if err := CheckStatement(setup, st); err != nil {
		return err
	}
	p, err := statement.Unmarshal(l, setup.Kind, encoded)
	if err != nil {
		return err
	}
	digest := st.Digest(p.Witness)
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, digest, fr.Element{})
	out, err := proof.Verify(l, tr, p.Messages)
	if err != nil {
		return err
	}
	return AddOutcome(batch, place, setup, st, p, digest, out)
}

// AddOutcome checks what an accepted conversation leaves open: the claims on
// public tensors, and the evaluation proof of the combined row, as far as it is not left
// to the batch. Of the proof it reads all but the messages; digest is that of the
// statement with its commitments.
func AddOutcome(batch *commitments.Batch, place string, setup *commitments.VerifierSetup, st *statement.Statement, p *statement.Proof, digest fr.Element, out *proof.Outcome[fr.Element]) error {
	if err := CheckPublic(st.Layout, out); err != nil {
		return err
	}
	return setup.AddEvaluation(batch, place, statement.Claim(st, p.Witness, p.Blinding, out), p.Evaluation, digest.Bytes())
}

// CheckPublic evaluates the public tensors that the script left outside.
// Protocol, section 11.
func CheckPublic(l *proof.Layout, out *proof.Outcome[fr.Element]) error {
	for _, c := range out.Public {
		t := l.System.Tensor(c.Tensor)
		if v := public.Evaluate(t, out.At(c.Point)); !v.Equal(&c.Value) {
			return fmt.Errorf("public tensor %q: %w", t.Name, fault.ErrRejected)
		}
	}
	return nil
}

// CheckStatement checks that a statement is about the setup, and names the
// commitments that its system has, and that evaluating its public tensors is within
// the limit.
func CheckStatement(setup *commitments.VerifierSetup, st *statement.Statement) error {
	if setup.ID != st.Setup || setup.RowBits != st.Layout.RowLog {
		return fmt.Errorf("statement is about another setup: %w", fault.ErrVersion)
	}
	ids := st.Layout.System.Committed(relation.External)
	if len(ids) != len(st.External) {
		return fmt.Errorf("statement names %d commitments, the system has %d external tensors: %w", len(st.External), len(ids), fault.ErrMalformed)
	}
	for i, id := range ids {
		if want := statement.Rows(st.Layout, id); len(st.External[i]) != want {
			return fmt.Errorf("commitment to %q has %d rows, needs %d: %w", st.Layout.System.Tensor(id).Name, len(st.External[i]), want, fault.ErrMalformed)
		}
		for k := range st.External[i] { // the digest holds only one coordinate
			if !st.External[i][k].IsOnCurve() {
				return fmt.Errorf("commitment to %q: row %d is off the curve: %w", st.Layout.System.Tensor(id).Name, k, fault.ErrMalformed)
			}
		}
	}
	return proof.CheckEntries(st.Layout)
}
