package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/ops"
)

// conv2D lowers a convolution, its rounding and its fused activation. Weights are
// (kernel rows, kernel columns, channels, units), and Shape is (rows, columns,
// units).
func (l *lowering) conv2D(layer *Layer) error {
	x, err := l.operands(layer, 1, min(max(len(layer.Weights), 1), 2), true, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if len(w) != 4 || len(x.shape) != 3 || w[2] != x.shape[2] {
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
	axes := unitAxes(w)
	return l.multiply(layer, ops.KindConv2D, ops.Sliding(layer.Window.slides()), x, axes)
}
