package tflite

import "fmt"

// Options are the parameters of an operator. The concrete types are the
// ...Options structs of this package, PlainOptions and OpaqueOptions.
type Options interface {
	// Kind says which table of the format holds these options.
	kind() optionsKind
}

// optionsKind is the tag of an options table (BuiltinOptions of the format).
type optionsKind uint8

// The kinds with fields that this package reads.
const (
	kindNone            optionsKind = 0
	kindConv2D          optionsKind = 1
	kindDepthwiseConv2D optionsKind = 2
	kindPool2D          optionsKind = 5
	kindFullyConnected  optionsKind = 8
	kindSoftmax         optionsKind = 9
	kindConcatenation   optionsKind = 10
	kindAdd             optionsKind = 11
	kindResizeBilinear  optionsKind = 15
	kindReshape         optionsKind = 17
	kindSpaceToDepth    optionsKind = 19
	kindMul             optionsKind = 21
	kindPad             optionsKind = 22
	kindGather          optionsKind = 23
	kindTranspose       optionsKind = 26
	kindReducer         optionsKind = 27
	kindSub             optionsKind = 28
	kindDiv             optionsKind = 29
	kindSqueeze         optionsKind = 30
	kindStridedSlice    optionsKind = 32
	kindExp             optionsKind = 33
	kindSplit           optionsKind = 35
	kindCast            optionsKind = 37
	kindArgMax          optionsKind = 40
	kindTransposeConv   optionsKind = 49
	kindShape           optionsKind = 55
	kindArgMin          optionsKind = 57
	kindPack            optionsKind = 59
	kindOneHot          optionsKind = 61
	kindUnpack          optionsKind = 64
	kindSequenceLSTM    optionsKind = 71
	kindResizeNearest   optionsKind = 74
	kindLeakyRelu       optionsKind = 75
	kindMirrorPad       optionsKind = 77
	kindSplitV          optionsKind = 79
	kindDepthToSpace    optionsKind = 94
	kindBatchMatMul     optionsKind = 101
	kindGelu            optionsKind = 116
)

// plain reports whether the format defines the table of this kind without
// fields (PAD, TRANSPOSE, EXP and most elementwise operators).
func (k optionsKind) plain() bool {
	switch k {
	case kindPad, kindTranspose, kindExp, 24, 25, 34, 36, 38, 39, 41, 42, 43, 44, 45, 46, 47, 48,
		51, 52, 53, 54, 56, 60, 62, 63, 65, 66, 67, 68, 72, 73, 76, 78, 81, 82, 83, 84, 85, 86,
		88, 89, 90, 91, 95, 96, 97, 98, 99, 100, 104, 105, 117, 118, 119, 120, 121, 122, 123,
		124, 125, 126:
		return true
	default:
		return false
	}
}

// Padding is the rule that places a window over the border of an image.
type Padding int8

// The padding rules of the format.
const (
	PaddingSame  Padding = 0 // output ⌈n/stride⌉, zeros around
	PaddingValid Padding = 1 // windows inside the image only
)

// String returns SAME or VALID.
func (p Padding) String() string {
	switch p {
	case PaddingSame:
		return "SAME"
	case PaddingValid:
		return "VALID"
	default:
		return fmt.Sprintf("padding(%d)", int8(p))
	}
}

// MarshalText writes the name.
func (p Padding) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Activation is the function fused to an operator's output.
type Activation int8

// The fused activations of the format.
const (
	ActNone     Activation = 0
	ActRelu     Activation = 1
	ActReluN1   Activation = 2 // min(max(x, −1), 1)
	ActRelu6    Activation = 3 // min(max(x, 0), 6)
	ActTanh     Activation = 4
	ActSignBit  Activation = 5
	actNamesEnd            = 6
)

// String returns the name as the format spells it.
func (a Activation) String() string {
	names := [actNamesEnd]string{"NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"}
	if a >= 0 && a < actNamesEnd {
		return names[a]
	}
	return fmt.Sprintf("activation(%d)", int8(a))
}

