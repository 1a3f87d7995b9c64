package network

import (
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// transpose lowers a new order of the axes of samples: axis i of Shape is axis
// Constant[i] of the input.
func (l *lowering) transpose(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, true, true)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	cells := layer.Constant.Cells
	if !slices.Equal(layer.Constant.Shape, []int{len(x.shape)}) {
		return l.refuse("order %v of samples of shape %v", "export the model again", cells, x.shape)
	}
	var order []int64
	var shape []int
	for _, v := range cells {
		axis := 0
		for axis < len(x.shape) && math.Float32bits(float32(axis)) != math.Float32bits(v) {
			axis++
		}
		if axis == len(x.shape) {
			return l.refuse("order %v of samples of shape %v", "export the model again", cells, x.shape)
		}
		order, shape = append(order, int64(axis)), append(shape, x.shape[axis])
	}
	if !slices.Equal(shape, layer.Shape) {
		return l.refuse("it makes samples of shape %v, not %v", "export the model again", shape, layer.Shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	out, err := ops.Append(l.b, graph.Node{
		Name: l.name, Kind: ops.KindPermute, Inputs: []graph.TensorID{x.id}, Attributes: graph.Attributes{"order": order},
	})
	if err != nil {
		return err
	}
	l.set(out[0], shape)
	return nil
}
