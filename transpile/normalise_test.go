package transpile_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

const normalisedRows, normalisedUnits = 4, 64

// normalised builds a layer's normalisation of 4 rows of 64, as converters write it:
// with the variance of differences (PyTorch), or folded into a factor and an addend
// (Keras).
func normalised(folded bool, epsilon float32, gamma, beta []float32) *model {
	const rows, units = normalisedRows, normalisedUnits
	full, one, vector := tflite.Shape{1, rows, units}, tflite.Shape{1, rows, 1}, tflite.Shape{units}
	b := newModel(1, rows, units)
	b.identity(units, full)
	x := b.last
	last := b.ints(tflite.Shape{1}, 2)
	mean := b.op(tflite.OpMean, tflite.ReducerOptions{KeepDims: true}, one, last).last
	b.last = x
	if folded {
		b.op(tflite.OpSquaredDifference, nil, full, mean)
	} else {
		b.op(tflite.OpSub, tflite.SubOptions{}, full, mean)
		b.op(tflite.OpMul, tflite.MulOptions{}, full, b.last)
	}
	centred := b.m.Subgraphs[0].Operators[2].Outputs[0]
	b.op(tflite.OpMean, tflite.ReducerOptions{KeepDims: true}, one, last)
	b.op(tflite.OpAdd, tflite.AddOptions{}, one, b.tensor(tflite.Shape{1}, []float32{epsilon}))
	inverse := b.op(tflite.OpRsqrt, nil, one).last
	if !folded {
		b.last = centred
		b.op(tflite.OpMul, tflite.MulOptions{}, full, inverse)
		b.op(tflite.OpMul, tflite.MulOptions{}, full, b.tensor(vector, gamma))
		b.op(tflite.OpAdd, tflite.AddOptions{}, full, b.tensor(vector, beta))
	} else {
		b.op(tflite.OpBroadcastTo, nil, full, b.ints(tflite.Shape{3}, 1, rows, units))
		factor := b.op(tflite.OpMul, tflite.MulOptions{}, full, b.tensor(vector, gamma)).last
		b.last = mean
		b.op(tflite.OpMul, tflite.MulOptions{}, full, factor)
		b.op(tflite.OpSub, tflite.SubOptions{}, full, b.last)
		in := b.m.Subgraphs[0].Operators[len(b.m.Subgraphs[0].Operators)-1].Inputs
		in[0] = b.tensor(vector, beta)
		addend := b.last
		b.last = x
		b.op(tflite.OpMul, tflite.MulOptions{}, full, factor)
		b.op(tflite.OpAdd, tflite.AddOptions{}, full, addend)
	}
	return b.reshape(tflite.Shape{1, rows * units}).dense(rows * units)
}

// A layer's normalisation by its parts is within a few units of the activations'
// format of the real one, for rows of unit scale and of a tenth of it; the sum of
// squares is not rounded.
func TestLayerNormalisation(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	gamma, beta := make([]float32, normalisedUnits), make([]float32, normalisedUnits)
	for i := range gamma {
		gamma[i], beta[i] = float32(0.5+rng.Float64()), float32(rng.Float64()-0.5)
	}
	for name, test := range map[string]struct {
		folded     bool
		scale      float64
		epsilon    float32
		activation int
		within     float64 // units of 2^-8
	}{
		"unit scale":         {false, 1, 1e-5, 8, 4},
		"a tenth":            {false, 0.1, 1e-5, 8, 16},
		"unit scale, finer":  {false, 1, 1e-5, 11, 0.6},
		"a tenth, finer":     {false, 0.1, 1e-5, 11, 2},
		"folded, unit scale": {true, 1, 1e-3, 8, 5},
		"folded, finer":      {true, 1, 1e-3, 11, 0.7},
	} {
		t.Run(name, func(t *testing.T) {
			b := normalised(test.folded, test.epsilon, gamma, beta)
			o := options(1)
			o.Formats.Activation, o.Formats.Feature = test.activation, test.activation
			r, err := transpile.Transpile(b.m, o)
			if err != nil {
				t.Fatal(err)
			}
			squares := 0
			x := make([]float64, normalisedRows*normalisedUnits)
			for i := range x {
				x[i] = test.scale * (rng.NormFloat64() + 0.5)
			}
			y := r.Program.Nodes[0].Inputs[0]
			for i := range r.Program.Nodes {
				n := &r.Program.Nodes[i]
				if n.Kind == ops.KindRsqrt {
					squares = n.Attributes.Int("divisor")
				}
				if n.Kind == ops.KindFullyConnected {
					y = n.Inputs[0]
				}
			}
			if squares != normalisedUnits {
				t.Errorf("the inverse root of %d squares, want %d", squares, normalisedUnits)
			}
			got, largest := predict(t, r, b.m, x, y), 0.0
			for row := range normalisedRows {
				cells := x[row*normalisedUnits : (row+1)*normalisedUnits]
				mean, variance := 0.0, float64(0)
				for _, v := range cells {
					mean += v / normalisedUnits
				}
				for _, v := range cells {
					variance += (v - mean) * (v - mean) / normalisedUnits
				}
				for i, v := range cells {
					want := (v-mean)/math.Sqrt(variance+float64(test.epsilon))*float64(gamma[i]) + float64(beta[i])
					largest = max(largest, math.Abs(got[row*normalisedUnits+i]-want))
				}
			}
			t.Logf("largest error %.4f, %.2f units of 2^-8", largest, largest*256)
			if largest*256 > test.within {
				t.Errorf("an error of %.2f units, want at most %v", largest*256, test.within)
			}
		})
	}
}

