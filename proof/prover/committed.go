package prover

import (
	"context"
	"fmt"
	"io"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// ProveCommitted makes a proof of mode zk: the conversation is committed to, and
// shown to be accepted. rng is as of Converse.
func ProveCommitted(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret Secret, rng io.Reader) (*committed.Proof, error) {
	if !st.Layout.Masked {
		return nil, fmt.Errorf("a committed conversation is masked: %w", fault.ErrUsage)
	}
	if err := committed.CheckSize(st.Layout); err != nil {
		return nil, err
	}
	if err := Count(st.Layout.System, secret.Cells); err != nil {
		return nil, err
	}
	a, err := Commit(ctx, setup, st, secret, rng)
	if err != nil {
		return nil, err
	}
	if err := a.ArgueCommitted(ctx); err != nil {
		return nil, err
	}
	return a.EvaluateCommitted()
}

// ArgueCommitted answers the script in commitments. It fails as Argue does.
func (a *Argument) ArgueCommitted(ctx context.Context) error {
	var err error
	if broken := uncancelled(func() {
		a.hidden, a.made.Outcome, err = committed.Prove(a.setup, a.statement.Layout, a.made.Digest, &cancelling{a.prover, ctx}, a.rng)
	}); broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	if place := a.hidden.Failed(); place != "" {
		return fmt.Errorf("the witness does not satisfy the statement: %s: %w", place, fault.ErrRejected)
	}
	return nil
}

// EvaluateCommitted is Evaluate after ArgueCommitted.
func (a *Argument) EvaluateCommitted() (*committed.Proof, error) {
	a.blind()
	said, seed := a.hidden.Conversation(a.made.Blinding)
	p := &committed.Proof{Witness: a.made.Witness, Conversation: *said, Blinding: a.made.Blinding}
	var err error
	p.Evaluation, err = a.evaluateRow(seed)
	return p, err
}
