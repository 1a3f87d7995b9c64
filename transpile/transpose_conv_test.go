package transpile_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// transposed appends a transposed convolution to the last value.
func (b *model) transposed(o tflite.TransposeConvOptions, out, kernel tflite.Shape, weights, bias []float32) *model {
	in, made := b.last, b.dims(out...)
	b.last = made
	inputs := []int32{b.tensor(kernel, weights), in}
	if bias != nil {
		inputs = append(inputs, b.tensor(tflite.Shape{int32(len(bias))}, bias))
	}
	return b.op(tflite.OpTransposeConv, o, out, inputs...)
}

// Transposed convolutions, with strides and either padding, add their kernels as
// TensorFlow Lite does; their weights go there and back.
func TestTransposedAgreesWithFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for _, padding := range []tflite.Padding{tflite.PaddingSame, tflite.PaddingValid} {
		for i := range 27 {
			stride, kernel, out := [2]int{1 + i%3, 1 + i/3%3}, [2]int{1 + i/9, 2}, [2]int{6, 5}
			rows, top := positions(out[0], kernel[0], stride[0], 1, padding)
			columns, left := positions(out[1], kernel[1], stride[1], 1, padding)
			x, w, bias := make([]float64, rows*columns*2), floats(rng, 3*kernel[0]*kernel[1]*2, 0.5), floats(rng, 3, 0.3)
			for k := range x {
				x[k] = float64(rng.IntN(512)-256) / 256
			}
			want := make([]float64, out[0]*out[1]*3)
			for k := range want {
				want[k] = float64(bias[k%3])
			}
			for k, v := range x {
				for m := range kernel[0] * kernel[1] {
					row, column := top+k/2/columns*stride[0]+m/kernel[1], left+k/2%columns*stride[1]+m%kernel[1]
					for o := 0; o < 3 && row >= 0 && row < out[0] && column >= 0 && column < out[1]; o++ {
						want[(row*out[1]+column)*3+o] += v * float64(w[(o*kernel[0]*kernel[1]+m)*2+k%2])
					}
				}
			}
			o := tflite.TransposeConvOptions{Padding: padding, StrideH: int32(stride[0]), StrideW: int32(stride[1])}
			shape := tflite.Shape{3, int32(kernel[0]), int32(kernel[1]), 2}
			b := newModel(1, int32(rows), int32(columns), 2).transposed(o, tflite.Shape{1, 6, 5, 3}, shape, w, bias)
			b.reshape(tflite.Shape{1, 90})
			opt := options(1)
			opt.Loss, opt.Labels = graph.MeanSquaredError, graph.Values
			r, err := transpile.Transpile(b.m, opt)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range predict(t, r, b.m, x, r.Program.Loss.Logits) {
				if math.Abs(v-want[k]) > 0.03 {
					t.Errorf("%+v, kernel %v, output %d: %v, want %v", o, kernel, k, v, want[k])
				}
			}
			initial, err := r.Initial(b.m)
			if err != nil {
				t.Fatal(err)
			}
			exact, err := r.Export(b.m, initial)
			if err != nil || !slices.Equal(exact[0].Shape, shape) {
				t.Fatalf("exported as %v: %v", exact[0].Shape, err)
			}
			for k, cell := range exact[0].Cells {
				if got := math.Ldexp(float64(cell), -exact[0].FractionBits); math.Abs(got-float64(w[k])) > 1e-6 {
					t.Fatalf("%+v, weight %d: %v there and back, was %v", o, k, got, w[k])
				}
			}
		}
	}
}

func TestTransposedIsRefused(t *testing.T) {
	out, kernel := tflite.Shape{1, 4, 6, 3}, tflite.Shape{3, 2, 2, 2}
	weights := make([]float32, 24)
	same := tflite.TransposeConvOptions{Padding: tflite.PaddingSame, StrideH: 2, StrideW: 2}
	with := func(change func(o *tflite.TransposeConvOptions)) *model {
		o := same
		change(&o)
		return newModel(1, 2, 3, 2).transposed(o, out, kernel, weights, nil)
	}
	shaped := func(made, kernel tflite.Shape) *model {
		n, _ := kernel.Elements()
		return newModel(1, 2, 3, 2).transposed(same, made, kernel, make([]float32, n), nil)
	}
	for name, c := range map[string]struct {
		b    *model
		says string
	}{
		"padding":            {with(func(o *tflite.TransposeConvOptions) { o.Padding = 7 }), "padding must be"},
		"stride":             {with(func(o *tflite.TransposeConvOptions) { o.StrideH = 0 }), "strides 0×2"},
		"activation":         {with(func(o *tflite.TransposeConvOptions) { o.Activation = tflite.ActSignBit }), "fused activation"},
		"another stride":     {with(func(o *tflite.TransposeConvOptions) { o.StrideW = 1 }), "stands on 2×6 positions"},
		"VALID":              {with(func(o *tflite.TransposeConvOptions) { o.Padding = tflite.PaddingValid; o.StrideH = 3 }), "stands on 1×3 positions"},
		"another picture":    {shaped(tflite.Shape{1, 5, 6, 3}, kernel), "stands on 3×3 positions"},
		"another batch":      {shaped(tflite.Shape{2, 4, 6, 3}, kernel), "it makes pictures of shape"},
		"other units":        {shaped(tflite.Shape{1, 4, 6, 2}, kernel), "it makes pictures of shape"},
		"no rows":            {shaped(tflite.Shape{1, 0, 6, 3}, kernel), ""},
		"other channels":     {shaped(out, tflite.Shape{3, 2, 2, 3}), "weights of shape"},
		"kernel of 3 axes":   {shaped(out, tflite.Shape{3, 2, 4}), "weights of shape"},
		"shape of five axes": {newModel(1, 2, 3, 2).transposed(same, tflite.Shape{1, 4, 6, 1, 3}, kernel, weights, nil), "it makes pictures of shape"},
		"a computed shape": {func() *model {
			b := newModel(1, 2, 3, 2)
			return b.op(tflite.OpTransposeConv, same, out, b.tensor(kernel, weights), b.last)
		}(), "is not constant"},
		"two inputs": {func() *model {
			b := newModel(1, 2, 3, 2)
			return b.op(tflite.OpTransposeConv, same, out, b.tensor(kernel, weights))
		}(), "2 inputs"},
		"another bias": {newModel(1, 2, 3, 2).transposed(same, out, kernel, weights, make([]float32, 2)), "does not fit"},
	} {
		_, _, err := transpile.Read(c.b.m, nil)
		if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, _, err := transpile.Read(with(func(*tflite.TransposeConvOptions) {}).m, nil); err != nil {
		t.Errorf("the plain one: %v", err)
	}
}
