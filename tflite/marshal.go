package tflite

import (
	"fmt"
	"strings"

	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/tflite/schema"
)

// dataAlignment is where the format places the data of buffers, in bytes.
const dataAlignment = 16

// Marshal writes a model as a .tflite file; equal models give equal bytes, and
// Parse of the result gives the model back. It does not check that the model
// makes sense (Parse does). It refuses with fault.ErrUnsupported what it cannot
// write without loss (Model.Opaque, OpaqueOptions) and files beyond MaxFileSize.
func Marshal(m *Model) ([]byte, error) {
	if len(m.Opaque) > 0 {
		return nil, fmt.Errorf("tflite: %w: writing the model would lose contents that are not known here: %s",
			fault.ErrUnsupported, strings.Join(m.Opaque, ", "))
	}
	for i := range m.Subgraphs {
		for j := range m.Subgraphs[i].Tensors {
			t := &m.Subgraphs[i].Tensors[j]
			if t.Sparse || t.Quantization != nil && t.Quantization.Details != 0 {
				return nil, fmt.Errorf("tflite: %w: sparsity or quantisation details of tensor %d (%s) cannot be written",
					fault.ErrUnsupported, j, foreign.Quote(t.Name))
			}
		}
	}
	total := 0
	for i, buf := range m.Buffers {
		if buf.Offset > 1 {
			return nil, fmt.Errorf("tflite: %w: buffer %d lies outside the FlatBuffer", fault.ErrUnsupported, i)
		}
		if total += len(buf.Data) + 2*dataAlignment; total > MaxFileSize {
			return nil, fmt.Errorf("tflite: %w: constants exceed %d bytes", fault.ErrUnsupported, MaxFileSize)
		}
	}
	w := &writer{flatbuffers.NewBuilder(total + 4096)}
	root, err := w.model(m)
	if err != nil {
		return nil, err
	}
	w.FinishWithFileIdentifier(root, []byte(identifier))
	out := w.FinishedBytes()
	if len(out) > MaxFileSize {
		return nil, fmt.Errorf("tflite: %w: file of %d bytes, limit %d", fault.ErrUnsupported, len(out), MaxFileSize)
	}
	return out, nil
}

// writer adds the pieces of a model to a builder. FlatBuffers grow from the end
// to the front, so children are written before the tables that hold them.
type writer struct{ *flatbuffers.Builder }

type offset = flatbuffers.UOffsetT

func (w *writer) model(m *Model) (offset, error) {
	subgraphs := make([]offset, len(m.Subgraphs))
	for i := range m.Subgraphs {
		g, err := w.subgraph(&m.Subgraphs[i])
		if err != nil {
			return 0, fmt.Errorf("%w (subgraph %d)", err, i)
		}
		subgraphs[i] = g
	}
	var (
		buffers    = w.tables(each(m.Buffers, w.buffer))
		codes      = w.tables(each(m.Codes, w.code))
		metadata   = optional(w, 4, each(m.Metadata, w.metadata), w.PrependUOffsetT)
		signatures = optional(w, 4, each(m.Signatures, w.signature), w.PrependUOffsetT)
		graphs     = w.tables(subgraphs)
		legacy     = optional(w, 4, m.MetadataBuffers, w.PrependInt32)
		text       = w.text(m.Description)
	)
	schema.ModelStart(w.Builder)
	schema.ModelAddVersion(w.Builder, m.Version)
	schema.ModelAddOperatorCodes(w.Builder, codes)
	schema.ModelAddSubgraphs(w.Builder, graphs)
	schema.ModelAddDescription(w.Builder, text)
	schema.ModelAddBuffers(w.Builder, buffers)
	schema.ModelAddMetadataBuffer(w.Builder, legacy)
	schema.ModelAddMetadata(w.Builder, metadata)
	schema.ModelAddSignatureDefs(w.Builder, signatures)
	return schema.ModelEnd(w.Builder), nil
}

