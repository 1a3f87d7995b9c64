package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// liar is the system of a claim with every witness cell, a field element, in
// the hands of whoever wants it to hold. Virtual tensors follow from the cells.
// It has a judgement of its own: what a lie violates, by name.
type liar struct {
	t     testing.TB
	sys   *relation.System
	cells map[relation.ID][]fr.Element // of witness and external tensors
	names map[string]relation.ID
}

// liar begins with the cells that the honest prover has when it gives up.
func (w *world) liar(c Claim) *liar {
	w.t.Helper()
	st, values := w.cells(c, nil)
	return w.liarAbout(st, values)
}

func (w *world) liarAbout(st *stated, values *Values) *liar {
	l := &liar{t: w.t, sys: st.statement.Layout.System, cells: map[relation.ID][]fr.Element{}, names: map[string]relation.ID{}}
	given := values.assignment()
	for i := range l.sys.Tensors {
		t := &l.sys.Tensors[i]
		l.names[t.Name] = relation.ID(i)
		if t.Kind != relation.Witness && t.Kind != relation.External {
			continue
		}
		cells := make([]fr.Element, t.Cells())
		for k := range given[i].Len() {
			cells[k] = given[i].Element(k)
		}
		l.cells[relation.ID(i)] = cells
	}
	l.recount("")
	return l
}

// witness returns the cells of the one witness whose name ends so.
func (l *liar) witness(suffix string) []fr.Element {
	l.t.Helper()
	var found []relation.ID
	for name, id := range l.names {
		if l.sys.Tensor(id).Kind == relation.Witness && strings.HasSuffix(name, suffix) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		l.t.Fatalf("%d witnesses are called …%s", len(found), suffix)
	}
	return l.cells[found[0]]
}

// add changes a cell.
func (l *liar) add(suffix string, cell int, by int64) {
	l.t.Helper()
	x := &l.witness(suffix)[cell]
	e := relation.Int(by)
	x.Add(x, &e)
}

// tables computes virtual tensors, and after them the left sides of all
// equations as tensors of their own.
func (l *liar) tables() (*relation.System, *naive.Tables) {
	sys := *l.sys
	sys.Tensors = slices.Clone(l.sys.Tensors)
	for i := range sys.Equations {
		e := &sys.Equations[i]
		sys.Tensors = append(sys.Tensors, relation.Tensor{Name: e.Name, Axes: e.Axes, Kind: relation.Virtual, Sum: &e.Sum})
	}
	return &sys, naive.NewFields(&sys, l.cells)
}

func (l *liar) table(known *naive.Tables, id int) []fr.Element {
	l.t.Helper()
	cells, err := known.Table(relation.ID(id))
	if err != nil {
		l.t.Fatal(err)
	}
	return cells
}

// reads counts how often lookups read each row of the tables, and names the
// looked-up tensors with a tuple that is no row.
func (l *liar) reads(known *naive.Tables) (counts [][]int64, bad []string) {
	for i := range l.sys.Tables {
		counts = append(counts, make([]int64, 1<<l.sys.Tables[i].Log))
	}
	for _, lookup := range l.sys.Lookups {
		tab := &l.sys.Tables[lookup.Table]
		first := l.sys.Tensor(lookup.Columns[0])
		read, held := make([][]fr.Element, len(lookup.Columns)), make([][]fr.Element, len(lookup.Columns))
		for k, c := range lookup.Columns {
			read[k], held[k] = l.table(known, int(c)), l.table(known, int(tab.Columns[k]))
		}
		wrong := false
		for cell := range first.Cells() {
			if !prooftest.IsReal(first.Axes, cell) {
				continue
			}
			row, offset := read[0][cell], relation.Int(tab.Offset)
			row.Sub(&row, &offset)
			in := row.IsUint64() && row.Uint64() < uint64(tab.Rows)
			for k := 1; in && k < len(read); k++ {
				in = read[k][cell].Equal(&held[k][row.Uint64()])
			}
			if !in {
				wrong = true
				continue
			}
			counts[lookup.Table][row.Uint64()]++
		}
		if wrong {
			bad = append(bad, "range of "+first.Name)
		}
	}
	return counts, bad
}

