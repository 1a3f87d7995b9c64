package tflite

import (
	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/zkaudit/zkaudit/tflite/schema"
)

// The options tables of operators that move, join or cut tensors.

func concatenationCodec() codec {
	t := layout{"ConcatenationOptions", []field{num("axis", 4), num("fused_activation_function", 1)}}
	read := func(s *schema.ConcatenationOptions) ConcatenationOptions {
		return ConcatenationOptions{
			Axis:       s.Axis(),
			Activation: Activation(s.FusedActivationFunction()),
		}
	}
	write := func(b *flatbuffers.Builder, o ConcatenationOptions) flatbuffers.UOffsetT {
		schema.ConcatenationOptionsStart(b)
		schema.ConcatenationOptionsAddAxis(b, o.Axis)
		schema.ConcatenationOptionsAddFusedActivationFunction(b, int8(o.Activation))
		return schema.ConcatenationOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func reshapeCodec() codec {
	t := layout{"ReshapeOptions", []field{vec("new_shape", 4)}}
	read := func(s *schema.ReshapeOptions) ReshapeOptions {
		return ReshapeOptions{
			NewShape: int32s(s.NewShapeLength(), s.NewShape),
		}
	}
	write := func(b *flatbuffers.Builder, o ReshapeOptions) flatbuffers.UOffsetT {
		dims := writeInt32s(b, o.NewShape)
		schema.ReshapeOptionsStart(b)
		schema.ReshapeOptionsAddNewShape(b, dims)
		return schema.ReshapeOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func squeezeCodec() codec {
	t := layout{"SqueezeOptions", []field{vec("squeeze_dims", 4)}}
	read := func(s *schema.SqueezeOptions) SqueezeOptions {
		return SqueezeOptions{
			Dims: int32s(s.SqueezeDimsLength(), s.SqueezeDims),
		}
	}
	write := func(b *flatbuffers.Builder, o SqueezeOptions) flatbuffers.UOffsetT {
		dims := writeInt32s(b, o.Dims)
		schema.SqueezeOptionsStart(b)
		schema.SqueezeOptionsAddSqueezeDims(b, dims)
		return schema.SqueezeOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func gatherCodec() codec {
	t := layout{"GatherOptions", []field{num("axis", 4), num("batch_dims", 4)}}
	read := func(s *schema.GatherOptions) GatherOptions {
		return GatherOptions{
			Axis:      s.Axis(),
			BatchDims: s.BatchDims(),
		}
	}
	write := func(b *flatbuffers.Builder, o GatherOptions) flatbuffers.UOffsetT {
		schema.GatherOptionsStart(b)
		schema.GatherOptionsAddAxis(b, o.Axis)
		schema.GatherOptionsAddBatchDims(b, o.BatchDims)
		return schema.GatherOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func splitCodec() codec {
	t := layout{"SplitOptions", []field{num("num_splits", 4)}}
	read := func(s *schema.SplitOptions) SplitOptions {
		return SplitOptions{
			Splits: s.NumSplits(),
		}
	}
	write := func(b *flatbuffers.Builder, o SplitOptions) flatbuffers.UOffsetT {
		schema.SplitOptionsStart(b)
		schema.SplitOptionsAddNumSplits(b, o.Splits)
		return schema.SplitOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func splitVCodec() codec {
	t := layout{"SplitOptions", []field{num("num_splits", 4)}}
	read := func(s *schema.SplitOptions) SplitVOptions {
		return SplitVOptions{
			Splits: s.NumSplits(),
		}
	}
	write := func(b *flatbuffers.Builder, o SplitVOptions) flatbuffers.UOffsetT {
		schema.SplitOptionsStart(b)
		schema.SplitOptionsAddNumSplits(b, o.Splits)
		return schema.SplitOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func stridedSliceCodec() codec {
	t := layout{"StridedSliceOptions", []field{
		num("begin_mask", 4),
		num("end_mask", 4),
		num("ellipsis_mask", 4),
		num("new_axis_mask", 4),
		num("shrink_axis_mask", 4),
		num("offset", 1),
	}}
	read := func(s *schema.StridedSliceOptions) StridedSliceOptions {
		return StridedSliceOptions{
			BeginMask:      s.BeginMask(),
			EndMask:        s.EndMask(),
			EllipsisMask:   s.EllipsisMask(),
			NewAxisMask:    s.NewAxisMask(),
			ShrinkAxisMask: s.ShrinkAxisMask(),
			Offset:         s.Offset(),
		}
	}
	write := func(b *flatbuffers.Builder, o StridedSliceOptions) flatbuffers.UOffsetT {
		schema.StridedSliceOptionsStart(b)
		schema.StridedSliceOptionsAddBeginMask(b, o.BeginMask)
		schema.StridedSliceOptionsAddEndMask(b, o.EndMask)
		schema.StridedSliceOptionsAddEllipsisMask(b, o.EllipsisMask)
		schema.StridedSliceOptionsAddNewAxisMask(b, o.NewAxisMask)
		schema.StridedSliceOptionsAddShrinkAxisMask(b, o.ShrinkAxisMask)
		schema.StridedSliceOptionsAddOffset(b, o.Offset)
		return schema.StridedSliceOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func packCodec() codec {
	t := layout{"PackOptions", []field{num("values_count", 4), num("axis", 4)}}
	read := func(s *schema.PackOptions) PackOptions {
		return PackOptions{
			Values: s.ValuesCount(),
			Axis:   s.Axis(),
		}
	}
	write := func(b *flatbuffers.Builder, o PackOptions) flatbuffers.UOffsetT {
		schema.PackOptionsStart(b)
		schema.PackOptionsAddValuesCount(b, o.Values)
		schema.PackOptionsAddAxis(b, o.Axis)
		return schema.PackOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func unpackCodec() codec {
	t := layout{"PackOptions", []field{num("values_count", 4), num("axis", 4)}}
	read := func(s *schema.PackOptions) UnpackOptions {
		return UnpackOptions{
			Values: s.ValuesCount(),
			Axis:   s.Axis(),
		}
	}
	write := func(b *flatbuffers.Builder, o UnpackOptions) flatbuffers.UOffsetT {
		schema.PackOptionsStart(b)
		schema.PackOptionsAddValuesCount(b, o.Values)
		schema.PackOptionsAddAxis(b, o.Axis)
		return schema.PackOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func oneHotCodec() codec {
	t := layout{"OneHotOptions", []field{num("axis", 4)}}
	read := func(s *schema.OneHotOptions) OneHotOptions {
		return OneHotOptions{
			Axis: s.Axis(),
		}
	}
	write := func(b *flatbuffers.Builder, o OneHotOptions) flatbuffers.UOffsetT {
		schema.OneHotOptionsStart(b)
		schema.OneHotOptionsAddAxis(b, o.Axis)
		return schema.OneHotOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func mirrorPadCodec() codec {
	t := layout{"MirrorPadOptions", []field{num("mode", 1)}}
	read := func(s *schema.MirrorPadOptions) MirrorPadOptions {
		return MirrorPadOptions{
			Mode: s.Mode(),
		}
	}
	write := func(b *flatbuffers.Builder, o MirrorPadOptions) flatbuffers.UOffsetT {
		schema.MirrorPadOptionsStart(b)
		schema.MirrorPadOptionsAddMode(b, o.Mode)
		return schema.MirrorPadOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func blockCodec(k optionsKind) codec {
	t := layout{"BlockOptions", []field{num("block_size", 4)}}
	read := func(s *schema.BlockOptions) BlockOptions {
		return BlockOptions{
			Of:   k,
			Size: s.BlockSize(),
		}
	}
	write := func(b *flatbuffers.Builder, o BlockOptions) flatbuffers.UOffsetT {
		schema.BlockOptionsStart(b)
		schema.BlockOptionsAddBlockSize(b, o.Size)
		return schema.BlockOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func resizeBilinearCodec() codec {
	t := layout{"ResizeBilinearOptions", []field{num("new_height", 4), num("new_width", 4), num("align_corners", 1), num("half_pixel_centers", 1)}}
	read := func(s *schema.ResizeBilinearOptions) ResizeBilinearOptions {
		return ResizeBilinearOptions{
			OldHeight: s.NewHeight(), OldWidth: s.NewWidth(),
			AlignCorners: s.AlignCorners(), HalfPixelCenters: s.HalfPixelCenters(),
		}
	}
	write := func(b *flatbuffers.Builder, o ResizeBilinearOptions) flatbuffers.UOffsetT {
		schema.ResizeBilinearOptionsStart(b)
		schema.ResizeBilinearOptionsAddNewHeight(b, o.OldHeight)
		schema.ResizeBilinearOptionsAddNewWidth(b, o.OldWidth)
		schema.ResizeBilinearOptionsAddAlignCorners(b, o.AlignCorners)
		schema.ResizeBilinearOptionsAddHalfPixelCenters(b, o.HalfPixelCenters)
		return schema.ResizeBilinearOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func resizeNearestCodec() codec {
	t := layout{"ResizeNearestNeighborOptions", []field{num("align_corners", 1), num("half_pixel_centers", 1)}}
	read := func(s *schema.ResizeNearestNeighborOptions) ResizeNearestOptions {
		return ResizeNearestOptions{AlignCorners: s.AlignCorners(), HalfPixelCenters: s.HalfPixelCenters()}
	}
	write := func(b *flatbuffers.Builder, o ResizeNearestOptions) flatbuffers.UOffsetT {
		schema.ResizeNearestNeighborOptionsStart(b)
		schema.ResizeNearestNeighborOptionsAddAlignCorners(b, o.AlignCorners)
		schema.ResizeNearestNeighborOptionsAddHalfPixelCenters(b, o.HalfPixelCenters)
		return schema.ResizeNearestNeighborOptionsEnd(b)
	}
	return newCodec(t, read, write)
}
