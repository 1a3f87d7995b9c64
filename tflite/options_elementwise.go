package tflite

import (
	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/zkaudit/zkaudit/tflite/schema"
)

// The options tables of activations, elementwise operators, reductions and casts.

func softmaxCodec() codec {
	t := layout{"SoftmaxOptions", []field{num("beta", 4)}}
	read := func(s *schema.SoftmaxOptions) SoftmaxOptions {
		return SoftmaxOptions{
			Beta: s.Beta(),
		}
	}
	write := func(b *flatbuffers.Builder, o SoftmaxOptions) flatbuffers.UOffsetT {
		schema.SoftmaxOptionsStart(b)
		schema.SoftmaxOptionsAddBeta(b, o.Beta)
		return schema.SoftmaxOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func leakyReluCodec() codec {
	t := layout{"LeakyReluOptions", []field{num("alpha", 4)}}
	read := func(s *schema.LeakyReluOptions) LeakyReluOptions {
		return LeakyReluOptions{
			Alpha: s.Alpha(),
		}
	}
	write := func(b *flatbuffers.Builder, o LeakyReluOptions) flatbuffers.UOffsetT {
		schema.LeakyReluOptionsStart(b)
		schema.LeakyReluOptionsAddAlpha(b, o.Alpha)
		return schema.LeakyReluOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func geluCodec() codec {
	t := layout{"GeluOptions", []field{num("approximate", 1)}}
	read := func(s *schema.GeluOptions) GeluOptions {
		return GeluOptions{
			Approximate: s.Approximate(),
		}
	}
	write := func(b *flatbuffers.Builder, o GeluOptions) flatbuffers.UOffsetT {
		schema.GeluOptionsStart(b)
		schema.GeluOptionsAddApproximate(b, o.Approximate)
		return schema.GeluOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func addCodec() codec {
	t := layout{"AddOptions", []field{num("fused_activation_function", 1), num("pot_scale_int16", 1)}}
	read := func(s *schema.AddOptions) AddOptions {
		return AddOptions{
			Activation:    Activation(s.FusedActivationFunction()),
			PotScaleInt16: s.PotScaleInt16(),
		}
	}
	write := func(b *flatbuffers.Builder, o AddOptions) flatbuffers.UOffsetT {
		schema.AddOptionsStart(b)
		schema.AddOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.AddOptionsAddPotScaleInt16(b, o.PotScaleInt16)
		return schema.AddOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func subCodec() codec {
	t := layout{"AddOptions", []field{num("fused_activation_function", 1), num("pot_scale_int16", 1)}}
	read := func(s *schema.AddOptions) SubOptions {
		return SubOptions{
			Activation:    Activation(s.FusedActivationFunction()),
			PotScaleInt16: s.PotScaleInt16(),
		}
	}
	write := func(b *flatbuffers.Builder, o SubOptions) flatbuffers.UOffsetT {
		schema.AddOptionsStart(b)
		schema.AddOptionsAddFusedActivationFunction(b, int8(o.Activation))
		schema.AddOptionsAddPotScaleInt16(b, o.PotScaleInt16)
		return schema.AddOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func mulCodec() codec {
	t := layout{"MulOptions", []field{num("fused_activation_function", 1)}}
	read := func(s *schema.MulOptions) MulOptions {
		return MulOptions{
			Activation: Activation(s.FusedActivationFunction()),
		}
	}
	write := func(b *flatbuffers.Builder, o MulOptions) flatbuffers.UOffsetT {
		schema.MulOptionsStart(b)
		schema.MulOptionsAddFusedActivationFunction(b, int8(o.Activation))
		return schema.MulOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func divCodec() codec {
	t := layout{"MulOptions", []field{num("fused_activation_function", 1)}}
	read := func(s *schema.MulOptions) DivOptions {
		return DivOptions{
			Activation: Activation(s.FusedActivationFunction()),
		}
	}
	write := func(b *flatbuffers.Builder, o DivOptions) flatbuffers.UOffsetT {
		schema.MulOptionsStart(b)
		schema.MulOptionsAddFusedActivationFunction(b, int8(o.Activation))
		return schema.MulOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func reducerCodec() codec {
	t := layout{"ReducerOptions", []field{num("keep_dims", 1)}}
	read := func(s *schema.ReducerOptions) ReducerOptions {
		return ReducerOptions{
			KeepDims: s.KeepDims(),
		}
	}
	write := func(b *flatbuffers.Builder, o ReducerOptions) flatbuffers.UOffsetT {
		schema.ReducerOptionsStart(b)
		schema.ReducerOptionsAddKeepDims(b, o.KeepDims)
		return schema.ReducerOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func castCodec() codec {
	t := layout{"CastOptions", []field{num("in_data_type", 1), num("out_data_type", 1)}}
	read := func(s *schema.CastOptions) CastOptions {
		return CastOptions{
			In:  DType(s.InDataType()),
			Out: DType(s.OutDataType()),
		}
	}
	write := func(b *flatbuffers.Builder, o CastOptions) flatbuffers.UOffsetT {
		schema.CastOptionsStart(b)
		schema.CastOptionsAddInDataType(b, int8(o.In))
		schema.CastOptionsAddOutDataType(b, int8(o.Out))
		return schema.CastOptionsEnd(b)
	}
	return newCodec(t, read, write)
}

func outputTypeCodec(k optionsKind) codec {
	t := layout{"OutputTypeOptions", []field{num("output_type", 1)}}
	read := func(s *schema.OutputTypeOptions) OutputTypeOptions {
		return OutputTypeOptions{
			Of:     k,
			Output: DType(s.OutputType()),
		}
	}
	write := func(b *flatbuffers.Builder, o OutputTypeOptions) flatbuffers.UOffsetT {
		schema.OutputTypeOptionsStart(b)
		schema.OutputTypeOptionsAddOutputType(b, int8(o.Output))
		return schema.OutputTypeOptionsEnd(b)
	}
	return newCodec(t, read, write)
}
