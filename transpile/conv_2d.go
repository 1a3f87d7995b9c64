package transpile

import (
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// conv2D reads a convolution of stride 1 without padding or dilation; a model
// has its weights as [units, rows, columns, channels].
func (r *reading) conv2D(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.Conv2D}
	if err := r.arity(o, 2, 3); err != nil {
		return layer, err
	}
	x, err := r.activation(o, 0)
	if err != nil {
		return layer, err
	}
	options, _ := o.Options.(tflite.Conv2DOptions)
	if options.Padding != tflite.PaddingValid || options.StrideH != 1 || options.StrideW != 1 || options.DilationH != 1 || options.DilationW != 1 {
		return layer, r.refuse("padding %v, strides %d×%d, dilation %d×%d", "only VALID, strides of 1 and no dilation can be proven",
			options.Padding, options.StrideH, options.StrideW, options.DilationH, options.DilationW)
	}
	if o.Inputs[1] < 0 {
		return layer, r.refuse("it has no weights", "export the model again")
	}
	w, in := r.g.Tensors[o.Inputs[1]].Shape, r.shapes[x]
	if len(w) != 4 || len(in) != 3 || w[0] < 1 || w[1] < 1 || w[2] < 1 || int(w[1]) > in[0] || int(w[2]) > in[1] || int(w[3]) != in[2] {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "export the model again", w, in)
	}
	units, rows, columns := int(w[0]), int(w[1]), int(w[2])
	layer.Inputs, layer.Shape = []int{x}, []int{in[0] - rows + 1, in[1] - columns + 1, units}
	if layer.Activation, err = r.fused(options.Activation); err != nil {
		return layer, err
	}
	weights, err := r.weight(o.Inputs[1], true, rows, columns, in[2], units)
	if err != nil {
		return layer, err
	}
	layer.Weights = []int{weights}
	return layer, r.bias(o, &layer, units)
}
