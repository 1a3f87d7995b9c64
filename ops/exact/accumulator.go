package exact

import (
	"fmt"
	"math/big"
	"math/bits"
)

// smallLimit bounds the magnitude of accumulators held in 64 bits; the rest
// of the range leaves room for the rounding constant and for the float64
// error of bounds.
const smallLimit = 1 << 62

// Accumulator is an m×n matrix of exact integers below 2^126: 64 bits per cell
// where the bound on the product shows that they suffice, else 128. The zero
// value is ready for use; memory is kept between calls. It is not safe for
// concurrent use.
type Accumulator struct {
	rows, cols int
	wide       bool
	bound      float64  // |V| is at most this, up to rounding of the bound
	low        []uint64 // the cell, or its low word
	high       []int64  // high word, where wide

	inputs, products [][]float64 // one buffer per worker
	out              []int64     // of one piece of weights
}

// Rows and Cols return the shape of the last product.
func (a *Accumulator) Rows() int { return a.rows }

// Cols is the number of columns of the last product.
func (a *Accumulator) Cols() int { return a.cols }

// Value returns cell i, row-major.
func (a *Accumulator) Value(i int) *big.Int {
	if !a.wide {
		return big.NewInt(int64(a.low[i]))
	}
	v := big.NewInt(a.high[i])
	v.Lsh(v, 64)
	return v.Add(v, new(big.Int).SetUint64(a.low[i]))
}

// reset makes an m×n accumulator for values up to the bound.
func (a *Accumulator) reset(m, n int, bound float64) {
	a.rows, a.cols, a.bound = m, n, bound
	a.wide = bound >= smallLimit
	a.low = grow(a.low, m*n)
	if a.wide {
		a.high = grow(a.high, m*n)
	}
	if len(a.inputs) < workers() {
		a.inputs = append(a.inputs, make([][]float64, workers()-len(a.inputs))...)
		a.products = append(a.products, make([][]float64, workers()-len(a.products))...)
	}
}

// widen changes to 128 bits per cell.
func (a *Accumulator) widen() {
	if a.wide {
		return
	}
	a.wide = true
	a.high = grow(a.high, len(a.low))
	for i, v := range a.low {
		a.high[i] = int64(v) >> 63
	}
}

// add adds 2^shift·p to the cells from index first on, or sets them.
// Requires |p| ≤ 2^53 integers, shift < 64.
func (a *Accumulator) add(first int, p []float64, shift uint, set bool) {
	low := a.low[first : first+len(p)]
	switch {
	case !a.wide && set:
		for i, v := range p {
			low[i] = uint64(int64(v)) << shift
		}
	case !a.wide:
		for i, v := range p {
			low[i] += uint64(int64(v)) << shift
		}
	default:
		high := a.high[first : first+len(p)]
		if set {
			clear(low)
			clear(high)
		}
		for i, v := range p {
			l, h := shifted(int64(v), shift)
			var carry uint64
			low[i], carry = bits.Add64(low[i], l, 0)
			high[i] += h + int64(carry)
		}
	}
}

// shifted returns 2^shift·v as two words. Requires shift < 64.
func shifted(v int64, shift uint) (low uint64, high int64) {
	return uint64(v) << shift, v >> 1 >> (63 - shift)
}

// AddBias adds 2^scaleLog·b to every row: V(i,j) += 2^scaleLog·b(j).
// Requires one bias per column, |b| < 2^62 and 0 <= scaleLog < 64.
func (a *Accumulator) AddBias(bias []int64, scaleLog int) {
	if len(bias) != a.cols || scaleLog < 0 || scaleLog > 63 {
		panic(fmt.Sprintf("exact: %d biases times 2^%d for %d columns", len(bias), scaleLog, a.cols))
	}
	a.bound += float64(largest64(bias)) * float64(uint64(1)<<scaleLog)
	if a.bound >= smallLimit {
		a.widen()
	}
	for i := range a.rows {
		low := a.low[i*a.cols : (i+1)*a.cols]
		if !a.wide {
			for j, b := range bias {
				low[j] += uint64(b) << scaleLog
			}
			continue
		}
		high := a.high[i*a.cols : (i+1)*a.cols]
		for j, b := range bias {
			l, h := shifted(b, uint(scaleLog))
			var carry uint64
			low[j], carry = bits.Add64(low[j], l, 0)
			high[j] += h + int64(carry)
		}
	}
}

// Scale sets the accumulator to 2^scaleLog·x, in rows of so many columns.
// Requires whole rows of cells up to MaxInput and scaleLog < 64.
func (a *Accumulator) Scale(x []int32, cols int, scaleLog uint) {
	if cols < 1 || len(x)%cols != 0 || scaleLog > 63 {
		panic(fmt.Sprintf("exact: %d cells times 2^%d in rows of %d", len(x), scaleLog, cols))
	}
	a.reset(len(x)/cols, cols, float64(largest32(x))*float64(uint64(1)<<scaleLog))
	for i, v := range x {
		low, high := shifted(int64(v), scaleLog)
		a.low[i] = low
		if a.wide {
			a.high[i] = high
		}
	}
}