func (w *writer) subgraph(g *Subgraph) (offset, error) {
	operators := make([]offset, len(g.Operators))
	for i := range g.Operators {
		o, err := w.operator(&g.Operators[i])
		if err != nil {
			return 0, fmt.Errorf("%w (operator %d)", err, i)
		}
		operators[i] = o
	}
	var (
		tensors = w.tables(each(g.Tensors, w.tensor))
		steps   = w.tables(operators)
		inputs  = writeInt32s(w.Builder, g.Inputs)
		outputs = writeInt32s(w.Builder, g.Outputs)
		name    = w.text(g.Name)
	)
	schema.SubGraphStart(w.Builder)
	schema.SubGraphAddTensors(w.Builder, tensors)
	schema.SubGraphAddInputs(w.Builder, inputs)
	schema.SubGraphAddOutputs(w.Builder, outputs)
	schema.SubGraphAddOperators(w.Builder, steps)
	schema.SubGraphAddName(w.Builder, name)
	schema.SubGraphAddDebugMetadataIndex(w.Builder, g.DebugIndex)
	return schema.SubGraphEnd(w.Builder), nil
}

func (w *writer) operator(o *Operator) (offset, error) {
	var options offset
	var kind optionsKind
	if o.Options != nil {
		kind = o.Options.kind()
		c, ok := codecOf(kind)
		if ok {
			options, ok = c.write(w.Builder, o.Options)
		}
		if !ok {
			return 0, fmt.Errorf("tflite: %w: options of type %d (%T) cannot be written", fault.ErrUnsupported, kind, o.Options)
		}
	}
	if o.Options2 != 0 || o.LargeOffset > 1 {
		return 0, fmt.Errorf("tflite: %w: further options of an operator cannot be written", fault.ErrUnsupported)
	}
	var (
		inputs        = writeInt32s(w.Builder, o.Inputs)
		outputs       = writeInt32s(w.Builder, o.Outputs)
		intermediates = optional(w, 4, o.Intermediates, w.PrependInt32)
		mutating      = optional(w, 1, o.Mutating, w.PrependBool)
		custom        = w.bytes(o.CustomOptions, 1)
	)
	b := w.Builder
	schema.OperatorStart(b)
	schema.OperatorAddOpcodeIndex(b, uint32(o.Code))
	schema.OperatorAddInputs(b, inputs)
	schema.OperatorAddOutputs(b, outputs)
	schema.OperatorAddBuiltinOptionsType(b, byte(kind))
	schema.OperatorAddBuiltinOptions(b, options)
	schema.OperatorAddCustomOptions(b, custom)
	schema.OperatorAddCustomOptionsFormat(b, o.CustomFormat)
	schema.OperatorAddMutatingVariableInputs(b, mutating)
	schema.OperatorAddIntermediates(b, intermediates)
	schema.OperatorAddLargeCustomOptionsOffset(b, o.LargeOffset)
	schema.OperatorAddLargeCustomOptionsSize(b, o.LargeSize)
	schema.OperatorAddDebugMetadataIndex(b, o.DebugIndex)
	return schema.OperatorEnd(b), nil
}

func (w *writer) tensor(t *Tensor) offset {
	b := w.Builder
	var quantization offset
	if q := t.Quantization; q != nil {
		quantization = w.quantization(q)
	}
	shape := writeInt32s(b, t.Shape)
	signature := optional(w, 4, t.Signature, b.PrependInt32)
	name := w.text(t.Name)
	schema.TensorStart(b)
	schema.TensorAddShape(b, shape)
	schema.TensorAddType(b, int8(t.Type))
	schema.TensorAddBuffer(b, t.Buffer)
	schema.TensorAddName(b, name)
	schema.TensorAddQuantization(b, quantization)
	schema.TensorAddIsVariable(b, t.Variable)
	schema.TensorAddShapeSignature(b, signature)
	schema.TensorAddHasRank(b, t.HasRank)
	schema.TensorAddExternalBuffer(b, t.ExternalBuffer)
	return schema.TensorEnd(b)
}

func (w *writer) quantization(q *Quantization) offset {
	b := w.Builder
	lo := optional(w, 4, q.Min, b.PrependFloat32)
	hi := optional(w, 4, q.Max, b.PrependFloat32)
	scale := optional(w, 4, q.Scale, b.PrependFloat32)
	zero := optional(w, 8, q.ZeroPoint, b.PrependInt64)
	schema.QuantizationParametersStart(b)
	schema.QuantizationParametersAddMin(b, lo)
	schema.QuantizationParametersAddMax(b, hi)
	schema.QuantizationParametersAddScale(b, scale)
	schema.QuantizationParametersAddZeroPoint(b, zero)
	schema.QuantizationParametersAddQuantizedDimension(b, q.Axis)
	return schema.QuantizationParametersEnd(b)
}

