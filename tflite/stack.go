package tflite

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Stack is a network of layers one after the other: convolutions, each with a pool
// that halves the picture, then dense layers.
type Stack struct {
	// Input is the shape of a sample: {units}, or {height, width, channels}.
	Input []int
	// Filters are the channels that each convolution makes, 3×3 with padding SAME. With
	// any, Input is a picture.
	Filters []int
	// Units are those of the dense layers before the last one.
	Units []int
	// Outputs are the units of the last layer, which has no activation.
	Outputs int
	// Activation follows every layer but the last.
	Activation Function
	// Softmax ends the network with one.
	Softmax bool
}

// Function is an activation, by the name that StackFunctions lists.
type Function string

// function is how a Function is written: fused to the layer before it where
// interpreters run it so, else an operator.
type function struct {
	name     Function
	fused    Activation
	operator Builtin
	options  Options
}

func functions() []function {
	return []function{
		{name: "relu", fused: ActRelu},
		{name: "relu6", fused: ActRelu6},
		{name: "tanh", operator: OpTanh},
		{name: "logistic", operator: OpLogistic},
		{name: "elu", operator: OpElu},
		{name: "gelu", operator: OpGelu, options: GeluOptions{}},
		{name: "leaky_relu", operator: OpLeakyRelu, options: LeakyReluOptions{Alpha: 0.2}},
		{name: "hard_swish", operator: OpHardSwish},
	}
}

// StackFunctions are the activations that a Stack may have.
func StackFunctions() []Function {
	var names []Function
	for _, f := range functions() {
		names = append(names, f.name)
	}
	return names
}

// cells returns how many weights a stack has, or more than limit as soon as it is known
// to have more. Requires that all else of check holds.
func (s *Stack) cells(limit int) int {
	total, shape := 0, slices.Clone(s.Input)
	for _, filters := range s.Filters {
		total += filters * (9*shape[2] + 1)
		shape = halved(shape, filters)
		if total > limit {
			return total
		}
	}
	inputs := product(shape)
	for _, units := range append(slices.Clone(s.Units), s.Outputs) {
		if total += units * (inputs + 1); total > limit {
			return total
		}
		inputs = units
	}
	return total
}

// halved is the shape of a picture of some channels after a pool. Pictures of one
// cell in height or width stay as they are.
func halved(shape []int, channels int) []int {
	if min(shape[0], shape[1]) < 2 {
		return []int{shape[0], shape[1], channels}
	}
	return []int{shape[0] / 2, shape[1] / 2, channels}
}

func product(shape []int) int {
	n := 1
	for _, size := range shape {
		n *= size
	}
	return n
}

// Bounds of each size of a Stack, of the cells of a sample, and of the weights: 256 MiB
// are the largest .tflite that is read.
const (
	maxStackSize  = 1 << 20
	maxStackInput = 1 << 24
	maxStackCells = 1 << 25
)

func (s *Stack) check() error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("tflite: %w: %s", fault.ErrUsage, fmt.Sprintf(format, args...))
	}
	sizes := slices.Concat(s.Input, s.Filters, s.Units, []int{s.Outputs})
	if i := slices.IndexFunc(sizes, func(n int) bool { return n < 1 || n > maxStackSize }); i >= 0 {
		return refuse("a layer of %d units or filters, want 1 to %d", sizes[i], maxStackSize)
	}
	cells := 1
	for _, size := range s.Input {
		if cells *= size; cells > maxStackInput {
			return refuse("samples of more than %d cells", maxStackInput)
		}
	}
	switch {
	case len(s.Input) != 1 && len(s.Input) != 3:
		return refuse("samples of %d axes, want units, or height, width and channels", len(s.Input))
	case len(s.Filters) > 0 && len(s.Input) != 3:
		return refuse("convolutions of samples that are no pictures")
	case !slices.Contains(StackFunctions(), s.Activation):
		return refuse("activation %q, want one of %v", s.Activation, StackFunctions())
	case s.cells(maxStackCells) > maxStackCells:
		return refuse("more than %d weights: take fewer units or filters", maxStackCells)
	}
	return nil
}

