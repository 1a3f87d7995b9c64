package audit

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// pass says what a forward pass computes: a tensor of a model for the rows of a
// part.
type pass struct {
	model string
	of    graph.TensorID
	part  string // "" for rows of other kinds
}

// traces are executed forward passes, kept for the claims of an audit that ask
// for the same model, tensor and part, as far as there is room for them: each
// claim looks at its cells several times, and several claims may be about one
// model. Rows that are not a part's are few, or one claim's own, and not kept.
type traces struct {
	limit    int // cells
	cells    int // of those kept
	kept     map[pass]*ops.Trace
	order    []pass // the oldest first
	executed int    // passes
}

// maxTraceCells bounds the cells of executed forward passes that are kept, 512
// MiB. A smaller limit of memory leaves less: see Inputs.spare.
const maxTraceCells = 1 << 27

func newTraces() *traces { return &traces{limit: maxTraceCells, kept: map[pass]*ops.Trace{}} }

// trace returns that of a forward pass, and executes it if it is not kept. nil
// traces keep none. Who reads it must not change it.
func (t *traces) trace(v *Values, f *forward, input relation.ID) *ops.Trace {
	if t == nil {
		return f.execute(v, input)
	}
	if made := t.kept[f.pass]; made != nil {
		return made
	}
	t.executed++
	made := f.execute(v, input)
	if made != nil && f.pass.part != "" {
		t.keep(f.pass, made)
	}
	return made
}

// keep keeps a trace, and forgets the oldest while there is no room for all.
func (t *traces) keep(p pass, made *ops.Trace) {
	n := cellsOf(made)
	if n > t.limit {
		return
	}
	t.forget(t.limit - n)
	t.kept[p], t.order, t.cells = made, append(t.order, p), t.cells+n
}

// forget forgets the oldest until no more than so many cells are kept.
func (t *traces) forget(cells int) {
	for len(t.order) > 0 && t.cells > cells {
		t.cells -= cellsOf(t.kept[t.order[0]])
		delete(t.kept, t.order[0])
		t.order = t.order[1:]
	}
}

// lower lowers the limit.
func (t *traces) lower(limit int) {
	t.limit = min(t.limit, limit)
	t.forget(t.limit)
}

func cellsOf(t *ops.Trace) int {
	n := 0
	for _, cells := range t.Cells {
		n += len(cells)
	}
	return n
}

// partWith returns the name of the part whose features a tensor is, "" if it is
// another tensor.
func (s *Scope) partWith(features relation.ID) string {
	for name, p := range s.parts {
		if p.ids[featureTensor] == features {
			return name
		}
	}
	return ""
}