// MarshalText writes the name.
func (a Activation) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Conv2DOptions are those of CONV_2D. Strides and dilations are in cells.
type Conv2DOptions struct {
	Padding              Padding
	StrideW, StrideH     int32
	Activation           Activation
	DilationW, DilationH int32
	BiasType             DType // of quantised kernels; ignored for float32
}

// DepthwiseConv2DOptions are those of DEPTHWISE_CONV_2D.
type DepthwiseConv2DOptions struct {
	Padding              Padding
	StrideW, StrideH     int32
	Multiplier           int32 // redundant: outputs / inputs
	Activation           Activation
	DilationW, DilationH int32
}

// TransposeConvOptions are those of TRANSPOSE_CONV.
type TransposeConvOptions struct {
	Padding          Padding
	StrideW, StrideH int32
	Activation       Activation
	BiasType         DType
}

// Pool2DOptions are those of AVERAGE_POOL_2D and MAX_POOL_2D.
type Pool2DOptions struct {
	Padding          Padding
	StrideW, StrideH int32
	FilterW, FilterH int32
	Activation       Activation
}

// FullyConnectedOptions are those of FULLY_CONNECTED.
type FullyConnectedOptions struct {
	Activation       Activation
	WeightsFormat    int8 // 0: [units, inputs]; 1: shuffled int8
	KeepNumDims      bool // the output keeps all leading axes of the input
	AsymmetricInputs bool // of quantised kernels
	BiasType         DType
}

// BatchMatMulOptions are those of BATCH_MATMUL.
type BatchMatMulOptions struct {
	AdjointX, AdjointY bool
	AsymmetricInputs   bool
}

// SoftmaxOptions are those of SOFTMAX: exp(Beta·x) normalised over the last axis.
type SoftmaxOptions struct{ Beta float32 }

// LeakyReluOptions are those of LEAKY_RELU: x for x > 0, else Alpha·x.
type LeakyReluOptions struct{ Alpha float32 }

// GeluOptions are those of GELU.
type GeluOptions struct{ Approximate bool }

// SequenceLSTMOptions are those of UNIDIRECTIONAL_SEQUENCE_LSTM: the activation of
// cells, to what cells and projections are clipped (0: not at all), and whether the
// time steps stand before the batch.
type SequenceLSTMOptions struct {
	Activation         Activation
	CellClip, ProjClip float32
	TimeMajor          bool
	AsymmetricInputs   bool
	DiagonalRecurrent  bool
}

// ConcatenationOptions are those of CONCATENATION. A negative axis counts from
// the last.
type ConcatenationOptions struct {
	Axis       int32
	Activation Activation
}

// AddOptions are those of ADD.
type AddOptions struct {
	Activation    Activation
	PotScaleInt16 bool // of quantised kernels
}

// SubOptions are those of SUB.
type SubOptions struct {
	Activation    Activation
	PotScaleInt16 bool // of quantised kernels
}

// MulOptions are those of MUL.
type MulOptions struct{ Activation Activation }

// DivOptions are those of DIV.
type DivOptions struct{ Activation Activation }

// ReshapeOptions are those of RESHAPE; a second input, where present, wins.
type ReshapeOptions struct{ NewShape []int32 }

// SqueezeOptions are those of SQUEEZE.
type SqueezeOptions struct{ Dims []int32 }

// GatherOptions are those of GATHER.
type GatherOptions struct{ Axis, BatchDims int32 }

// ReducerOptions are those of MEAN, SUM and the other reductions.
type ReducerOptions struct{ KeepDims bool }

// SplitOptions are those of SPLIT.
type SplitOptions struct{ Splits int32 }

// SplitVOptions are those of SPLIT_V.
type SplitVOptions struct{ Splits int32 }

// StridedSliceOptions are those of STRIDED_SLICE; each mask has one bit per axis.
type StridedSliceOptions struct {
	BeginMask, EndMask, EllipsisMask, NewAxisMask, ShrinkAxisMask int32
	Offset                                                        bool
}

// CastOptions are those of CAST; the tensors' own types are what counts.
type CastOptions struct{ In, Out DType }

