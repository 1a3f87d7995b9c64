package networktest

import (
	"math/rand/v2"
	"slices"

	"github.com/zkaudit/zkaudit/network"
)

// Stack is a random architecture on small pictures: convolutions of all kinds,
// pools, paddings, residual sums and blocks, layers on every position and attention,
// with odd sizes, strides and paddings among them.
type Stack struct {
	network.Architecture
	rng     *rand.Rand
	Shapes  [][]int // of values
	divided []int   // weights in groups, which no others share
	of      Family
}

// Family says of which operators a stack is made.
type Family int

const (
	Every   Family = iota
	Smooth         // those with a derivative everywhere
	Wide           // all that change, join and move cells, too
	OfPeers        // those that gorgonia has, with gradients that are right there (TestGradientsOfGorgonia)
)

// NewStack draws one.
func NewStack(rng *rand.Rand, of Family) *Stack {
	s := &Stack{rng: rng, of: of}
	s.Input = []int{s.some(5), s.some(7), s.some(3)}
	s.Shapes = [][]int{s.Input}
	kinds := []func(){s.convolution, s.pool, s.residual, s.block, s.everywhere, s.attention}
	if of != OfPeers {
		kinds = append(kinds, s.groups, s.channels, s.transposed, s.pad)
	}
	if of == Wide {
		kinds = append(kinds, s.function, s.function, s.constant, s.pair, s.pair, s.added, s.added, s.moved, s.joined)
	}
	for n := 2 + rng.IntN(4); n > 0 || len(s.Layers) == 0; n-- {
		kinds[rng.IntN(len(kinds))]()
	}
	cells := 1
	for _, d := range s.shape() {
		cells *= d
	}
	s.add(network.Layer{Kind: network.Reshape}, cells)
	s.add(network.Layer{Kind: network.FullyConnected, Weights: s.weights(true, cells, 3)}, 3)
	return s
}

// some is a number from 1 to most.
func (s *Stack) some(most int) int { return 1 + s.rng.IntN(most) }

// shape is that of the last value.
func (s *Stack) shape() []int { return s.Shapes[len(s.Shapes)-1] }

// add appends a layer that reads the last value unless it says what it reads.
func (s *Stack) add(l network.Layer, shape ...int) {
	if l.Inputs == nil {
		l.Inputs = []int{len(s.Layers)}
	}
	if l.Shape = shape; unstated(l.Kind) {
		l.Shape = nil
	}
	s.Layers, s.Shapes = append(s.Layers, l), append(s.Shapes, shape)
}

// unstated reports whether layers of a kind make what their operands are, and say no
// shape.
func unstated(k network.Kind) bool {
	switch k {
	case network.Reshape, network.FullyConnected, network.Conv2D, network.DepthwiseConv2D, network.TransposeConv, network.BatchMatmul, network.AveragePool2D, network.MaxPool2D,
		network.Pad, network.Transpose, network.Reverse, network.StridedSlice, network.Concatenation:
		return false
	}
	return true
}

// weights adds a weight of some shape, and its units' bias or none; one that is
// there is sometimes shared.
func (s *Stack) weights(bias bool, shape ...int) (list []int) {
	add := func(shape ...int) {
		for i, w := range s.Weights {
			if slices.Equal(w.Shape, shape) && !slices.Contains(s.divided, i) && s.rng.IntN(2) == 0 {
				list = append(list, i)
				return
			}
		}
		s.Weights = append(s.Weights, network.Weight{Shape: shape})
		list = append(list, len(s.Weights)-1)
	}
	if add(shape...); bias && s.rng.IntN(2) == 0 {
		add(shape[len(shape)-1])
	}
	return list
}

// activation keeps values small: those of a fine format have few bits before the
// point.
func (s *Stack) activation() network.Kind {
	switch s.of {
	case Smooth:
		return network.Tanh
	case OfPeers:
		return []network.Kind{network.Tanh, network.Relu}[s.rng.IntN(2)]
	}
	return []network.Kind{network.Tanh, network.ReluN1To1, network.Relu6, network.Relu}[s.rng.IntN(4)]
}

