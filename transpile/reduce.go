package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// reduce reads an operator that makes one cell of those along some axes.
func reduce(kind network.Kind) func(*reading, *tflite.Operator) (network.Layer, error) {
	return func(r *reading, o *tflite.Operator) (network.Layer, error) {
		layer := network.Layer{Kind: kind}
		if err := r.arity(o, 2, 2); err != nil {
			return layer, err
		}
		x, err := r.shaped(o, 0)
		if err != nil {
			return layer, err
		}
		layer.Inputs = []int{x}
		if layer.Parameters, err = r.axes(o, 1, r.shapes[x]); err != nil {
			return layer, err
		}
		options, _ := o.Options.(tflite.ReducerOptions)
		for i, size := range r.shapes[x] {
			switch {
			case !slices.Contains(layer.Parameters, i):
				layer.Shape = append(layer.Shape, size)
			case options.KeepDims:
				layer.Shape = append(layer.Shape, 1)
			}
		}
		if len(layer.Shape) == 0 {
			return layer, r.refuse("it leaves samples of shape %v no axis", "keep one (keep_dims)", r.shapes[x])
		}
		return layer, nil
	}
}

// axes returns the axes of samples that input i names, ascending.
func (r *reading) axes(o *tflite.Operator, i int, shape []int) (axes []int, err error) {
	stated, err := r.ints(o, i)
	if err != nil {
		return nil, err
	}
	for _, axis := range stated {
		at, ok := r.axis(axis, len(shape)+r.lead())
		if !ok {
			return nil, r.refuse("axis %d of samples of shape %v", "keep the batch as axis 0", axis, shape)
		}
		axes = append(axes, at)
	}
	slices.Sort(axes)
	if axes = slices.Compact(axes); len(axes) == 0 {
		return nil, r.refuse("it names no axis", "leave the operator out")
	}
	return axes, nil
}
