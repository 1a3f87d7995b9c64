package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// conv2D lowers a convolution, its rounding and its fused activation. Weights are
// (kernel rows, kernel columns, channels, units), and Shape is (rows, columns,
// units). Where weights have the channels of a part of the picture's, these and the
// units are divided into as many groups, in their order, and each group of units
// reads its own channels.
func (l *lowering) conv2D(layer *Layer) error {
	x, err := l.operands(layer, 1, min(max(len(layer.Weights), 1), 2), true, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if len(w) != 4 || len(x.shape) != 3 || x.shape[2]%w[2] != 0 || w[3]%(x.shape[2]/w[2]) != 0 {
		return l.refuse("weights of shape %v on samples of shape %v", "export the model again", w, x.shape)
	}
	positions := layer.Window.Positions([2]int{x.shape[0], x.shape[1]}, [2]int{w[0], w[1]})
	makes := []int{positions[0], positions[1], w[3]}
	if !slices.Equal(layer.Shape, makes) {
		return l.refuse("it makes samples of shape %v, not %v", "export the model again", makes, layer.Shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	if groups := x.shape[2] / w[2]; groups > 1 {
		return l.conv2DInGroups(layer, x, groups)
	}
	return l.multiply(layer, ops.KindConv2D, ops.Sliding(layer.Window.slides()), x, unitAxes(w))
}

// conv2DInGroups lowers a convolution in groups: channels and units become an axis
// of groups and one within them, and channels stand before groups.
func (l *lowering) conv2DInGroups(layer *Layer, x value, groups int) error {
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	id, err := l.reshaped(x.id, 2, w[2])
	if err != nil {
		return err
	}
	turned, err := ops.Append(l.b, graph.Node{
		Name: l.name + " channels", Kind: ops.KindPermute, Inputs: []graph.TensorID{id}, Attributes: graph.Attributes{"order": {0, 1, 3, 2}},
	})
	if err != nil {
		return err
	}
	node := graph.Node{Name: l.name, Kind: ops.KindGroupedConv2D, Attributes: ops.Sliding(layer.Window.slides()), Inputs: turned}
	axes := unitAxes([]int{w[0], w[1], w[2], groups, w[3] / groups})
	for k, i := range layer.Weights {
		of, want, what := axes, w, "weights"
		if k == 1 {
			of, want, what = axes[3:], w[3:], "bias"
		}
		if shape := l.n.architecture.Weights[i].Shape; !slices.Equal(shape, want) {
			return l.refuse("%s of shape %v do not fit %v", "export the model again", what, shape, want)
		}
		weight, err := l.weightOver(i, l.b.Tensor(x.id).Format.Fraction, what, of)
		if err != nil {
			return err
		}
		node.Inputs = append(node.Inputs, weight)
	}
	y, err := l.rounded(node)
	if err != nil {
		return err
	}
	if y, err = l.reshaped(y, 2, 0); err != nil {
		return err
	}
	return l.activate(layer, y, layer.Shape)
}
