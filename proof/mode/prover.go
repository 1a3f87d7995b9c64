package mode

import (
	"context"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Prover makes proofs in any mode, as a proving.Prover does. It stands here for
// those who ask for proofs and make none.
type Prover interface {
	// Prove proves a statement in the given mode, which its layout must fit.
	Prove(context.Context, Name, *statement.Statement, statement.Secret) ([]byte, error)
	// CommittedWith is the setup of the commitments that statements are about.
	CommittedWith() *commitments.Setup
}
