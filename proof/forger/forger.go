package forger

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

// Prover makes proofs of true and false statements. It is not safe for
// concurrent use.
type Prover struct {
	proving.Prover

	snark []byte // of the last proof that has one
}

// Prove returns what can be made of a statement in the given mode.
func (p *Prover) Prove(ctx context.Context, n mode.Name, st *statement.Statement, secret prover.Secret) ([]byte, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	if n.Wrapped() {
		return p.wrap(ctx, wrap.System(n, p.Setup, nil), st, secret)
	}
	if n == mode.ZK {
		made, err := ProveCommitted(ctx, p.Setup, st, secret, p.Rand)
		if err != nil {
			return nil, err
		}
		return made.MarshalBinary()
	}
	c, err := Converse(ctx, p.Setup, st, secret, nil)
	if err != nil {
		return nil, err
	}
	return (&statement.Proof{Witness: c.Witness, Messages: c.Messages, Blinding: c.Blinding, Evaluation: c.Evaluation}).MarshalBinary()
}

func (p *Prover) wrap(ctx context.Context, s wrap.ProofSystem, st *statement.Statement, secret prover.Secret) ([]byte, error) {
	w, err := wrap.NewWrapper(ctx, p.Setup.Verifier(), st.Layout, s, p.Cache)
	if err != nil {
		return nil, err
	}
	c, err := Converse(ctx, p.Setup, st, secret, p.Rand)
	if err != nil {
		return nil, err
	}
	made := w.Published(c)
	if made.SNARK, err = w.SNARK(c); err != nil {
		if made.SNARK = p.snark; made.SNARK == nil {
			return nil, fmt.Errorf("no SNARK to copy: %w", err)
		}
	}
	p.snark = made.SNARK
	return made.MarshalBinary()
}

// Saw shows the forger a proof of the given mode, whose SNARK it may copy.
func (p *Prover) Saw(n mode.Name, encoded []byte) {
	if n.Wrapped() {
		p.snark = encoded[max(0, len(encoded)-wrap.System(n, p.Setup, nil).ProofBytes()):]
	}
}

// Converse argues a statement, true or false, with the honest prover's answers.
func Converse(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret prover.Secret, rng io.Reader) (*prover.Conversation, error) {
	if err := count(st.Layout.System, secret.Cells); err != nil {
		return nil, err
	}
	a, err := prover.Commit(ctx, setup, st, secret, rng)
	if err != nil {
		return nil, err
	}
	if err := a.Argue(ctx); err != nil && !errors.Is(err, fault.ErrRejected) {
		return nil, err
	}
	return a.Evaluate()
}

// ProveCommitted is Converse in commitments.
func ProveCommitted(ctx context.Context, setup *commitments.Setup, st *statement.Statement, secret prover.Secret, rng io.Reader) (*committed.Proof, error) {
	if err := count(st.Layout.System, secret.Cells); err != nil {
		return nil, err
	}
	a, err := prover.Commit(ctx, setup, st, secret, rng)
	if err != nil {
		return nil, err
	}
	if err := a.ArgueCommitted(ctx); err != nil && !errors.Is(err, fault.ErrRejected) {
		return nil, err
	}
	return a.EvaluateCommitted()
}

// count fills in the multiplicities of all tuples that stand in their tables,
// and passes over the others.
func count(sys *relation.System, cells relation.Assignment) error {
	if err := prover.Count(sys, cells); !errors.Is(err, fault.ErrOverflow) {
		return err
	}
	return nil
}
