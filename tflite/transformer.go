package tflite

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Transformer is the shape of a decoder as nanoGPT has it: tables of tokens and
// positions; blocks of causal attention and of a layer of four times the width
// with GELU, each after a layer normalisation and added to what it reads; a last
// normalisation, and a layer that scores every token of the vocabulary at every
// position.
type Transformer struct {
	Blocks, Width, Heads, Context, Vocabulary int
	// Rank is that of the low-rank adapters beside the layers of queries and values:
	// x·W + x·A·B, with Rank columns in A. 0 for none.
	Rank int
	// Tied makes the table of tokens the weights of the last layer, too, which then
	// has no bias.
	Tied bool
}

// Weights makes the float32 cells of a weight, given its name and shape. Names of
// weights begin with name/base/, those of adapters with name/adapters/ and end in
// /down (A) and /up (B).
type Weights func(name string, shape Shape) []float32

// NewTransformer returns a transformer on int32[batch, context] tokens, in the
// operators that converters write: GATHER, layer normalisation and attention by
// their parts, BATCH_MATMUL of activations, FULLY_CONNECTED of every position. Its
// weights are called name/base/tokens, name/base/block_0/attention/query/weights and
// so on; there is no SOFTMAX at the end. Errors wrap fault.ErrUsage.
func NewTransformer(name string, t Transformer, weights Weights) (*Model, error) {
	for _, n := range []int{t.Blocks, t.Width, t.Heads, t.Context, t.Vocabulary} {
		if n < 1 || n > 1<<16 {
			return nil, fmt.Errorf("tflite: %w: a transformer of %+v", fault.ErrUsage, t)
		}
	}
	if t.Width%t.Heads != 0 || t.Rank < 0 || t.Rank > t.Width {
		return nil, fmt.Errorf("tflite: %w: width %d for %d heads, adapters of rank %d", fault.ErrUsage, t.Width, t.Heads, t.Rank)
	}
	b := &transformerBuilder{builder: newBuilder(), Transformer: t, name: name, weights: weights}
	input := b.tensor(name+"/input", samples(t.Context), nil)
	b.g.Tensors[input].Type = Int32
	return b.model(name, input, b.forward(input)), nil
}

// transformerBuilder is a transformer under construction.
type transformerBuilder struct {
	*builder
	Transformer
	name    string
	weights Weights
	made    int // tensors between operators
}

// op appends an operator and returns its output, of samples of the given sizes.
func (b *transformerBuilder) op(code Builtin, o Options, inputs []int32, sizes ...int) int32 {
	b.made++
	out := b.tensor(fmt.Sprintf("%s/value_%d", b.name, b.made), samples(sizes...), nil)
	b.operator(code, o, inputs, out)
	return out
}

// weight adds a trained constant of the model's.
func (b *transformerBuilder) weight(name string, sizes ...int) int32 {
	shape := samples(sizes...)[1:]
	return b.tensor(b.name+"/"+name, shape, floatBytes(b.weights(b.name+"/"+name, shape)))
}

// scalar adds a public constant of one number.
func (b *transformerBuilder) scalar(name string, v float64) int32 {
	return b.tensor(b.name+"/"+name, Shape{1}, floatBytes([]float32{float32(v)}))
}

func (b *transformerBuilder) forward(input int32) int32 {
	places := make([]int, b.Context)
	for i := range places {
		places[i] = i
	}
	table := b.weight("base/tokens", b.Vocabulary, b.Width)
	tokens := b.op(OpGather, GatherOptions{}, []int32{table, input}, b.Context, b.Width)
	positions := b.op(OpGather, GatherOptions{}, []int32{b.weight("base/positions", b.Context, b.Width), b.ints(b.name+"/places", places...)}, b.Context, b.Width)
	b.g.Tensors[positions].Shape, b.g.Tensors[positions].Signature = samples(b.Context, b.Width)[1:], nil
	x := b.sum(tokens, positions)
	for i := range b.Blocks {
		at := fmt.Sprintf("block_%d/", i)
		x = b.sum(x, b.attention(at+"attention", b.normalised(at+"attention", x)))
		h := b.dense(at+"wide", b.normalised(at+"wide", x), b.Width, 4*b.Width)
		h = b.op(OpGelu, GeluOptions{}, []int32{h}, b.Context, 4*b.Width)
		x = b.sum(x, b.dense(at+"narrow", h, 4*b.Width, b.Width))
	}
	x = b.normalised("head", x)
	if b.Tied {
		return b.op(OpFullyConnected, FullyConnectedOptions{KeepNumDims: true}, []int32{x, table, -1}, b.Context, b.Vocabulary)
	}
	return b.dense("head", x, b.Width, b.Vocabulary)
}

