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

// plainDepthwise are the options of a convolution of channels apart that moves by 1.
func plainDepthwise(multiplier int32) tflite.DepthwiseConv2DOptions {
	return tflite.DepthwiseConv2DOptions{Padding: tflite.PaddingValid, StrideW: 1, StrideH: 1, DilationW: 1, DilationH: 1, Multiplier: multiplier}
}

// convolveApart computes a convolution of channels apart of one picture in floats,
// channel by channel as an ordinary one.
func convolveApart(o tflite.DepthwiseConv2DOptions, x []float64, in [3]int, w, bias []float32, kernel [3]int) (y []float64, out [3]int) {
	options := tflite.Conv2DOptions{Padding: o.Padding, StrideW: o.StrideW, StrideH: o.StrideH, DilationW: o.DilationW, DilationH: o.DilationH}
	for unit := range kernel[2] {
		channel, own := make([]float64, in[0]*in[1]), make([]float32, kernel[0]*kernel[1])
		for i := range channel {
			channel[i] = x[i*in[2]+unit/int(o.Multiplier)]
		}
		for i := range own {
			own[i] = w[i*kernel[2]+unit]
		}
		part, shape := convolve(options, channel, [3]int{in[0], in[1], 1}, own, bias[unit:], [4]int{1, kernel[0], kernel[1], 1})
		out = [3]int{shape[0], shape[1], kernel[2]}
		if y == nil {
			y = make([]float64, out[0]*out[1]*out[2])
		}
		for i, v := range part {
			y[i*out[2]+unit] = v
		}
	}
	return y, out
}

// Convolutions of channels apart, with strides, dilation, either padding and
// several kernels, predict what they do in floats; their weights go there and
// back; another output declared is refused.
func TestDepthwiseAgreesWithFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	x := make([]float64, 5*6*2)
	for i := range x {
		x[i] = float64(rng.IntN(512)-256) / 256
	}
	for _, padding := range []tflite.Padding{tflite.PaddingSame, tflite.PaddingValid} {
		for i := range 36 {
			o := plainDepthwise(1 + int32(i/18))
			kernel, units := 1+i/9%2, 2*int(o.Multiplier)
			o.Padding, o.StrideH, o.StrideW, o.DilationH, o.DilationW = padding, 1+int32(i%3), 1+int32(i/3%3), 1+int32(i%2), 2-int32(i%2)
			w, bias := floats(rng, kernel*2*units, 0.5), floats(rng, units, 0.3)
			want, out := convolveApart(o, x, [3]int{5, 6, 2}, w, bias, [3]int{kernel, 2, units})
			build := func(more int) *tflite.Model {
				b := newModel(1, 5, 6, 2)
				b.op(tflite.OpDepthwiseConv2D, o, tflite.Shape{1, int32(out[0] + more), int32(out[1]), int32(units)},
					b.tensor(tflite.Shape{1, int32(kernel), 2, int32(units)}, w), b.tensor(tflite.Shape{int32(units)}, bias))
				return b.reshape(tflite.Shape{1, int32(len(want))}).m
			}
			opt := options(1)
			opt.Loss, opt.Labels = graph.MeanSquaredError, graph.Values
			m := build(0)
			r, err := transpile.Transpile(m, opt)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range predict(t, r, m, x, r.Program.Loss.Logits) {
				if math.Abs(v-want[k]) > 0.03 {
					t.Errorf("%+v, output %d: %v, want %v", o, k, v, want[k])
				}
			}
			initial, err := r.Initial(m)
			if err != nil {
				t.Fatal(err)
			}
			exact, err := r.Export(m, initial)
			if err != nil {
				t.Fatal(err)
			}
			for k, cell := range exact[0].Cells {
				if got := math.Ldexp(float64(cell), -exact[0].FractionBits); math.Abs(got-float64(w[k])) > 1e-6 {
					t.Fatalf("%+v, weight %d: %v there and back, was %v", o, k, got, w[k])
				}
			}
			if !slices.Equal(exact[0].Shape, tflite.Shape{1, int32(kernel), 2, int32(units)}) {
				t.Errorf("exported as %v", exact[0].Shape)
			}
			if _, err := transpile.Transpile(build(1), opt); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "declared as") {
				t.Errorf("%+v, another output: %v", o, err)
			}
		}
	}
}

func TestDepthwiseIsRefused(t *testing.T) {
	in, out := tflite.Shape{1, 3, 3, 2}, tflite.Shape{1, 2, 2, 2}
	weights := make([]float32, 16)
	change := func(f func(o *tflite.DepthwiseConv2DOptions)) *model {
		o := plainDepthwise(1)
		f(&o)
		b := newModel(in...)
		return b.op(tflite.OpDepthwiseConv2D, o, out, b.tensor(tflite.Shape{1, 2, 2, 2}, weights[:8]))
	}
	shaped := func(w tflite.Shape, bias int) *model {
		n := 1
		for _, d := range w {
			n *= int(d)
		}
		b := newModel(in...)
		return b.op(tflite.OpDepthwiseConv2D, plainDepthwise(1), out, b.tensor(w, make([]float32, n)), b.tensor(tflite.Shape{int32(bias)}, make([]float32, bias)))
	}
	for name, c := range map[string]struct {
		b    *model
		says string
	}{
		"padding":             {change(func(o *tflite.DepthwiseConv2DOptions) { o.Padding = 7 }), "padding must be"},
		"stride":              {change(func(o *tflite.DepthwiseConv2DOptions) { o.StrideH = 0 }), "strides 0×1"},
		"dilation":            {change(func(o *tflite.DepthwiseConv2DOptions) { o.DilationW = 0 }), "dilation 1×0"},
		"dilated beyond":      {change(func(o *tflite.DepthwiseConv2DOptions) { o.DilationH = 3 }), "weights of shape"},
		"another stride":      {change(func(o *tflite.DepthwiseConv2DOptions) { o.StrideW = 2 }), "declared as"},
		"multiplier":          {change(func(o *tflite.DepthwiseConv2DOptions) { o.Multiplier = 2 }), "depth multiplier 2"},
		"no multiplier":       {change(func(o *tflite.DepthwiseConv2DOptions) { o.Multiplier = 0 }), "depth multiplier 0"},
		"activation":          {change(func(o *tflite.DepthwiseConv2DOptions) { o.Activation = tflite.ActSignBit }), "fused activation"},
		"channels left over":  {shaped(tflite.Shape{1, 2, 2, 3}, 3), "weights of shape"},
		"two kernels for all": {shaped(tflite.Shape{2, 2, 2, 2}, 2), "weights of shape"},
		"three axes":          {shaped(tflite.Shape{2, 2, 2}, 2), "weights of shape"},
		"another bias":        {shaped(tflite.Shape{1, 2, 2, 2}, 3), "does not fit"},
		"no weights":          {newModel(in...).op(tflite.OpDepthwiseConv2D, plainDepthwise(1), out, -1), "no weights"},
		"flat samples": {func() *model {
			b := newModel(1, 18)
			return b.op(tflite.OpDepthwiseConv2D, plainDepthwise(1), tflite.Shape{1, 18}, b.tensor(tflite.Shape{1, 2, 2, 2}, weights[:8]))
		}(), "weights of shape"},
	} {
		_, _, err := transpile.Read(c.b.m, nil)
		if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, _, err := transpile.Read(change(func(*tflite.DepthwiseConv2DOptions) {}).m, nil); err != nil {
		t.Errorf("the plain one: %v", err)
	}
}
