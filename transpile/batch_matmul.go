package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// batchMatmul reads a product of the matrices of two values, or of a value with
// weights: a fully connected layer on every position, without bias.
func (r *reading) batchMatmul(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.BatchMatmul}
	if err := r.arity(o, 2, 2); err != nil {
		return layer, err
	}
	options, _ := o.Options.(tflite.BatchMatMulOptions)
	if w := o.Inputs[1]; w >= 0 && r.m.IsConstant(&r.g.Tensors[w]) {
		return r.weighted(o, options)
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return layer, err
	}
	y, err := r.shaped(o, 1)
	if err != nil {
		return layer, err
	}
	layer.Inputs = []int{x, y}
	layer.Parameters = []int{0, 0}
	for i, adjoint := range []bool{options.AdjointX, options.AdjointY} {
		if adjoint {
			layer.Parameters[i] = 1
		}
	}
	if layer.Shape = network.Multiplied(r.shapes[x], r.shapes[y], options.AdjointX, options.AdjointY); layer.Shape == nil {
		return layer, r.refuse("the product of samples of shapes %v and %v", "give both operands the same axes before their matrices, and matrices that fit", r.shapes[x], r.shapes[y])
	}
	return layer, nil
}

// weighted reads a product with a constant, which is trained.
func (r *reading) weighted(o *tflite.Operator, options tflite.BatchMatMulOptions) (network.Layer, error) {
	layer := network.Layer{Kind: network.FullyConnected}
	x, err := r.carried(o, 0)
	if err != nil {
		return layer, err
	}
	t, declared := &r.g.Tensors[o.Inputs[1]], r.g.Tensors[o.Inputs[0]].Shape
	last := len(t.Shape) - 2
	if last < 0 || len(t.Shape) > len(declared) || slices.ContainsFunc(t.Shape[:max(last, 0)], func(d int32) bool { return d != 1 }) {
		return layer, r.refuse("constant %s of shape %v for %v", "multiply by one matrix of weights", foreign.Quote(t.Name), t.Shape, declared)
	}
	inputs, units := int(t.Shape[last]), int(t.Shape[last+1])
	if options.AdjointY {
		inputs, units = units, inputs
	}
	in := r.shapes[x]
	if options.AdjointX {
		if x, err = r.shaped(o, 0); err != nil {
			return layer, err
		}
		if len(in) < 2 {
			return layer, r.refuse("it multiplies samples of shape %v the other way round", "keep the batch as axis 0", in)
		}
		in = swapped(in)
		order := make([]int, len(in))
		for i := range order {
			order[i] = i
		}
		x = r.layer(network.Layer{Kind: network.Transpose, Inputs: []int{x}, Parameters: swapped(order), Shape: in})
	}
	if in[len(in)-1] != inputs || units < 1 {
		return layer, r.refuse("constant %s of shape %v for samples of shape %v", "export the model again", foreign.Quote(t.Name), t.Shape, in)
	}
	layer.Inputs, layer.Shape = []int{x}, append(slices.Clone(in[:len(in)-1]), units)
	r.makesRows = r.rows[x]
	w, err := r.weight(o.Inputs[1], options.AdjointY, inputs, units)
	layer.Weights = []int{w}
	return layer, err
}

// swapped returns a list with its last two values the other way round.
func swapped(list []int) []int {
	list = slices.Clone(list)
	last := len(list) - 1
	list[last-1], list[last] = list[last], list[last-1]
	return list
}
