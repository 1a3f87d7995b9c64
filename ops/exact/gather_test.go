package exact

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// A gather is the product with one-hots, and its step theirs.
func TestGatherIsAProductWithOneHots(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, weightLog := range []uint{1, 40, MaxWeightLog} {
		const rows, cols, m = 5, 3, 7
		cells := make([]int64, rows*cols)
		for i := range cells {
			cells[i] = rng.Int64N(2<<weightLog-1) - (1<<weightLog - 1)
		}
		if weightLog == MaxWeightLog {
			cells[4], cells[5] = 1<<MaxWeightLog-1, 1-1<<MaxWeightLog
		}
		index, dense, d := make([]int32, m), make([]int32, m*rows), make([]int32, m*cols)
		for i := range index {
			index[i] = rng.Int32N(rows)
			dense[i*rows+int(index[i])] = 1
		}
		index[0], dense[0], dense[1] = 1, 0, 1
		for i := range d {
			d[i] = rng.Int32N(1<<16) - 1<<15
		}
		w := NewWeightMatrix(rows, cols, slices.Clone(cells))
		var got Accumulator
		got.Gather(index, w)
		clear(dense)
		for i, r := range index {
			dense[i*rows+int(r)] = 1
		}
		compare(t, "gather", &got, bigProduct(dense, m, w, false))
		if weightLog == MaxWeightLog {
			continue
		}
		other := NewWeightMatrix(rows, cols, slices.Clone(cells))
		if err := errors.Join(GatherStep(w, index, d, 9), GradientStep(other, dense, d, m, 9)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.Cells(), other.Cells()) || w.Largest() != other.Largest() {
			t.Errorf("weights below 2^%d: a step makes %v, want %v", weightLog, w.Cells(), other.Cells())
		}
	}
}

func TestGatherStepOverflows(t *testing.T) {
	w := NewWeightMatrix(2, 2, []int64{0, 0, 0, 1<<MaxWeightLog - 1})
	err := GatherStep(w, []int32{0, 1}, []int32{1, 2, 3, -4}, 1)
	var overflow *OverflowError
	if !errors.As(err, &overflow) || !errors.Is(err, fault.ErrOverflow) || overflow.Cell != 3 {
		t.Errorf("%v", err)
	}
}
