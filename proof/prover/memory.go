package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// Memory estimates what arguing a system takes, keys of a wrap apart: the
// lookup tree, the tables of the largest sumcheck, the integers of all tensors
// that have cells, and the rows of the reduction.
//
// The tree is counted exactly. Tables are counted for one claim on each tensor,
// which is what most have, and twice for expanding them.
func Memory(l *proof.Layout) *memory.Need {
	need := &memory.Need{}
	need.Add("the lookup tree", treeCells(l), fr.Bytes)
	tables := int64(0)
	for _, cells := range l.SumcheckCells() {
		tables = max(tables, cells)
	}
	need.Add("sumchecks", tables, 2*fr.Bytes)
	cells := int64(0)
	for i := range l.System.Tensors {
		_, folded := productIn(l.System, relation.ID(i)) // which nobody lays out
		if t := &l.System.Tensors[i]; t.Kind != relation.Public && !folded {
			cells += int64(t.Cells())
		}
	}
	need.Add("cells", cells, 4)
	const evaluatedRows = 16 // a group of claims each: folded, and copied with its weights
	need.Add("opened rows", evaluatedRows<<l.RowLog, 3*fr.Bytes)
	return need
}

// treeCells counts the field elements that the arena holds after the lookups of
// a layout (see tree).
func treeCells(l *proof.Layout) int64 { return 1 << l.Log }
