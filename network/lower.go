package network

import (
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Kind names an operator as TensorFlow Lite does.
type Kind string

// The operators of which layers are made.
const (
	FullyConnected  Kind = "FULLY_CONNECTED"
	Conv2D          Kind = "CONV_2D"
	DepthwiseConv2D Kind = "DEPTHWISE_CONV_2D"
	TransposeConv   Kind = "TRANSPOSE_CONV"
	BatchMatmul     Kind = "BATCH_MATMUL" // of two values
	SequenceLSTM    Kind = "UNIDIRECTIONAL_SEQUENCE_LSTM"
	Relu            Kind = "RELU"
	Relu6           Kind = "RELU6"
	ReluN1To1       Kind = "RELU_N1_TO_1"
	LeakyRelu       Kind = "LEAKY_RELU"
	Prelu           Kind = "PRELU"
	Elu             Kind = "ELU"
	HardSwish       Kind = "HARD_SWISH"
	Gelu            Kind = "GELU"
	GeluApproximate Kind = "GELU_APPROXIMATE" // GELU with the option approximate
	Abs             Kind = "ABS"
	Exp             Kind = "EXP"
	Tanh            Kind = "TANH"
	Logistic        Kind = "LOGISTIC"
	Softmax         Kind = "SOFTMAX"
	LogSoftmax      Kind = "LOG_SOFTMAX"
	Gather          Kind = "GATHER"
	Cast            Kind = "CAST"
	Unembed         Kind = "UNEMBED" // FULLY_CONNECTED by the table of a GATHER
	Reshape         Kind = "RESHAPE"
	Transpose       Kind = "TRANSPOSE"
	Add             Kind = "ADD"
	Sub             Kind = "SUB"
	SubFrom         Kind = "SUB_FROM" // SUB whose first operand is the constant
	Neg             Kind = "NEG"
	Square          Kind = "SQUARE"
	Mul             Kind = "MUL"
	AveragePool2D   Kind = "AVERAGE_POOL_2D"
	MaxPool2D       Kind = "MAX_POOL_2D"
	Mean            Kind = "MEAN"
	ReduceSum       Kind = "SUM"
	ReduceMax       Kind = "REDUCE_MAX"
	StridedSlice    Kind = "STRIDED_SLICE" // SLICE, SPLIT, SPLIT_V and UNPACK are read as such
	Pad             Kind = "PAD"
	MirrorPad       Kind = "MIRROR_PAD"
	Reverse         Kind = "REVERSE_V2"
	BroadcastTo     Kind = "BROADCAST_TO"
	Tile            Kind = "TILE"
	Concatenation   Kind = "CONCATENATION" // PACK is read as such
	SpaceToDepth    Kind = "SPACE_TO_DEPTH"
	DepthToSpace    Kind = "DEPTH_TO_SPACE"
	ResizeNearest   Kind = "RESIZE_NEAREST_NEIGHBOR"
	ResizeBilinear  Kind = "RESIZE_BILINEAR"
	Div             Kind = "DIV"
	Sqrt            Kind = "SQRT"
	Rsqrt           Kind = "RSQRT"
	Maximum         Kind = "MAXIMUM"
	Minimum         Kind = "MINIMUM"
)

// lowerings lists, for every operator, how it becomes nodes of the graph. A
// new operator is a file with its lowering and a line here.
func lowerings() map[Kind]func(*lowering, *Layer) error {
	return map[Kind]func(*lowering, *Layer) error{
		FullyConnected:  (*lowering).fullyConnected,
		Conv2D:          (*lowering).conv2D,
		DepthwiseConv2D: (*lowering).depthwiseConv2D,
		TransposeConv:   (*lowering).transposeConv,
		BatchMatmul:     (*lowering).batchMatmul,
		SequenceLSTM:    (*lowering).sequenceLSTM,
		Relu:            (*lowering).activation,
		Relu6:           (*lowering).activation,
		ReluN1To1:       (*lowering).activation,
		LeakyRelu:       (*lowering).leakyRelu,
		Prelu:           (*lowering).prelu,
		Elu:             (*lowering).activation,
		HardSwish:       (*lowering).activation,
		Gelu:            (*lowering).activation,
		GeluApproximate: (*lowering).activation,
		Abs:             (*lowering).activation,
		Exp:             (*lowering).activation,
		Tanh:            (*lowering).activation,
		Logistic:        (*lowering).activation,
		Softmax:         (*lowering).softmax,
		LogSoftmax:      (*lowering).softmax,
		Gather:          (*lowering).gather,
		Cast:            (*lowering).cast,
		Unembed:         (*lowering).unembed,
		Reshape:         (*lowering).reshape,
		Transpose:       (*lowering).transpose,
		Add:             (*lowering).add,
		Sub:             (*lowering).sub,
		SubFrom:         (*lowering).subFrom,
		Neg:             (*lowering).neg,
		Square:          (*lowering).square,
		Mul:             (*lowering).mul,
		AveragePool2D:   (*lowering).averagePool2D,
		MaxPool2D:       (*lowering).maxPool2D,
		Mean:            (*lowering).mean,
		ReduceSum:       (*lowering).sum,
		ReduceMax:       (*lowering).reduceMax,
		StridedSlice:    (*lowering).stridedSlice,
		Pad:             (*lowering).pad,
		MirrorPad:       (*lowering).mirrorPad,
		Reverse:         (*lowering).reverse,
		BroadcastTo:     (*lowering).broadcastTo,
		Tile:            (*lowering).tile,
		Concatenation:   (*lowering).concatenation,
		SpaceToDepth:    (*lowering).spaceToDepth,
		DepthToSpace:    (*lowering).depthToSpace,
		ResizeNearest:   (*lowering).resizeNearest,
		ResizeBilinear:  (*lowering).resizeBilinear,
		Div:             (*lowering).div,
		Sqrt:            (*lowering).sqrt,
		Rsqrt:           (*lowering).rsqrt,
		Maximum:         (*lowering).maximum,
		Minimum:         (*lowering).maximum,
	}
}

// windowed lists the operators that move over pictures.
func windowed() map[Kind]bool {
	return map[Kind]bool{Conv2D: true, DepthwiseConv2D: true, TransposeConv: true, AveragePool2D: true, MaxPool2D: true}
}

// parametrised lists the operators that have parameters, which their lowerings
// state and check.
func parametrised() map[Kind]bool {
	return map[Kind]bool{
		BatchMatmul: true, Transpose: true, AveragePool2D: true, MaxPool2D: true, Mean: true, ReduceSum: true, ReduceMax: true,
		StridedSlice: true, Pad: true, MirrorPad: true, Reverse: true, Concatenation: true, SpaceToDepth: true, DepthToSpace: true,
		ResizeNearest: true, ResizeBilinear: true,
	}
}

// value is a per-sample tensor of the architecture in the graph: its axes are
// the batch and any others for as many cells as the shape has. Operators ask for
// what they need (flat, apart).
type value struct {
	id    graph.TensorID
	shape []int
	// hidden are the cells of a sample that a softmax leaves out, nil if there are
	// none. Nothing else reads a value that has any.
	hidden []bool
	// sum is not nil for a value that is not rounded. Nothing reads it but the
	// operators that its maker has looked for.
	sum *sum
}

// lowering is one architecture being translated.
type lowering struct {
	n         *Network
	b         *graph.Builder
	values    []value
	weights   []graph.TensorID
	layouts   map[layout]graph.TensorID
	oneHots   map[int]graph.TensorID // of the sample, by rows of a table
	constants int                    // cells of constants so far
	masks     int                    // and of masks
	mapped    int                    // entries of maps of axes so far, and cells of these
	alphas    map[uint32]bool        // of LEAKY_RELU, by their bits
	layer     int                    // being lowered
	name      string
}

func newLowering(n *Network) *lowering {
	c := &n.choices
	f := graph.Fractions{Feature: c.Formats.Feature, Activation: c.Formats.Activation, Error: c.Formats.Error}
	l := &lowering{n: n, layouts: map[layout]graph.TensorID{}, oneHots: map[int]graph.TensorID{}, alphas: map[uint32]bool{}, b: graph.NewBuilder("training step", c.Batch, f)}
	l.b.Program().Optimizer = c.optimizer()
	for range n.architecture.Weights {
		l.weights = append(l.weights, graph.None)
	}
	return l
}

// refuse says why a layer cannot be lowered, and what to do.
func (l *lowering) refuse(reason, remedy string, args ...any) error {
	return fmt.Errorf("layer %s: %s; %s: %w", l.name, fmt.Sprintf(reason, args...), remedy, fault.ErrUnsupported)
}

// mismatch says why a layer cannot be lowered with the formats chosen.
func (l *lowering) mismatch(reason string, args ...any) error {
	return fault.Advise(fmt.Errorf("layer %s: %s: %w", l.name, fmt.Sprintf(reason, args...), fault.ErrUnsupported),
		"make %s and %s equal", "formats.feature", "formats.activation")
}

// run lowers all layers, in order, and returns the output: where its last
// layer is fused with the loss, that layer's input.
func (l *lowering) run() (value, error) {
	a := &l.n.architecture
	input := l.b.Add(graph.Tensor{
		Name: "input", Role: graph.Input, Axes: l.sample(a.Input),
		Format: number.Format{Bits: 16, Fraction: l.n.choices.Formats.Feature},
	})
	l.values = append(l.values, value{id: input, shape: a.Input})
	table := lowerings()
	for i := range a.Layers {
		layer := &a.Layers[i]
		l.layer, l.name = i, fmt.Sprintf("%d %s", i, layer.Kind)
		if err := table[layer.Kind](l, layer); err != nil {
			if errors.Is(err, fault.ErrMalformed) {
				return value{}, l.refuse("%v", "check the model's shapes and the fraction bits", err)
			}
			return value{}, err
		}
	}
	return l.values[len(a.Layers)], nil
}

// sample is the axes of a tensor per sample: the batch, and the axes of the
// sample as one.
func (l *lowering) sample(shape []int) []relation.Axis {
	return []relation.Axis{{Name: "batch", Size: l.n.choices.Batch}, ops.Units(count(shape))}
}

// operands checks that a layer has the given numbers of inputs and weights and
// only the parts that its operator reads, parameters apart, and returns its first
// input.
func (l *lowering) operands(layer *Layer, inputs, weights int, shape, constant bool) (value, error) {
	if len(layer.Inputs) != inputs || len(layer.Weights) != weights || (layer.Shape != nil) != shape || (layer.Constant != nil) != constant {
		return value{}, l.refuse("%d inputs, %d weights, shape %v", "export the model again", len(layer.Inputs), len(layer.Weights), layer.Shape)
	}
	return l.values[layer.Inputs[0]], nil
}

// plain refuses a fused activation on an operator that has none.
func (l *lowering) plain(layer *Layer) error {
	if layer.Activation != "" {
		return l.refuse("fused activation %.40q", "use an operator of its own", string(layer.Activation))
	}
	return nil
}

// set records the value that the layer makes.
func (l *lowering) set(id graph.TensorID, shape []int) {
	l.values = append(l.values, value{id: id, shape: shape})
}

// last reports whether the layer being lowered makes the output.
func (l *lowering) last() bool { return l.layer == len(l.n.architecture.Layers)-1 }
