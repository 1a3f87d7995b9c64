package poly

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/relation"
)

// Fix evaluates some axes of a table of field elements: fixed[i] holds the
// coordinates of axis i, or nil for an axis that stays. The result is over
// the remaining axes, row-major; the table is left as it is.
func Fix(cells fr.Vector, axes []relation.Axis, fixed [][]fr.Element) fr.Vector {
	return fixRuns(cells, runsOf(axes, fixed))
}

// FixIntegers is Fix for integer cells. The result is of the loan.
func FixIntegers(loan *Loan, cells []int32, axes []relation.Axis, fixed [][]fr.Element) fr.Vector {
	runs := runsOf(axes, fixed)
	best := -1 // the longest fixed run is contracted on integers
	for i, r := range runs {
		if r.point != nil && (best < 0 || r.size > runs[best].size) {
			best = i
		}
	}
	if best < 0 {
		out := loan.Get(len(cells))
		embed(out, cells)
		return out
	}
	outer, inner := around(runs, best)
	out, weight := loan.Get(outer*inner), loan.Get(runs[best].size)
	weight[0].SetOne()
	EqInto(weight, runs[best].point)
	Contract(out, cells, outer, weight, inner)
	loan.Put(weight)
	return fixRuns(out, append(append([]run(nil), runs[:best]...), runs[best+1:]...))
}

// run is a maximal sequence of axes that are all fixed or all kept.
type run struct {
	size  int
	point []fr.Element // nil if kept
}

func runsOf(axes []relation.Axis, fixed [][]fr.Element) []run {
	var runs []run
	for i, a := range axes {
		last := len(runs) - 1
		if last < 0 || (runs[last].point == nil) != (fixed[i] == nil) {
			runs = append(runs, run{size: 1})
			last++
			if fixed[i] != nil {
				runs[last].point = []fr.Element{}
			}
		}
		runs[last].size *= a.Padded()
		if fixed[i] != nil {
			runs[last].point = append(runs[last].point, fixed[i]...)
		}
	}
	return runs
}

func around(runs []run, at int) (outer, inner int) {
	outer, inner = 1, 1
	for i, r := range runs {
		if i < at {
			outer *= r.size
		} else if i > at {
			inner *= r.size
		}
	}
	return outer, inner
}

func fixRuns(cells fr.Vector, runs []run) fr.Vector {
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].point == nil {
			continue
		}
		outer, inner := around(runs, i)
		out := make(fr.Vector, outer*inner)
		ContractField(out, cells, outer, Eq(runs[i].point), inner)
		cells = out
		runs = append(append([]run(nil), runs[:i]...), runs[i+1:]...)
	}
	return cells
}
