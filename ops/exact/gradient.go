package exact

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// OverflowError says which weight left (−2^62, 2^62). It wraps
// fault.ErrOverflow.
type OverflowError struct {
	Cell  int      // row-major, whatever axes the weights have
	Value *big.Int // what it would have become
}

func (e *OverflowError) Error() string {
	return fmt.Sprintf("cell %d becomes %v, outside (−2^%d, 2^%d): %v", e.Cell, e.Value, MaxWeightLog, MaxWeightLog, fault.ErrOverflow)
}

// Unwrap returns fault.ErrOverflow.
func (e *OverflowError) Unwrap() error { return fault.ErrOverflow }

const (
	tileInputs = 32 // rows of W that one worker updates at a time
	tileRows   = 64 // rows of X and dZ in one kernel call
)

// stepScratch is the memory of gradient steps.
type stepScratch struct {
	errors    []float64   // dZ
	inputs    [][]float64 // transposed tile of X, per worker
	gradients [][]float64 // tile of XᵀdZ, per worker
	largest   []uint64    // per tile
	failed    []*OverflowError
}

// GradientStep updates the weights by one step of gradient descent,
//
//	W(k,j) ← W(k,j) − n·Σ_b X(b,k)·dZ(b,j),
//
// exactly, for the m×K cells x and the m×N cells d, all of magnitude up to
// MaxInput. If a weight leaves (−2^62, 2^62) it returns an *OverflowError for
// the first such cell; the weights are then not to be used. The check is made
// after every 2^19 rows or more, so a weight that leaves and comes back within
// one step of more rows is refused too.
func GradientStep(w *WeightMatrix, x, d []int32, m int, n int64) error {
	return gradientStep(w, checked(x, m, w.rows), d, n)
}

// GradientStepView is GradientStep for an m×K view.
func GradientStepView(w *WeightMatrix, x *View, d []int32, n int64) error {
	return gradientStep(w, x, d, n)
}

func gradientStep(w *WeightMatrix, x source, d []int32, n int64) error {
	m, k := x.shape()
	if m < 1 || k != w.rows || len(d) != m*w.cols {
		panic(fmt.Sprintf("exact: %d×%d and %d cells for a gradient of %d×%d", m, k, len(d), w.rows, w.cols))
	}
	maxX, maxD := x.largest(), largest32(d)
	if maxX > MaxInput || maxD > MaxInput {
		panic(fmt.Sprintf("exact: input of magnitude %d", max(maxX, maxD)))
	}
	w.split = 0
	// Partial sums over safe rows stay within 2^53.
	safe := 1 << mantissa / int(max(maxX*maxD, 1<<32))
	for from := 0; from < m; from += safe {
		to := min(from+safe, m)
		bound := float64(magnitude(n)) * float64(to-from) * float64(maxX*maxD)
		step := step{w: w, x: x, first: from, m: to - from, n: n, checked: bound >= smallLimit}
		if err := step.run(d[from*w.cols : to*w.cols]); err != nil {
			return err
		}
	}
	return nil
}

type step struct {
	w        *WeightMatrix
	x        source
	first, m int // rows of x
	n        int64
	checked  bool // n times the gradient may need more than 62 bits
}

func (s *step) run(d []int32) error {
	w, sc := s.w, &s.w.scratch
	sc.errors = grow(sc.errors, len(d))
	for i, v := range d {
		sc.errors[i] = float64(v)
	}
	if len(sc.inputs) < workers() {
		sc.inputs, sc.gradients = make([][]float64, workers()), make([][]float64, workers())
	}
	tiles, at := cut(w.rows, worthwhile/(s.m*w.cols)+1, tileInputs)
	sc.largest, sc.failed = grow(sc.largest, tiles), grow(sc.failed, tiles)
	forEach(tiles, func(worker, i int) {
		tile := at(i)
		g := s.gradient(worker, tile)
		sc.largest[i], sc.failed[i] = s.update(tile, g)
	})
	w.largest = 0
	for i := range tiles {
		if sc.failed[i] != nil {
			return sc.failed[i]
		}
		w.largest = max(w.largest, sc.largest[i])
	}
	return nil
}

