package transpile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// matmul appends a product of the last value with another.
func (b *model) matmul(adjX, adjY bool, out tflite.Shape, other int32) *model {
	return b.op(tflite.OpBatchMatMul, tflite.BatchMatMulOptions{AdjointX: adjX, AdjointY: adjY}, out, other)
}

// gram is what X·Xᵀ or Xᵀ·X makes of a sample of 2×3.
func gram(x []float64, columns bool) []float64 {
	n, inner, at := 2, 3, func(i, k int) float64 { return x[3*i+k] }
	if columns {
		n, inner, at = 3, 2, func(i, k int) float64 { return x[3*k+i] }
	}
	y := make([]float64, n*n)
	for i := range y {
		for k := range inner {
			y[i] += at(i/n, k) * at(i%n, k)
		}
	}
	return y
}

// Products of two values, either way round.
func TestBatchMatmulOfValues(t *testing.T) {
	x := []float64{0.5, -1.25, 2, 0.75, -0.5, 1}
	rows, columns := gram(x, false), gram(x, true)
	start := func() (*model, int32) {
		b := newModel(1, 2, 3)
		return b, b.last
	}
	// Where a sample is too small for the six values of checkSums, it is repeated.
	for name, c := range map[string]struct {
		build func() *model
		want  func(i int) float64
	}{
		"X by X transposed": {func() *model {
			b, in := start()
			return b.matmul(false, true, tflite.Shape{1, 2, 2}, in).pad()
		}, func(i int) float64 { return []float64{rows[0], rows[1], rows[2], rows[3], 0, 0}[i] }},
		"X transposed by X, by X transposed": {func() *model { // 3×3 by 3×2
			b, in := start()
			return b.matmul(true, false, tflite.Shape{1, 3, 3}, in).matmul(false, true, tflite.Shape{1, 3, 2}, in).reshape(tflite.Shape{1, 6})
		}, func(i int) float64 {
			y := 0.0
			for k := range 3 {
				y += columns[i/2*3+k] * x[i%2*3+k]
			}
			return y
		}},
		"of four axes": {func() *model {
			b := newModel(1, 2, 3)
			b.reshape(tflite.Shape{1, 2, 1, 3})
			in := b.last
			return b.matmul(false, true, tflite.Shape{1, 2, 1, 1}, in).matmul(false, false, tflite.Shape{1, 2, 1, 3}, in).reshape(tflite.Shape{1, 6})
		}, func(i int) float64 { return rows[i/3*3] * x[i] }},
	} {
		t.Run(name, func(t *testing.T) { checkSums(t, c.build().dense(6), x, c.want) })
	}
}

// pad appends a layer that makes six values of four, the last two 0.
func (b *model) pad() *model {
	w := make([]float32, 24)
	for i := range 4 {
		w[i*4+i] = 1
	}
	return b.reshape(tflite.Shape{1, 4}).op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, tflite.Shape{1, 6}, b.tensor(tflite.Shape{6, 4}, w), -1)
}

// Products with constants are layers without bias, trained.
func TestBatchMatmulWithWeights(t *testing.T) {
	x := []float64{0.5, -1.25, 2, 0.75, -0.5, 1}
	pairs, mixed := tflite.Shape{1, 2, 3}, mixed(x)
	across := []float32{1, 0, -1, 0.5, 2, 0.25} // 2×3
	by := make([]float64, 9)                    // Xᵀ times it
	for i := range by {
		for k := range 2 {
			by[i] += x[3*k+i/3] * float64(across[3*k+i%3])
		}
	}
	turned := make([]float32, 9) // mixing, transposed
	for i := range turned {
		turned[i] = mixing[i%3*3+i/3]
	}
	for name, build := range map[string]func() *model{
		"as they are": func() *model {
			b := newModel(1, 2, 3)
			return b.matmul(false, false, pairs, b.tensor(tflite.Shape{3, 3}, turned))
		},
		"transposed": func() *model {
			b := newModel(1, 2, 3)
			return b.matmul(false, true, pairs, b.tensor(tflite.Shape{3, 3}, mixing))
		},
		"with more axes": func() *model {
			b := newModel(1, 2, 3)
			return b.matmul(false, true, pairs, b.tensor(tflite.Shape{1, 3, 3}, mixing))
		},
		"on rows": func() *model {
			b := newModel(1, 2, 3).reshape(tflite.Shape{2, 3})
			return b.matmul(false, true, tflite.Shape{2, 3}, b.tensor(tflite.Shape{3, 3}, mixing))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := build().reshape(tflite.Shape{1, 6}).dense(6)
			checkSums(t, b, x, func(i int) float64 { return mixed[i] })
			r, err := transpile.Transpile(b.m, options(1))
			if err != nil || len(r.Weights) != 2 {
				t.Errorf("%v, %d weights", err, len(r.Weights))
			}
		})
	}
	t.Run("the other way round", func(t *testing.T) {
		b := newModel(1, 2, 3)
		b.matmul(true, false, tflite.Shape{1, 3, 3}, b.tensor(tflite.Shape{2, 3}, across))
		b.reshape(tflite.Shape{1, 9}).dense(9)
		r, err := transpile.Transpile(b.m, options(1))
		if err != nil {
			t.Fatal(err)
		}
		for j, got := range predict(t, r, b.m, x, r.Program.Loss.Logits) {
			want := 0.0
			for i, v := range by {
				want += v * float64((j*9+i)%3) / 2
			}
			if got-want > 0.03 || want-got > 0.03 {
				t.Errorf("output %d: %v, want %v", j, got, want)
			}
		}
	})
	whole := newModel(1, 6)
	checkSums(t, whole.matmul(false, false, tflite.Shape{1, 6}, whole.tensor(tflite.Shape{6, 6}, diagonal(6))).dense(6), x, func(i int) float64 { return 2 * x[i] })
}

