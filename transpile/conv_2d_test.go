package transpile_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// plainConv are the options of a convolution that can be read.
func plainConv(a tflite.Activation) tflite.Conv2DOptions {
	return tflite.Conv2DOptions{Padding: tflite.PaddingValid, StrideW: 1, StrideH: 1, DilationW: 1, DilationH: 1, Activation: a}
}

// conv appends a convolution of weights [units, rows, columns, channels] and a
// bias to a value of the given shape.
func (b *model) conv(o tflite.Conv2DOptions, in, kernel tflite.Shape, weights, bias []float32) *model {
	return b.convTo(o, tflite.Shape{in[0], in[1] - kernel[1] + 1, in[2] - kernel[2] + 1, kernel[0]}, kernel, weights, bias)
}

// convTo is conv with a declared output.
func (b *model) convTo(o tflite.Conv2DOptions, out, kernel tflite.Shape, weights, bias []float32) *model {
	return b.op(tflite.OpConv2D, o, out, b.tensor(kernel, weights), b.tensor(tflite.Shape{kernel[0]}, bias))
}

// strokes tells rows from columns in pictures of 6×6: a convolution of 3×3 with
// 3 units and relu, one of 2×2 with 2, a layer of 2 units, and softmax.
func strokes() *tflite.Model {
	rng := rand.New(rand.NewPCG(3, 5))
	b := newModel(1, 6, 6, 1)
	b.conv(plainConv(tflite.ActRelu), tflite.Shape{1, 6, 6, 1}, tflite.Shape{3, 3, 3, 1}, floats(rng, 27, 0.6), floats(rng, 3, 0.2))
	b.conv(plainConv(tflite.ActNone), tflite.Shape{1, 4, 4, 3}, tflite.Shape{2, 2, 2, 3}, floats(rng, 24, 0.6), floats(rng, 2, 0.2))
	b.reshape(tflite.Shape{1, 18})
	b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, tflite.Shape{1, 2}, b.tensor(tflite.Shape{2, 18}, floats(rng, 36, 0.4)), -1)
	b.op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, tflite.Shape{1, 2})
	return b.m
}

// strides reads the same pictures with a kernel of 3×3 that moves by 2 and pads
// (SAME), 4 units and relu; one of 2×2 with dilation 2 and 6 units; a layer of 2
// units, and softmax.
func strides() *tflite.Model {
	rng := rand.New(rand.NewPCG(4, 6))
	b := newModel(1, 6, 6, 1)
	padded, dilated := plainConv(tflite.ActRelu), plainConv(tflite.ActRelu)
	padded.Padding, padded.StrideH, padded.StrideW = tflite.PaddingSame, 2, 2
	dilated.DilationH, dilated.DilationW = 2, 2
	b.convTo(padded, tflite.Shape{1, 3, 3, 4}, tflite.Shape{4, 3, 3, 1}, floats(rng, 36, 0.6), floats(rng, 4, 0.2))
	b.convTo(dilated, tflite.Shape{1, 1, 1, 6}, tflite.Shape{6, 2, 2, 4}, floats(rng, 96, 0.6), floats(rng, 6, 0.2))
	b.reshape(tflite.Shape{1, 6})
	b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, tflite.Shape{1, 2}, b.tensor(tflite.Shape{2, 6}, floats(rng, 12, 0.6)), -1)
	b.op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, tflite.Shape{1, 2})
	return b.m
}

// strokeRows are pictures of one stroke each on noise, and what it is.
func strokeRows(n int) string {
	rng := rand.New(rand.NewPCG(7, 9))
	var text strings.Builder
	for range n {
		at, across := rng.IntN(6), rng.IntN(2)
		for i := range 36 {
			v := float64(rng.IntN(30)) / 100
			if []int{i / 6, i % 6}[across] == at {
				v = 1 - v
			}
			fmt.Fprintf(&text, "%.2f,", v)
		}
		fmt.Fprintln(&text, []string{"row", "column"}[across])
	}
	return text.String()
}

// TestStrokesAreWhatThisWrites holds the models and data that tests of other
// packages read. UPDATE=1 writes them.
func TestStrokesAreWhatThisWrites(t *testing.T) {
	m, err := tflite.Marshal(strokes())
	if err != nil {
		t.Fatal(err)
	}
	s, err := tflite.Marshal(strides())
	if err != nil {
		t.Fatal(err)
	}
	checkTestdata(t, map[string][]byte{"strokes.tflite": m, "strides.tflite": s, "strokes.csv": []byte(strokeRows(160))})
}

