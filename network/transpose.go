package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// transpose lowers a new order of the axes of samples: axis i of Shape is axis
// Parameters[i] of the input.
func (l *lowering) transpose(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, true, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	order := layer.Parameters
	if len(order) != len(x.shape) {
		return l.refuse("order %v of samples of shape %v", "export the model again", order, x.shape)
	}
	var axes []int64
	var shape []int
	for _, axis := range order {
		if axis < 0 || axis >= len(x.shape) {
			return l.refuse("order %v of samples of shape %v", "export the model again", order, x.shape)
		}
		axes, shape = append(axes, int64(axis)), append(shape, x.shape[axis])
	}
	if !slices.Equal(shape, layer.Shape) {
		return l.refuse("it makes samples of shape %v, not %v", "export the model again", shape, layer.Shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	out, err := ops.Append(l.b, graph.Node{
		Name: l.name, Kind: ops.KindPermute, Inputs: []graph.TensorID{x.id}, Attributes: graph.Attributes{"order": axes},
	})
	if err != nil {
		return err
	}
	l.set(out[0], shape)
	return nil
}
