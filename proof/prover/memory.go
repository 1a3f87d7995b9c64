package prover

import (
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Memory estimates what arguing a system takes, keys of a wrap apart: the
// lookup tree, the tables of the largest sumcheck, the integers of all tensors
// that have cells, and the rows of the opening.
//
// The tree is counted exactly. Tables are counted for one claim on each tensor,
// which is what most have, and twice for expanding them.
func Memory(l *proof.Layout) *memory.Need {
	need := &memory.Need{}
	need.Add("the lookup tree", treeCells(l, maxStored), fr.Bytes)
	tables := int64(0)
	for _, cells := range l.SumcheckCells() {
		tables = max(tables, cells)
	}
	need.Add("sumchecks", tables, 2*fr.Bytes)
	cells := int64(0)
	for i := range l.System.Tensors {
		if t := &l.System.Tensors[i]; t.Kind != relation.Public {
			cells += int64(t.Cells())
		}
	}
	need.Add("cells", cells, 4)
	const openedRows = 16 // a group of claims each: folded, and copied with its weights
	need.Add("opened rows", openedRows<<l.RowLog, 3*fr.Bytes)
	return need
}

// treeCells counts the field elements that the arena holds after the lookups of
// a layout: layers that are stored, and what of the tables of longer ones is
// not made from them.
func treeCells(l *proof.Layout, maxStored int) int64 {
	if l.Log == 0 {
		return 0
	}
	used := 0
	for _, b := range l.Blocks {
		used = max(used, b.Offset+1<<b.Log)
	}
	stored := min(l.Log-1, maxStored)
	var have [64]int // tables at hand, by log2 of their length
	for k := 1; k <= stored; k++ {
		have[k] = 2
	}
	for k := stored; k < l.Log; k++ {
		half := 1 << max(0, k-1)
		filled := half
		if k+1 == l.Log {
			filled = min(half, ceilChunk(used-1<<k))
		}
		want := map[int]int{}
		want[poly.Log(half)] += 2
		want[bits.Len(uint(filled-1))] += 2
		for log, n := range want {
			have[log] = max(have[log], n)
		}
	}
	cells := int64(0)
	for log, n := range have {
		cells += int64(n) << log
	}
	return cells
}