// checkTestdata compares files of testdata with what they are to hold.
func checkTestdata(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, want := range files {
		path := filepath.Join("..", "testdata", name)
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what this test writes: %v", path, err)
		}
	}
}

// positions are those of a kernel along an axis, and where the first one begins.
func positions(in, kernel, stride, dilation int, padding tflite.Padding) (out, first int) {
	reach := (kernel-1)*dilation + 1
	if padding == tflite.PaddingValid {
		return (in-reach)/stride + 1, 0
	}
	out = (in + stride - 1) / stride
	return out, -max((out-1)*stride+reach-in, 0) / 2
}

// convolve computes a convolution of one picture in floats.
func convolve(p tflite.Conv2DOptions, x []float64, in [3]int, w, bias []float32, kernel [4]int) (y []float64, out [3]int) {
	rows, top := positions(in[0], kernel[1], int(p.StrideH), int(p.DilationH), p.Padding)
	columns, left := positions(in[1], kernel[2], int(p.StrideW), int(p.DilationW), p.Padding)
	out = [3]int{rows, columns, kernel[0]}
	for h := range out[0] {
		for at := range out[1] {
			for o := range out[2] {
				v := float64(bias[o])
				for m := range kernel[1] {
					for n := range kernel[2] {
						row, column := top+h*int(p.StrideH)+m*int(p.DilationH), left+at*int(p.StrideW)+n*int(p.DilationW)
						if row < 0 || row >= in[0] || column < 0 || column >= in[1] {
							continue
						}
						for c := range kernel[3] {
							v += x[(row*in[1]+column)*in[2]+c] * float64(w[((o*kernel[1]+m)*kernel[2]+n)*kernel[3]+c])
						}
					}
				}
				y = append(y, v)
			}
		}
	}
	return y, out
}

// The program of a convolutional model predicts what the model does in floats;
// its weights go there and back.
func TestConvolutionsAgreeWithFloats(t *testing.T) {
	m := strokes()
	r, err := transpile.Transpile(m, options(2))
	if err != nil {
		t.Fatal(err)
	}
	constant := func(op, input int) []float32 {
		v, err := m.Floats(&m.Subgraphs[0].Tensors[m.Subgraphs[0].Operators[op].Inputs[input]])
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	rng := rand.New(rand.NewPCG(11, 12))
	rows := make([]float64, 2*36)
	for i := range rows {
		rows[i] = float64(rng.IntN(512)-256) / 256
	}
	got := predict(t, r, m, rows, r.Program.Loss.Logits)
	for s := range 2 {
		h, shape := convolve(plainConv(0), rows[36*s:36*s+36], [3]int{6, 6, 1}, constant(0, 1), constant(0, 2), [4]int{3, 3, 3, 1})
		for i := range h {
			h[i] = max(h[i], 0)
		}
		h, _ = convolve(plainConv(0), h, shape, constant(1, 1), constant(1, 2), [4]int{2, 2, 2, 3})
		w := constant(3, 1)
		for j := range 2 {
			want := 0.0
			for k, v := range h {
				want += v * float64(w[j*18+k])
			}
			if math.Abs(got[2*s+j]-want) > 0.03 {
				t.Errorf("sample %d, output %d: %v, want %v", s, j, got[2*s+j], want)
			}
		}
	}
	if got := r.Program.Tensor(r.Weights[0].Tensor).Axes; len(got) != 4 || got[0].Size != 3 || got[2].Size != 1 || got[3].Size != 3 {
		t.Errorf("kernel with axes %v", got)
	}
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := r.Export(m, initial)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range exact {
		want, _ := m.Floats(&m.Subgraphs[0].Tensors[w.Tensor])
		if !slices.Equal(w.Shape, m.Subgraphs[0].Tensors[w.Tensor].Shape) {
			t.Errorf("weight %d is exported as %v", i, w.Shape)
		}
		for k, v := range w.Cells {
			if math.Abs(math.Ldexp(float64(v), -w.FractionBits)-float64(want[k])) > 1e-6 {
				t.Fatalf("weight %d, cell %d: %v there and back, was %v", i, k, math.Ldexp(float64(v), -w.FractionBits), want[k])
			}
		}
	}
}

// Convolutions with strides, dilation and either padding predict what they do in
// floats, and are refused with another output declared.
func TestStridesAgreeWithFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	x := make([]float64, 5*6*2)
	for i := range x {
		x[i] = float64(rng.IntN(512)-256) / 256
	}
	for _, padding := range []tflite.Padding{tflite.PaddingSame, tflite.PaddingValid} {
		for i := range 36 {
			stride, dilation, kernel := [2]int32{1 + int32(i%3), 1 + int32(i/3%3)}, 1+int32(i/9%2), 2+i/18
			o := plainConv(tflite.ActNone)
			o.Padding, o.StrideH, o.StrideW, o.DilationH, o.DilationW = padding, stride[0], stride[1], dilation, 3-dilation
			w, bias := floats(rng, 3*kernel*2*2, 0.5), floats(rng, 3, 0.3)
			want, out := convolve(o, x, [3]int{5, 6, 2}, w, bias, [4]int{3, kernel, 2, 2})
			build := func(more int) *model {
				b := newModel(1, 5, 6, 2).convTo(o, tflite.Shape{1, int32(out[0] + more), int32(out[1]), 3}, tflite.Shape{3, int32(kernel), 2, 2}, w, bias)
				return b.reshape(tflite.Shape{1, int32(len(want))})
			}
			opt := options(1)
			opt.Loss, opt.Labels = graph.MeanSquaredError, graph.Values
			r, err := transpile.Transpile(build(0).m, opt)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range predict(t, r, build(0).m, x, r.Program.Loss.Logits) {
				if math.Abs(v-want[k]) > 0.03 {
					t.Errorf("%+v, output %d: %v, want %v", o, k, v, want[k])
				}
			}
			if _, err := transpile.Transpile(build(1).m, opt); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "declared as") {
				t.Errorf("%+v, another output: %v", o, err)
			}
		}
	}
}

