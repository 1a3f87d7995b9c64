package exact

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// windows reads the m×k windows of a row of cells, one cell apart, the last
// column first.
func windows(cells []int32, m, k int) (*View, []int32) {
	v, dense := &View{Cells: cells}, make([]int32, 0, m*k)
	for i := range m {
		v.Rows = append(v.Rows, i)
	}
	for j := range k {
		v.Columns = append(v.Columns, k-1-j)
	}
	for i := range m {
		for j := range k {
			dense = append(dense, cells[i+k-1-j])
		}
	}
	return v, dense
}

// A view gives the product and the gradient of the matrix that it reads,
// beyond one block of rows and one tile of columns, with weights of one and of
// several pieces, and with sums of more than 62 bits.
func TestViewsAreTheMatricesThatTheyRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const m, k, n = 150, 70, 5
	for _, weightLog := range []int{20, 58} {
		cells := make([]int32, m+k-1)
		for i := range cells {
			cells[i] = rng.Int32N(1<<16) - 1<<15
		}
		view, dense := windows(cells, m, k)
		weights, d := make([]int64, k*n), make([]int32, m*n)
		for i := range weights {
			weights[i] = rng.Int64N(2<<weightLog) - 1<<weightLog
		}
		for i := range d {
			d[i] = rng.Int32N(1<<16) - 1<<15
		}
		w, u := NewWeightMatrix(k, n, slices.Clone(weights)), NewWeightMatrix(k, n, slices.Clone(weights))
		var a Accumulator
		a.MulView(view, w)
		compare(t, "product of a view", &a, bigProduct(dense, m, w, false))
		for _, rate := range []int64{3, 1 << 16} {
			if err := GradientStepView(w, view, d, rate); err != nil {
				t.Fatal(err)
			}
			if err := GradientStep(u, dense, d, m, rate); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(w.Cells(), u.Cells()) {
				t.Fatalf("weights of 2^%d at rate %d: another gradient than that of the matrix", weightLog, rate)
			}
		}
	}
}
