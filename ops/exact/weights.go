package exact

import (
	"fmt"
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/number"
)

// MaxWeightLog bounds weights: |w| < 2^MaxWeightLog.
const MaxWeightLog = number.MaxWeightLog

// mantissa is the number of bits in which a float64 holds every integer.
const mantissa = 53

// WeightMatrix is a K×N matrix of int64 cells with |w| < 2^62, prepared for
// products with float64 kernels. It is not safe for concurrent use.
type WeightMatrix struct {
	rows, cols int
	cells      []int64
	largest    uint64 // max |w|
	pieces     [][]float64
	digit      int // bits of a piece
	split      int // number of pieces that are up to date, 0 for none
	scratch    stepScratch
}

// NewWeightMatrix returns the matrix of rows inputs and cols units in the
// row-major cells, which it shares. Requires rows·cols cells.
func NewWeightMatrix(rows, cols int, cells []int64) *WeightMatrix {
	if rows < 1 || cols < 1 || len(cells) != rows*cols {
		panic(fmt.Sprintf("exact: %d cells for weights of %d×%d", len(cells), rows, cols))
	}
	w := &WeightMatrix{rows: rows, cols: cols, cells: cells}
	w.Refresh()
	return w
}

// Rows returns K, the number of inputs.
func (w *WeightMatrix) Rows() int { return w.rows }

// Cols returns N, the number of units.
func (w *WeightMatrix) Cols() int { return w.cols }

// Cells returns the shared cells. After changing them call Refresh.
func (w *WeightMatrix) Cells() []int64 { return w.cells }

// Largest returns max |w|.
func (w *WeightMatrix) Largest() uint64 { return w.largest }

// Refresh must be called after the cells were changed from outside. Panics if
// a cell is outside (−2^62, 2^62): such weights are to be refused on reading.
func (w *WeightMatrix) Refresh() {
	w.split = 0
	w.largest = largest64(w.cells)
	if w.largest >= 1<<MaxWeightLog {
		panic(fmt.Sprintf("exact: weight of magnitude %d", w.largest))
	}
}

func largest64(cells []int64) uint64 {
	var low, high int64
	for _, c := range cells {
		low, high = min(low, c), max(high, c)
	}
	return max(uint64(high), -uint64(low))
}

func largest32(cells []int32) uint64 {
	var low, high int32
	for _, c := range cells {
		low, high = min(low, c), max(high, c)
	}
	return uint64(max(int64(high), -int64(low)))
}

// prepare cuts the weights into as few pieces as make a contraction over k
// cells with inputs up to maxInput exact, and returns their number.
func (w *WeightMatrix) prepare(k int, maxInput uint64) int {
	// Condition for c pieces: k·max|x|·max|p| ≤ 2^53.
	hi, load := bits.Mul64(uint64(k), max(maxInput, 1))
	if hi != 0 || load > 1<<(mantissa-4) {
		panic(fmt.Sprintf("exact: contraction of %d cells up to %d", k, maxInput))
	}
	limit := uint64(1<<mantissa) / load // largest |p| allowed
	if w.largest <= limit {
		return w.cut(1)
	}
	for c := 2; ; c++ {
		d := digitBits(w.largest, c)
		if uint64(1)<<(d-1) <= limit && top(w.largest, d, c) <= limit {
			return w.cut(c)
		}
	}
}

// digitBits returns the digit width at which the top of c pieces is no wider
// than the others.
func digitBits(largest uint64, c int) int {
	return (bits.Len64(largest) + 1 + c - 1) / c
}

// top bounds the top piece: the carry of balanced digits adds at most one.
func top(largest uint64, d, c int) uint64 { return largest>>(d*(c-1)) + 1 }

// cut makes the c pieces if they are not there yet.
func (w *WeightMatrix) cut(c int) int {
	if w.split == c {
		return c
	}
	for len(w.pieces) < c {
		w.pieces = append(w.pieces, make([]float64, len(w.cells)))
	}
	w.split, w.digit = c, digitBits(w.largest, c)
	n, at := cut(len(w.cells), 1<<13, 1<<30)
	forEach(n, func(_, i int) { w.cutSpan(at(i), c) })
	return c
}

func (w *WeightMatrix) cutSpan(s span, c int) {
	if c == 1 {
		out := w.pieces[0][s.from:s.to]
		for i, v := range w.cells[s.from:s.to] {
			out[i] = float64(v)
		}
		return
	}
	d := uint(w.digit)
	half := int64(1) << (d - 1)
	for i := s.from; i < s.to; i++ {
		v := w.cells[i]
		for p := range c - 1 {
			// v = 2^d·next + digit, digit ∈ [−2^(d−1), 2^(d−1))
			next := (v + half) >> d
			w.pieces[p][i] = float64(v - next<<d)
			v = next
		}
		w.pieces[c-1][i] = float64(v)
	}
}
