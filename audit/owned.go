package audit

import (
	"context"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Owned is what the owners of parts and of runs have, by the names of Subjects. A
// verifier has none of it.
type Owned struct {
	OwnedParts map[string]OwnedPart
	OwnedRuns  map[string]*OwnedRun
}

// OwnedPart is a committed part as its owner has it: an owner.Part.
type OwnedPart interface {
	// Public is what everybody may know of the part.
	Public() *bundle.PublicPart
	// Opening returns the padded cells of a committed tensor, and what blinds them.
	Opening(tensor int) (relation.Cells, []fr.Element)
	// Accounts are what a ledger enters charges under beside the part's digest.
	Accounts() []string
	// CheckMode refuses to prove in a mode that the part was not committed for.
	CheckMode(what string, m mode.Name) error
	// Certify proves the dataset certificate of the part.
	Certify(ctx context.Context, m mode.Name, by mode.Prover, arena *poly.Arena) ([]byte, error)
}

// OwnedModel is the model that came of a run as its owner has it: an
// owner.TrainedModel.
type OwnedModel interface {
	// Opening returns the unpadded cells of a weight, number k of the program's,
	// and what blinds them.
	Opening(k int, weight graph.TensorID) ([]int64, []fr.Element)
	// InitialOpening returns the same of the weights that the run started from.
	// Errors wrap fault.ErrUsage or fault.ErrInput: they are not at hand.
	InitialOpening(k int, weight graph.TensorID) ([]int64, []fr.Element, error)
	// Accounts are those of the parts it was trained on, by digest.
	Accounts() map[[32]byte][]string
	// CheckMode refuses to prove in a mode that the weights were not committed for.
	CheckMode(what string, m mode.Name) error
}

// OwnedRun is a run with the model that came of it.
type OwnedRun struct {
	PublicRun
	OwnedModel
	// Statement is that of the run, for those who send it on; nil where nobody will.
	Statement *bundle.Statement
}