func (w *writer) code(c *OperatorCode) offset {
	custom := w.text(c.Custom)
	schema.OperatorCodeStart(w.Builder)
	schema.OperatorCodeAddDeprecatedBuiltinCode(w.Builder, int8(min(c.Builtin, OpPlaceholder)))
	schema.OperatorCodeAddCustomCode(w.Builder, custom)
	schema.OperatorCodeAddVersion(w.Builder, c.Version)
	schema.OperatorCodeAddBuiltinCode(w.Builder, int32(c.Builtin))
	return schema.OperatorCodeEnd(w.Builder)
}

func (w *writer) buffer(buf *Buffer) offset {
	data := w.bytes(buf.Data, dataAlignment)
	schema.BufferStart(w.Builder)
	schema.BufferAddData(w.Builder, data)
	schema.BufferAddOffset(w.Builder, buf.Offset)
	schema.BufferAddSize(w.Builder, buf.Size)
	return schema.BufferEnd(w.Builder)
}

func (w *writer) metadata(e *Metadata) offset {
	name := w.text(e.Name)
	schema.MetadataStart(w.Builder)
	schema.MetadataAddName(w.Builder, name)
	schema.MetadataAddBuffer(w.Builder, e.Buffer)
	return schema.MetadataEnd(w.Builder)
}

func (w *writer) signature(s *Signature) offset {
	inputs := w.tables(each(s.Inputs, w.namedTensor))
	outputs := w.tables(each(s.Outputs, w.namedTensor))
	key := w.text(s.Key)
	tag := w.text(s.DeprecatedTag)
	schema.SignatureDefStart(w.Builder)
	schema.SignatureDefAddInputs(w.Builder, inputs)
	schema.SignatureDefAddOutputs(w.Builder, outputs)
	schema.SignatureDefAddSignatureKey(w.Builder, key)
	schema.SignatureDefAddDeprecatedTag(w.Builder, tag)
	schema.SignatureDefAddSubgraphIndex(w.Builder, s.Subgraph)
	return schema.SignatureDefEnd(w.Builder)
}

func (w *writer) namedTensor(t *NamedTensor) offset {
	name := w.text(t.Name)
	schema.TensorMapStart(w.Builder)
	schema.TensorMapAddName(w.Builder, name)
	schema.TensorMapAddTensorIndex(w.Builder, t.Tensor)
	return schema.TensorMapEnd(w.Builder)
}

// each writes every element and returns their positions.
func each[T any](list []T, write func(*T) offset) []offset {
	out := make([]offset, len(list))
	for i := range list {
		out[i] = write(&list[i])
	}
	return out
}

// tables writes a vector of tables.
func (w *writer) tables(at []offset) offset { return vectorOf(w, 4, at, w.PrependUOffsetT) }

// text writes a string, or nothing for an empty one.
func (w *writer) text(s string) offset {
	if s == "" {
		return 0
	}
	return w.CreateString(s)
}

// bytes writes a vector of bytes at a multiple of align, or nothing.
func (w *writer) bytes(data []byte, align int) offset {
	if len(data) == 0 {
		return 0
	}
	w.Prep(align, len(data))
	return w.CreateByteVector(data)
}

// optional writes a vector, or nothing for an empty one.
func optional[T any](w *writer, size int, list []T, prepend func(T)) offset {
	if len(list) == 0 {
		return 0
	}
	return vectorOf(w, size, list, prepend)
}

// vectorOf writes a vector of scalars of size bytes, also an empty one: some
// readers take shapes and the lists of a subgraph for granted.
func vectorOf[T any](w *writer, size int, list []T, prepend func(T)) offset {
	w.StartVector(size, len(list), size)
	for i := len(list) - 1; i >= 0; i-- {
		prepend(list[i])
	}
	return w.EndVector(len(list))
}

// writeInt32s is vectorOf for the commonest element.
func writeInt32s(b *flatbuffers.Builder, list []int32) offset {
	return vectorOf(&writer{b}, 4, list, b.PrependInt32)
}
