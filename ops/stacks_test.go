package ops_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// stack is a random architecture on small pictures: convolutions of all kinds,
// pools, paddings, residual sums and blocks, layers on every position and attention,
// with odd sizes, strides and paddings among them.
type stack struct {
	network.Architecture
	rng     *rand.Rand
	shapes  [][]int // of values
	divided []int   // weights in groups, which no others share
	of      family
}

// family says of which operators a stack is made.
type family int

const (
	every   family = iota
	smooth         // those with a derivative everywhere
	ofPeers        // those that gorgonia has, with gradients that are right there (TestGradientsOfGorgonia)
)

func newStack(rng *rand.Rand, of family) *stack {
	s := &stack{rng: rng, of: of}
	s.Input = []int{s.some(5), s.some(7), s.some(3)}
	s.shapes = [][]int{s.Input}
	kinds := []func(){s.convolution, s.pool, s.residual, s.block, s.everywhere, s.attention}
	if of != ofPeers {
		kinds = append(kinds, s.groups, s.channels, s.transposed, s.pad)
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
func (s *stack) some(most int) int { return 1 + s.rng.IntN(most) }

// shape is that of the last value.
func (s *stack) shape() []int { return s.shapes[len(s.shapes)-1] }

// add appends a layer that reads the last value unless it says what it reads.
func (s *stack) add(l network.Layer, shape ...int) {
	if l.Inputs == nil {
		l.Inputs = []int{len(s.Layers)}
	}
	if l.Shape = shape; l.Kind == network.Softmax || l.Kind == network.Add {
		l.Shape = nil
	}
	s.Layers, s.shapes = append(s.Layers, l), append(s.shapes, shape)
}

// weights adds a weight of some shape, and its units' bias or none; one that is
// there is sometimes shared.
func (s *stack) weights(bias bool, shape ...int) (list []int) {
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
func (s *stack) activation() network.Kind {
	switch s.of {
	case smooth:
		return network.Tanh
	case ofPeers:
		return []network.Kind{network.Tanh, network.Relu}[s.rng.IntN(2)]
	}
	return []network.Kind{network.Tanh, network.ReluN1To1, network.Relu6, network.Relu}[s.rng.IntN(4)]
}

// window returns how a kernel moves over a picture, its rows and columns, and its
// positions.
func (s *stack) window(dilates bool) (w *network.Window, kernel, positions [2]int) {
	for {
		w = &network.Window{Stride: [2]int{s.some(2), s.some(3)}, Dilation: [2]int{1, 1}, Same: s.rng.IntN(2) == 0}
		if dilates {
			w.Dilation = [2]int{s.some(2), s.some(2)}
		}
		kernel = [2]int{s.some(4), s.some(4)}
		if positions = w.Positions([2]int(s.shape()), kernel); min(positions[0], positions[1]) > 0 && (s.of != ofPeers || padded(w, s.shape(), kernel, positions) != nil) {
			return w, kernel, positions
		}
	}
}

// padded returns how many cells of padding there are on each side of a picture's axes,
// nil if they are not as many on both.
func padded(w *network.Window, picture []int, kernel, positions [2]int) []int {
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

func (s *stack) convolution() {
	w, kernel, at := s.window(true)
	units := s.some(3)
	s.add(network.Layer{Kind: network.Conv2D, Window: w, Weights: s.weights(true, kernel[0], kernel[1], s.shape()[2], units), Activation: s.activation()}, at[0], at[1], units)
}

// groups is a convolution in as many groups as there are channels, or in one for
// every second.
func (s *stack) groups() {
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

func (s *stack) channels() {
	w, kernel, at := s.window(true)
	channels, kernels := s.shape()[2], s.some(2)
	shape := []int{kernel[0], kernel[1], channels}
	if kernels > 1 {
		shape = append(shape, kernels)
	}
	s.add(network.Layer{Kind: network.DepthwiseConv2D, Window: w, Weights: s.weights(kernels == 1, shape...), Activation: s.activation()}, at[0], at[1], channels*kernels)
}

func (s *stack) transposed() {
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

func (s *stack) pool() {
	w, filter, at := s.window(false)
	kind := network.AveragePool2D
	if s.of == ofPeers || s.of == every && s.rng.IntN(2) == 0 {
		kind = network.MaxPool2D
	}
	s.add(network.Layer{Kind: kind, Window: w, Parameters: filter[:]}, at[0], at[1], s.shape()[2])
}

func (s *stack) pad() {
	in := s.shape()
	p := []int{s.rng.IntN(3), s.rng.IntN(3), s.rng.IntN(3), s.rng.IntN(3), 0, 0}
	if in[0]+p[0]+p[1] > 7 || in[1]+p[2]+p[3] > 7 {
		return
	}
	s.add(network.Layer{Kind: network.Pad, Parameters: p}, in[0]+p[0]+p[1], in[1]+p[2]+p[3], in[2])
}

// residual adds a value of the same shape, if only the last one.
func (s *stack) residual() {
	last := len(s.Layers)
	var same []int
	for v, shape := range s.shapes {
		if slices.Equal(shape, s.shape()) {
			same = append(same, v)
		}
	}
	s.add(network.Layer{Kind: network.Add, Inputs: []int{last, same[s.rng.IntN(len(same))]}, Activation: s.activation()}, s.shape()...)
}

// block adds two convolutions to what they read: to itself where they keep its shape,
// and to a projection of it where they do not.
func (s *stack) block() {
	from := len(s.Layers)
	in, stride, units := s.shape(), [2]int{s.some(2), s.some(2)}, s.some(3)
	w := func(stride [2]int) *network.Window {
		return &network.Window{Stride: stride, Dilation: [2]int{1, 1}, Same: true}
	}
	one, kernel := [2]int{1, 1}, [2]int{3, 1 + 2*s.rng.IntN(2)}
	at := w(stride).Positions([2]int(in), kernel)
	if s.of == ofPeers && (padded(w(stride), in, kernel, at) == nil || padded(w(one), at[:], kernel, at) == nil) {
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

func (s *stack) everywhere() {
	in, units := s.shape(), s.some(3)
	if in[0]*in[1] == 1 {
		return
	}
	s.add(network.Layer{Kind: network.FullyConnected, Weights: s.weights(true, in[2], units), Activation: s.activation()}, in[0], in[1], units)
}

// attention makes a position of each cell of the picture: softmax of queries times
// keys, times values.
func (s *stack) attention() {
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

// derive returns the stack's step.
func (s *stack) derive(t *testing.T, batch int, f network.Formats) *network.Network {
	t.Helper()
	n, err := network.New(s.Architecture, network.Choices{
		Batch: batch, RateShift: shift, Scheduled: true, Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Formats: f,
	})
	if err != nil {
		t.Fatalf("%+v: %v", s.Architecture, err)
	}
	return n
}

// Relations of stacks hold of what is executed, whatever the padding holds, and of
// nothing else; formats are enforced; some are proven as a whole.
func TestStacks(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	count := 10
	if testing.Short() {
		count = 3
	}
	for i := range count {
		s := newStack(rng, every)
		n := s.derive(t, 1+s.some(2), network.Formats{Feature: 6, Activation: 6, Error: 8})
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			x := checkNetwork(t, n)
			if i%3 == 0 {
				x.checkProof(t, setup)
			}
		})
	}
}

// checkNetwork attacks the relations of a network's step, and returns two steps of
// it.
func checkNetwork(t *testing.T, n *network.Network) *executed {
	t.Helper()
	p := n.Program()
	stated := build(t, p)
	if list := unenforced(p, stated, stated.Relation); len(list) > 0 {
		t.Errorf("the relations let leave their format: %q", list)
	}
	x := execute(t, p, 2, 3)
	x.checkHonest(t)
	x.checkMutations(t)
	x.checkPadding(t)
	checkLies(t, p)
	if t.Failed() {
		t.Log(n.Describe())
	}
	return x
}

// checkProof proves what was executed, and verifies it.
func (x *executed) checkProof(t *testing.T, setup *commitments.Setup) {
	t.Helper()
	st := commit(t, setup, x)
	made, err := prover.Prove(context.Background(), setup, st, prover.Secret{Cells: x.assignment})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := made.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(setup.Verifier(), st, encoded); err != nil {
		t.Error(err)
	}
}

// A recurrent layer over three time steps and a layer that reads the last one: its
// relations hold of what is executed alone, and are proven.
func TestRecurrentLayer(t *testing.T) {
	a := network.Architecture{Input: []int{3, 2}}
	l := network.Layer{Kind: network.SequenceLSTM, Inputs: []int{0}, Shape: []int{3, 3}}
	for k := range 12 {
		l.Weights = append(l.Weights, k)
		a.Weights = append(a.Weights, network.Weight{Shape: [][]int{{2, 3}, {3, 3}, {3}}[k/4]})
	}
	a.Weights = append(a.Weights, network.Weight{Shape: []int{3, 3}})
	a.Layers = []network.Layer{
		l, {Kind: network.StridedSlice, Inputs: []int{1}, Shape: []int{1, 3}, Parameters: []int{2, 1, 0, 1}},
		{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{12}, Shape: []int{3}},
	}
	n, err := network.New(a, network.Choices{
		Batch: 2, RateShift: shift, Scheduled: true, Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Formats: network.Formats{Feature: 6, Activation: 6, Error: 8},
	})
	if err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	checkNetwork(t, n).checkProof(t, setup)
}

// Gradients of stacks are finite differences of the loss, through every operator
// that has a derivative everywhere.
func TestGradientsOfStacks(t *testing.T) {
	rng := rand.New(rand.NewPCG(53, 54))
	compared := 0
	for i := range 40 {
		s := newStack(rng, smooth)
		n := s.derive(t, 2, network.Formats{Feature: 11, Activation: 11, Error: 12})
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			x := execute(t, n.Program(), 1, uint64(i))
			r := realsOf(x)
			for _, w := range n.Program().OfRole(graph.Weight) {
				for cell := 0; cell < len(x.before[w]); cell += 1 + len(x.before[w])/40 {
					got, want := x.gradient(w, cell), r.difference(w, cell)
					if math.Abs(got-want) > 0.02+0.02*math.Abs(want) {
						t.Errorf("%s, cell %d: gradient %v, finite difference %v", n.Program().Tensor(w).Name, cell, got, want)
					}
					if math.Abs(want) > 0.1 {
						compared++
					}
				}
			}
			if t.Failed() {
				t.Log(n.Describe())
			}
		})
	}
	if compared < 500 {
		t.Errorf("%d gradients above 0.1: the test shows little", compared)
	}
}

// realsOf is the program of an executed step in floats.
func realsOf(x *executed) *reals {
	r := &reals{p: x.p, values: map[graph.TensorID][]float64{}}
	for _, role := range []graph.Role{graph.Input, graph.Label, graph.Constant} {
		for _, id := range x.p.OfRole(role) {
			r.values[id] = scaled(x.buffers.Small[id], x.p.Tensor(id).Format.Fraction)
		}
	}
	for w, cells := range x.before {
		r.values[w] = scaled(cells, x.p.Tensor(w).Format.Fraction)
	}
	return r
}

// gradient is what a cell of a weight changed by in the first step:
// n·2^−k·gradient = (before − after)·2^−f_w.
func (x *executed) gradient(w graph.TensorID, cell int) float64 {
	return math.Ldexp(float64(x.before[w][cell]-x.buffers.Weight(w)[cell]), x.p.Optimizer.Shift-x.p.Tensor(w).Format.Fraction) / float64(x.rates[0])
}
