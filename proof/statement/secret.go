package statement

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Secret is what only the prover knows of a statement. No verifier has one; it
// stands here for those who ask for a proof without making it.
type Secret struct {
	Cells relation.Assignment
	// External holds the blinding factors of the external commitments, in
	// the order of Statement.External; nil entries are unblinded.
	External [][]fr.Element
	Arena    *poly.Arena // may be nil
}
