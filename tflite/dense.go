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
	d := newBuilder()
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
		d.operator(OpFullyConnected, FullyConnectedOptions{Activation: l.Activation}, []int32{last, weights, bias}, out)
		last, inputs = out, l.Units
	}
	if finalSoftmax {
		out := d.tensor(name+"/softmax", Shape{1, int32(inputs)}, nil)
		d.operator(OpSoftmax, SoftmaxOptions{Beta: 1}, []int32{last}, out)
		last = out
	}
	return d.model(name, first, last), nil
}
