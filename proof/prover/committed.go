package prover

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// ProveCommitted makes a proof of mode zk: the conversation is committed to, and
// shown to be accepted. rng is as of Converse.
func ProveCommitted(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret Secret, rng io.Reader) (*committed.Proof, error) {
	p, _, err := ProveTimed(ctx, setup, st, secret, rng)
	return p, err
}

// ProveTimed is ProveCommitted, and tells how long each phase took.
func ProveTimed(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret Secret, rng io.Reader) (*committed.Proof, *Durations, error) {
	if !st.Layout.Masked {
		return nil, nil, fmt.Errorf("a committed conversation is masked: %w", fault.ErrUsage)
	}
	if err := committed.CheckSize(st.Layout); err != nil {
		return nil, nil, err
	}
	var times Durations
	times.begin(Committing)
	if err := Count(st.Layout.System, secret.Cells); err != nil {
		return nil, nil, err
	}
	a, err := Commit(ctx, setup, st, secret, rng)
	if err != nil {
		return nil, nil, err
	}
	defer a.prover.end()
	times.begin(Script)
	if err := a.argueCommitted(ctx, &clocked{a.prover, &times}); err != nil {
		return nil, nil, err
	}
	times.begin(Opening)
	p, err := a.EvaluateCommitted()
	times.end()
	return p, &times, err
}

// ArgueCommitted answers the script in commitments. It fails as Argue does.
func (a *Argument) ArgueCommitted(ctx context.Context) error {
	return a.argueCommitted(ctx, a.prover)
}

func (a *Argument) argueCommitted(ctx context.Context, of proof.Peer[fr.Element]) error {
	var err error
	if broken := uncancelled(func() {
		a.hidden, a.made.Outcome, err = committed.Prove(a.setup, a.statement.Layout, a.made.Digest, &cancelling{of, ctx}, a.rng)
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