// diagonal is twice the identity.
func diagonal(n int) []float32 {
	w := make([]float32, n*n)
	for i := range n {
		w[i*n+i] = 2
	}
	return w
}

func TestBatchMatmulIsRefused(t *testing.T) {
	pairs := tflite.Shape{1, 2, 3}
	for name, c := range map[string]struct {
		build func() *model
		want  string
	}{
		"matrices that do not fit": {func() *model { b := newModel(1, 2, 3); return b.matmul(false, false, pairs, b.last) }, "the product of samples"},
		"across samples":           {func() *model { b := newModel(1, 6); return b.matmul(true, false, tflite.Shape{6, 6}, b.last) }, "the product of samples"},
		"another declared":         {func() *model { b := newModel(1, 2, 3); return b.matmul(false, true, tflite.Shape{1, 4}, b.last) }, "declared as [1×4]"},
		"axes left out": {func() *model {
			b := newModel(1, 1, 3)
			b.op(tflite.OpNeg, nil, tflite.Shape{1, 3})
			return b.matmul(false, true, tflite.Shape{1, 1}, b.last)
		}, "its input is declared as [1×3]"},
		"rows": {func() *model {
			b := newModel(1, 2, 3).reshape(tflite.Shape{2, 3})
			return b.matmul(false, true, tflite.Shape{2, 2}, b.last)
		}, "on the batch axis"},
		"a constant first": {func() *model {
			b := newModel(1, 2, 3)
			in := b.last
			b.last = b.tensor(tflite.Shape{1, 3, 3}, mixing)
			return b.matmul(false, true, tflite.Shape{1, 3, 2}, in)
		}, "is a constant"},
		"weights for each sample": {func() *model {
			b := newModel(1, 2, 3)
			return b.matmul(false, true, tflite.Shape{2, 2, 3}, b.tensor(tflite.Shape{2, 3, 3}, make([]float32, 18)))
		}, "one matrix of weights"},
		"weights of more axes": {func() *model {
			b := newModel(1, 3)
			return b.matmul(false, true, tflite.Shape{1, 1, 3}, b.tensor(tflite.Shape{1, 3, 3}, mixing))
		}, "one matrix of weights"},
		"weights of one axis": {func() *model {
			b := newModel(1, 2, 3)
			return b.matmul(false, false, tflite.Shape{1, 2}, b.tensor(tflite.Shape{3}, mixing[:3]))
		}, "one matrix of weights"},
		"weights of other inputs": {func() *model {
			b := newModel(1, 2, 3)
			return b.matmul(false, false, pairs, b.tensor(tflite.Shape{2, 3}, mixing[:6]))
		}, "for samples of shape [2 3]"},
		"samples the other way round": {func() *model {
			b := newModel(1, 3)
			return b.matmul(true, false, tflite.Shape{3, 3}, b.tensor(tflite.Shape{1, 3}, mixing[:3]))
		}, "the other way round"},
		"in two orders": {func() *model {
			b := newModel(1, 2, 3)
			w := b.tensor(tflite.Shape{3, 3}, mixing)
			return b.matmul(false, false, pairs, w).matmul(false, true, pairs, w)
		}, "at once"},
		"three operands": {func() *model {
			b := newModel(1, 2, 3)
			return b.op(tflite.OpBatchMatMul, tflite.BatchMatMulOptions{}, pairs, b.last, b.last)
		}, "3 inputs"},
	} {
		_, _, err := transpile.Read(c.build().m, nil)
		if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
