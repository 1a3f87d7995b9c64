package proving

import (
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// CheckSize returns fault.ErrResources for a layout of the mode whose
// conversation is too long to be proven, or whose public tensors take a verifier
// too long.
func CheckSize(n mode.Name, l *proof.Layout) error {
	if err := proof.CheckEntries(l); err != nil {
		return err
	}
	switch {
	case n.Wrapped():
		return wrap.CheckSize(l)
	case n == mode.ZK:
		return committed.CheckSize(l)
	}
	return nil
}

// Bytes returns the encoded length of a proof of the mode for a layout and a kind of
// setup.
func Bytes(n mode.Name, l *proof.Layout, k commitments.Kind) int {
	switch {
	case n.Wrapped():
		return wrap.Size(l, wrap.System(n, nil, nil))
	case n == mode.ZK:
		return committed.Size(l, k)
	}
	return statement.Size(l, k)
}

// Memory estimates what a proof of the mode about a layout takes: the argument,
// and its wrap.
func Memory(n mode.Name, l *proof.Layout) *memory.Need {
	need := prover.Memory(l)
	if n.Wrapped() {
		wrap.AddMemory(need, l)
	}
	return need
}
