package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// depthwiseConv2D lowers a convolution of channels apart, its rounding and its
// fused activation. Weights are (kernel rows, kernel columns, channels), a bias
// (channels), and both have one more axis where channels have several kernels;
// Shape is (rows, columns, channels · kernels).
func (l *lowering) depthwiseConv2D(layer *Layer) error {
	x, err := l.operands(layer, 1, min(max(len(layer.Weights), 1), 2), true, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	several := len(w) == 4
	if len(w) != 3 && !several || len(x.shape) != 3 || w[2] != x.shape[2] || several && w[3] == 1 {
		return l.refuse("weights of shape %v on samples of shape %v", "export the model again", w, x.shape)
	}
	positions := layer.Window.Positions([2]int{x.shape[0], x.shape[1]}, [2]int{w[0], w[1]})
	makes := []int{positions[0], positions[1], count(w[2:])}
	if !slices.Equal(layer.Shape, makes) {
		return l.refuse("it makes samples of shape %v, not %v", "export the model again", makes, layer.Shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	axes := unitAxes(w)
	rows, columns := layer.Window.slides()
	y, err := l.contract(layer, ops.KindDepthwiseConv2D, ops.Depthwise(rows, columns, several), x, axes, axes[2:])
	if err != nil {
		return err
	}
	if several {
		merged, err := ops.Append(l.b, graph.Node{
			Name: l.name + " channels", Kind: ops.KindReshape, Inputs: []graph.TensorID{y}, Attributes: graph.Attributes{"axis": {2}, "size": {0}},
		})
		if err != nil {
			return err
		}
		y = merged[0]
	}
	return l.activate(layer, y, layer.Shape)
}