// gradient returns Σ_b X(b,k)·dZ(b,j) for the inputs k of a tile.
func (s *step) gradient(worker int, tile span) []float64 {
	w, sc, height := s.w, &s.w.scratch, tile.to-tile.from
	g := grow(sc.gradients[worker], height*w.cols)
	in := grow(sc.inputs[worker], height*tileRows)
	sc.gradients[worker], sc.inputs[worker] = g, in
	clear(g)
	var kernel gonum.Implementation
	for b := 0; b < s.m; b += tileRows {
		rows := min(tileRows, s.m-b)
		s.x.transposed(in, s.first+b, s.first+b+rows, tile)
		const columns = 128 // with at most 64 rows, gonum stays on this thread
		for j := 0; j < w.cols; j += columns {
			kernel.Dgemm(blas.NoTrans, blas.NoTrans, height, min(columns, w.cols-j), rows, 1,
				in, rows, sc.errors[b*w.cols+j:], w.cols, 1, g[j:], w.cols)
		}
	}
	return g
}

// update subtracts n·g from the weights of a tile and returns max |w|.
func (s *step) update(tile span, g []float64) (uint64, *OverflowError) {
	cells := s.w.cells[tile.from*s.w.cols : tile.to*s.w.cols]
	at := func(i int, value *big.Int) *OverflowError {
		return &OverflowError{tile.from*s.w.cols + i, value}
	}
	if s.checked {
		for i, v := range g {
			next, ok := descend(cells[i], int64(v), s.n)
			if !ok {
				return 0, at(i, descent(cells[i], int64(v), s.n))
			}
			cells[i] = next
		}
		return largest64(cells), nil
	}
	var low, high int64
	for i, v := range g {
		c := cells[i] - s.n*int64(v)
		cells[i] = c
		low, high = min(low, c), max(high, c)
	}
	if largest := max(uint64(high), -uint64(low)); largest < 1<<MaxWeightLog {
		return largest, nil
	}
	first := slices.IndexFunc(cells, func(c int64) bool { return magnitude(c) >= 1<<MaxWeightLog })
	return 0, at(first, big.NewInt(cells[first]))
}

// descent returns w − n·g.
func descent(w, g, n int64) *big.Int {
	change := new(big.Int).Mul(big.NewInt(g), big.NewInt(n))
	return change.Sub(big.NewInt(w), change)
}

// descend returns w − n·g if that is in (−2^62, 2^62).
// Requires |w| < 2^62.
func descend(w, g, n int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(g), magnitude(n))
	if hi != 0 || lo >= 1<<63 {
		return 0, false // |w − n·g| > 2^63 − 2^62
	}
	change := int64(lo)
	if (g < 0) != (n < 0) {
		change = -change
	}
	next := w - change
	wrapped := (w < 0) != (change < 0) && (next < 0) != (w < 0)
	return next, !wrapped && magnitude(next) < 1<<MaxWeightLog
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// biasColumns is how many column sums a bias step holds at a time.
const biasColumns = 16

// BiasStep updates the bias by one step of gradient descent,
//
//	b(j) ← b(j) − n·Σ_i dZ(i,j),
//
// exactly, for the m×N cells d, N = len(bias), of magnitude up to MaxInput.
// If a bias leaves (−2^62, 2^62) it returns an *OverflowError; the biases are
// then not to be used.
func BiasStep(bias []int64, d []int32, m int, n int64) error {
	cols := len(bias)
	if m < 1 || len(d) != m*cols {
		panic(fmt.Sprintf("exact: %d cells for the gradient of %d biases on %d rows", len(d), cols, m))
	}
	for from := 0; from < cols; from += biasColumns {
		var sums [biasColumns]int64 // at most 2^17·m
		width := min(biasColumns, cols-from)
		for i := range m {
			for j, v := range d[i*cols+from:][:width] {
				sums[j] += int64(v)
			}
		}
		for j, g := range sums[:width] {
			next, ok := descend(bias[from+j], g, n)
			if !ok {
				return &OverflowError{from + j, descent(bias[from+j], g, n)}
			}
			bias[from+j] = next
		}
	}
	return nil
}
