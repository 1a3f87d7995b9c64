package tflite

import (
	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/zkaudit/zkaudit/tflite/schema"
)

// The options tables of convolutions, pools, matrix products and recurrent layers.

func conv2DCodec() codec {
	t := layout{"Conv2DOptions", []field{
		num("padding", 1),
		num("stride_w", 4),
		num("stride_h", 4),
		num("fused_activation_function", 1),
		num("dilation_w_factor", 4),
		num("dilation_h_factor", 4),
		num("quantized_bias_type", 1),
	}}
	read := func(s *schema.Conv2DOptions) Conv2DOptions {
		return Conv2DOptions{
			Padding:    Padding(s.Padding()),
			StrideW:    s.StrideW(),
			StrideH:    s.StrideH(),
			Activation: Activation(s.FusedActivationFunction()),
			DilationW:  s.DilationWFactor(),
			DilationH:  s.DilationHFactor(),
			BiasType:   DType(s.QuantizedBiasType()),
		}
	}
	write := func(b *flatbuffers.Builder, o Conv2DOptions) flatbuffers.UOffsetT {
		schema.Conv2DOptionsStart(b)
		schema.Conv2DOptionsAddPadding(b, int8(o.Padding))
		schema.Conv2DOptionsAddStrideW(b, o.StrideW)
		schema.Conv2DOptionsAddStrideH(b, o.StrideH)
		schema.Conv2DOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.Conv2DOptionsAddDilationWFactor(b, o.DilationW)
		schema.Conv2DOptionsAddDilationHFactor(b, o.DilationH)
		schema.Conv2DOptionsAddQuantizedBiasType(b, int8(o.BiasType))
		return schema.Conv2DOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func depthwiseCodec() codec {
	t := layout{"DepthwiseConv2DOptions", []field{
		num("padding", 1),
		num("stride_w", 4),
		num("stride_h", 4),
		num("depth_multiplier", 4),
		num("fused_activation_function", 1),
		num("dilation_w_factor", 4),
		num("dilation_h_factor", 4),
	}}
	read := func(s *schema.DepthwiseConv2DOptions) DepthwiseConv2DOptions {
		return DepthwiseConv2DOptions{
			Padding:    Padding(s.Padding()),
			StrideW:    s.StrideW(),
			StrideH:    s.StrideH(),
			Multiplier: s.DepthMultiplier(),
			Activation: Activation(s.FusedActivationFunction()),
			DilationW:  s.DilationWFactor(),
			DilationH:  s.DilationHFactor(),
		}
	}
	write := func(b *flatbuffers.Builder, o DepthwiseConv2DOptions) flatbuffers.UOffsetT {
		schema.DepthwiseConv2DOptionsStart(b)
		schema.DepthwiseConv2DOptionsAddPadding(b, int8(o.Padding))
		schema.DepthwiseConv2DOptionsAddStrideW(b, o.StrideW)
		schema.DepthwiseConv2DOptionsAddStrideH(b, o.StrideH)
		schema.DepthwiseConv2DOptionsAddDepthMultiplier(b, o.Multiplier)
		schema.DepthwiseConv2DOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.DepthwiseConv2DOptionsAddDilationWFactor(b, o.DilationW)
		schema.DepthwiseConv2DOptionsAddDilationHFactor(b, o.DilationH)
		return schema.DepthwiseConv2DOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func transposeConvCodec() codec {
	t := layout{"TransposeConvOptions", []field{
		num("padding", 1),
		num("stride_w", 4),
		num("stride_h", 4),
		num("fused_activation_function", 1),
		num("quantized_bias_type", 1),
	}}
	read := func(s *schema.TransposeConvOptions) TransposeConvOptions {
		return TransposeConvOptions{
			Padding:    Padding(s.Padding()),
			StrideW:    s.StrideW(),
			StrideH:    s.StrideH(),
			Activation: Activation(s.FusedActivationFunction()),
			BiasType:   DType(s.QuantizedBiasType()),
		}
	}
	write := func(b *flatbuffers.Builder, o TransposeConvOptions) flatbuffers.UOffsetT {
		schema.TransposeConvOptionsStart(b)
		schema.TransposeConvOptionsAddPadding(b, int8(o.Padding))
		schema.TransposeConvOptionsAddStrideW(b, o.StrideW)
		schema.TransposeConvOptionsAddStrideH(b, o.StrideH)
		schema.TransposeConvOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.TransposeConvOptionsAddQuantizedBiasType(b, int8(o.BiasType))
		return schema.TransposeConvOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func pool2DCodec() codec {
	t := layout{"Pool2DOptions", []field{
		num("padding", 1),
		num("stride_w", 4),
		num("stride_h", 4),
		num("filter_width", 4),
		num("filter_height", 4),
		num("fused_activation_function", 1),
	}}
	read := func(s *schema.Pool2DOptions) Pool2DOptions {
		return Pool2DOptions{
			Padding:    Padding(s.Padding()),
			StrideW:    s.StrideW(),
			StrideH:    s.StrideH(),
			FilterW:    s.FilterWidth(),
			FilterH:    s.FilterHeight(),
			Activation: Activation(s.FusedActivationFunction()),
		}
	}
	write := func(b *flatbuffers.Builder, o Pool2DOptions) flatbuffers.UOffsetT {
		schema.Pool2DOptionsStart(b)
		schema.Pool2DOptionsAddPadding(b, int8(o.Padding))
		schema.Pool2DOptionsAddStrideW(b, o.StrideW)
		schema.Pool2DOptionsAddStrideH(b, o.StrideH)
		schema.Pool2DOptionsAddFilterWidth(b, o.FilterW)
		schema.Pool2DOptionsAddFilterHeight(b, o.FilterH)
		schema.Pool2DOptionsAddFusedActivationFunction(b, int8(o.Activation))
		return schema.Pool2DOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func fullyConnectedCodec() codec {
	t := layout{"FullyConnectedOptions", []field{
		num("fused_activation_function", 1),
		num("weights_format", 1),
		num("keep_num_dims", 1),
		num("asymmetric_quantize_inputs", 1),
		num("quantized_bias_type", 1),
	}}
	read := func(s *schema.FullyConnectedOptions) FullyConnectedOptions {
		return FullyConnectedOptions{
			Activation:       Activation(s.FusedActivationFunction()),
			WeightsFormat:    s.WeightsFormat(),
			KeepNumDims:      s.KeepNumDims(),
			AsymmetricInputs: s.AsymmetricQuantizeInputs(),
			BiasType:         DType(s.QuantizedBiasType()),
		}
	}
	write := func(b *flatbuffers.Builder, o FullyConnectedOptions) flatbuffers.UOffsetT {
		schema.FullyConnectedOptionsStart(b)
		schema.FullyConnectedOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.FullyConnectedOptionsAddWeightsFormat(b, o.WeightsFormat)
		schema.FullyConnectedOptionsAddKeepNumDims(b, o.KeepNumDims)
		schema.FullyConnectedOptionsAddAsymmetricQuantizeInputs(b, o.AsymmetricInputs)
		schema.FullyConnectedOptionsAddQuantizedBiasType(b, int8(o.BiasType))
		return schema.FullyConnectedOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func batchMatMulCodec() codec {
	t := layout{"BatchMatMulOptions", []field{
		num("adj_x", 1),
		num("adj_y", 1),
		num("asymmetric_quantize_inputs", 1),
	}}
	read := func(s *schema.BatchMatMulOptions) BatchMatMulOptions {
		return BatchMatMulOptions{
			AdjointX:         s.AdjX(),
			AdjointY:         s.AdjY(),
			AsymmetricInputs: s.AsymmetricQuantizeInputs(),
		}
	}
	write := func(b *flatbuffers.Builder, o BatchMatMulOptions) flatbuffers.UOffsetT {
		schema.BatchMatMulOptionsStart(b)
		schema.BatchMatMulOptionsAddAdjX(b, o.AdjointX)
		schema.BatchMatMulOptionsAddAdjY(b, o.AdjointY)
		schema.BatchMatMulOptionsAddAsymmetricQuantizeInputs(b, o.AsymmetricInputs)
		return schema.BatchMatMulOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func sequenceLSTMCodec() codec {
	t := layout{"UnidirectionalSequenceLSTMOptions", []field{
		num("fused_activation_function", 1),
		num("cell_clip", 4),
		num("proj_clip", 4),
		num("time_major", 1),
		num("asymmetric_quantize_inputs", 1),
		num("diagonal_recurrent_tensors", 1),
	}}
	read := func(s *schema.UnidirectionalSequenceLSTMOptions) SequenceLSTMOptions {
		return SequenceLSTMOptions{
			Activation:        Activation(s.FusedActivationFunction()),
			CellClip:          s.CellClip(),
			ProjClip:          s.ProjClip(),
			TimeMajor:         s.TimeMajor(),
			AsymmetricInputs:  s.AsymmetricQuantizeInputs(),
			DiagonalRecurrent: s.DiagonalRecurrentTensors(),
		}
	}
	write := func(b *flatbuffers.Builder, o SequenceLSTMOptions) flatbuffers.UOffsetT {
		schema.UnidirectionalSequenceLSTMOptionsStart(b)
		schema.UnidirectionalSequenceLSTMOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.UnidirectionalSequenceLSTMOptionsAddCellClip(b, o.CellClip)
		schema.UnidirectionalSequenceLSTMOptionsAddProjClip(b, o.ProjClip)
		schema.UnidirectionalSequenceLSTMOptionsAddTimeMajor(b, o.TimeMajor)
		schema.UnidirectionalSequenceLSTMOptionsAddAsymmetricQuantizeInputs(b, o.AsymmetricInputs)
		schema.UnidirectionalSequenceLSTMOptionsAddDiagonalRecurrentTensors(b, o.DiagonalRecurrent)
		return schema.UnidirectionalSequenceLSTMOptionsEnd(b)
	}
	return newCodec(t, read, write)
}
