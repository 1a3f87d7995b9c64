package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// concatenation reads values one after the other along an axis.
func (r *reading) concatenation(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.Concatenation}
	options, _ := o.Options.(tflite.ConcatenationOptions)
	var err error
	if layer.Activation, err = r.fused(options.Activation); err != nil {
		return layer, err
	}
	var axis int
	for i := range o.Inputs {
		x, err := r.shaped(o, i)
		if err != nil {
			return layer, err
		}
		shape := r.shapes[x]
		at, ok := r.axis(int64(options.Axis), len(shape)+r.lead())
		if !ok {
			return layer, r.refuse("it joins samples of shape %v along axis %d", "keep the batch as axis 0", shape, options.Axis)
		}
		layer.Inputs = append(layer.Inputs, x)
		if i == 0 {
			axis, layer.Shape = at, slices.Clone(shape)
			continue
		}
		if len(shape) != len(layer.Shape) || at != axis {
			return layer, r.refuse("it joins samples of shapes %v and %v", "export the model again", layer.Shape, shape)
		}
		layer.Shape[axis] += shape[axis]
	}
	if len(layer.Inputs) == 0 {
		return layer, r.refuse("it has no inputs", "export the model again")
	}
	layer.Parameters = []int{axis}
	return layer, nil
}

// pack reads values of one shape along a new axis.
func (r *reading) pack(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.Concatenation}
	options, _ := o.Options.(tflite.PackOptions)
	for i := range o.Inputs {
		x, err := r.shaped(o, i)
		if err != nil {
			return layer, err
		}
		shape := r.shapes[x]
		at, ok := r.axis(int64(options.Axis), len(shape)+1+r.lead())
		if !ok {
			return layer, r.refuse("it packs samples of shape %v along axis %d", "keep the batch as axis 0", shape, options.Axis)
		}
		one := slices.Insert(slices.Clone(shape), at, 1)
		layer.Parameters = []int{at}
		if layer.Shape == nil {
			layer.Shape = slices.Clone(one)
			layer.Shape[at] = len(o.Inputs)
		}
		layer.Inputs = append(layer.Inputs, r.layer(network.Layer{Kind: network.Reshape, Inputs: []int{x}, Shape: one}))
	}
	if int(options.Values) != len(o.Inputs) || len(o.Inputs) == 0 {
		return layer, r.refuse("it packs %d values and has %d inputs", "export the model again", options.Values, len(o.Inputs))
	}
	return layer, nil
}