// Convolutions in groups, of several channels and of one, are those of each group's
// channels in turn; their weights go there and back.
func TestGroupsAgreeWithFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	x := make([]float64, 4*5*6)
	for i := range x {
		x[i] = float64(rng.IntN(512)-256) / 256
	}
	for _, groups := range []int{2, 3, 6} {
		for _, each := range []int{1, 2} {
			o, of, units := plainConv(tflite.ActNone), 6/groups, groups*each
			o.Padding, o.StrideW = tflite.PaddingSame, 2
			w, bias := floats(rng, units*3*2*of, 0.5), floats(rng, units, 0.3)
			want, out := make([]float64, 0), [3]int{}
			parts := make([][]float64, groups)
			for g := range groups {
				var own []float64
				for i, v := range x {
					if i%6/of == g {
						own = append(own, v)
					}
				}
				parts[g], out = convolve(o, own, [3]int{4, 5, of}, w[g*each*6*of:], bias[g*each:], [4]int{each, 3, 2, of})
			}
			for at := range out[0] * out[1] {
				for _, part := range parts {
					want = append(want, part[at*each:(at+1)*each]...)
				}
			}
			b := newModel(1, 4, 5, 6).convTo(o, tflite.Shape{1, int32(out[0]), int32(out[1]), int32(units)}, tflite.Shape{int32(units), 3, 2, int32(of)}, w, bias)
			m := b.reshape(tflite.Shape{1, int32(len(want))}).m
			opt := options(1)
			opt.Loss, opt.Labels = graph.MeanSquaredError, graph.Values
			r, err := transpile.Transpile(m, opt)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range predict(t, r, m, x, r.Program.Loss.Logits) {
				if math.Abs(v-want[k]) > 0.03 {
					t.Errorf("%d groups of %d units, output %d: %v, want %v", groups, each, k, v, want[k])
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
					t.Fatalf("%d groups of %d units, weight %d: %v there and back, was %v", groups, each, k, got, w[k])
				}
			}
		}
	}
}

