package prover

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// Secret is what only the prover knows of a statement.
type Secret = statement.Secret

// Conversation is a finished argument. In a masked one Messages and Salt are
// secret: the wrap proves that they are accepted.
type Conversation struct {
	Digest     fr.Element         // of the statement
	Salt       fr.Element         // masked: hides the challenges
	Witness    [][]bn254.G1Affine // commitments by witness tensor, then the mask row
	Messages   []fr.Element
	Outcome    *proof.Outcome[fr.Element]
	Seal       fr.Element // after all messages
	Blinding   fr.Element // ρ_F
	Evaluation commitments.EvaluationProof
}

// Prove makes a proof of mode validity: the conversation in the clear and the
// evaluation proof.
func Prove(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret Secret) (*statement.Proof, error) {
	if st.Layout.Masked {
		return nil, fmt.Errorf("a masked conversation is not sent in the clear: %w", fault.ErrUsage)
	}
	c, err := Converse(ctx, setup, st, secret, nil)
	if err != nil {
		return nil, err
	}
	return &statement.Proof{Witness: c.Witness, Messages: c.Messages, Blinding: c.Blinding, Evaluation: c.Evaluation}, nil
}

// Converse argues a statement. If its layout is masked, rng gives the mask
// row, the salt and the blinding of the witness. All of them are fresh in
// every call and serve one set of challenges: a call that is broken off leaves
// nothing that the next one uses.
func Converse(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret Secret, rng io.Reader) (*Conversation, error) {
	if err := Count(st.Layout.System, secret.Cells); err != nil {
		return nil, err
	}
	a, err := Commit(ctx, setup, st, secret, rng)
	if err != nil {
		return nil, err
	}
	defer a.prover.end()
	if err := a.Argue(ctx); err != nil {
		return nil, err
	}
	return a.Evaluate()
}

// Argument is the making of one conversation: commitments, the script, and the
// evaluation proof that is left of it, in this order.
type Argument struct {
	setup     *commitments.Setup
	statement *statement.Statement
	external  [][]fr.Element // blinding, see Secret
	rng       io.Reader      // of a masked layout
	hiding    *hiding
	prover    *Peer
	made      *Conversation
	hidden    *committed.Prover // of a committed conversation
}

// Commit begins an argument about cells with their multiplicities (see Count):
// it draws what hides them and commits to them. rng is as of Converse; what the
// argument draws later comes from it, too.
// Protocol, section 19.
func Commit(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret Secret, rng io.Reader) (*Argument, error) {
	l := st.Layout
	if setup.ID != st.Setup || setup.RowBits != l.RowLog {
		return nil, fmt.Errorf("statement is about another setup: %w", fault.ErrVersion)
	}
	h, err := newHiding(l, rng)
	if err != nil {
		return nil, err
	}
	c := &Conversation{}
	if c.Witness, err = h.commit(ctx, setup, l, secret.Cells); err != nil {
		return nil, err
	}
	p, err := New(l, secret.Cells, h.mask, secret.Arena)
	if err != nil {
		return nil, err
	}
	c.Digest = st.Digest(c.Witness)
	return &Argument{setup: setup, statement: st, external: secret.External, rng: rng, hiding: h, prover: p, made: c}, nil
}

// Argue answers the script. It fails with fault.ErrRejected if the cells do not
// satisfy the statement: a verifier would not accept what was said.
// Protocol, section 8.
func (a *Argument) Argue(ctx context.Context) error {
	l, c := a.statement.Layout, a.made
	var err error
	if c.Salt, err = drawSalt(l, a.rng); err != nil {
		return err
	}
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, c.Digest, c.Salt)
	var checks proof.Checks
	rec := &proof.Recorder{Peer: &cancelling{a.prover, ctx}}
	if err := uncancelled(func() { c.Outcome = proof.Argue(l, &checks, tr, rec) }); err != nil {
		return err
	}
	c.Messages, c.Seal = rec.Messages, proof.Seal(tr)
	if err := checks.Err(); err != nil {
		return fmt.Errorf("the witness does not satisfy the statement: %w", err)
	}
	return nil
}

// Evaluate proves what the combined row is at its point, which ends the conversation.
// Protocol, section 12.
func (a *Argument) Evaluate() (*Conversation, error) {
	a.blind()
	var err error
	a.made.Evaluation, err = a.evaluateRow(a.made.Digest.Bytes())
	return a.made, err
}

// blind computes ρ_F, the blinding of the combined row.
func (a *Argument) blind() {
	l := a.statement.Layout
	a.made.Blinding = a.hiding.combine(l, proof.Combination(l, a.made.Outcome), a.external)
}

// evaluateRow opens the combined row.
func (a *Argument) evaluateRow(seed [32]byte) (commitments.EvaluationProof, error) {
	claim := statement.Claim(a.statement, a.made.Witness, a.made.Blinding, a.made.Outcome)
	return a.setup.ProveEvaluation(a.prover.Combined(a.made.Outcome.Sigma), claim, seed)
}

// cancelling stops the conversation between rounds when its context ends.
type cancelling struct {
	proof.Peer[fr.Element]
	ctx context.Context
}

type cancelled struct{ error }

// Drawn is part of proof.Peer: every challenge passes here.
func (c *cancelling) Drawn(at proof.Coord, v fr.Element) {
	if err := c.ctx.Err(); err != nil {
		panic(cancelled{err})
	}
	c.Peer.Drawn(at, v)
}

// uncancelled runs the script; a cancelled context ends it by a panic that stops
// here, since the script itself has no errors.
func uncancelled(script func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case cancelled:
			err = r.error
		default:
			panic(r)
		}
	}()
	script()
	return nil
}
