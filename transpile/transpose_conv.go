package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// transposeConv reads a transposed convolution: its inputs are the shape that it
// makes, weights [units, rows, columns, channels], a value, and maybe a bias.
func (r *reading) transposeConv(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.TransposeConv}
	if err := r.arity(o, 3, 4); err != nil {
		return layer, err
	}
	x, err := r.shaped(o, 2)
	if err != nil {
		return layer, err
	}
	options, _ := o.Options.(tflite.TransposeConvOptions)
	if layer.Window, err = r.window(options.Padding, [2]int32{options.StrideH, options.StrideW}, [2]int32{1, 1}); err != nil {
		return layer, err
	}
	if o.Inputs[1] < 0 {
		return layer, r.refuse("it has no weights", "export the model again")
	}
	w, in, batch := r.g.Tensors[o.Inputs[1]].Shape, r.shapes[x], r.g.Tensors[o.Inputs[2]].Shape[0]
	made, err := r.ints(o, 0)
	if err != nil {
		return layer, err
	}
	if len(w) != 4 || len(in) != 3 || int(w[3]) != in[2] || min(w[0], w[1], w[2]) < 1 {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "export the model again", w, in)
	}
	if len(made) != 4 || made[0] != int64(batch) || made[3] != int64(w[0]) || min(made[1], made[2]) < 1 || max(made[1], made[2]) > graph.MaxSize {
		return layer, r.refuse("it makes pictures of shape %v with weights of shape %v", "export the model again", made, w)
	}
	rows, columns, units := int(w[1]), int(w[2]), int(w[0])
	picture := [2]int{int(made[1]), int(made[2])}
	if at := layer.Window.Positions(picture, [2]int{rows, columns}); !slices.Equal(at[:], in[:2]) {
		return layer, r.refuse("a kernel of %d×%d on pictures of %d×%d stands on %d×%d positions, and samples have %d×%d",
			"make it of the size that the strides say", rows, columns, picture[0], picture[1], at[0], at[1], in[0], in[1])
	}
	layer.Inputs, layer.Shape = []int{x}, []int{picture[0], picture[1], units}
	if layer.Activation, err = r.fused(options.Activation); err != nil {
		return layer, err
	}
	weights, err := r.weight(o.Inputs[1], true, rows, columns, in[2], units)
	if err != nil {
		return layer, err
	}
	layer.Weights = []int{weights}
	return layer, r.biasAt(o, 3, &layer, units)
}
