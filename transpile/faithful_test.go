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