func (b *transformerBuilder) sum(x, y int32) int32 {
	return b.op(OpAdd, AddOptions{}, []int32{x, y}, b.Context, b.Width)
}

// dense is a layer with a bias on every position.
func (b *transformerBuilder) dense(name string, x int32, inputs, units int) int32 {
	return b.op(OpFullyConnected, FullyConnectedOptions{KeepNumDims: true},
		[]int32{x, b.weight("base/"+name+"/weights", units, inputs), b.weight("base/"+name+"/bias", units)}, b.Context, units)
}

// adapted is dense with a low-rank adapter beside it.
func (b *transformerBuilder) adapted(name string, x int32) int32 {
	y := b.dense(name, x, b.Width, b.Width)
	if b.Rank == 0 {
		return y
	}
	o := FullyConnectedOptions{KeepNumDims: true}
	down := b.op(OpFullyConnected, o, []int32{x, b.weight("adapters/"+name+"/down", b.Rank, b.Width), -1}, b.Context, b.Rank)
	up := b.op(OpFullyConnected, o, []int32{down, b.weight("adapters/"+name+"/up", b.Width, b.Rank), -1}, b.Context, b.Width)
	return b.sum(y, up)
}

// normalised is (x − mean)/√(variance + 0.01) of every position.
func (b *transformerBuilder) normalised(name string, x int32) int32 {
	t, d := b.Context, b.Width
	axis := b.ints(b.name+"/"+name+"/normalisation/axis", 2)
	centred := b.op(OpSub, SubOptions{}, []int32{x, b.op(OpMean, ReducerOptions{KeepDims: true}, []int32{x, axis}, t, 1)}, t, d)
	squares := b.op(OpMul, MulOptions{}, []int32{centred, centred}, t, d)
	variance := b.op(OpMean, ReducerOptions{KeepDims: true}, []int32{squares, axis}, t, 1)
	variance = b.op(OpAdd, AddOptions{}, []int32{variance, b.scalar(name+"/normalisation/epsilon", 0.01)}, t, 1)
	return b.op(OpMul, MulOptions{}, []int32{centred, b.op(OpRsqrt, nil, []int32{variance}, t, 1)}, t, d)
}

// attention is that of all heads, each position's on itself and those before it,
// and the layer after it.
func (b *transformerBuilder) attention(name string, x int32) int32 {
	t, heads, part := b.Context, b.Heads, b.Width/b.Heads
	split := func(what string, x int32) int32 { // (heads, positions, part)
		x = b.op(OpReshape, ReshapeOptions{}, []int32{x, b.ints(b.name+"/"+name+"/"+what+"/parts", -1, t, heads, part)}, t, heads, part)
		return b.op(OpTranspose, nil, []int32{x, b.ints(b.name+"/"+name+"/"+what+"/order", 0, 2, 1, 3)}, heads, t, part)
	}
	q := split("query", b.adapted(name+"/query", x))
	k := split("key", b.dense(name+"/key", x, b.Width, b.Width))
	v := split("value", b.adapted(name+"/value", x))
	s := b.op(OpBatchMatMul, BatchMatMulOptions{AdjointY: true}, []int32{q, k}, heads, t, t)
	s = b.op(OpMul, MulOptions{}, []int32{s, b.scalar(name+"/scale", 1/math.Sqrt(float64(part)))}, heads, t, t)
	mask := make([]float32, t*t)
	for i := range t {
		for j := i + 1; j < t; j++ {
			mask[i*t+j] = -1e9
		}
	}
	s = b.op(OpAdd, AddOptions{}, []int32{s, b.tensor(b.name+"/"+name+"/mask", samples(t, t), floatBytes(mask))}, heads, t, t)
	s = b.op(OpSoftmax, SoftmaxOptions{Beta: 1}, []int32{s}, heads, t, t)
	y := b.op(OpBatchMatMul, BatchMatMulOptions{}, []int32{s, v}, heads, t, part)
	y = b.op(OpTranspose, nil, []int32{y, b.ints(b.name+"/"+name+"/order", 0, 2, 1, 3)}, t, heads, part)
	y = b.op(OpReshape, ReshapeOptions{}, []int32{y, b.ints(b.name+"/"+name+"/whole", -1, t, b.Width)}, t, b.Width)
	return b.dense(name+"/output", y, b.Width, b.Width)
}
