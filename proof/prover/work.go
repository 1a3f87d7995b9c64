package prover

import (
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Work counts what making a proof about a layout does, from the layout alone: how often
// each kind of cell is read, by phase. Times are about linear in it; see package
// estimate.
type Work struct {
	RowLog   int   // ℓ
	Masked   bool  // the mask row is one more to commit to and to open
	Messages int64 // of the conversation

	Committed int64 // cells of witness tensors, without padding
	Laid      int64 // padded cells of these and of external tensors of 32 bits
	Rows      int64 // committed rows of witness tensors
	Wide      int64 // padded cells of external tensors of 64 bits

	Looked int64 // tuples looked up, without padding
	Leaves int64 // of the lookup tree, those of no block apart
	Ragged int64 // those of lookups whose cells and padding alternate within a chunk
	Tree   int64 // all of them, a power of two

	Folded int64 // cells read to make tables of sumchecks
	Summed int64 // cells of these tables
	AtOnce int64 // cells of the tables of the largest batched sumcheck

	Evaluated            int64 // cells of tensors evaluated at a point
	EvaluatedWide        int64 // the same, of 64 bits
	EvaluatedVirtual     int64 // cells of tables for values of sums
	Groups               int64 // rows to reduce to one point
	Reduced, ReducedWide int64 // cells of tensors folded to these rows
}

// WorkOf counts.
func WorkOf(l *proof.Layout) *Work {
	w := &Work{RowLog: l.RowLog, Masked: l.Masked, Messages: int64(proof.Length(l))}
	for i := range l.System.Tensors {
		t := &l.System.Tensors[i]
		switch {
		case t.Wide:
			w.Wide += int64(t.Cells())
		case t.Kind == relation.Witness:
			w.Committed += int64(t.RealCells())
			w.Laid += int64(t.Cells())
			w.Rows += int64((t.Cells()-1)>>l.RowLog + 1)
		case t.Kind == relation.External:
			w.Laid += int64(t.Cells())
		}
	}
	if n := len(l.Blocks); n > 0 {
		last := l.Blocks[n-1]
		w.Leaves, w.Tree = int64(last.Offset)+1<<last.Log, 1<<l.Log
	}
	for _, k := range l.System.Lookups {
		t := l.System.Tensor(k.Columns[0])
		w.Looked += int64(t.RealCells())
		if ragged(t) {
			w.Ragged += int64(t.Cells())
		}
	}
	proof.Walk(l, &meter{layout: l, work: w, made: map[*relation.Term]bool{}})
	return w
}

// ragged reports whether a chunk of a tensor's cells holds some of its own and padding.
func ragged(t *relation.Tensor) bool {
	inner := 1
	for k := len(t.Axes) - 1; k >= 0 && inner < poly.Chunk; k-- {
		if !t.Axes[k].Full() {
			return inner*t.Axes[k].Size%poly.Chunk != 0
		}
		inner *= t.Axes[k].Padded()
	}
	return false
}

// meter is the peer that counts. It answers with nothing.
type meter struct {
	layout *proof.Layout
	work   *Work
	made   map[*relation.Term]bool // terms whose tables are at hand, as in Peer.pending
}

// evaluated counts what is read for a value of a tensor: its cells, or the tables of
// the sums that define it. Values that public sources give are not counted.
func (m *meter) evaluated(id relation.ID) {
	t := m.layout.System.Tensor(id)
	switch {
	case t.Kind == relation.Public:
	case t.Kind == relation.Virtual:
		for i := range t.Sum.Terms {
			plan := m.layout.System.Plan(t.Sum, &t.Sum.Terms[i])
			m.work.EvaluatedVirtual += int64(plan.Degree()) << plan.Variables()
		}
	case t.Wide:
		m.work.EvaluatedWide += int64(t.Cells())
	default:
		m.work.Evaluated += int64(t.Cells())
	}
}

// tables counts those of an instance, unless they were made for the same term before.
func (m *meter) tables(i *proof.Instance[struct{}]) {
	if m.made[i.Term] {
		return
	}
	m.made[i.Term] = true
	for _, f := range i.Plan.Data {
		m.work.Folded += int64(m.layout.System.Tensor(i.Term.Factors[f].Tensor).Cells())
	}
}

func (m *meter) Sum(instances []*proof.Instance[struct{}], _ []struct{}) {
	cells := int64(0)
	for _, i := range instances {
		m.tables(i)
		cells += int64(i.Plan.Degree()) << i.Plan.Variables()
	}
	m.work.Summed += cells
	m.work.AtOnce = max(m.work.AtOnce, cells)
	clear(m.made)
}

func (m *meter) Reduction(groups []*proof.Group[struct{}], _ []struct{}) {
	m.work.Groups = int64(len(groups))
	for _, g := range groups {
		for _, c := range g.Claims {
			if t := m.layout.System.Tensor(c.Tensor); t.Wide {
				m.work.ReducedWide += int64(t.Cells())
			} else {
				m.work.Reduced += int64(t.Cells())
			}
		}
	}
}

func (m *meter) Evaluate(id relation.ID, _ []proof.Coord) struct{} {
	m.evaluated(id)
	return struct{}{}
}

func (m *meter) TermValue(i *proof.Instance[struct{}]) struct{} {
	m.tables(i)
	return struct{}{}
}

func (*meter) Drawn(proof.Coord, struct{})        {}
func (*meter) Lookups(_, _ struct{})              {}
func (*meter) Fractions(int) [4]struct{}          { return [4]struct{}{} }
func (*meter) Layer(int, []proof.Coord, struct{}) {}
func (*meter) LayerRound() [2]struct{}            { return [2]struct{}{} }
func (*meter) LayerBind(struct{})                 {}
func (*meter) SumRound(degree int) []struct{}     { return make([]struct{}, degree) }
func (*meter) SumBind(struct{})                   {}
func (*meter) ReductionRound() [2]struct{}        { return [2]struct{}{} }
func (*meter) ReductionBind(struct{})             {}
func (*meter) RowValues(n int) []struct{}         { return make([]struct{}, n) }
