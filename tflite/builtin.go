package tflite

import "fmt"

// Builtin names an operator of the format (BuiltinOperator).
type Builtin int32

// The operators that this package, the lowering, or their refusals speak of.
const (
	OpAdd             Builtin = 0
	OpAveragePool2D   Builtin = 1
	OpConcatenation   Builtin = 2
	OpConv2D          Builtin = 3
	OpDepthwiseConv2D Builtin = 4
	OpDepthToSpace    Builtin = 5
	OpDequantize      Builtin = 6
	OpFullyConnected  Builtin = 9
	OpLogistic        Builtin = 14
	OpMaxPool2D       Builtin = 17
	OpMul             Builtin = 18
	OpRelu            Builtin = 19
	OpReluN1To1       Builtin = 20
	OpRelu6           Builtin = 21
	OpReshape         Builtin = 22
	OpSoftmax         Builtin = 25
	OpSpaceToDepth    Builtin = 26
	OpTanh            Builtin = 28
	OpCall            Builtin = 31
	OpCustom          Builtin = 32
	OpPad             Builtin = 34
	OpGather          Builtin = 36
	OpTranspose       Builtin = 39
	OpMean            Builtin = 40
	OpSub             Builtin = 41
	OpDiv             Builtin = 42
	OpSqueeze         Builtin = 43
	OpStridedSlice    Builtin = 45
	OpExp             Builtin = 47
	OpSplit           Builtin = 49
	OpCast            Builtin = 53
	OpPrelu           Builtin = 54
	OpMaximum         Builtin = 55
	OpArgMax          Builtin = 56
	OpMinimum         Builtin = 57
	OpNeg             Builtin = 59
	OpPadV2           Builtin = 60
	OpSlice           Builtin = 65
	OpTransposeConv   Builtin = 67
	OpTile            Builtin = 69
	OpExpandDims      Builtin = 70
	OpSum             Builtin = 74
	OpShape           Builtin = 77
	OpArgMin          Builtin = 79
	OpFakeQuant       Builtin = 80
	OpReduceProd      Builtin = 81
	OpReduceMax       Builtin = 82
	OpPack            Builtin = 83
	OpOneHot          Builtin = 85
	OpUnpack          Builtin = 88
	OpReduceMin       Builtin = 89
	OpSquare          Builtin = 92
	OpLeakyRelu       Builtin = 98
	OpMirrorPad       Builtin = 100
	OpAbs             Builtin = 101
	OpSplitV          Builtin = 102
	OpReverseV2       Builtin = 105
	OpElu             Builtin = 111
	OpQuantize        Builtin = 114
	OpHardSwish       Builtin = 117
	OpIf              Builtin = 118
	OpWhile           Builtin = 119
	OpBatchMatMul     Builtin = 126
	OpPlaceholder     Builtin = 127 // stands in the old field where the code is larger
	OpCallOnce        Builtin = 129
	OpBroadcastTo     Builtin = 130
	OpHashtable       Builtin = 136
	OpHashtableSize   Builtin = 139
	OpVarHandle       Builtin = 142
	OpReadVariable    Builtin = 143
	OpAssignVariable  Builtin = 144
	OpGelu            Builtin = 150
	OpStablehloWhile  Builtin = 200
	OpComposite       Builtin = 206
	OpStablehloCase   Builtin = 209
)

// String returns the operator's name as TensorFlow Lite spells it.
func (c Builtin) String() string {
	if c >= 0 && int(c) < len(builtinNames) {
		return builtinNames[c]
	}
	return fmt.Sprintf("operator(%d)", int32(c))
}

// MarshalText writes the name.
func (c Builtin) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// known reports whether the code names an operator of the format.
func (c Builtin) known() bool { return c >= 0 && int(c) < len(builtinNames) }

// optionsKind returns the table that holds the options of operator c, and false
// where this package reads none for it.
func (c Builtin) optionsKind() (OptionsKind, bool) {
	switch c {
	case OpAdd:
		return KindAdd, true
	case OpSub:
		return KindSub, true
	case OpMul:
		return KindMul, true
	case OpDiv:
		return KindDiv, true
	case OpConv2D:
		return KindConv2D, true
	case OpDepthwiseConv2D:
		return KindDepthwiseConv2D, true
	case OpTransposeConv:
		return KindTransposeConv, true
	case OpAveragePool2D, OpMaxPool2D:
		return KindPool2D, true
	case OpFullyConnected:
		return KindFullyConnected, true
	case OpBatchMatMul:
		return KindBatchMatMul, true
	case OpSoftmax:
		return KindSoftmax, true
	case OpLeakyRelu:
		return KindLeakyRelu, true
	case OpGelu:
		return KindGelu, true
	case OpConcatenation:
		return KindConcatenation, true
	case OpReshape:
		return KindReshape, true
	case OpSqueeze:
		return KindSqueeze, true
	case OpGather:
		return KindGather, true
	case OpMean, OpSum, OpReduceProd, OpReduceMax, OpReduceMin:
		return KindReducer, true
	case OpSplit:
		return KindSplit, true
	case OpSplitV:
		return KindSplitV, true
	case OpStridedSlice:
		return KindStridedSlice, true
	case OpCast:
		return KindCast, true
	case OpShape:
		return KindShape, true
	case OpArgMax:
		return KindArgMax, true
	case OpArgMin:
		return KindArgMin, true
	case OpPack:
		return KindPack, true
	case OpUnpack:
		return KindUnpack, true
	case OpOneHot:
		return KindOneHot, true
	case OpMirrorPad:
		return KindMirrorPad, true
	case OpSpaceToDepth:
		return KindSpaceToDepth, true
	case OpDepthToSpace:
		return KindDepthToSpace, true
	default:
		return KindNone, false
	}
}
