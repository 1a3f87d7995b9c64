package transpile

import (
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// depthwiseConv2D reads a convolution of channels apart; a model has its weights
// as [1, rows, columns, channels · kernels], the kernels of a channel side by side.
func (r *reading) depthwiseConv2D(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.DepthwiseConv2D}
	if err := r.arity(o, 2, 3); err != nil {
		return layer, err
	}
	x, err := r.activation(o, 0)
	if err != nil {
		return layer, err
	}
	options, _ := o.Options.(tflite.DepthwiseConv2DOptions)
	if layer.Window, err = r.window(options.Padding, [2]int32{options.StrideH, options.StrideW}, [2]int32{options.DilationH, options.DilationW}); err != nil {
		return layer, err
	}
	if o.Inputs[1] < 0 {
		return layer, r.refuse("it has no weights", "export the model again")
	}
	w, in := r.g.Tensors[o.Inputs[1]].Shape, r.shapes[x]
	if len(w) != 4 || len(in) != 3 || w[0] != 1 || w[1] < 1 || w[2] < 1 || w[3] < 1 || int(w[3])%in[2] != 0 {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "export the model again", w, in)
	}
	rows, columns, units := int(w[1]), int(w[2]), int(w[3])
	kernels := []int{in[2]}
	if several := units / in[2]; several > 1 {
		kernels = append(kernels, several)
	}
	if int(options.Multiplier) != units/in[2] {
		return layer, r.refuse("depth multiplier %d with weights of shape %v on samples of shape %v", "export the model again", options.Multiplier, w, in)
	}
	makes := layer.Window.Positions([2]int{in[0], in[1]}, [2]int{rows, columns})
	if makes[0] < 1 || makes[1] < 1 {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "export the model again", w, in)
	}
	layer.Inputs, layer.Shape = []int{x}, []int{makes[0], makes[1], units}
	if layer.Activation, err = r.fused(options.Activation); err != nil {
		return layer, err
	}
	weights, err := r.weight(o.Inputs[1], false, append([]int{rows, columns}, kernels...)...)
	if err != nil {
		return layer, err
	}
	layer.Weights = []int{weights}
	return layer, r.bias(o, &layer, kernels...)
}
