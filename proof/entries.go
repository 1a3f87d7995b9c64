package proof

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// maxEntries bounds what a verifier reads of public tensors for one proof: each
// of them at every point where the script claims it. 2^28 take some 20 s of a core.
const maxEntries = 1 << 28

// Entries returns how many entries of public tensors a verifier reads for a proof
// about a layout (protocol, section 11).
func Entries(l *Layout) int64 {
	n := int64(0)
	for _, c := range shape(l).Public {
		n += entries(l.System.Tensor(c.Tensor))
	}
	return n
}

// entries is what evaluating a public tensor at a point reads: the entries of its
// source, and of each axis the table of eq.
func entries(t *relation.Tensor) int64 {
	n := int64(0)
	for _, a := range t.Axes {
		n += int64(a.Padded())
	}
	switch src := t.Source.(type) {
	case *relation.Values:
		n += int64(len(src.Cells))
	case *relation.Filter:
		n += int64(len(src.Rates)) * int64(max(1, min(len(src.Response), src.Restart)))
	case *relation.Selection:
		n += int64(len(src.Rows))
	case *relation.AxisMap:
		n += int64(len(src.Value))
	case relation.Window:
		n += int64(src.Positions) * int64(src.Offsets)
	}
	return n
}

// CheckEntries returns fault.ErrResources for a layout of which a verifier would
// read too much. A small network can claim its rows, or the filter of its updates,
// at many points.
func CheckEntries(l *Layout) error {
	if n := Entries(l); n > maxEntries {
		return fmt.Errorf("a proof of %s: a verifier reads %d entries of public tensors, at most %d can be: %w", fault.Quote(l.System.Name), n, maxEntries, fault.ErrResources)
	}
	return nil
}
