package prover

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
)

// Memory estimates what arguing a system takes, keys of a wrap apart. The lookup tree
// lies in the arena, and when it is done with, most of what later phases make: tables of
// sumchecks, weights as field elements, and rows that are opened. What is collected is
// counted once more by half, since the collector lets it grow.
func Memory(l *proof.Layout) *memory.Need { return WorkOf(l).Memory() }

// Memory is the function Memory for work that is counted.
func (w *Work) Memory() *memory.Need {
	need := &memory.Need{}
	// Chunks of the tree that are all padding have no cells, but share pages with others.
	tree := min(w.Tree, w.Looked+w.Ragged+shared)
	// A group's row, its copy, and the weights of its cells.
	later := w.Wide + max(w.AtOnce, 3*w.Groups<<w.RowLog)
	need.Add("the lookup tree, sumchecks and opened rows", max(tree, later), fr.Bytes)
	need.Add("tables until they are collected", w.AtOnce/2+w.EvaluatedVirtual, fr.Bytes)
	need.Add("generators", aside, 1)
	collected := func(what string, cells, size int64) {
		need.Add(what, cells, size)
		need.Add("what is left of them until it is collected", cells, size/2)
	}
	collected("cells", w.Laid, 4)
	collected("weights", w.Wide, 24) // as integers, and what is made of them
	return need
}

// shared is how many cells of padding lie in pages with others, at most.
const shared = 4 << 20

// aside is what generators and tables of functions take, in bytes.
const aside = 16 << 20
