package transpile_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// model is a .tflite model under construction: a chain of operators that ends
// in a layer of 3 units.
type model struct {
	m    *tflite.Model
	last int32
}

func newModel(shape ...int32) *model {
	m := &tflite.Model{Version: 3, Buffers: []tflite.Buffer{{}}, Subgraphs: []tflite.Subgraph{{DebugIndex: -1}}}
	b := &model{m: m}
	b.last = b.tensor(shape, nil)
	m.Subgraphs[0].Inputs = []int32{b.last}
	return b
}

func (b *model) tensor(shape tflite.Shape, data []float32) int32 {
	g := &b.m.Subgraphs[0]
	t := tflite.Tensor{Name: "t" + string(rune('a'+len(g.Tensors))), Shape: shape, HasRank: true}
	if data != nil {
		var raw []byte
		for _, v := range data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		t.Buffer = uint32(len(b.m.Buffers))
		b.m.Buffers = append(b.m.Buffers, tflite.Buffer{Data: raw})
	}
	g.Tensors = append(g.Tensors, t)
	return int32(len(g.Tensors) - 1)
}

// op appends an operator on the last value and the given further inputs.
func (b *model) op(code tflite.Builtin, o tflite.Options, out tflite.Shape, more ...int32) *model {
	g := &b.m.Subgraphs[0]
	b.m.Codes = append(b.m.Codes, tflite.OperatorCode{Builtin: code, Version: 1})
	y := b.tensor(out, nil)
	g.Operators = append(g.Operators, tflite.Operator{
		Code: len(b.m.Codes) - 1, Options: o, Inputs: append([]int32{b.last}, more...), Outputs: []int32{y}, DebugIndex: -1,
	})
	b.last = y
	g.Outputs = []int32{y}
	return b
}

// dense appends a layer of 3 units without bias whose weights are the sums of
// pairs of inputs.
func (b *model) dense(inputs int) *model {
	w := make([]float32, 3*inputs)
	for i := range w {
		w[i] = float32(i%3) / 2
	}
	return b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, tflite.Shape{1, 3}, b.tensor(tflite.Shape{3, int32(inputs)}, w), -1)
}

// identity is a layer that copies its inputs and is trained.
func (b *model) identity(n int, out tflite.Shape) *model {
	w := make([]float32, n*n)
	for i := range n {
		w[i*n+i] = 1
	}
	return b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{KeepNumDims: len(out) > 2}, out, b.tensor(tflite.Shape{int32(n), int32(n)}, w), -1)
}

// checkSums compares the outputs of model.dense on 6 values with those on the
// values wanted for the sample x.
func checkSums(t *testing.T, b *model, x []float64, value func(i int) float64) {
	t.Helper()
	r, err := transpile.Transpile(b.m, options(1))
	if err != nil {
		t.Fatal(err)
	}
	got := predict(t, r, b.m, x, r.Program.Loss.Logits)
	for j := range got {
		want := 0.0
		for i := range x {
			want += value(i) * float64((j*6+i)%3) / 2
		}
		if math.Abs(got[j]-want) > 0.03 {
			t.Errorf("output %d: %v, want %v", j, got[j], want)
		}
	}
}

