package mode

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Name names a mode.
type Name string

// The modes.
const (
	ZK        Name = "zk"
	ZKPLONK   Name = "zk-plonk"
	ZKGroth16 Name = "zk-groth16"
	Validity  Name = "validity"
)

// Default is the mode of those who do not choose.
const Default = ZK

// Names lists the modes, the default first.
func Names() []Name { return []Name{ZK, ZKPLONK, ZKGroth16, Validity} }

// Check returns fault.ErrVersion unless the mode is known.
func (n Name) Check() error {
	for _, known := range Names() {
		if n == known {
			return nil
		}
	}
	return fmt.Errorf("mode %q, this version knows %q: %w", n, Names(), fault.ErrVersion)
}

// ZeroKnowledge reports whether proofs of the mode hide the witness. Layouts
// of such a mode are masked.
func (n Name) ZeroKnowledge() bool { return n != Validity }

// Wrapped reports whether proofs of the mode are SNARKs of a verifier.
func (n Name) Wrapped() bool { return n == ZKPLONK || n == ZKGroth16 }
