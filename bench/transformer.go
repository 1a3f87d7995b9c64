package bench

import (
	"math"

	"github.com/zkaudit/zkaudit/network"
)

// Transformer is a decoder of the shape of nanoGPT: token and position tables,
// blocks of causal attention and a layer of four times the width with GELU, each
// after a layer normalisation and added to what it reads, and a head for every
// token.
type Transformer struct {
	Blocks, Width, Heads, Context, Vocabulary int
}

// builder is a transformer under construction.
type builder struct {
	Transformer
	network.Architecture
	sizes [][]int // of every value, the sample first
}

// Architecture returns the forward pass of samples of Context tokens.
func (t Transformer) Architecture() network.Architecture {
	b := &builder{t, network.Architecture{Input: []int{t.Context}}, [][]int{{t.Context}}}
	x := b.add(network.Layer{Kind: network.Gather, Inputs: []int{0}, Weights: b.weight(t.Vocabulary, t.Width)}, t.Context, t.Width)
	x = b.add(network.Layer{Kind: network.Add, Inputs: []int{x}, Weights: b.weight(t.Context, t.Width)}, t.Context, t.Width)
	for range t.Blocks {
		x = b.sum(x, b.attention(b.normalised(x)))
		h := b.dense(b.normalised(x), 4*t.Width)
		h = b.add(network.Layer{Kind: network.Gelu, Inputs: []int{h}}, b.sizes[h]...)
		x = b.sum(x, b.dense(h, t.Width))
	}
	b.dense(b.normalised(x), t.Vocabulary)
	return b.Architecture
}

// add appends a layer that makes samples of a shape, and returns its value.
func (b *builder) add(l network.Layer, shape ...int) int {
	switch l.Kind {
	case network.Add, network.Sub, network.Mul, network.Square, network.Rsqrt, network.Gelu, network.Softmax:
	default:
		l.Shape = shape
	}
	b.Layers, b.sizes = append(b.Layers, l), append(b.sizes, shape)
	return len(b.Layers)
}

func (b *builder) weight(shape ...int) []int {
	b.Weights = append(b.Weights, network.Weight{Shape: shape})
	return []int{len(b.Weights) - 1}
}

// dense is a layer with a bias for every token.
func (b *builder) dense(x, units int) int {
	w := append(b.weight(b.sizes[x][1], units), b.weight(units)...)
	return b.add(network.Layer{Kind: network.FullyConnected, Inputs: []int{x}, Weights: w}, b.Context, units)
}

func (b *builder) sum(x, y int) int {
	return b.add(network.Layer{Kind: network.Add, Inputs: []int{x, y}}, b.sizes[x]...)
}

// constant is a public number.
func constant(v float64) *network.Constant { return &network.Constant{Cells: []float32{float32(v)}} }

// normalised is the layer normalisation of every token, by its parts.
func (b *builder) normalised(x int) int {
	shape := b.sizes[x]
	mean := func(x int) int {
		return b.add(network.Layer{Kind: network.Mean, Inputs: []int{x}, Parameters: []int{1}}, shape[0], 1)
	}
	spread := func(x int) int {
		return b.add(network.Layer{Kind: network.BroadcastTo, Inputs: []int{x}}, shape...)
	}
	d := b.add(network.Layer{Kind: network.Sub, Inputs: []int{x, spread(mean(x))}}, shape...)
	v := mean(b.add(network.Layer{Kind: network.Square, Inputs: []int{d}}, shape...))
	v = b.add(network.Layer{Kind: network.Add, Inputs: []int{v}, Constant: constant(1e-2)}, shape[0], 1)
	v = b.add(network.Layer{Kind: network.Rsqrt, Inputs: []int{v}}, shape[0], 1)
	return b.add(network.Layer{Kind: network.Mul, Inputs: []int{d, spread(v)}}, shape...)
}

// attention is causal attention of all heads, and the layer after it.
func (b *builder) attention(x int) int {
	t, heads, part := b.Context, b.Heads, b.Width/b.Heads
	split := func(x int) int { // (heads, tokens, part)
		x = b.add(network.Layer{Kind: network.Reshape, Inputs: []int{x}}, t, heads, part)
		return b.add(network.Layer{Kind: network.Transpose, Inputs: []int{x}, Parameters: []int{1, 0, 2}}, heads, t, part)
	}
	q, k, v := split(b.dense(x, b.Width)), split(b.dense(x, b.Width)), split(b.dense(x, b.Width))
	s := b.add(network.Layer{Kind: network.BatchMatmul, Inputs: []int{q, k}, Parameters: []int{0, 1}}, heads, t, t)
	s = b.add(network.Layer{Kind: network.Mul, Inputs: []int{s}, Constant: constant(1 / math.Sqrt(float64(part)))}, heads, t, t)
	s = b.add(network.Layer{Kind: network.Add, Inputs: []int{s}, Constant: causal(t)}, heads, t, t)
	s = b.add(network.Layer{Kind: network.Softmax, Inputs: []int{s}}, heads, t, t)
	y := b.add(network.Layer{Kind: network.BatchMatmul, Inputs: []int{s, v}, Parameters: []int{0, 0}}, heads, t, part)
	y = b.add(network.Layer{Kind: network.Transpose, Inputs: []int{y}, Parameters: []int{1, 0, 2}}, t, heads, part)
	return b.dense(b.add(network.Layer{Kind: network.Reshape, Inputs: []int{y}}, t, b.Width), b.Width)
}

// causal is the mask that is added to scores: far below 0 for tokens after the one
// that asks.
func causal(t int) *network.Constant {
	c := &network.Constant{Shape: []int{t, t}, Cells: make([]float32, t*t)}
	for i := range t {
		for j := i + 1; j < t; j++ {
			c.Cells[i*t+j] = -1e9
		}
	}
	return c
}