// recount gives the tables whose names begin so the counts of their reads.
func (l *liar) recount(prefix string) {
	_, known := l.tables()
	counts, _ := l.reads(known)
	for i := range l.sys.Tables {
		if !strings.HasPrefix(l.sys.Tables[i].Name, prefix) {
			continue
		}
		cells := make([]fr.Element, len(counts[i]))
		for row, n := range counts[i] {
			cells[row] = relation.Int(n)
		}
		l.cells[l.sys.Tables[i].Count] = cells
	}
}

// corner gives the first limb of every bound whatever makes its equation hold:
// what stands in the way of a false bound is then the range of that limb.
func (l *liar) corner() {
	for name, id := range l.names {
		bound, ok := strings.CutSuffix(name, " slack 0")
		if !ok {
			continue
		}
		for k := 0; ; k++ {
			limb, more := l.names[fmt.Sprintf("%s slack %d", bound, k)]
			if !more {
				break
			}
			clear(l.cells[limb])
		}
		sys, known := l.tables()
		for i := range l.sys.Equations {
			if l.sys.Equations[i].Name == bound {
				l.cells[id] = slices.Clone(l.table(known, len(sys.Tensors)-len(sys.Equations)+i))
			}
		}
	}
	l.spread()
	l.recount("range ")
}

// lift moves what the first limb of a bound cannot hold to the second, where
// there is one.
func (l *liar) lift() {
	shift := relation.Pow2(-limbBits)
	for name, id := range l.names {
		bound, _ := strings.CutSuffix(name, " slack 0")
		next, ok := l.names[bound+" slack 1"]
		for cell := range l.cells[id] {
			if x := &l.cells[id][cell]; ok && bound != name && (!x.IsUint64() || x.Uint64() >= 1<<limbBits) {
				x.Mul(x, &shift)
				l.cells[next][cell].Add(&l.cells[next][cell], x)
				*x = fr.Element{}
			}
		}
	}
	l.recount("range ")
}

// spread puts limbs that are integers of 64 bits where they belong.
func (l *liar) spread() {
	for name, id := range l.names {
		bound, ok := strings.CutSuffix(name, " slack 0")
		if !ok {
			continue
		}
		for cell := range l.cells[id] {
			x := &l.cells[id][cell]
			if !x.IsUint64() {
				continue
			}
			rest := x.Uint64()
			for k := 0; rest > 0; k++ {
				limb, more := l.names[fmt.Sprintf("%s slack %d", bound, k)]
				if !more {
					break
				}
				l.cells[limb][cell] = relation.Int(int64(rest & (1<<limbBits - 1)))
				rest >>= limbBits
			}
		}
	}
}

// violated names everything that the cells violate: "range of T" for
// a lookup, "counts of TABLE", "equation NAME".
func (l *liar) violated() []string {
	l.t.Helper()
	sys, known := l.tables()
	counts, bad := l.reads(known)
	for i := range l.sys.Tables {
		tab := &l.sys.Tables[i]
		total, want := make([]fr.Element, tab.Rows), counts[i]
		for row, n := range l.cells[tab.Count] {
			if row >= tab.Rows {
				row = 0
			}
			total[row].Add(&total[row], &n)
		}
		for row := range total {
			if n := relation.Int(want[row]); !total[row].Equal(&n) {
				bad = append(bad, "counts of "+tab.Name)
				break
			}
		}
	}
	for i := range sys.Equations {
		for _, x := range l.table(known, len(l.sys.Tensors)+i) {
			if !x.IsZero() {
				bad = append(bad, "equation "+sys.Equations[i].Name)
				break
			}
		}
	}
	slices.Sort(bad)
	return slices.Compact(bad)
}

// caught checks that the cells violate exactly the given relations.
func (l *liar) caught(name string, by ...string) {
	l.t.Helper()
	slices.Sort(by)
	if got := l.violated(); len(by) == 0 || !slices.Equal(got, by) {
		l.t.Errorf("%s: violated\n\t%s\nwant\n\t%s", name, strings.Join(got, "\n\t"), strings.Join(by, "\n\t"))
	}
}