// NewStack returns a network in the operators that converters write: CONV_2D,
// MAX_POOL_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX and activations, fused where
// interpreters run them so. The batch is open at axis 0. Weights are called
// name/conv_0/weights, name/conv_0/bias, name/dense_0/weights and so on. Errors wrap
// fault.ErrUsage.
func NewStack(name string, s Stack, weights Weights) (*Model, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	b := &stackBuilder{builder: newBuilder(), name: name, weights: weights, shape: s.Input}
	b.function = functions()[slices.Index(StackFunctions(), s.Activation)]
	b.at = b.tensor(name+"/input", samples(s.Input...), nil)
	input := b.at
	for i, filters := range s.Filters {
		b.convolution(fmt.Sprintf("%s/conv_%d", name, i), filters)
	}
	if len(b.shape) > 1 {
		b.flatten()
	}
	for i, units := range s.Units {
		b.activated(fmt.Sprintf("%s/dense_%d", name, i), b.dense(units, b.function.fused))
	}
	b.layer(fmt.Sprintf("%s/dense_%d", name, len(s.Units)), b.dense(s.Outputs, ActNone))
	if s.Softmax {
		b.then(name+"/softmax", OpSoftmax, SoftmaxOptions{Beta: 1}, b.shape)
	}
	return b.model(name, input, b.at), nil
}

// stackBuilder is a stack under construction: the tensor that the next layer reads,
// and the shape of its samples.
type stackBuilder struct {
	*builder
	name     string
	weights  Weights
	function function
	at       int32
	shape    []int
}

// then appends an operator on what is there, and perhaps on constants.
func (b *stackBuilder) then(name string, code Builtin, o Options, shape []int, constants ...int32) {
	out := b.tensor(name, samples(shape...), nil)
	b.operator(code, o, append([]int32{b.at}, constants...), out)
	b.at, b.shape = out, shape
}

// weighted is an operator with weights and a bias.
type weighted struct {
	code    Builtin
	options Options
	kernel  Shape // units or filters first
	shape   []int // of a sample of its output
}

func (b *stackBuilder) dense(units int, a Activation) weighted {
	return weighted{OpFullyConnected, FullyConnectedOptions{Activation: a}, Shape{int32(units), int32(b.shape[0])}, []int{units}}
}

// layer appends an operator with weights and a bias.
func (b *stackBuilder) layer(name string, w weighted) {
	constant := func(name string, shape Shape) int32 {
		return b.tensor(name, shape, floatBytes(b.weights(name, shape)))
	}
	b.then(name, w.code, w.options, w.shape, constant(name+"/weights", w.kernel), constant(name+"/bias", w.kernel[:1]))
}

// activated appends a layer and, where it is not fused, its activation.
func (b *stackBuilder) activated(name string, w weighted) {
	b.layer(name, w)
	if b.function.fused == ActNone {
		b.then(fmt.Sprintf("%s/%s", name, b.function.name), b.function.operator, b.function.options, w.shape)
	}
}

func (b *stackBuilder) convolution(name string, filters int) {
	o := Conv2DOptions{Padding: PaddingSame, StrideW: 1, StrideH: 1, DilationW: 1, DilationH: 1, Activation: b.function.fused}
	h, w, c := b.shape[0], b.shape[1], b.shape[2]
	b.activated(name, weighted{OpConv2D, o, Shape{int32(filters), 3, 3, int32(c)}, []int{h, w, filters}})
	if min(h, w) > 1 {
		b.then(name+"/pool", OpMaxPool2D, Pool2DOptions{Padding: PaddingValid, StrideW: 2, StrideH: 2, FilterW: 2, FilterH: 2}, halved(b.shape, filters))
	}
}

// flatten makes one row of each sample.
func (b *stackBuilder) flatten() {
	n := product(b.shape)
	b.then(b.name+"/flatten", OpReshape, ReshapeOptions{}, []int{n}, b.ints(b.name+"/flatten/shape", -1, n))
}
