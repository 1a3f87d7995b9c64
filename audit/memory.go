package audit

import "github.com/zkaudit/zkaudit/memory"

// BytesPerByte bounds what decoding an audit takes for each of its bytes, beside
// the 128 MiB of artefact.MaxObjects. 43 were measured, for a list of works of one
// cell each.
const BytesPerByte = 64

// Memory estimates what verifying the audit takes beside the keys of wrapped
// proofs (see wrap.Cache): its commitments, the public cells of one claim, which
// Scope.room bounds, the weights of its public models, and what is kept of its
// runs, whose bundles are verified before, one by one.
func (b *Bundle) Memory(subjects *Subjects) *memory.Need {
	const pointBytes, cellBytes = 256, 8
	need, points, cells := &memory.Need{}, 0, 0
	for _, p := range b.Parts {
		for _, rows := range p.Commitments {
			points += len(rows)
		}
	}
	for _, m := range subjects.Models {
		for _, weights := range m.cells {
			cells += len(weights)
		}
	}
	published := 0
	for _, r := range subjects.Runs {
		for _, rows := range r.Weights {
			points += len(rows)
		}
		if r.Training != nil {
			for _, cells := range r.Training.Origin.Cells {
				published += len(cells)
			}
		}
	}
	need.Add("commitments", int64(points), pointBytes)
	need.Add("published initial weights of runs", int64(published), cellBytes)
	need.Add("public models", int64(cells), cellBytes)
	need.Add("the public cells of a claim", maxClaimCells, cellBytes)
	need.Add("the names of released counts", maxLabelBytes, 2)
	return need
}