// OutputTypeOptions are those of SHAPE, ARG_MAX and ARG_MIN.
type OutputTypeOptions struct {
	Of     optionsKind
	Output DType
}

// PackOptions are those of PACK.
type PackOptions struct{ Values, Axis int32 }

// UnpackOptions are those of UNPACK.
type UnpackOptions struct{ Values, Axis int32 }

// OneHotOptions are those of ONE_HOT.
type OneHotOptions struct{ Axis int32 }

// MirrorPadOptions are those of MIRROR_PAD: 0 reflect, 1 symmetric.
type MirrorPadOptions struct{ Mode int8 }

// BlockOptions are those of SPACE_TO_DEPTH and DEPTH_TO_SPACE.
type BlockOptions struct {
	Of   optionsKind
	Size int32
}

// ResizeBilinearOptions are those of RESIZE_BILINEAR. The sizes are those of an
// older format; the second input has the size.
type ResizeBilinearOptions struct {
	OldHeight, OldWidth            int32
	AlignCorners, HalfPixelCenters bool
}

// ResizeNearestOptions are those of RESIZE_NEAREST_NEIGHBOR.
type ResizeNearestOptions struct{ AlignCorners, HalfPixelCenters bool }

// PlainOptions stand for an options table that has no fields in the format.
type PlainOptions struct{ Of optionsKind }

// OpaqueOptions stand for a table this package cannot read. They cannot be
// written either: Marshal refuses.
type OpaqueOptions struct{ Of optionsKind }

// Kind implements Options.
func (Conv2DOptions) kind() optionsKind          { return kindConv2D }
func (DepthwiseConv2DOptions) kind() optionsKind { return kindDepthwiseConv2D }
func (TransposeConvOptions) kind() optionsKind   { return kindTransposeConv }
func (Pool2DOptions) kind() optionsKind          { return kindPool2D }
func (FullyConnectedOptions) kind() optionsKind  { return kindFullyConnected }
func (BatchMatMulOptions) kind() optionsKind     { return kindBatchMatMul }
func (SoftmaxOptions) kind() optionsKind         { return kindSoftmax }
func (LeakyReluOptions) kind() optionsKind       { return kindLeakyRelu }
func (GeluOptions) kind() optionsKind            { return kindGelu }
func (SequenceLSTMOptions) kind() optionsKind    { return kindSequenceLSTM }
func (ConcatenationOptions) kind() optionsKind   { return kindConcatenation }
func (AddOptions) kind() optionsKind             { return kindAdd }
func (SubOptions) kind() optionsKind             { return kindSub }
func (MulOptions) kind() optionsKind             { return kindMul }
func (DivOptions) kind() optionsKind             { return kindDiv }
func (ReshapeOptions) kind() optionsKind         { return kindReshape }
func (SqueezeOptions) kind() optionsKind         { return kindSqueeze }
func (GatherOptions) kind() optionsKind          { return kindGather }
func (ReducerOptions) kind() optionsKind         { return kindReducer }
func (SplitOptions) kind() optionsKind           { return kindSplit }
func (SplitVOptions) kind() optionsKind          { return kindSplitV }
func (StridedSliceOptions) kind() optionsKind    { return kindStridedSlice }
func (CastOptions) kind() optionsKind            { return kindCast }
func (o OutputTypeOptions) kind() optionsKind    { return o.Of }
func (PackOptions) kind() optionsKind            { return kindPack }
func (UnpackOptions) kind() optionsKind          { return kindUnpack }
func (OneHotOptions) kind() optionsKind          { return kindOneHot }
func (MirrorPadOptions) kind() optionsKind       { return kindMirrorPad }
func (ResizeBilinearOptions) kind() optionsKind  { return kindResizeBilinear }
func (ResizeNearestOptions) kind() optionsKind   { return kindResizeNearest }
func (o BlockOptions) kind() optionsKind         { return o.Of }
func (o PlainOptions) kind() optionsKind         { return o.Of }
func (o OpaqueOptions) kind() optionsKind        { return o.Of }
