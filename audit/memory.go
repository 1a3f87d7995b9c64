package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

const integerBytes = 8 // of a cell while it is computed, and of a public one

// addIntegers counts the cells of a claim while they are computed.
func (st *stated) addIntegers(need *memory.Need) {
	cells := 0
	for i := range st.statement.Layout.System.Tensors {
		if t := &st.statement.Layout.System.Tensors[i]; t.Kind != relation.Public {
			cells += t.Cells()
		}
	}
	need.Add("integers", int64(cells), integerBytes)
}

// need is what the proof of a claim takes where there is nothing else: its argument and
// wrap, the cells that are computed for it, and its public ones.
func (st *stated) need(by Prover) *memory.Need {
	need := by.Memory(st.scope.frame.Mode, st.statement.Layout)
	st.addIntegers(need)
	need.Add("public cells of the claim", int64(st.scope.cells), integerBytes)
	return need
}

// need is what proving a claim takes: its argument and wrap, unless others make the
// proof, the cells that it is computed from, those of all parts, and so many public cells
// of claims that are stated already. Claims are proven one after another.
func (in *Inputs) need(st *stated, held int) *memory.Need {
	need := &memory.Need{}
	if in.Elsewhere == nil {
		need = in.By.Memory(in.Mode, st.statement.Layout)
	}
	st.addIntegers(need)
	committed := 0
	for _, p := range in.Parts {
		for k := range p.Public().Commitments {
			cells, _ := p.Opening(k)
			committed += cells.Len()
		}
	}
	need.Add("committed cells of all parts", int64(committed), 4)
	need.Add("public cells of the claims", int64(held), integerBytes)
	return need
}

// fits returns fault.ErrResources unless proving a claim does.
func (in *Inputs) fits(st *stated, held int) error {
	if st.statement == nil {
		return nil
	}
	rows, fits := 0, ""
	for _, p := range st.scope.parts {
		rows += p.Rows
	}
	if rows > 0 {
		fits = fmt.Sprintf("it is about %d rows, and what it takes grows with them: claim the same of smaller parts", rows)
	}
	return in.need(st, held).Within(fmt.Sprintf("proving claim %s", fault.Quote(st.item.Name)), in.Memory, fits)
}

const traceBytes = 4 // of a cell of a trace

// spare lowers the limit of traces to what the proof of a claim leaves of the
// memory there is.
func (t *traces) spare(in *Inputs, st *stated, held int) {
	if t == nil || st.statement == nil || in.Memory.Bytes == 0 {
		return
	}
	t.lower(int(in.Memory.Bytes-in.need(st, held).Bytes()) / traceBytes)
}

// BytesPerByte bounds what decoding an audit takes for each of its bytes, besides
// the 128 MiB of artefact.MaxObjects. 43 were measured, for a list of works of one
// cell each.
const BytesPerByte = 64

// Memory estimates what verifying the audit takes besides the keys of wrapped
// proofs (see wrap.Cache): its commitments, the public cells of one claim, which
// Scope.room bounds, the weights of its public models, and what is kept of its
// runs, whose bundles are verified beforehand, one by one.
func (b *Bundle) Memory(subjects *Subjects) *memory.Need {
	const pointBytes, cellBytes, entryBytes = 256, 8, 32
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
	published, constants, mapped := 0, 0, 0
	for _, r := range subjects.Runs {
		for _, rows := range r.Weights {
			points += len(rows)
		}
		if r.Program != nil {
			mapped += ops.Mapped(r.Program)
			for _, id := range r.Program.OfRole(graph.Constant) {
				constants += ops.PaddedSize(r.Program.Tensor(id).Axes)
			}
		}
		if r.Training != nil {
			for _, cells := range r.Training.Origin.Cells {
				published += len(cells)
			}
			for _, rows := range r.Training.Initial {
				points += len(rows)
			}
		}
	}
	need.Add("commitments", int64(points), pointBytes)
	need.Add("published initial weights of runs", int64(published), cellBytes)
	need.Add("constants of runs' models", int64(constants), cellBytes)
	need.Add("maps of axes of runs' models", int64(mapped), entryBytes)
	need.Add("public models", int64(cells), cellBytes)
	need.Add("the public cells of a claim", maxClaimCells, cellBytes)
	need.Add("the names of released counts", maxLabelBytes, 2)
	return need
}
