package transpile_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// reshape appends a RESHAPE that states its shape as an option.
func (b *model) reshape(out tflite.Shape) *model {
	return b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: out}, out)
}

// dims is a constant list of int32.
func (b *model) dims(sizes ...int32) int32 {
	id := b.tensor(tflite.Shape{int32(len(sizes))}, make([]float32, len(sizes)))
	t := &b.m.Subgraphs[0].Tensors[id]
	t.Type = tflite.Int32
	var raw []byte
	for _, d := range sizes {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(d))
	}
	b.m.Buffers[t.Buffer].Data = raw
	return id
}

// A file can say one thing and compute another: an auditor who runs the model
// in hand would find other answers than those that are proven. What is read is
// what an interpreter of TensorFlow Lite runs; the rest is refused.
func TestUnfaithfulModelsAreRefused(t *testing.T) {
	flat, pairs := tflite.Shape{1, 6}, tflite.Shape{1, 2, 3}
	softmax := func(b *model, shape tflite.Shape) *model {
		return b.op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, shape)
	}
	start := func() *model { return newModel(1, 6).identity(6, flat) }
	positions := func(index, made tflite.Shape) *model {
		b := newModel(1, 6).cast(tflite.Int32)
		b.op(tflite.OpEmbeddingLookup, nil, tflite.Shape{1, 6, 4}, b.tensor(tflite.Shape{6, 4}, make([]float32, 24)))
		b.positions(tflite.Shape{1, 6, 4}, tflite.Shape{6, 4}, make([]float32, 24), 0, 1, 2, 3, 4, 5)
		g := &b.m.Subgraphs[0]
		gather := &g.Operators[len(g.Operators)-2]
		g.Tensors[gather.Inputs[1]].Shape, g.Tensors[gather.Outputs[0]].Shape = index, made
		return b.reshape(tflite.Shape{1, 24}).dense(24)
	}
	for name, c := range map[string]struct {
		build func() *model
		want  string
	}{
		// The interpreter reshapes to what the operator says, and takes the softmax
		// of two groups of three.
		"reshape by option to another shape than the tensor's": {func() *model {
			b := start()
			return softmax(b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: pairs}, flat), flat).dense(6)
		}, "reshapes to [1 2 3]"},
		"reshape by input to another shape than the tensor's": {func() *model {
			b := start()
			return softmax(b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: flat}, flat, b.dims(1, 2, 3)), flat).dense(6)
		}, "reshapes to [1 2 3]"},
		"reshape with a shape that mixes samples": {func() *model {
			b := start()
			return softmax(b.op(tflite.OpReshape, tflite.ReshapeOptions{}, flat, b.dims(2, 3)), flat).dense(6)
		}, "reshapes to [2 3]"},
		"reshape with two open sizes": {func() *model {
			b := start()
			return b.op(tflite.OpReshape, nil, pairs, b.dims(-1, -1, 3)).reshape(flat).dense(6)
		}, "reshapes to [-1 -1 3]"},
		"reshape to no shape": {func() *model {
			return softmax(start().op(tflite.OpReshape, tflite.ReshapeOptions{}, flat), flat).dense(6)
		}, "states no shape"},
		"reshape to a shape that is computed": {func() *model {
			b := start()
			return b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: flat}, flat, b.m.Subgraphs[0].Inputs[0]).dense(6)
		}, "shape is not constant"},
		// A tensor declared otherwise than what its operator makes.
		"layer of another shape than the tensor's": {func() *model {
			b := newModel(1, 6).identity(6, tflite.Shape{1, 6, 1})
			b.m.Subgraphs[0].Operators[0].Options = tflite.FullyConnectedOptions{}
			return softmax(b, tflite.Shape{1, 6, 1}).reshape(flat).dense(6)
		}, "declared as [1×6×1]"},
		"activation of another shape than the tensor's": {func() *model {
			return start().op(tflite.OpTanh, nil, tflite.Shape{1, 2, 3}).reshape(flat).dense(6)
		}, "declared as [1×2×3]"},
		// Training changes the weight; the operand would stay.
		"bias that is also an operand": {func() *model {
			b := start()
			bias := b.tensor(tflite.Shape{6}, []float32{1, 2, 3, 4, 5, 6})
			b.m.Subgraphs[0].Operators[0].Inputs[2] = bias
			return b.op(tflite.OpAdd, tflite.AddOptions{}, flat, bias).dense(6)
		}, "weight and an operand"},
		"operand that is also a bias": {func() *model {
			b := newModel(1, 6)
			c := b.tensor(tflite.Shape{6}, []float32{1, 2, 3, 4, 5, 6})
			b.op(tflite.OpAdd, tflite.AddOptions{}, flat, c).identity(6, flat)
			b.m.Subgraphs[0].Operators[1].Inputs[2] = c
			return b.dense(6)
		}, "weight and an operand"},
		"integers as weights": {func() *model {
			b := start()
			b.m.Subgraphs[0].Tensors[b.m.Subgraphs[0].Operators[0].Inputs[1]].Type = tflite.Int32
			return b.dense(6)
		}, "int32"},
		"integers as activations": {func() *model {
			b := start()
			in := b.m.Subgraphs[0].Inputs[0]
			b.op(tflite.OpAdd, tflite.AddOptions{}, flat, b.last)
			for _, id := range []int32{in, b.last} {
				b.m.Subgraphs[0].Tensors[id].Type = tflite.Int32
			}
			return b.dense(6)
		}, "int32"},
		// An interpreter takes a fused activation for two limits.
		"fused tanh": {func() *model {
			b := start()
			return b.op(tflite.OpAdd, tflite.AddOptions{Activation: tflite.ActTanh}, flat, b.m.Subgraphs[0].Inputs[0]).dense(6)
		}, "fused activation TANH"},
		// The shape of an input that is no list of int32 is not read: the option is.
		"reshape by input of int64": {func() *model {
			b := start()
			shape := b.dims(1, 0)
			b.m.Subgraphs[0].Tensors[shape].Type, b.m.Subgraphs[0].Tensors[shape].Shape = tflite.Int64, tflite.Shape{1}
			return b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: pairs}, flat, shape).dense(6)
		}, "shape is of int64"},
		// [1, 1, 6] and a batch of them make [1, batch, 6]: the mean would be over the batch.
		"constant with an axis before the batch": {func() *model {
			b := start()
			return b.op(tflite.OpAdd, tflite.AddOptions{}, flat, b.tensor(tflite.Shape{1, 1, 6}, make([]float32, 6))).dense(6)
		}, "has more axes than the 2"},
		"the same where more are declared": {func() *model {
			b := start()
			b.op(tflite.OpRelu, nil, tflite.Shape{1, 1, 6})
			return b.op(tflite.OpMul, tflite.MulOptions{}, flat, b.tensor(tflite.Shape{1, 1, 6}, make([]float32, 6))).dense(6)
		}, "has more axes than the 2"},
		"exponents with an axis before the batch": {func() *model {
			b := start()
			return b.op(tflite.OpPow, nil, flat, b.tensor(tflite.Shape{1, 1, 1}, []float32{2})).dense(6)
		}, "exponents of shape [1×1×1]"},
		"exponents for a batch": {func() *model {
			b := newModel(2, 6)
			return b.op(tflite.OpPow, nil, tflite.Shape{2, 6}, b.tensor(tflite.Shape{2, 1}, []float32{2, 2}))
		}, "exponents of shape [2×1]"},
		"more exponents than cells": {func() *model {
			b := newModel(1, 1)
			return b.op(tflite.OpPow, nil, tflite.Shape{1, 1}, b.tensor(tflite.Shape{3}, []float32{2, 2, 2}))
		}, "exponents of shape [3]"},
		// A cell of an axis whose beginning is open is the first one.
		"a part of one cell, and from the beginning": {func() *model {
			b := start().reshape(pairs)
			return b.op(tflite.OpStridedSlice, tflite.StridedSliceOptions{BeginMask: 3, EndMask: 5, ShrinkAxisMask: 2}, tflite.Shape{1, 3}, b.dims(0, 1, 0), b.dims(1, 2, 3), b.dims(1, 1, 1)).dense(3)
		}, "it takes cell 1 of an axis of 2"},
		// [batch, 2] and [batch, 1, 2] make [batch, batch, 2].
		"values of an index for each sample, and others with one more axis": {func() *model {
			b := newModel(1).typed(tflite.Int32).gather(4, tflite.GatherOptions{}, tflite.Shape{1, 2})
			first := b.last
			return b.reshape(tflite.Shape{1, 1, 2}).op(tflite.OpAdd, tflite.AddOptions{}, tflite.Shape{1, 1, 2}, first).reshape(tflite.Shape{1, 2}).dense(2)
		}, "samples of shapes [1 2] and [1 2]"},
		"positions with an axis before the batch": {func() *model {
			return positions(tflite.Shape{1, 1, 6}, tflite.Shape{1, 1, 6, 4})
		}, "no more axes"},
		"positions in rows that the output does not show": {func() *model {
			return positions(tflite.Shape{2, 3}, tflite.Shape{6, 4})
		}, "its constant indices name 6 of 6 rows"},
		"input that is left out": {func() *model {
			b := start()
			return b.op(tflite.OpRelu, nil, flat, b.m.Subgraphs[0].Inputs[0]).dense(6)
		}, "2 inputs"},
		"signature with another output": {func() *model {
			b := start()
			hidden := uint32(b.last)
			b.dense(6)
			g := &b.m.Subgraphs[0]
			b.m.Signatures = []tflite.Signature{{Key: "serving_default",
				Inputs: []tflite.NamedTensor{{Name: "x", Tensor: uint32(g.Inputs[0])}}, Outputs: []tflite.NamedTensor{{Name: "y", Tensor: hidden}}}}
			return b
		}, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := transpile.Read(c.build().m, nil)
			if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// The shape of a RESHAPE stands in its second input or in its options; one size
// may be left open.
func TestShapesOfReshape(t *testing.T) {
	flat, pairs := tflite.Shape{1, 6}, tflite.Shape{1, 2, 3}
	for name, reshape := range map[string]func(b *model) *model{
		"option": func(b *model) *model { return b.reshape(pairs) },
		"option with an open batch": func(b *model) *model {
			return b.op(tflite.OpReshape, tflite.ReshapeOptions{NewShape: []int32{-1, 2, 3}}, pairs)
		},
		"input":                         func(b *model) *model { return b.op(tflite.OpReshape, nil, pairs, b.dims(1, 2, 3)) },
		"input with an open batch":      func(b *model) *model { return b.op(tflite.OpReshape, nil, pairs, b.dims(-1, 2, 3)) },
		"input with an open size":       func(b *model) *model { return b.op(tflite.OpReshape, nil, pairs, b.dims(1, -1, 3)) },
		"input, and an option for none": func(b *model) *model { return b.op(tflite.OpReshape, tflite.ReshapeOptions{}, pairs, b.dims(1, 2, -1)) },
	} {
		a, _, err := transpile.Read(reshape(newModel(1, 6)).reshape(flat).dense(6).m, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if l := a.Layers[0]; l.Kind != network.Reshape || !slices.Equal(l.Shape, []int{2, 3}) {
			t.Errorf("%s: %v", name, l)
		}
	}
}