func TestElementwiseAndShapes(t *testing.T) {
	x := []float64{0.5, -1.25, 2, 0.75, -0.5, 1}
	vector := []float32{0.25, 1.5, -2, 3, -0.125, 1}
	flat := tflite.Shape{1, 6}
	sigma := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for name, c := range map[string]struct {
		build func() *model
		want  func(i int) float64
	}{
		"add vector": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpAdd, tflite.AddOptions{}, flat, b.tensor(tflite.Shape{6}, vector))
		}, func(i int) float64 { return x[i] + float64(vector[i]) }},
		"add scalar, relu": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpAdd, tflite.AddOptions{Activation: tflite.ActRelu}, flat, b.tensor(tflite.Shape{1}, []float32{-0.5}))
		}, func(i int) float64 { return max(x[i]-0.5, 0) }},
		"mul vector": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpMul, tflite.MulOptions{}, flat, b.tensor(tflite.Shape{1, 6}, vector))
		}, func(i int) float64 { return x[i] * float64(vector[i]) }},
		"mul rows of an image": {func() *model {
			b := newModel(1, 2, 3)
			b.reshape(flat).identity(6, flat).reshape(tflite.Shape{1, 2, 3})
			return b.op(tflite.OpMul, tflite.MulOptions{}, tflite.Shape{1, 2, 3}, b.tensor(tflite.Shape{2, 1}, []float32{2, -3}))
		}, func(i int) float64 { return x[i] * []float64{2, -3}[i/3] }},
		"mul columns of an image": {func() *model {
			b := newModel(1, 2, 3)
			b.reshape(flat).identity(6, flat).reshape(tflite.Shape{1, 2, 3})
			return b.op(tflite.OpMul, tflite.MulOptions{}, tflite.Shape{1, 2, 3}, b.tensor(tflite.Shape{3}, []float32{2, -3, 0.5}))
		}, func(i int) float64 { return x[i] * []float64{2, -3, 0.5}[i%3] }},
		"square": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpMul, tflite.MulOptions{}, flat, b.last)
		}, func(i int) float64 { return x[i] * x[i] }},
		"sub vector, relu_n1_to_1": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpSub, tflite.SubOptions{Activation: tflite.ActReluN1}, flat, b.tensor(tflite.Shape{6}, vector))
		}, func(i int) float64 { return min(max(x[i]-float64(vector[i]), -1), 1) }},
		"vector less a value": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			b.op(tflite.OpSub, tflite.SubOptions{}, flat, b.last)
			in := b.m.Subgraphs[0].Operators[1].Inputs
			in[0] = b.tensor(tflite.Shape{6}, vector)
			return b
		}, func(i int) float64 { return float64(vector[i]) - x[i] }},
		"difference of two": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			return b.op(tflite.OpTanh, nil, flat).op(tflite.OpSub, tflite.SubOptions{Activation: tflite.ActRelu}, flat, first)
		}, func(i int) float64 { return max(math.Tanh(x[i])-x[i], 0) }},
		"product of two": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			return b.op(tflite.OpTanh, nil, flat).op(tflite.OpMul, tflite.MulOptions{}, flat, first)
		}, func(i int) float64 { return math.Tanh(x[i]) * x[i] }},
		"maximum of a vector": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpMaximum, nil, flat, b.tensor(tflite.Shape{6}, vector))
		}, func(i int) float64 { return max(x[i], float64(vector[i])) }},
		"minimum of a scalar": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			b.op(tflite.OpMinimum, nil, flat, b.last)
			b.m.Subgraphs[0].Operators[1].Inputs[0] = b.tensor(tflite.Shape{}, []float32{0.625})
			return b
		}, func(i int) float64 { return min(x[i], 0.625) }},
		"minimum of two": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			return b.op(tflite.OpTanh, nil, flat).op(tflite.OpMinimum, nil, flat, first)
		}, func(i int) float64 { return min(x[i], math.Tanh(x[i])) }},
		"neg": {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpNeg, nil, flat) }, func(i int) float64 { return -x[i] }},
		"square operator": {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpSquare, nil, flat) },
			func(i int) float64 { return x[i] * x[i] }},
		"difference of a picture and a flat one": {func() *model {
			b := newModel(1, 6).identity(6, flat).reshape(tflite.Shape{1, 2, 3})
			first := b.last
			return b.op(tflite.OpNeg, nil, tflite.Shape{1, 2, 3}).op(tflite.OpSub, tflite.SubOptions{}, tflite.Shape{1, 2, 3}, first)
		}, func(i int) float64 { return -2 * x[i] }},
		"keep dims": {func() *model { return newModel(1, 1, 6).identity(6, tflite.Shape{1, 1, 6}) }, func(i int) float64 { return x[i] }},
		"tanh":      {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpTanh, nil, flat) }, func(i int) float64 { return math.Tanh(x[i]) }},
		"exp":       {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpExp, nil, flat) }, func(i int) float64 { return math.Exp(x[i]) }},
		"abs":       {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpAbs, nil, flat) }, func(i int) float64 { return math.Abs(x[i]) }},
		"logistic":  {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpLogistic, nil, flat) }, func(i int) float64 { return sigma(x[i]) }},
		"relu6": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpMul, tflite.MulOptions{}, flat, b.tensor(tflite.Shape{1}, []float32{4})).op(tflite.OpRelu6, nil, flat)
		}, func(i int) float64 { return min(max(4*x[i], 0), 6) }},
		"relu_n1_to_1": {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpReluN1To1, nil, flat) },
			func(i int) float64 { return min(max(x[i], -1), 1) }},
		"leaky relu": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpLeakyRelu, tflite.LeakyReluOptions{Alpha: 0.3}, flat)
		}, func(i int) float64 { return max(x[i], 0.3*x[i]) }},
		"leaky relu above 1": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpLeakyRelu, tflite.LeakyReluOptions{Alpha: 2.5}, flat)
		}, func(i int) float64 { return x[i] * map[bool]float64{true: 1, false: 2.5}[x[i] > 0] }},
		"leaky relu below 0": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpLeakyRelu, tflite.LeakyReluOptions{Alpha: -0.3}, flat)
		}, func(i int) float64 { return max(x[i], -0.3*x[i]) }},
		"prelu": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpPrelu, nil, flat, b.tensor(tflite.Shape{6}, vector))
		}, func(i int) float64 {
			if x[i] > 0 {
				return x[i]
			}
			return x[i] * float64(vector[i])
		}},
		"swish": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			return b.op(tflite.OpLogistic, nil, flat).op(tflite.OpMul, tflite.MulOptions{}, flat, first)
		}, func(i int) float64 { return x[i] * sigma(x[i]) }},
		"gelu by a sigmoid": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			b.op(tflite.OpMul, tflite.MulOptions{}, flat, b.tensor(tflite.Shape{}, []float32{1.702}))
			return b.op(tflite.OpLogistic, nil, flat).op(tflite.OpMul, tflite.MulOptions{}, flat, first)
		}, func(i int) float64 { return x[i] * sigma(1.702*x[i]) }},
		"gelu by the parts of tanh": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			first := b.last
			scalar := func(v float32) int32 { return b.tensor(tflite.Shape{}, []float32{v}) }
			b.op(tflite.OpPow, nil, flat, scalar(3)).op(tflite.OpMul, tflite.MulOptions{}, flat, scalar(0.044715)).op(tflite.OpAdd, tflite.AddOptions{}, flat, first)
			b.op(tflite.OpMul, tflite.MulOptions{}, flat, scalar(0.7978845608)).op(tflite.OpTanh, nil, flat).op(tflite.OpAdd, tflite.AddOptions{}, flat, scalar(1))
			inner := b.last
			b.last = first
			return b.op(tflite.OpMul, tflite.MulOptions{}, flat, scalar(0.5)).op(tflite.OpMul, tflite.MulOptions{}, flat, inner)
		}, func(i int) float64 {
			return x[i] / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x[i]+0.044715*x[i]*x[i]*x[i])))
		}},
		"elu": {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpElu, nil, flat) },
			func(i int) float64 { return max(x[i], math.Expm1(min(x[i], 0))) }},
		"hard swish": {func() *model { return newModel(1, 6).identity(6, flat).op(tflite.OpHardSwish, nil, flat) },
			func(i int) float64 { return x[i] * (x[i] + 3) / 6 }},
		"gelu": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpGelu, tflite.GeluOptions{}, flat)
		}, func(i int) float64 { return x[i] * math.Erfc(-x[i]/math.Sqrt2) / 2 }},
		"gelu approximate": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpGelu, tflite.GeluOptions{Approximate: true}, flat)
		}, func(i int) float64 {
			return x[i] / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x[i]+0.044715*x[i]*x[i]*x[i])))
		}},
		"relu of the input": {func() *model {
			return newModel(1, 6).op(tflite.OpRelu, nil, flat).identity(6, flat)
		}, func(i int) float64 { return max(x[i], 0) }},
		"softmax of rows": {func() *model {
			return newModel(1, 6).identity(6, flat).reshape(tflite.Shape{1, 2, 3}).op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, tflite.Shape{1, 2, 3})
		}, func(i int) float64 {
			total := 0.0
			for _, v := range x[i/3*3 : i/3*3+3] {
				total += math.Exp(v - x[i])
			}
			return 1 / total
		}},
		"causal softmax": {func() *model {
			b := newModel(1, 6).identity(6, flat).reshape(tflite.Shape{1, 2, 3})
			b.op(tflite.OpAdd, tflite.AddOptions{}, tflite.Shape{1, 2, 3}, b.tensor(tflite.Shape{1, 2, 3}, []float32{0, -1e9, -1e9, 0, 0, -1e9}))
			return b.op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, tflite.Shape{1, 2, 3})
		}, func(i int) float64 {
			second := math.Exp(x[3]) + math.Exp(x[4])
			return []float64{1, 0, 0, math.Exp(x[3]) / second, math.Exp(x[4]) / second, 0}[i]
		}},
		"softmax": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, flat)
		},
			func(i int) float64 {
				total := 0.0
				for _, v := range x {
					total += math.Exp(v - x[i])
				}
				return 1 / total
			}},
	} {
		t.Run(name, func(t *testing.T) {
			checkSums(t, c.build().reshape(flat).dense(6), x, c.want)
		})
	}
}

