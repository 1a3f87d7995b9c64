package transpile

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

func (r *reading) resizeNearest(o *tflite.Operator) (network.Layer, error) {
	options, _ := o.Options.(tflite.ResizeNearestOptions)
	return r.resized(network.ResizeNearest, o, options.AlignCorners, options.HalfPixelCenters)
}

func (r *reading) resizeBilinear(o *tflite.Operator) (network.Layer, error) {
	options, _ := o.Options.(tflite.ResizeBilinearOptions)
	return r.resized(network.ResizeBilinear, o, options.AlignCorners, options.HalfPixelCenters)
}

// resized reads a picture of another size, which is its second input.
func (r *reading) resized(kind network.Kind, o *tflite.Operator, align, center bool) (network.Layer, error) {
	layer := network.Layer{Kind: kind}
	if err := r.arity(o, 2, 2); err != nil {
		return layer, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return layer, err
	}
	size, err := r.ints(o, 1)
	if err != nil {
		return layer, err
	}
	in := r.shapes[x]
	if len(in) != 3 || len(size) != 2 || min(size[0], size[1]) < 1 || max(size[0], size[1]) > graph.MaxBatch || align && center {
		return layer, r.refuse("it resizes samples of shape %v to %v, corners aligned: %t, centres: %t", "export the model again", in, size, align, center)
	}
	flag := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	layer.Inputs, layer.Shape = []int{x}, []int{int(size[0]), int(size[1]), in[2]}
	layer.Parameters = []int{flag(align), flag(center)}
	return layer, nil
}
