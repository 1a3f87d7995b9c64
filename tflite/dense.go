package tflite

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// DenseLayer is one fully connected layer of NewDense.
type DenseLayer struct {
	Units      int
	Activation Activation // fused
	Weights    []float32  // [units, inputs], row-major
	Bias       []float32  // [units]; nil for a layer without bias
}

// NewDense returns a multilayer perceptron on inputs values per sample, as
// TensorFlow's converter lays it out: FULLY_CONNECTED operators, the batch open
// at axis 0, one signature "serving_default", and a SOFTMAX at the end if asked
// for. Tensors are called name/input, name/dense_0/weights, name/dense_0/bias,
// name/dense_0, ..., name/softmax. Errors wrap fault.ErrUsage.
func NewDense(name string, layers []DenseLayer, inputs int, finalSoftmax bool) (*Model, error) {
	if len(layers) == 0 || inputs < 1 || inputs > 1<<20 {
		return nil, fmt.Errorf("tflite: %w: %d layers on %d inputs", fault.ErrUsage, len(layers), inputs)
	}
	d := &builder{g: Subgraph{Name: "main", DebugIndex: -1}, buffers: []Buffer{{}}}
	last := d.tensor(name+"/input", Shape{1, int32(inputs)}, nil)
	first := last
	for i, l := range layers {
		if l.Units < 1 || l.Units > 1<<20 || len(l.Weights) != l.Units*inputs || l.Bias != nil && len(l.Bias) != l.Units {
			return nil, fmt.Errorf("tflite: %w: layer %d has %d units, %d weights and %d biases on %d inputs",
				fault.ErrUsage, i, l.Units, len(l.Weights), len(l.Bias), inputs)
		}
		at := fmt.Sprintf("%s/dense_%d", name, i)
		weights := d.tensor(at+"/weights", Shape{int32(l.Units), int32(inputs)}, floatBytes(l.Weights))
		bias := int32(-1)
		if l.Bias != nil {
			bias = d.tensor(at+"/bias", Shape{int32(l.Units)}, floatBytes(l.Bias))
		}
		out := d.tensor(at, Shape{1, int32(l.Units)}, nil)
		d.operator(0, FullyConnectedOptions{Activation: l.Activation}, []int32{last, weights, bias}, out)
		last, inputs = out, l.Units
	}
	codes := []OperatorCode{{Builtin: OpFullyConnected, Version: 1}}
	if finalSoftmax {
		codes = append(codes, OperatorCode{Builtin: OpSoftmax, Version: 1})
		out := d.tensor(name+"/softmax", Shape{1, int32(inputs)}, nil)
		d.operator(1, SoftmaxOptions{Beta: 1}, []int32{last}, out)
		last = out
	}
	d.g.Inputs, d.g.Outputs = []int32{first}, []int32{last}
	return &Model{
		Version: 3, Description: name, Codes: codes, Subgraphs: []Subgraph{d.g}, Buffers: d.buffers,
		Signatures: []Signature{{
			Key:     "serving_default",
			Inputs:  []NamedTensor{{Name: "input", Tensor: uint32(first)}},
			Outputs: []NamedTensor{{Name: "output", Tensor: uint32(last)}},
		}},
	}, nil
}

// builder collects tensors, buffers and operators of a model under construction.
type builder struct {
	g       Subgraph
	buffers []Buffer
}

// tensor adds a float32 tensor, a constant if data is given. Other tensors
// start with the batch axis, left open.
func (d *builder) tensor(name string, shape Shape, data []byte) int32 {
	t := Tensor{Name: name, Shape: shape, Type: Float32, HasRank: true}
	if data != nil {
		t.Buffer = uint32(len(d.buffers))
		d.buffers = append(d.buffers, Buffer{Data: data})
	} else {
		t.Signature = append(Shape{-1}, shape[1:]...)
	}
	d.g.Tensors = append(d.g.Tensors, t)
	return int32(len(d.g.Tensors) - 1)
}

func (d *builder) operator(code int, options Options, inputs []int32, output int32) {
	d.g.Operators = append(d.g.Operators, Operator{
		Code: code, Options: options, Inputs: inputs, Outputs: []int32{output}, DebugIndex: -1,
	})
}