func TestElementwiseRefusals(t *testing.T) {
	flat := tflite.Shape{1, 6}
	many := make([]float32, 6)
	for name, c := range map[string]struct {
		build func() *model
		want  string
		err   error
	}{
		"constant too large": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpMul, tflite.MulOptions{}, flat, b.tensor(tflite.Shape{1}, []float32{1e6}))
		}, "does not fit", fault.ErrOverflow},
		"constant of another shape": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpAdd, tflite.AddOptions{}, flat, b.tensor(tflite.Shape{6, 1}, many))
		}, "shape", fault.ErrUnsupported},
		"batch axis merged": {func() *model {
			return newModel(1, 6).identity(6, flat).reshape(tflite.Shape{6, 1})
		}, "batch axis", fault.ErrUnsupported},
		"leaky relu without a number": {func() *model {
			return newModel(1, 6).identity(6, flat).op(tflite.OpLeakyRelu, tflite.LeakyReluOptions{Alpha: float32(math.NaN())}, flat)
		}, "NaN does not fit", fault.ErrOverflow},
		"prelu of slopes that are computed": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			return b.op(tflite.OpPrelu, nil, flat, b.last)
		}, "its slopes are computed", fault.ErrUnsupported},
		"prelu of a constant": {func() *model {
			b := newModel(1, 6).identity(6, flat)
			b.op(tflite.OpPrelu, nil, flat, b.tensor(tflite.Shape{6}, many))
			b.m.Subgraphs[0].Operators[1].Inputs[0] = b.tensor(flat, many)
			return b
		}, "input 0 is a constant", fault.ErrUnsupported},
		"nothing to train": {func() *model { return newModel(1, 6).op(tflite.OpTanh, nil, flat) }, "no weight", fault.ErrUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := transpile.Transpile(c.build().m, options(2))
			if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %v with %q", err, c.err, c.want)
			}
		})
	}
	// Features and activations in one sum, or one difference, need one format.
	o := options(2)
	o.Formats.Feature = 6
	b := newModel(1, 6)
	in := b.last
	b.identity(6, flat).op(tflite.OpAdd, tflite.AddOptions{}, flat, in)
	b.dense(6)
	for op, options := range map[tflite.Builtin]tflite.Options{tflite.OpAdd: tflite.AddOptions{}, tflite.OpSub: tflite.SubOptions{}} {
		b.m.Codes[1].Builtin, b.m.Subgraphs[0].Operators[1].Options = op, options
		if _, err := transpile.Transpile(b.m, o); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "make formats.feature and formats.activation equal") {
			t.Errorf("%v of two formats: %v", op, err)
		}
	}
}

