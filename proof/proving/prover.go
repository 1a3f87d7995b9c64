package proving

import (
	"context"
	"io"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Prover makes proofs. It is not safe for concurrent use.
type Prover struct {
	Setup *commitments.Setup
	Cache *wrap.Cache // of wrapping keys; not used in mode validity
	Rand  io.Reader   // cryptographic; not used in mode validity
}

// Prove proves a statement in the given mode, which its layout must fit.
func (p *Prover) Prove(ctx context.Context, n mode.Name, st *statement.Statement, secret prover.Secret) ([]byte, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	if n == mode.Validity {
		made, err := prover.Prove(ctx, p.Setup, st, secret)
		if err != nil {
			return nil, err
		}
		return made.MarshalBinary()
	}
	if n == mode.ZK {
		made, err := prover.ProveCommitted(ctx, p.Setup, st, secret, p.Rand)
		if err != nil {
			return nil, err
		}
		return made.MarshalBinary()
	}
	made, err := wrap.Prove(ctx, p.Setup, st, secret, wrap.System(n, p.Setup, p.Cache), p.Cache, p.Rand)
	if err != nil {
		return nil, err
	}
	return made.MarshalBinary()
}

// CommittedWith implements mode.Prover.
func (p *Prover) CommittedWith() *commitments.Setup { return p.Setup }

// Memory is the function Memory, for those who know the prover alone.
func (p *Prover) Memory(n mode.Name, l *proof.Layout) *memory.Need { return Memory(n, l) }
