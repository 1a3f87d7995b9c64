package tflite

import (
	"encoding/binary"
	"slices"
)

// builder collects tensors, buffers and operators of a model under construction.
type builder struct {
	g       Subgraph
	buffers []Buffer
	codes   []OperatorCode
}

func newBuilder() *builder {
	return &builder{g: Subgraph{Name: "main", DebugIndex: -1}, buffers: []Buffer{{}}}
}

// samples is the shape of a batch of samples of the given sizes.
func samples(sizes ...int) Shape {
	s := Shape{1}
	for _, n := range sizes {
		s = append(s, int32(n))
	}
	return s
}

// tensor adds a float32 tensor, a constant if data is given. Other tensors
// start with the batch axis, left open.
func (b *builder) tensor(name string, shape Shape, data []byte) int32 {
	t := Tensor{Name: name, Shape: shape, Type: Float32, HasRank: true}
	if data != nil {
		t.Buffer = uint32(len(b.buffers))
		b.buffers = append(b.buffers, Buffer{Data: data})
	} else {
		t.Signature = append(Shape{-1}, shape[1:]...)
	}
	b.g.Tensors = append(b.g.Tensors, t)
	return int32(len(b.g.Tensors) - 1)
}

// ints adds constant integers.
func (b *builder) ints(name string, list ...int) int32 {
	var raw []byte
	for _, v := range list {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(int32(v)))
	}
	t := b.tensor(name, Shape{int32(len(list))}, raw)
	b.g.Tensors[t].Type = Int32
	return t
}

func (b *builder) operator(code Builtin, options Options, inputs []int32, output int32) {
	at := slices.IndexFunc(b.codes, func(c OperatorCode) bool { return c.Builtin == code })
	if at < 0 {
		at = len(b.codes)
		b.codes = append(b.codes, OperatorCode{Builtin: code, Version: 1})
	}
	b.g.Operators = append(b.g.Operators, Operator{
		Code: at, Options: options, Inputs: inputs, Outputs: []int32{output}, DebugIndex: -1,
	})
}

// model is what has been built, from one input to one output, with a signature
// "serving_default".
func (b *builder) model(name string, input, output int32) *Model {
	b.g.Inputs, b.g.Outputs = []int32{input}, []int32{output}
	return &Model{
		Version: 3, Description: name, Codes: b.codes, Subgraphs: []Subgraph{b.g}, Buffers: b.buffers,
		Signatures: []Signature{{
			Key:     "serving_default",
			Inputs:  []NamedTensor{{Name: "input", Tensor: uint32(input)}},
			Outputs: []NamedTensor{{Name: "output", Tensor: uint32(output)}},
		}},
	}
}
