package prover

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Count fills in the multiplicities of all tables. A tuple that is no row of
// its table is not counted; the error, fault.ErrOverflow, names tensor and cell
// of the first (protocol, section 9).
func Count(sys *relation.System, cells relation.Assignment) error {
	counts := make([][]int32, len(sys.Tables))
	rows := make([][][]int64, len(sys.Tables)) // [table][column][row]
	for i := range sys.Tables {
		counts[i] = make([]int32, 1<<sys.Tables[i].Log)
		rows[i] = tableColumns(sys, &sys.Tables[i])
		cells[sys.Tables[i].Count] = relation.Cells{Small: counts[i]}
	}
	var absent error
	for i := range sys.Lookups {
		l := &sys.Lookups[i]
		for _, c := range l.Columns {
			if t := sys.Tensor(c); cells[c].Len() != t.Cells() {
				return fmt.Errorf("tensor %q is looked up and has %d cells assigned, needs %d: %w", t.Name, cells[c].Len(), t.Cells(), fault.ErrUsage)
			}
		}
		bad := countLookup(sys, l, cells, counts[l.Table], rows[l.Table])
		if bad >= 0 && absent == nil {
			t := sys.Tensor(l.Columns[0])
			absent = fmt.Errorf("tensor %q, cell %d: value %d is not in table %q: %w",
				t.Name, bad, cells[l.Columns[0]].At(bad), sys.Tables[l.Table].Name, fault.ErrOverflow)
		}
	}
	return absent
}

// tableColumns returns the integers of the columns beside the index column.
func tableColumns(sys *relation.System, t *relation.Table) [][]int64 {
	var columns [][]int64
	for _, id := range t.Columns[1:] {
		columns = append(columns, sourceIntegers(sys.Tensor(id)))
	}
	return columns
}

// sourceIntegers returns the cells of a column of a table.
func sourceIntegers(t *relation.Tensor) []int64 {
	cells, _ := t.Integers() // a valid system's columns have them
	return cells
}

// countLookup counts the rows that one lookup's real cells hit, and returns
// the first cell whose tuple is no row, or −1.
func countLookup(sys *relation.System, l *relation.Lookup, cells relation.Assignment, count []int32, rows [][]int64) int {
	offset, n := sys.Tables[l.Table].Offset, int64(sys.Tables[l.Table].Rows)
	bad := -1
	eachReal(sys.Tensor(l.Columns[0]).Axes, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := cells[l.Columns[0]].At(i) - offset
			ok := row >= 0 && row < n
			for c := range rows {
				ok = ok && rows[c][row] == cells[l.Columns[c+1]].At(i)
			}
			switch {
			case ok:
				count[row]++
			case bad < 0:
				bad = i
			}
		}
	})
	return bad
}

// eachReal calls f on the ranges of cells outside the padding, in order.
func eachReal(axes []relation.Axis, f func(lo, hi int)) { eachRealFrom(axes, 0, f) }

func eachRealFrom(axes []relation.Axis, base int, f func(lo, hi int)) {
	full := true
	inner := 1
	for _, a := range axes {
		full = full && a.Full()
		inner *= a.Padded()
	}
	if full {
		f(base, base+inner)
		return
	}
	if len(axes) == 1 {
		f(base, base+axes[0].Size)
		return
	}
	step := inner / axes[0].Padded()
	for i := range axes[0].Size {
		eachRealFrom(axes[1:], base+i*step, f)
	}
}