// Roots, quotients and powers as they are written.
func TestPowers(t *testing.T) {
	x := []float64{0.5, 1.25, 2, 0.75, 0.625, 1}
	vector := []float32{0.25, 1.5, 2, 3, 0.125, 1}
	flat := tflite.Shape{1, 6}
	one := func(code tflite.Builtin) func() *model {
		return func() *model { return newModel(1, 6).identity(6, flat).op(code, nil, flat) }
	}
	pow := func(exponent float32) func() *model {
		return func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpPow, nil, flat, b.tensor(tflite.Shape{}, []float32{exponent}))
		}
	}
	for name, c := range map[string]struct {
		build func() *model
		want  func(i int) float64
	}{
		"sqrt":       {one(tflite.OpSqrt), func(i int) float64 { return math.Sqrt(x[i]) }},
		"rsqrt":      {one(tflite.OpRsqrt), func(i int) float64 { return 1 / math.Sqrt(x[i]) }},
		"pow 2":      {pow(2), func(i int) float64 { return x[i] * x[i] }},
		"pow 3":      {pow(3), func(i int) float64 { return x[i] * x[i] * x[i] }},
		"pow 1/2":    {pow(0.5), func(i int) float64 { return math.Sqrt(x[i]) }},
		"pow -1/2":   {pow(-0.5), func(i int) float64 { return 1 / math.Sqrt(x[i]) }},
		"div vector": {against(tflite.OpDiv, tflite.DivOptions{}, vector), func(i int) float64 { return x[i] / float64(vector[i]) }},
		"div by a power of two, relu6": {against(tflite.OpDiv, tflite.DivOptions{Activation: tflite.ActRelu6}, []float32{0.25}),
			func(i int) float64 { return min(4*x[i], 6) }},
		"div of two": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			b.op(tflite.OpSqrt, nil, flat)
			second := b.last
			b.last = first
			return b.op(tflite.OpDiv, tflite.DivOptions{}, flat, second)
		}, func(i int) float64 { return math.Sqrt(x[i]) }},
		"squared difference": {against(tflite.OpSquaredDifference, nil, vector), func(i int) float64 { return (x[i] - float64(vector[i])) * (x[i] - float64(vector[i])) }},
		"mean of squares": {func() *model {
			b := newModel(1, 6).identity(6, flat).op(tflite.OpSquare, nil, flat)
			b.op(tflite.OpMean, tflite.ReducerOptions{KeepDims: true}, tflite.Shape{1, 1}, b.ints(tflite.Shape{1}, 1))
			return b.op(tflite.OpBroadcastTo, nil, flat, b.ints(tflite.Shape{2}, 1, 6))
		}, func(int) float64 { return (0.25 + 1.5625 + 4 + 0.5625 + 0.390625 + 1) / 6 }},
		"inverse root of a mean": {func() *model {
			b := newModel(1, 6).identity(6, flat).op(tflite.OpSquare, nil, flat)
			b.op(tflite.OpMean, tflite.ReducerOptions{KeepDims: true}, tflite.Shape{1, 1}, b.ints(tflite.Shape{1}, 1)).op(tflite.OpRsqrt, nil, tflite.Shape{1, 1})
			return b.op(tflite.OpBroadcastTo, nil, flat, b.ints(tflite.Shape{2}, 1, 6))
		}, func(int) float64 { return 1 / math.Sqrt((0.25+1.5625+4+0.5625+0.390625+1)/6) }},
	} {
		t.Run(name, func(t *testing.T) { checkSums(t, c.build().reshape(flat).dense(6), x, c.want) })
	}
	for says, build := range map[string]func() *model{
		"a divisor of -1; divide by positive numbers": against(tflite.OpDiv, tflite.DivOptions{}, []float32{-1}),
		"a divisor of 0; divide by positive numbers":  against(tflite.OpDiv, tflite.DivOptions{}, []float32{1, 2, 3, 0, 5, 6}),
		"divide by constants that 16 bits hold":       against(tflite.OpDiv, tflite.DivOptions{}, []float32{3000, 2, 3, 1e-5, 5, 6}),
		"the power of 4; powers of 2, 3, 1/2":         pow(4),
		"it divides a constant": func() *model {
			b := newModel(1, 6).identity(6, flat)
			b.op(tflite.OpDiv, tflite.DivOptions{}, flat, b.last)
			b.m.Subgraphs[0].Operators[1].Inputs[0] = b.tensor(tflite.Shape{6}, vector)
			return b
		},
		"exponents [0.25": func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpPow, nil, flat, b.tensor(tflite.Shape{6}, vector))
		},
		"its exponent is not constant": func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpPow, nil, flat, b.last)
		},
	} {
		if _, err := transpile.Transpile(build().dense(6).m, options(1)); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// against applies an operator to 6 values and a constant.
func against(code tflite.Builtin, o tflite.Options, cells []float32) func() *model {
	return func() *model {
		b := newModel(1, 6).identity(6, tflite.Shape{1, 6})
		return b.op(code, o, tflite.Shape{1, 6}, b.tensor(tflite.Shape{int32(len(cells))}, cells))
	}
}
