package exact

import (
	"fmt"
	"math/bits"
)

// Channels reads a tensor whose last axis is one of channels as View does, so many
// channels at a time: entry (i,k,c) is Cells[Rows[i]+Columns[k]+c]. It multiplies
// each channel by weights of its own, a depthwise convolution with K offsets and
// N/Count kernels for each channel. In a matrix of weights, and in V, the kernels
// of a channel are neighbours.
type Channels struct {
	View
	Count   int // channels
	Samples int // which the rows are of, in order, as many each; they share no cells
}

// multipleOf returns the kernels of a channel.
func (x *Channels) multipleOf(w *WeightMatrix) int {
	if w.rows != len(x.Columns) || w.cols%x.Count != 0 || len(x.Rows)%x.Samples != 0 {
		panic(fmt.Sprintf("exact: weights of %d×%d for %d channels at %d offsets", w.rows, w.cols, x.Count, len(x.Columns)))
	}
	return w.cols / x.Count
}

// MulChannels sets V(i,cM+q) = Σ_k X(i,k,c)·W(k,cM+q).
// Requires |x| ≤ MaxInput.
func (a *Accumulator) MulChannels(x *Channels, w *WeightMatrix) {
	multiple, largest := x.multipleOf(w), x.largest()
	bound := a.begin(len(x.Rows), w.cols, uint64(len(x.Columns)), largest, w)
	a.pieces(w, bound, func(out, weights []int64) {
		count, at := cut(len(x.Rows), worthwhile/(w.rows*w.cols)+1, blockRows)
		forEach(count, func(_, i int) {
			for r := at(i).from; r < at(i).to; r++ {
				v := out[r*w.cols : (r+1)*w.cols]
				clear(v)
				for k, column := range x.Columns {
					multiplyAdd(v, x.Cells[x.Rows[r]+column:][:x.Count], weights[k*w.cols:(k+1)*w.cols], multiple)
				}
			}
		})
	})
}

// multiplyAdd adds x(c)·w(c,q) to v(c,q).
func multiplyAdd(v []int64, x []int32, w []int64, multiple int) {
	if multiple == 1 {
		v, w = v[:len(x)], w[:len(x)]
		for c, cell := range x {
			v[c] += int64(cell) * w[c]
		}
		return
	}
	for c, cell := range x {
		part, kernels := v[c*multiple:][:multiple], w[c*multiple:][:multiple]
		for q, weight := range kernels {
			part[q] += int64(cell) * weight
		}
	}
}

// MulChannelsTransposed sets U, which has the cells that x reads,
//
//	U(Rows[i]+Columns[k]+c) = Σ_q dZ(i,cM+q)·W(k,cM+q)
//
// added up over all rows and offsets that read a cell, as one row. The cells of x
// do not matter. Requires |dZ| ≤ MaxInput.
func (a *Accumulator) MulChannelsTransposed(x *Channels, size int, d []int32, w *WeightMatrix) {
	multiple, largest := x.multipleOf(w), largest32(d)
	bound := a.begin(1, size, uint64(len(x.Columns)*multiple), largest, w)
	rows := len(x.Rows) / x.Samples
	a.pieces(w, bound, func(out, weights []int64) {
		clear(out)
		spans, at := cut(x.Count, worthwhile/(rows*w.rows*multiple)+1, x.Count)
		forEach(x.Samples*spans, func(_, i int) {
			s, first := at(i%spans), i/spans*rows
			width := s.to - s.from
			for r := first; r < first+rows; r++ {
				errors := d[r*w.cols+s.from*multiple:][:width*multiple]
				for k, column := range x.Columns {
					addProducts(out[x.Rows[r]+column+s.from:][:width], errors, weights[k*w.cols+s.from*multiple:][:width*multiple], multiple)
				}
			}
		})
	})
}

// addProducts adds Σ_q d(c,q)·w(c,q) to u(c).
func addProducts(u []int64, d []int32, w []int64, multiple int) {
	if multiple == 1 {
		d, w = d[:len(u)], w[:len(u)]
		for c := range u {
			u[c] += int64(d[c]) * w[c]
		}
		return
	}
	for c := range u {
		errors, kernels := d[c*multiple:][:multiple], w[c*multiple:][:multiple]
		for q, weight := range kernels {
			u[c] += int64(errors[q]) * weight
		}
	}
}

// begin makes an accumulator for sums of so many products, and returns what bounds
// one of weights of magnitude 1.
func (a *Accumulator) begin(rows, cols int, terms, largest uint64, w *WeightMatrix) uint64 {
	if largest > MaxInput {
		panic(fmt.Sprintf("exact: input of magnitude %d", largest))
	}
	hi, bound := bits.Mul64(terms, max(largest, 1))
	if hi != 0 || bound > 1<<54 {
		panic(fmt.Sprintf("exact: %d products of cells up to %d", terms, largest))
	}
	a.reset(rows, cols, float64(bound)*float64(w.largest))
	return bound
}

