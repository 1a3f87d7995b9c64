package tflite

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite/schema"
)

// Parse reads a .tflite file of any kind. The model shares bytes with data, which
// must not change afterwards. Errors wrap fault.ErrMalformed where the bytes are
// damaged or are no model, and fault.ErrUnsupported beyond a limit of this
// package. Parse never panics and takes memory in proportion to len(data).
func Parse(data []byte) (_ *Model, err error) {
	defer fault.Catch(&err, "model", fault.ErrMalformed)
	opaque, err := checkStructure(data)
	if err != nil {
		return nil, fmt.Errorf("tflite: %w", err)
	}
	m := readModel(data)
	m.Opaque = opaque
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("tflite: %w", err)
	}
	return m, nil
}

// readModel converts checked bytes. Requires checkStructure(data) to have passed.
func readModel(data []byte) *Model {
	s := schema.GetRootAsModel(data, 0)
	m := &Model{
		Version:         s.Version(),
		Description:     string(s.Description()),
		MetadataBuffers: int32s(s.MetadataBufferLength(), s.MetadataBuffer),
	}
	m.Codes = list(s.OperatorCodesLength(), func(i int) OperatorCode {
		var c schema.OperatorCode
		s.OperatorCodes(&c, i)
		return OperatorCode{
			Builtin: max(Builtin(c.DeprecatedBuiltinCode()), Builtin(c.BuiltinCode())),
			Custom:  string(c.CustomCode()),
			Version: c.Version(),
		}
	})
	m.Subgraphs = list(s.SubgraphsLength(), func(i int) Subgraph {
		var g schema.SubGraph
		s.Subgraphs(&g, i)
		return readSubgraph(&g)
	})
	m.Buffers = list(s.BuffersLength(), func(i int) Buffer {
		var b schema.Buffer
		s.Buffers(&b, i)
		return Buffer{Data: bytesOrNil(b.DataBytes()), Offset: b.Offset(), Size: b.Size()}
	})
	m.Metadata = list(s.MetadataLength(), func(i int) Metadata {
		var e schema.Metadata
		s.Metadata(&e, i)
		return Metadata{Name: string(e.Name()), Buffer: e.Buffer()}
	})
	m.Signatures = list(s.SignatureDefsLength(), func(i int) Signature {
		var d schema.SignatureDef
		s.SignatureDefs(&d, i)
		return Signature{
			Key:           string(d.SignatureKey()),
			Inputs:        readNames(d.InputsLength(), d.Inputs),
			Outputs:       readNames(d.OutputsLength(), d.Outputs),
			Subgraph:      d.SubgraphIndex(),
			DeprecatedTag: string(d.DeprecatedTag()),
		}
	})
	return m
}

func readSubgraph(g *schema.SubGraph) Subgraph {
	return Subgraph{
		Name:       string(g.Name()),
		Inputs:     int32s(g.InputsLength(), g.Inputs),
		Outputs:    int32s(g.OutputsLength(), g.Outputs),
		DebugIndex: g.DebugMetadataIndex(),
		Tensors: list(g.TensorsLength(), func(i int) Tensor {
			var t schema.Tensor
			g.Tensors(&t, i)
			return readTensor(&t)
		}),
		Operators: list(g.OperatorsLength(), func(i int) Operator {
			var o schema.Operator
			g.Operators(&o, i)
			return readOperator(&o)
		}),
	}
}

func readTensor(t *schema.Tensor) Tensor {
	tensor := Tensor{
		Name:           string(t.Name()),
		Shape:          int32s(t.ShapeLength(), t.Shape),
		Signature:      int32s(t.ShapeSignatureLength(), t.ShapeSignature),
		Type:           DType(t.Type()),
		Buffer:         t.Buffer(),
		Variable:       t.IsVariable(),
		HasRank:        t.HasRank(),
		Sparse:         t.Sparsity(nil) != nil,
		ExternalBuffer: t.ExternalBuffer(),
	}
	if q := t.Quantization(nil); q != nil {
		tensor.Quantization = &Quantization{
			Min:       list(q.MinLength(), q.Min),
			Max:       list(q.MaxLength(), q.Max),
			Scale:     list(q.ScaleLength(), q.Scale),
			ZeroPoint: list(q.ZeroPointLength(), q.ZeroPoint),
			Details:   q.DetailsType(),
			Axis:      q.QuantizedDimension(),
		}
	}
	return tensor
}

func readOperator(o *schema.Operator) Operator {
	op := Operator{
		Code:          int(o.OpcodeIndex()),
		Inputs:        int32s(o.InputsLength(), o.Inputs),
		Outputs:       int32s(o.OutputsLength(), o.Outputs),
		Intermediates: int32s(o.IntermediatesLength(), o.Intermediates),
		Mutating:      list(o.MutatingVariableInputsLength(), o.MutatingVariableInputs),
		CustomOptions: bytesOrNil(o.CustomOptionsBytes()),
		CustomFormat:  o.CustomOptionsFormat(),
		LargeOffset:   o.LargeCustomOptionsOffset(),
		LargeSize:     o.LargeCustomOptionsSize(),
		Options2:      o.BuiltinOptions2Type(),
		DebugIndex:    o.DebugMetadataIndex(),
	}
	kind := optionsKind(o.BuiltinOptionsType())
	table := o.BuiltinOptions(nil)
	if kind == kindNone || table == nil {
		return op
	}
	if c, ok := codecOf(kind); ok {
		op.Options = c.read(table.Table())
	} else {
		op.Options = OpaqueOptions{kind}
	}
	return op
}

func readNames(n int, get func(*schema.TensorMap, int) bool) []NamedTensor {
	return list(n, func(i int) NamedTensor {
		var t schema.TensorMap
		get(&t, i)
		return NamedTensor{Name: string(t.Name()), Tensor: t.TensorIndex()}
	})
}

// list collects n elements; nil for none, so that an absent vector and an empty
// one are the same model.
func list[T any](n int, get func(int) T) []T {
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = get(i)
	}
	return out
}

func int32s(n int, get func(int) int32) []int32 { return list(n, get) }

func bytesOrNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
