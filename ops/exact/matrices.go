package exact

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
)

// MaxInner bounds the cells that a product of small matrices adds up:
// MaxInner·MaxInput² = 2^53.
const MaxInner = 1 << (mantissa - 34)

// Matrices is the shape of a product of matrices of small integers, V = X·Y with
// X of Rows×Inner and Y of Inner×Cols cells, row-major; the other way round
// where they are adjoint.
type Matrices struct {
	Rows, Inner, Cols  int
	AdjointX, AdjointY bool
}

// Multiply sets one product after the other,
//
//	V(p,i,j) = Σ_k X(p,i,k)·Y(p,k,j).
//
// Requires as many matrices in x and in y as fill v, Inner ≤ MaxInner, and cells
// up to MaxInput.
func (m Matrices) Multiply(v []int64, x, y []int32) {
	count := len(v) / (m.Rows * m.Cols)
	if m.Inner > MaxInner || len(v) != count*m.Rows*m.Cols || len(x) != count*m.Rows*m.Inner || len(y) != count*m.Inner*m.Cols {
		panic(fmt.Sprintf("exact: products %+v of %d and %d cells make %d", m, len(x), len(y), len(v)))
	}
	if largest := max(largest32(x), largest32(y)); largest > MaxInput {
		panic(fmt.Sprintf("exact: operand of magnitude %d", largest))
	}
	by, stride := blas.NoTrans, m.Cols
	if m.AdjointY {
		by, stride = blas.Trans, m.Inner
	}
	tiles, at := cut(m.Rows, worthwhile/(m.Inner*m.Cols)+1, blockRows)
	scratch := make([]struct{ x, y, v []float64 }, workers())
	forEach(count*tiles, func(worker, i int) {
		pair, rows := i/tiles, at(i%tiles)
		s := &scratch[worker]
		s.x, s.y = grow(s.x, (rows.to-rows.from)*m.Inner), grow(s.y, m.Inner*m.Cols)
		s.v = grow(s.v, (rows.to-rows.from)*m.Cols)
		m.left(s.x, x[pair*m.Rows*m.Inner:], rows)
		for k, c := range y[pair*m.Inner*m.Cols:][:m.Inner*m.Cols] {
			s.y[k] = float64(c)
		}
		product(by, rows.to-rows.from, m.Cols, m.Inner, s.x, s.y, stride, s.v)
		out := v[(pair*m.Rows+rows.from)*m.Cols:]
		for k, c := range s.v {
			out[k] = int64(c)
		}
	})
}

// left writes a span of the rows of a matrix X.
func (m Matrices) left(out []float64, x []int32, rows span) {
	if !m.AdjointX {
		for k, c := range x[rows.from*m.Inner : rows.to*m.Inner] {
			out[k] = float64(c)
		}
		return
	}
	for k := range m.Inner {
		for i, c := range x[k*m.Rows+rows.from : k*m.Rows+rows.to] {
			out[i*m.Inner+k] = float64(c)
		}
	}
}
