package wrap

import (
	"context"

	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// System returns what wraps the conversations of the mode. PLONK's keys come
// from the given powers, whose Lagrange form is kept beside the cache's keys, or from
// the development setup if there are none.
func System(n mode.Name, powers *commitments.Setup, c *Cache) ProofSystem {
	if n == mode.ZKGroth16 {
		return Groth16{}
	}
	if powers == nil || powers.Insecure {
		return PLONK{}
	}
	if c == nil || c.dir == "" {
		return PLONK{Strings: powers.KZG}
	}
	return PLONK{Strings: func(log int) (canonical, lagrange *kzg.SRS, err error) {
		return commitments.LoadOrCreateKZG(c.dir, powers, log)
	}}
}

// Verifier verifies the wraps of all modes that have one.
type Verifier struct {
	// Powers derive PLONK's keys; nil for the development setup, and where keys
	// are cached.
	Powers *commitments.Setup
	Cache  *Cache
}

// Verify implements mode.Wraps.
//
// Soundness: as of the function Verify.
func (v Verifier) Verify(ctx context.Context, n mode.Name, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	return Verify(ctx, setup, st, encoded, System(n, v.Powers, v.Cache), v.Cache)
}
