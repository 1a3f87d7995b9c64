package exact

import (
	"fmt"
)

// Gather sets row i of the accumulator to row rows[i] of the weights.
// Requires 0 <= rows[i] < w.Rows().
func (a *Accumulator) Gather(rows []int32, w *WeightMatrix) {
	a.reset(len(rows), w.cols, float64(w.largest))
	for i, r := range rows {
		for j, v := range w.cells[int(r)*w.cols:][:w.cols] {
			a.low[i*w.cols+j] = uint64(v)
			if a.wide {
				a.high[i*w.cols+j] = v >> 63
			}
		}
	}
}

// GatherStep updates the rows of the weights that were gathered by one step of
// gradient descent, exactly,
//
//	W(rows[i],j) ← W(rows[i],j) − n·dZ(i,j),      one i after the other.
//
// If a weight leaves (−2^62, 2^62), be it between two rows of one step, it returns
// an *OverflowError; the weights are then not to be used.
// Requires a row of d for each of rows.
func GatherStep(w *WeightMatrix, rows, d []int32, n int64) error {
	if len(d) != len(rows)*w.cols {
		panic(fmt.Sprintf("exact: %d cells for %d rows of %d", len(d), len(rows), w.cols))
	}
	w.split = 0
	for i, r := range rows {
		first := int(r) * w.cols
		for j, g := range d[i*w.cols:][:w.cols] {
			next, ok := descend(w.cells[first+j], int64(g), n)
			if !ok {
				return &OverflowError{first + j, descent(w.cells[first+j], int64(g), n)}
			}
			w.cells[first+j] = next
		}
	}
	w.largest = largest64(w.cells)
	return nil
}