// window returns how a kernel moves over a picture, its rows and columns, and its
// positions.
func (s *Stack) window(dilates bool) (w *network.Window, kernel, positions [2]int) {
	for {
		w = &network.Window{Stride: [2]int{s.some(2), s.some(3)}, Dilation: [2]int{1, 1}, Same: s.rng.IntN(2) == 0}
		if dilates {
			w.Dilation = [2]int{s.some(2), s.some(2)}
		}
		kernel = [2]int{s.some(4), s.some(4)}
		if positions = w.Positions([2]int(s.shape()), kernel); min(positions[0], positions[1]) > 0 && (s.of != OfPeers || Padded(w, s.shape(), kernel, positions) != nil) {
			return w, kernel, positions
		}
	}
}

// Padded returns how many cells of padding there are on each side of a picture's axes,
// nil if they are not as many on both.
func Padded(w *network.Window, picture []int, kernel, positions [2]int) []int {
	pad := []int{0, 0}
	for i := range pad {
		around := (positions[i]-1)*w.Stride[i] + (kernel[i]-1)*w.Dilation[i] + 1 - picture[i]
		if !w.Same || around <= 0 {
			continue
		}
		if pad[i] = around / 2; around%2 == 1 {
			return nil
		}
	}
	return pad
}

func (s *Stack) convolution() {
	w, kernel, at := s.window(true)
	units := s.some(3)
	s.add(network.Layer{Kind: network.Conv2D, Window: w, Weights: s.weights(true, kernel[0], kernel[1], s.shape()[2], units), Activation: s.activation()}, at[0], at[1], units)
}

// groups is a convolution in as many groups as there are channels, or in one for
// every second.
func (s *Stack) groups() {
	w, kernel, at := s.window(true)
	channels, of := s.shape()[2], 1
	if channels%2 == 0 {
		of = s.some(2)
	}
	units := channels / of * s.some(2)
	s.divided = append(s.divided, len(s.Weights), len(s.Weights)+1)
	s.Weights = append(s.Weights, network.Weight{Shape: []int{kernel[0], kernel[1], of, units}}, network.Weight{Shape: []int{units}})
	s.add(network.Layer{Kind: network.Conv2D, Window: w, Weights: s.divided[len(s.divided)-2:], Activation: s.activation()}, at[0], at[1], units)
}

func (s *Stack) channels() {
	w, kernel, at := s.window(true)
	channels, kernels := s.shape()[2], s.some(2)
	shape := []int{kernel[0], kernel[1], channels}
	if kernels > 1 {
		shape = append(shape, kernels)
	}
	s.add(network.Layer{Kind: network.DepthwiseConv2D, Window: w, Weights: s.weights(kernels == 1, shape...), Activation: s.activation()}, at[0], at[1], channels*kernels)
}

func (s *Stack) transposed() {
	in := s.shape()
	for {
		w := &network.Window{Stride: [2]int{s.some(2), s.some(2)}, Dilation: [2]int{1, 1}, Same: s.rng.IntN(2) == 0}
		kernel, makes, units := [2]int{s.some(3), s.some(3)}, [2]int{s.some(8), s.some(8)}, s.some(2)
		if w.Positions(makes, kernel) == [2]int(in) {
			s.add(network.Layer{Kind: network.TransposeConv, Window: w, Weights: s.weights(true, kernel[0], kernel[1], in[2], units), Activation: s.activation()}, makes[0], makes[1], units)
			return
		}
		if s.rng.IntN(50) == 0 {
			return
		}
	}
}

func (s *Stack) pool() {
	w, filter, at := s.window(false)
	kind := network.AveragePool2D
	if s.of == OfPeers || (s.of == Every || s.of == Wide) && s.rng.IntN(2) == 0 {
		kind = network.MaxPool2D
	}
	s.add(network.Layer{Kind: kind, Window: w, Parameters: filter[:]}, at[0], at[1], s.shape()[2])
}

