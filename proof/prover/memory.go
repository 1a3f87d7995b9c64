package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
)

// Memory estimates what arguing a system takes, keys of a wrap apart. The lookup tree
// lies in the arena, whose size is exact; what is collected is counted once more by
// half, since the collector lets it grow.
func Memory(l *proof.Layout) *memory.Need { return WorkOf(l).Memory() }

// Memory is the function Memory for work that is counted.
func (w *Work) Memory() *memory.Need {
	need := &memory.Need{}
	need.Add("the lookup tree", w.Tree, fr.Bytes)
	need.Add("generators", aside, 1)
	collected := func(what string, cells, size int64) {
		need.Add(what, cells, size)
		need.Add("what is left of them until it is collected", cells, size/2)
	}
	// Tables of sumchecks are gone when rows are opened: a group's row, its copy, and
	// the weights of its cells.
	if rows := 3 * w.Groups << w.RowLog; w.AtOnce > rows {
		collected("sumchecks", w.AtOnce, fr.Bytes)
	} else {
		collected("opened rows", rows, fr.Bytes)
	}
	collected("cells", w.Laid, 4)
	collected("weights", w.Wide, 8+fr.Bytes) // as integers, and as field elements
	return need
}

// aside is what generators and tables of functions take, in bytes.
const aside = 16 << 20

// treeCells counts the field elements that the arena holds after the lookups of
// a layout (see tree).
func treeCells(l *proof.Layout) int64 { return 1 << l.Log }
