package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// squeeze reads an operator that removes axes of size 1: those that it names, or
// all.
func (r *reading) squeeze(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 1, 1); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	from := r.shapes[x]
	options, _ := o.Options.(tflite.SqueezeOptions)
	gone := make([]bool, len(from))
	for _, axis := range options.Dims {
		at, ok := r.axis(int64(axis), len(from)+r.lead())
		if !ok || from[at] != 1 {
			return network.Layer{}, r.refuse("it removes axis %d of samples of shape %v", "keep the batch and axes of more than one cell", axis, from)
		}
		gone[at] = true
	}
	if len(options.Dims) == 0 {
		if !r.unbatched { // an interpreter would remove a batch of one as well
			return network.Layer{}, r.refuse("it removes all axes of size 1, the batch among them where it is one", "name the axes that it removes")
		}
		for i, d := range from {
			gone[i] = d == 1
		}
	}
	var shape []int
	for i, d := range from {
		if !gone[i] {
			shape = append(shape, d)
		}
	}
	if len(shape) == 0 {
		return network.Layer{}, r.refuse("it leaves samples of shape %v no axis", "keep one", from)
	}
	return network.Layer{Kind: network.Reshape, Inputs: []int{x}, Shape: shape}, nil
}

// expandDims reads an operator that adds an axis of size 1.
func (r *reading) expandDims(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	axis, err := r.ints(o, 1)
	if err != nil {
		return network.Layer{}, err
	}
	from := r.shapes[x]
	if len(axis) != 1 {
		return network.Layer{}, r.refuse("it adds axes %v", "add one", axis)
	}
	at, ok := r.axis(axis[0], len(from)+1+r.lead())
	if !ok {
		return network.Layer{}, r.refuse("it adds axis %d to samples of shape %v", "keep the batch as axis 0", axis[0], from)
	}
	return network.Layer{Kind: network.Reshape, Inputs: []int{x}, Shape: slices.Insert(slices.Clone(from), at, 1)}, nil
}

// transpose reads an operator that reorders the axes of samples.
func (r *reading) transpose(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	order, err := r.ints(o, 1)
	if err != nil {
		return network.Layer{}, err
	}
	from := r.shapes[x]
	if len(order) != len(from)+r.lead() || !r.unbatched && order[0] != 0 && order[0] != -int64(len(order)) {
		return network.Layer{}, r.refuse("it puts the axes of samples of shape %v in the order %v", "keep the batch as axis 0", from, order)
	}
	used := make([]bool, len(from))
	layer := network.Layer{Kind: network.Transpose, Inputs: []int{x}}
	for _, axis := range order[r.lead():] {
		at, ok := r.axis(axis, len(order))
		if !ok || used[at] {
			return network.Layer{}, r.refuse("%v is no order of axes", "export the model again", order)
		}
		used[at] = true
		layer.Parameters, layer.Shape = append(layer.Parameters, at), append(layer.Shape, from[at])
	}
	return layer, nil
}

// shaped returns the value of an input of an operator that counts its axes: it
// must be declared as it is made, with all axes of size 1.
func (r *reading) shaped(o *tflite.Operator, i int) (int, error) {
	x, err := r.activation(o, i)
	if err != nil {
		return 0, err
	}
	if declared := r.g.Tensors[o.Inputs[i]].Shape; len(declared) != len(r.shapes[x])+r.lead() {
		return 0, r.refuse("its input is declared as %v, and made of samples of shape %v", "export the model again", declared, r.shapes[x])
	}
	return x, nil
}

// ints returns the integers of input i, which must be a constant.
func (r *reading) ints(o *tflite.Operator, i int) ([]int64, error) {
	if o.Inputs[i] < 0 || !r.m.IsConstant(&r.g.Tensors[o.Inputs[i]]) {
		return nil, r.refuse("input %d is not constant", "convert with a concrete input shape", i)
	}
	r.integers[o.Inputs[i]] = true
	return r.m.Ints(&r.g.Tensors[o.Inputs[i]])
}

// reverse reads samples with some axes the other way round.
func (r *reading) reverse(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.Reverse}
	if err := r.arity(o, 2, 2); err != nil {
		return layer, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return layer, err
	}
	layer.Inputs, layer.Shape = []int{x}, r.shapes[x]
	layer.Parameters, err = r.axes(o, 1, r.shapes[x])
	return layer, err
}

// broadcastTo reads samples repeated along axes of size 1.
func (r *reading) broadcastTo(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	to, err := r.ints(o, 1)
	if err != nil {
		return network.Layer{}, err
	}
	from, batch := r.shapes[x], int64(r.g.Tensors[o.Inputs[0]].Shape[0])
	shape, fits := []int{}, len(to) == len(from)+r.lead() && (r.unbatched || to[0] == batch)
	for i := 0; fits && i < len(from); i++ {
		d := to[r.lead()+i]
		fits = d == int64(from[i]) || from[i] == 1 && d > 1 && d <= graph.MaxSize
		shape = append(shape, int(d))
	}
	if !fits {
		return network.Layer{}, r.refuse("it repeats samples of shape %v to %v", "keep the batch, and the number of axes", from, to)
	}
	return network.Layer{Kind: network.BroadcastTo, Inputs: []int{x}, Shape: shape}, nil
}

// blocks reads an operator that moves blocks of a picture; shape gives what it
// makes of one, nil if it does not fit.
func blocks(kind network.Kind, shape func(in []int, b int) []int) func(*reading, *tflite.Operator) (network.Layer, error) {
	return func(r *reading, o *tflite.Operator) (network.Layer, error) {
		layer := network.Layer{Kind: kind}
		if err := r.arity(o, 1, 1); err != nil {
			return layer, err
		}
		x, err := r.shaped(o, 0)
		if err != nil {
			return layer, err
		}
		options, _ := o.Options.(tflite.BlockOptions)
		b := int(options.Size)
		layer.Inputs, layer.Parameters = []int{x}, []int{b}
		if in := r.shapes[x]; len(in) == 3 && b >= 1 && b <= 1<<10 {
			layer.Shape = shape(in, b)
		}
		if layer.Shape == nil {
			return layer, r.refuse("blocks of %d on samples of shape %v", "export the model again", b, r.shapes[x])
		}
		return layer, nil
	}
}

func toDepth(in []int, b int) []int {
	if in[0]%b != 0 || in[1]%b != 0 {
		return nil
	}
	return []int{in[0] / b, in[1] / b, in[2] * b * b}
}

func toSpace(in []int, b int) []int {
	if in[2]%(b*b) != 0 {
		return nil
	}
	return []int{in[0] * b, in[1] * b, in[2] / (b * b)}
}
