package networktest

import (
	"slices"

	"github.com/zkaudit/zkaudit/network"
)

// Functions are the operators that are nothing but a function of each cell.
func Functions() []network.Kind {
	return []network.Kind{
		network.Relu, network.Relu6, network.ReluN1To1, network.LeakyRelu, network.Tanh, network.Logistic, network.Elu, network.HardSwish,
		network.Gelu, network.GeluApproximate, network.Abs, network.Neg, network.Square,
	}
}

func (s *Stack) function() {
	l := network.Layer{Kind: Functions()[s.rng.IntN(len(Functions()))]}
	if l.Kind == network.LeakyRelu {
		l.Constant = &network.Constant{Cells: []float32{[]float32{0, 0.125, 0.3, 1}[s.rng.IntN(4)]}}
	}
	s.add(l, s.shape()...)
}

// constant is an operand that a model states, for all cells or for each channel.
func (s *Stack) constant() {
	kinds := []network.Kind{network.Add, network.Mul, network.Sub, network.SubFrom, network.Maximum, network.Minimum}
	l := network.Layer{Kind: kinds[s.rng.IntN(len(kinds))], Constant: &network.Constant{Shape: []int{1}}}
	if s.rng.IntN(2) == 0 {
		l.Constant.Shape = []int{s.shape()[2]}
	}
	for range l.Constant.Shape[0] {
		l.Constant.Cells = append(l.Constant.Cells, 2*s.rng.Float32()-1)
	}
	s.add(l, s.shape()...)
}

// pair is an operator of two values, or of one twice.
func (s *Stack) pair() {
	kinds := []network.Kind{network.Mul, network.Sub, network.Maximum, network.Minimum}
	s.add(network.Layer{Kind: kinds[s.rng.IntN(len(kinds))], Inputs: []int{len(s.Layers), s.alike()}}, s.shape()...)
}

// added is a weight added over the last axes, as that of positions is; it may be one
// that other layers multiply by.
func (s *Stack) added() {
	from := s.rng.IntN(2)
	s.add(network.Layer{Kind: network.Add, Weights: s.weights(false, s.shape()[from:]...)}, s.shape()...)
}

// moved turns, reverses or cuts the axes of a picture.
func (s *Stack) moved() {
	in := s.shape()
	switch s.rng.IntN(3) {
	case 0:
		order := s.rng.Perm(3)
		s.add(network.Layer{Kind: network.Transpose, Parameters: order}, in[order[0]], in[order[1]], in[order[2]])
	case 1:
		axis := s.rng.IntN(3)
		axes := []int{axis}
		if axis < 2 && s.rng.IntN(2) == 0 {
			axes = append(axes, 2)
		}
		s.add(network.Layer{Kind: network.Reverse, Parameters: axes}, in...)
	case 2:
		var shape, parameters []int
		for _, size := range in {
			stride := s.some(2)
			begin := s.rng.IntN(size)
			shape, parameters = append(shape, s.some((size-1-begin)/stride+1)), append(parameters, begin, min(stride, size))
		}
		s.add(network.Layer{Kind: network.StridedSlice, Parameters: parameters}, shape...)
	}
}

// joined puts the last value and one of the same shape side by side.
func (s *Stack) joined() {
	shape, axis := slices.Clone(s.shape()), s.rng.IntN(3)
	if shape[axis] *= 2; shape[axis] > 8 {
		return
	}
	s.add(network.Layer{Kind: network.Concatenation, Inputs: []int{s.alike(), len(s.Layers)}, Parameters: []int{axis}}, shape...)
}