// Shapes between convolutions: samples are laid out with an axis for each of
// theirs, flat for layers and reshapes, and back; a residual sum of two pictures.
func TestConvolutionsAmongOthers(t *testing.T) {
	picture, flat := tflite.Shape{1, 2, 3, 1}, tflite.Shape{1, 6}
	one := []float32{1, 2, 0, 0, 0, 1}
	x := []float64{0.5, -1.25, 2, 0.75, -0.5, 1}
	for name, c := range map[string]struct {
		build func() *model
		want  func(i int) float64
	}{
		"constant and relu": {func() *model {
			b := newModel(1, 2, 3, 1).conv(plainConv(tflite.ActNone), picture, tflite.Shape{1, 1, 1, 1}, one[:1], one[2:3])
			return b.op(tflite.OpAdd, tflite.AddOptions{Activation: tflite.ActRelu}, picture, b.tensor(tflite.Shape{3, 1}, one[:3]))
		}, func(i int) float64 { return max(x[i]+float64(one[i%3]), 0) }},
		"residual": {func() *model {
			b := newModel(1, 2, 3, 1).conv(plainConv(tflite.ActNone), picture, tflite.Shape{1, 1, 1, 1}, one[:1], one[2:3])
			first := b.last
			return b.op(tflite.OpTanh, nil, picture).op(tflite.OpAdd, tflite.AddOptions{}, picture, first)
		}, func(i int) float64 { return x[i] + math.Tanh(x[i]) }},
		"residual of a flat sample": {func() *model {
			b := newModel(1, 2, 3, 1)
			in := b.last
			return b.conv(plainConv(tflite.ActNone), picture, tflite.Shape{1, 1, 1, 1}, one[1:2], one[2:3]).op(tflite.OpAdd, tflite.AddOptions{}, picture, in)
		}, func(i int) float64 { return 3 * x[i] }},
		"other way about": {func() *model {
			return newModel(1, 6).identity(6, flat).reshape(tflite.Shape{1, 3, 2, 1}).conv(plainConv(tflite.ActNone), tflite.Shape{1, 3, 2, 1}, tflite.Shape{1, 1, 1, 1}, one[:1], one[2:3]).op(tflite.OpTanh, nil, tflite.Shape{1, 3, 2, 1})
		}, func(i int) float64 { return math.Tanh(x[i]) }},
	} {
		t.Run(name, func(t *testing.T) {
			checkSums(t, c.build().reshape(flat).dense(6), x, c.want)
		})
	}
}

// Convolutions that cannot be proven yet are refused, with the way out.
func TestOtherConvolutionsAreRefused(t *testing.T) {
	in, kernel := tflite.Shape{1, 3, 3, 2}, tflite.Shape{1, 2, 2, 2}
	weights := make([]float32, 8)
	change := func(f func(o *tflite.Conv2DOptions)) *model {
		o := plainConv(tflite.ActNone)
		f(&o)
		return newModel(in...).conv(o, in, kernel, weights, weights[:1])
	}
	for name, c := range map[string]struct {
		b    *model
		says string
	}{
		"padding":           {change(func(o *tflite.Conv2DOptions) { o.Padding = 7 }), "padding must be"},
		"stride down":       {change(func(o *tflite.Conv2DOptions) { o.StrideH = 0 }), "strides 0×1"},
		"stride across":     {change(func(o *tflite.Conv2DOptions) { o.StrideW = -1 }), "strides 1×-1"},
		"dilation down":     {change(func(o *tflite.Conv2DOptions) { o.DilationH = 1 << 30 }), "dilation 1073741824×1"},
		"dilated across":    {change(func(o *tflite.Conv2DOptions) { o.DilationW = 0 }), "dilation 1×0"},
		"declared down":     {change(func(o *tflite.Conv2DOptions) { o.StrideH = 2 }), "declared as"},
		"declared across":   {change(func(o *tflite.Conv2DOptions) { o.DilationW = 2 }), "declared as"},
		"declared VALID":    {change(func(o *tflite.Conv2DOptions) { o.Padding = tflite.PaddingSame }), "declared as"},
		"dilated beyond":    {change(func(o *tflite.Conv2DOptions) { o.DilationH = 3 }), "weights of shape"},
		"activation":        {change(func(o *tflite.Conv2DOptions) { o.Activation = tflite.ActSignBit }), "fused activation"},
		"units of no group": {newModel(in...).conv(plainConv(0), in, tflite.Shape{1, 2, 2, 1}, weights[:4], weights[:1]), "weights of shape [1×2×2×1]"},
		"more channels":     {newModel(in...).conv(plainConv(0), in, tflite.Shape{1, 1, 2, 4}, weights, weights[:1]), "weights of shape"},
		"flat samples": {func() *model {
			b := newModel(1, 18)
			return b.op(tflite.OpConv2D, plainConv(0), tflite.Shape{1, 18}, b.tensor(kernel, weights), b.tensor(tflite.Shape{1}, weights[:1]))
		}(), "weights of shape"},
		"no weights": {newModel(in...).op(tflite.OpConv2D, plainConv(0), in, -1), "no weights"},
		"another output": {func() *model {
			b := newModel(in...)
			return b.op(tflite.OpConv2D, plainConv(0), tflite.Shape{1, 1, 4, 1}, b.tensor(kernel, weights))
		}(), "declared as"},
	} {
		_, err := transpile.Transpile(c.b.m, options(1))
		if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, err := transpile.Transpile(change(func(*tflite.Conv2DOptions) {}).m, transpile.Options{
		Batch: 1, Formats: network.DefaultFormats(), RateShift: 8, Loss: graph.MeanSquaredError, Labels: graph.Values,
	}); err != nil {
		t.Errorf("the plain one: %v", err)
	}
}
