package transpile

import (
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// pad reads cells of 0 around samples.
func (r *reading) pad(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	return r.padded(network.Pad, o)
}

// padV2 reads cells of one value around samples.
func (r *reading) padV2(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 3, 3); err != nil {
		return network.Layer{}, err
	}
	layer, err := r.padded(network.Pad, o)
	if err != nil {
		return layer, err
	}
	if o.Inputs[2] < 0 || !r.m.IsConstant(&r.g.Tensors[o.Inputs[2]]) {
		return layer, r.refuse("the value around samples is computed", "pad with a constant")
	}
	cells, err := r.m.Floats(&r.g.Tensors[o.Inputs[2]])
	if err != nil {
		return layer, err
	}
	if len(cells) != 1 {
		return layer, r.refuse("it pads with %d values", "pad with one", len(cells))
	}
	if cells[0] != 0 {
		layer.Constant = &network.Constant{Cells: cells}
	}
	return layer, nil
}

// mirrorPad reads cells around samples that mirror those inside.
func (r *reading) mirrorPad(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	layer, err := r.padded(network.MirrorPad, o)
	options, _ := o.Options.(tflite.MirrorPadOptions)
	layer.Parameters = append(layer.Parameters, int(options.Mode))
	return layer, err
}

// padded reads the second input of a padding operator: for each axis the cells
// before and after it.
func (r *reading) padded(kind network.Kind, o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: kind}
	x, err := r.shaped(o, 0)
	if err != nil {
		return layer, err
	}
	around, err := r.ints(o, 1)
	if err != nil {
		return layer, err
	}
	from := r.shapes[x]
	if shape := r.g.Tensors[o.Inputs[1]].Shape; len(shape) != 2 || len(around) != 2*(len(from)+r.lead()) || !r.unbatched && (around[0] != 0 || around[1] != 0) {
		return layer, r.refuse("it puts %v cells around samples of shape %v", "leave the batch as it is", around, from)
	}
	layer.Inputs = []int{x}
	around = around[2*r.lead():]
	for i, d := range from {
		before, after := around[2*i], around[2*i+1]
		if before < 0 || after < 0 || before > 1<<20 || after > 1<<20 {
			return layer, r.refuse("it puts %v cells around samples of shape %v", "put 0 to 2^20 cells around an axis", around, from)
		}
		layer.Parameters = append(layer.Parameters, int(before), int(after))
		layer.Shape = append(layer.Shape, int(before)+d+int(after))
	}
	return layer, nil
}
