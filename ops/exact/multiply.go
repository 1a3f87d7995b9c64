package exact

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// MaxInput bounds inputs and errors: |x| ≤ MaxInput.
const MaxInput = 1 << 17

// blockRows is how many rows of the left factor one kernel call takes: few
// enough that gonum's kernel stays on the calling thread.
const blockRows = 64

// MulInto sets V = X·W for the m×K row-major cells x.
// Requires m·K cells with |x| ≤ MaxInput.
func (a *Accumulator) MulInto(x []int32, m int, w *WeightMatrix) {
	a.multiply(checked(x, m, w.rows), w, blas.NoTrans)
}

// MulView sets V = X·W for an m×K view.
// Requires |x| ≤ MaxInput.
func (a *Accumulator) MulView(x *View, w *WeightMatrix) { a.multiply(x, w, blas.NoTrans) }

// MulTransposed sets U = dZ·Wᵀ for the m×N row-major cells d.
// Requires m·N cells with |d| ≤ MaxInput.
func (a *Accumulator) MulTransposed(d []int32, m int, w *WeightMatrix) {
	a.multiply(checked(d, m, w.cols), w, blas.Trans)
}

// checked returns m rows of k cells.
func checked(x []int32, m, k int) rowMajor {
	if m < 1 || len(x) != m*k {
		panic(fmt.Sprintf("exact: %d cells for an input of %d×%d", len(x), m, k))
	}
	return rowMajor{x, m, k}
}

func (a *Accumulator) multiply(x source, w *WeightMatrix, t blas.Transpose) {
	k, n := w.rows, w.cols
	if t == blas.Trans {
		k, n = n, k
	}
	m, width := x.shape()
	if m < 1 || width != k {
		panic(fmt.Sprintf("exact: input of %d×%d for weights of %d inputs", m, width, k))
	}
	maxInput := x.largest()
	if maxInput > MaxInput {
		panic(fmt.Sprintf("exact: input of magnitude %d", maxInput))
	}
	a.reset(m, n, float64(k)*float64(maxInput)*float64(w.largest))
	pieces := w.prepare(k, maxInput)
	count, at := cut(m, worthwhile/(k*n)+1, blockRows)
	forEach(count, func(worker, i int) {
		s := at(i)
		in, out := grow(a.inputs[worker], (s.to-s.from)*k), grow(a.products[worker], (s.to-s.from)*n)
		a.inputs[worker], a.products[worker] = in, out
		x.block(in, s.from, s.to)
		for p := range pieces {
			product(t, s.to-s.from, n, k, in, w.pieces[p], w.cols, out)
			a.add(s.from*n, out, uint(p*w.digit), p == 0)
		}
	})
}

// product sets the m×n matrix c = a·b or a·bᵀ on the calling thread.
func product(t blas.Transpose, m, n, k int, a, b []float64, stride int, c []float64) {
	// gonum starts threads of its own for 4 or more blocks of 64×64.
	const columns = 128
	var kernel gonum.Implementation
	for j := 0; j < n; j += columns {
		part := b[j:]
		if t == blas.Trans {
			part = b[j*stride:]
		}
		kernel.Dgemm(blas.NoTrans, t, m, min(columns, n-j), k, 1, a, k, part, stride, 0, c[j:], n)
	}
}