// pieces calls multiply with the weights, or with pieces of few enough bits that
// no sum leaves 62, and adds up what it makes.
func (a *Accumulator) pieces(w *WeightMatrix, bound uint64, multiply func(out, weights []int64)) {
	if a.out = grow(a.out, a.rows*a.cols); !a.wide {
		multiply(a.out, w.cells)
		for i, v := range a.out {
			a.low[i] = uint64(v)
		}
		return
	}
	digit := uint(62 - bits.Len64(bound)) // the digits below the top are in [0, 2^digit)
	piece := make([]int64, len(w.cells))
	for shift := uint(0); shift < 63; shift += digit {
		for i, v := range w.cells {
			if piece[i] = v >> shift; shift+digit < 63 {
				piece[i] &= 1<<digit - 1
			}
		}
		multiply(a.out, piece)
		a.addIntegers(a.out, shift, shift == 0)
	}
}

// addIntegers adds 2^shift·p to all cells, which have 128 bits, or sets them.
// Requires shift < 64.
func (a *Accumulator) addIntegers(p []int64, shift uint, set bool) {
	if set {
		clear(a.low)
		clear(a.high)
	}
	for i, v := range p {
		low, high := shifted(v, shift)
		var carry uint64
		a.low[i], carry = bits.Add64(a.low[i], low, 0)
		a.high[i] += high + int64(carry)
	}
}

// Keep leaves the cells at the given places, in their order, as rows of cols.
// Requires ascending places.
func (a *Accumulator) Keep(places []int, cols int) {
	for i, from := range places {
		a.low[i] = a.low[from]
		if a.wide {
			a.high[i] = a.high[from]
		}
	}
	a.low = a.low[:len(places)]
	if a.wide {
		a.high = a.high[:len(places)]
	}
	a.rows, a.cols = len(places)/cols, cols
}

// ChannelStep is GradientStep for weights that act on channels apart,
//
//	W(k,cM+q) ← W(k,cM+q) − n·Σ_i X(i,k,c)·dZ(i,cM+q).
func ChannelStep(w *WeightMatrix, x *Channels, d []int32, n int64) error {
	multiple := x.multipleOf(w)
	maxX, maxD := x.largest(), largest32(d)
	if maxX > MaxInput || maxD > MaxInput || len(d) != len(x.Rows)*w.cols {
		panic(fmt.Sprintf("exact: %d errors up to %d for %d rows of cells up to %d", len(d), maxD, len(x.Rows), maxX))
	}
	w.split = 0
	const safe = 1 << (62 - 34) // rows whose products stay within 62 bits
	for from := 0; from < len(x.Rows); from += safe {
		to := min(from+safe, len(x.Rows))
		spans, at := cut(x.Count, worthwhile/((to-from)*multiple)+1, x.Count)
		failed := make([]*OverflowError, w.rows*spans)
		forEach(w.rows*spans, func(_, i int) {
			k, s := i/spans, at(i%spans)
			g := make([]int64, (s.to-s.from)*multiple)
			for r := from; r < to; r++ {
				addGradient(g, x.Cells[x.Rows[r]+x.Columns[k]+s.from:][:s.to-s.from], d[r*w.cols+s.from*multiple:], multiple)
			}
			failed[i] = w.descend(k*w.cols+s.from*multiple, g, n)
		})
		for _, err := range failed {
			if err != nil {
				return err
			}
		}
	}
	w.largest = largest64(w.cells)
	return nil
}

// addGradient adds x(c)·d(c,q) to g(c,q).
func addGradient(g []int64, x, d []int32, multiple int) {
	if multiple == 1 {
		g, d = g[:len(x)], d[:len(x)]
		for c, cell := range x {
			g[c] += int64(cell) * int64(d[c])
		}
		return
	}
	for c, cell := range x {
		part, errors := g[c*multiple:][:multiple], d[c*multiple:][:multiple]
		for q, e := range errors {
			part[q] += int64(cell) * int64(e)
		}
	}
}

// descend subtracts n·g from the weights from a cell on.
func (w *WeightMatrix) descend(first int, g []int64, n int64) *OverflowError {
	for i, v := range g {
		cell := first + i
		next, ok := descend(w.cells[cell], v, n)
		if !ok {
			return &OverflowError{cell, descent(w.cells[cell], v, n)}
		}
		w.cells[cell] = next
	}
	return nil
}
