package tflite

import "fmt"

// Builtin names an operator of the format (BuiltinOperator).
type Builtin int32

// The operators that this package, the lowering, or their refusals speak of.
const (
	OpAdd               Builtin = 0
	OpAveragePool2D     Builtin = 1
	OpConcatenation     Builtin = 2
	OpConv2D            Builtin = 3
	OpDepthwiseConv2D   Builtin = 4
	OpDepthToSpace      Builtin = 5
	OpDequantize        Builtin = 6
	OpEmbeddingLookup   Builtin = 7
	OpFullyConnected    Builtin = 9
	OpLogistic          Builtin = 14
	OpMaxPool2D         Builtin = 17
	OpMul               Builtin = 18
	OpRelu              Builtin = 19
	OpReluN1To1         Builtin = 20
	OpRelu6             Builtin = 21
	OpReshape           Builtin = 22
	OpResizeBilinear    Builtin = 23
	OpSoftmax           Builtin = 25
	OpSpaceToDepth      Builtin = 26
	OpTanh              Builtin = 28
	OpCall              Builtin = 31
	OpCustom            Builtin = 32
	OpPad               Builtin = 34
	OpGather            Builtin = 36
	OpTranspose         Builtin = 39
	OpMean              Builtin = 40
	OpSub               Builtin = 41
	OpDiv               Builtin = 42
	OpSqueeze           Builtin = 43
	OpSequenceLSTM      Builtin = 44 // UNIDIRECTIONAL_SEQUENCE_LSTM
	OpStridedSlice      Builtin = 45
	OpExp               Builtin = 47
	OpSplit             Builtin = 49
	OpLogSoftmax        Builtin = 50
	OpCast              Builtin = 53
	OpPrelu             Builtin = 54
	OpMaximum           Builtin = 55
	OpArgMax            Builtin = 56
	OpMinimum           Builtin = 57
	OpNeg               Builtin = 59
	OpPadV2             Builtin = 60
	OpSlice             Builtin = 65
	OpTransposeConv     Builtin = 67
	OpTile              Builtin = 69
	OpExpandDims        Builtin = 70
	OpSum               Builtin = 74
	OpSqrt              Builtin = 75
	OpRsqrt             Builtin = 76
	OpShape             Builtin = 77
	OpPow               Builtin = 78
	OpArgMin            Builtin = 79
	OpFakeQuant         Builtin = 80
	OpReduceProd        Builtin = 81
	OpReduceMax         Builtin = 82
	OpPack              Builtin = 83
	OpOneHot            Builtin = 85
	OpUnpack            Builtin = 88
	OpReduceMin         Builtin = 89
	OpSquare            Builtin = 92
	OpResizeNearest     Builtin = 97
	OpLeakyRelu         Builtin = 98
	OpSquaredDifference Builtin = 99
	OpMirrorPad         Builtin = 100
	OpAbs               Builtin = 101
	OpSplitV            Builtin = 102
	OpReverseV2         Builtin = 105
	OpElu               Builtin = 111
	OpQuantize          Builtin = 114
	OpHardSwish         Builtin = 117
	OpIf                Builtin = 118
	OpWhile             Builtin = 119
	OpBatchMatMul       Builtin = 126
	OpPlaceholder       Builtin = 127 // stands in the old field where the code is larger
	OpCallOnce          Builtin = 129
	OpBroadcastTo       Builtin = 130
	OpHashtable         Builtin = 136
	OpHashtableSize     Builtin = 139
	OpVarHandle         Builtin = 142
	OpReadVariable      Builtin = 143
	OpAssignVariable    Builtin = 144
	OpGelu              Builtin = 150
	OpStablehloWhile    Builtin = 200
	OpComposite         Builtin = 206
	OpStablehloCase     Builtin = 209
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
func (c Builtin) optionsKind() (optionsKind, bool) {
	switch c {
	case OpAdd:
		return kindAdd, true
	case OpSub:
		return kindSub, true
	case OpMul:
		return kindMul, true
	case OpDiv:
		return kindDiv, true
	case OpConv2D:
		return kindConv2D, true
	case OpDepthwiseConv2D:
		return kindDepthwiseConv2D, true
	case OpTransposeConv:
		return kindTransposeConv, true
	case OpAveragePool2D, OpMaxPool2D:
		return kindPool2D, true
	case OpFullyConnected:
		return kindFullyConnected, true
	case OpBatchMatMul:
		return kindBatchMatMul, true
	case OpSoftmax:
		return kindSoftmax, true
	case OpLeakyRelu:
		return kindLeakyRelu, true
	case OpGelu:
		return kindGelu, true
	case OpSequenceLSTM:
		return kindSequenceLSTM, true
	case OpConcatenation:
		return kindConcatenation, true
	case OpReshape:
		return kindReshape, true
	case OpSqueeze:
		return kindSqueeze, true
	case OpGather:
		return kindGather, true
	case OpMean, OpSum, OpReduceProd, OpReduceMax, OpReduceMin:
		return kindReducer, true
	case OpSplit:
		return kindSplit, true
	case OpSplitV:
		return kindSplitV, true
	case OpStridedSlice:
		return kindStridedSlice, true
	case OpCast:
		return kindCast, true
	case OpShape:
		return kindShape, true
	case OpArgMax:
		return kindArgMax, true
	case OpArgMin:
		return kindArgMin, true
	case OpPack:
		return kindPack, true
	case OpUnpack:
		return kindUnpack, true
	case OpOneHot:
		return kindOneHot, true
	case OpMirrorPad:
		return kindMirrorPad, true
	case OpSpaceToDepth:
		return kindSpaceToDepth, true
	case OpDepthToSpace:
		return kindDepthToSpace, true
	case OpResizeBilinear:
		return kindResizeBilinear, true
	case OpResizeNearest:
		return kindResizeNearest, true
	default:
		return kindNone, false
	}
}
