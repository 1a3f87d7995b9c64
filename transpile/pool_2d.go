package transpile

import (
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// pool2D reads a pooling operator.
func pool2D(kind network.Kind) func(*reading, *tflite.Operator) (network.Layer, error) {
	return func(r *reading, o *tflite.Operator) (network.Layer, error) {
		layer := network.Layer{Kind: kind}
		if err := r.arity(o, 1, 1); err != nil {
			return layer, err
		}
		x, err := r.shaped(o, 0)
		if err != nil {
			return layer, err
		}
		options, _ := o.Options.(tflite.Pool2DOptions)
		layer.Window = &network.Window{
			Stride: [2]int{int(options.StrideH), int(options.StrideW)}, Dilation: [2]int{1, 1},
			Same: options.Padding == tflite.PaddingSame,
		}
		filter, in := [2]int{int(options.FilterH), int(options.FilterW)}, r.shapes[x]
		if !layer.Window.Valid() || !layer.Window.Same && options.Padding != tflite.PaddingValid || min(filter[0], filter[1]) < 1 || len(in) != 3 {
			return layer, r.refuse("filter %d×%d, padding %v, strides %d×%d on samples of shape %v", "export the model again",
				filter[0], filter[1], options.Padding, options.StrideH, options.StrideW, in)
		}
		makes := layer.Window.Positions([2]int{in[0], in[1]}, filter)
		if makes[0] < 1 || makes[1] < 1 {
			return layer, r.refuse("a filter of %d×%d on samples of shape %v", "export the model again", filter[0], filter[1], in)
		}
		layer.Inputs, layer.Shape, layer.Parameters = []int{x}, []int{makes[0], makes[1], in[2]}, filter[:]
		layer.Activation, err = r.fused(options.Activation)
		return layer, err
	}
}
