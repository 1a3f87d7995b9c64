package tflite

import (
	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/zkaudit/zkaudit/tflite/schema"
)

// codec is one options table: its layout for the structure check, how it is
// read from a checked table, and how it is written.
type codec struct {
	layout layout
	read   func(flatbuffers.Table) Options
	// write returns false for options of another Go type than the table's.
	write func(*flatbuffers.Builder, Options) (flatbuffers.UOffsetT, bool)
}

// accessor is a generated table type: something that can be placed on bytes.
type accessor[T any] interface {
	*T
	Init(buf []byte, at flatbuffers.UOffsetT)
}

// newCodec joins a layout with typed read and write functions for the generated
// table S and our options O.
func newCodec[S any, P accessor[S], O Options](
	t layout, read func(P) O, write func(*flatbuffers.Builder, O) flatbuffers.UOffsetT,
) codec {
	return codec{
		layout: t,
		read: func(tab flatbuffers.Table) Options {
			var s S
			P(&s).Init(tab.Bytes, tab.Pos)
			return read(&s)
		},
		write: func(b *flatbuffers.Builder, o Options) (flatbuffers.UOffsetT, bool) {
			own, ok := o.(O)
			if !ok {
				return 0, false
			}
			return write(b, own), true
		},
	}
}

// codecOf returns the codec of a kind, false where this package has none.
func codecOf(k optionsKind) (codec, bool) {
	switch k {
	case kindConv2D:
		return conv2DCodec(), true
	case kindDepthwiseConv2D:
		return depthwiseCodec(), true
	case kindTransposeConv:
		return transposeConvCodec(), true
	case kindPool2D:
		return pool2DCodec(), true
	case kindFullyConnected:
		return fullyConnectedCodec(), true
	case kindBatchMatMul:
		return batchMatMulCodec(), true
	case kindSoftmax:
		return softmaxCodec(), true
	case kindLeakyRelu:
		return leakyReluCodec(), true
	case kindGelu:
		return geluCodec(), true
	case kindSequenceLSTM:
		return sequenceLSTMCodec(), true
	case kindConcatenation:
		return concatenationCodec(), true
	case kindAdd:
		return addCodec(), true
	case kindSub:
		return subCodec(), true
	case kindMul:
		return mulCodec(), true
	case kindDiv:
		return divCodec(), true
	case kindReshape:
		return reshapeCodec(), true
	case kindSqueeze:
		return squeezeCodec(), true
	case kindGather:
		return gatherCodec(), true
	case kindReducer:
		return reducerCodec(), true
	case kindSplit:
		return splitCodec(), true
	case kindSplitV:
		return splitVCodec(), true
	case kindStridedSlice:
		return stridedSliceCodec(), true
	case kindCast:
		return castCodec(), true
	case kindShape, kindArgMax, kindArgMin:
		return outputTypeCodec(k), true
	case kindPack:
		return packCodec(), true
	case kindUnpack:
		return unpackCodec(), true
	case kindOneHot:
		return oneHotCodec(), true
	case kindMirrorPad:
		return mirrorPadCodec(), true
	case kindSpaceToDepth, kindDepthToSpace:
		return blockCodec(k), true
	case kindResizeBilinear:
		return resizeBilinearCodec(), true
	case kindResizeNearest:
		return resizeNearestCodec(), true
	}
	if k.plain() {
		return plainCodec(k), true
	}
	return codec{}, false
}

// optionsLayout is codecOf for the structure check.
func optionsLayout(tag byte) (layout, bool) {
	c, ok := codecOf(optionsKind(tag))
	return c.layout, ok
}

// plainCodec serves the tables without fields.
func plainCodec(k optionsKind) codec {
	return newCodec(layout{name: "Unread"},
		func(*schema.Unread) PlainOptions { return PlainOptions{k} },
		func(b *flatbuffers.Builder, _ PlainOptions) flatbuffers.UOffsetT {
			schema.UnreadStart(b)
			return schema.UnreadEnd(b)
		})
}