func (s *Stack) pad() {
	in := s.shape()
	p := []int{s.rng.IntN(3), s.rng.IntN(3), s.rng.IntN(3), s.rng.IntN(3), 0, 0}
	if in[0]+p[0]+p[1] > 7 || in[1]+p[2]+p[3] > 7 {
		return
	}
	s.add(network.Layer{Kind: network.Pad, Parameters: p}, in[0]+p[0]+p[1], in[1]+p[2]+p[3], in[2])
}

// residual adds a value of the same shape, if only the last one.
func (s *Stack) residual() {
	last := len(s.Layers)
	s.add(network.Layer{Kind: network.Add, Inputs: []int{last, s.alike()}, Activation: s.activation()}, s.shape()...)
}

// alike is a value of the same shape as the last one, which may be it.
func (s *Stack) alike() int {
	var same []int
	for v, shape := range s.Shapes {
		if slices.Equal(shape, s.shape()) {
			same = append(same, v)
		}
	}
	return same[s.rng.IntN(len(same))]
}

// block adds two convolutions to what they read: to itself where they keep its shape,
// and to a projection of it where they do not.
func (s *Stack) block() {
	from := len(s.Layers)
	in, stride, units := s.shape(), [2]int{s.some(2), s.some(2)}, s.some(3)
	w := func(stride [2]int) *network.Window {
		return &network.Window{Stride: stride, Dilation: [2]int{1, 1}, Same: true}
	}
	one, kernel := [2]int{1, 1}, [2]int{3, 1 + 2*s.rng.IntN(2)}
	at := w(stride).Positions([2]int(in), kernel)
	if s.of == OfPeers && (Padded(w(stride), in, kernel, at) == nil || Padded(w(one), at[:], kernel, at) == nil) {
		return
	}
	s.add(network.Layer{Kind: network.Conv2D, Window: w(stride), Weights: s.weights(true, kernel[0], kernel[1], in[2], units), Activation: s.activation()}, at[0], at[1], units)
	s.add(network.Layer{Kind: network.Conv2D, Window: w(one), Weights: s.weights(true, kernel[0], kernel[1], units, units)}, at[0], at[1], units)
	last, beside := len(s.Layers), from
	if !slices.Equal(in, s.shape()) {
		s.add(network.Layer{Kind: network.Conv2D, Inputs: []int{from}, Window: w(stride), Weights: s.weights(true, 1, 1, in[2], units)}, at[0], at[1], units)
		beside = len(s.Layers)
	}
	s.add(network.Layer{Kind: network.Add, Inputs: []int{last, beside}, Activation: s.activation()}, at[0], at[1], units)
}

func (s *Stack) everywhere() {
	in, units := s.shape(), s.some(3)
	if in[0]*in[1] == 1 {
		return
	}
	s.add(network.Layer{Kind: network.FullyConnected, Weights: s.weights(true, in[2], units), Activation: s.activation()}, in[0], in[1], units)
}

// attention makes a position of each cell of the picture: softmax of queries times
// keys, times values.
func (s *Stack) attention() {
	in := s.shape()
	positions, width := in[0]*in[1], in[2]
	if positions == 1 || positions > 12 {
		return
	}
	s.add(network.Layer{Kind: network.Reshape}, positions, width)
	x := len(s.Layers)
	var parts []int
	for range 3 {
		s.add(network.Layer{Kind: network.FullyConnected, Inputs: []int{x}, Weights: s.weights(false, width, width), Activation: network.Tanh}, positions, width)
		parts = append(parts, len(s.Layers))
	}
	s.add(network.Layer{Kind: network.BatchMatmul, Inputs: parts[:2], Parameters: []int{0, 1}}, positions, positions)
	s.add(network.Layer{Kind: network.Softmax}, positions, positions)
	s.add(network.Layer{Kind: network.BatchMatmul, Inputs: []int{len(s.Layers), parts[2]}, Parameters: []int{0, 0}}, positions, width)
	s.add(network.Layer{Kind: network.Reshape}, in...)
}
