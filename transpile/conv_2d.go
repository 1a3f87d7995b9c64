package transpile

import (
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// conv2D reads a convolution; a model has its weights as [units, rows, columns,
// channels], with the channels of one group where it is divided into several.
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
	if layer.Window, err = r.window(options.Padding, [2]int32{options.StrideH, options.StrideW}, [2]int32{options.DilationH, options.DilationW}); err != nil {
		return layer, err
	}
	if o.Inputs[1] < 0 {
		return layer, r.refuse("it has no weights", "export the model again")
	}
	w, in := r.g.Tensors[o.Inputs[1]].Shape, r.shapes[x]
	if len(w) != 4 || len(in) != 3 || w[0] < 1 || w[1] < 1 || w[2] < 1 || w[3] < 1 {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "export the model again", w, in)
	}
	units, rows, columns, channels := int(w[0]), int(w[1]), int(w[2]), int(w[3])
	makes := layer.Window.Positions([2]int{in[0], in[1]}, [2]int{rows, columns})
	if in[2]%channels != 0 || units%(in[2]/channels) != 0 || makes[0] < 1 || makes[1] < 1 {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "export the model again", w, in)
	}
	layer.Inputs, layer.Shape = []int{x}, []int{makes[0], makes[1], units}
	if layer.Activation, err = r.fused(options.Activation); err != nil {
		return layer, err
	}
	weights, err := r.weight(o.Inputs[1], true, rows, columns, channels, units)
	if err != nil {
		return layer, err
	}
	layer.Weights = []int{weights}
	return layer, r.bias(o, &layer, units)
}

// window reads how a kernel moves.
func (r *reading) window(padding tflite.Padding, stride, dilation [2]int32) (*network.Window, error) {
	w := &network.Window{
		Stride:   [2]int{int(stride[0]), int(stride[1])},
		Dilation: [2]int{int(dilation[0]), int(dilation[1])},
		Same:     padding == tflite.PaddingSame,
	}
	if !w.Valid() || !w.Same && padding != tflite.PaddingValid {
		return nil, r.refuse("padding %v, strides %d×%d, dilation %d×%d", "padding must be SAME or VALID, strides and dilations from 1 to 2^20",
			padding, stride[0], stride[1], dilation[0], dilation[1])
	}
	return w, nil
}