// The option of GELU tells two operators, each with a table of its own.
func TestGeluOptions(t *testing.T) {
	for approximate, want := range map[bool]network.Kind{false: network.Gelu, true: network.GeluApproximate} {
		b := newModel(1, 6).identity(6, tflite.Shape{1, 6}).op(tflite.OpGelu, tflite.GeluOptions{Approximate: approximate}, tflite.Shape{1, 6}).dense(6)
		a, _, err := transpile.Read(b.m, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a.Layers[1].Kind != want {
			t.Errorf("approximate %t: %s, want %s", approximate, a.Layers[1].Kind, want)
		}
	}
}

// Operators that the output does not depend on are left out.
func TestUnusedOperatorsAreLeftOut(t *testing.T) {
	b := newModel(1, 6)
	in := b.last
	b.identity(6, tflite.Shape{1, 6})
	b.last = in
	r, err := transpile.Transpile(b.dense(6).m, options(2))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Network.Architecture().Layers); n != 1 || len(r.Weights) != 1 {
		t.Errorf("%d layers and %d weights, want one of each", n, len(r.Weights))
	}
}

// A weight that two layers share is one weight of the program.
func TestSharedWeights(t *testing.T) {
	flat := tflite.Shape{1, 6}
	b := newModel(1, 6).identity(6, flat)
	w := b.m.Subgraphs[0].Operators[0].Inputs[1]
	b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{Activation: tflite.ActRelu}, flat, w, -1)
	r, err := transpile.Transpile(b.dense(6).m, options(2))
	if err != nil {
		t.Fatal(err)
	}
	updates := 0
	for _, n := range r.Program.Nodes {
		if n.Kind == ops.KindWeightUpdate && n.Inputs[0] == r.Weights[0].Tensor {
			updates++
		}
	}
	if updates != 2 {
		t.Errorf("%d updates of the shared weight, want one for each use", updates)
	}
	if len(r.Weights) != 2 {
		t.Errorf("%d weights, want 2", len(r.Weights))
	}
	o := options(2)
	o.Formats.Feature = 7
	if _, err := transpile.Transpile(b.m, o); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("one weight at two formats: %v", err)
	}
}
