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
func codecOf(k OptionsKind) (codec, bool) {
	switch k {
	case KindConv2D:
		return conv2DCodec(), true
	case KindDepthwiseConv2D:
		return depthwiseCodec(), true
	case KindTransposeConv:
		return transposeConvCodec(), true
	case KindPool2D:
		return pool2DCodec(), true
	case KindFullyConnected:
		return fullyConnectedCodec(), true
	case KindBatchMatMul:
		return batchMatMulCodec(), true
	case KindSoftmax:
		return softmaxCodec(), true
	case KindLeakyRelu:
		return leakyReluCodec(), true
	case KindGelu:
		return geluCodec(), true
	case KindConcatenation:
		return concatenationCodec(), true
	case KindAdd:
		return addCodec(), true
	case KindSub:
		return subCodec(), true
	case KindMul:
		return mulCodec(), true
	case KindDiv:
		return divCodec(), true
	case KindReshape:
		return reshapeCodec(), true
	case KindSqueeze:
		return squeezeCodec(), true
	case KindGather:
		return gatherCodec(), true
	case KindReducer:
		return reducerCodec(), true
	case KindSplit:
		return splitCodec(), true
	case KindSplitV:
		return splitVCodec(), true
	case KindStridedSlice:
		return stridedSliceCodec(), true
	case KindCast:
		return castCodec(), true
	case KindShape, KindArgMax, KindArgMin:
		return outputTypeCodec(k), true
	case KindPack:
		return packCodec(), true
	case KindUnpack:
		return unpackCodec(), true
	case KindOneHot:
		return oneHotCodec(), true
	case KindMirrorPad:
		return mirrorPadCodec(), true
	case KindSpaceToDepth, KindDepthToSpace:
		return blockCodec(k), true
	}
	if k.plain() {
		return plainCodec(k), true
	}
	return codec{}, false
}

// optionsLayout is codecOf for the structure check.
func optionsLayout(tag byte) (layout, bool) {
	c, ok := codecOf(OptionsKind(tag))
	return c.layout, ok
}

// plainCodec serves the tables without fields.
func plainCodec(k OptionsKind) codec {
	return newCodec(layout{name: "Unread"},
		func(*schema.Unread) PlainOptions { return PlainOptions{k} },
		func(b *flatbuffers.Builder, _ PlainOptions) flatbuffers.UOffsetT {
			schema.UnreadStart(b)
			return schema.UnreadEnd(b)
		})
}
