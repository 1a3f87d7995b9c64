package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/ops"
)

// transposeConv lowers a transposed convolution, its rounding and its fused
// activation. Weights are (kernel rows, kernel columns, channels, units), and Shape
// is (rows, columns, units): a picture at whose positions the window stands on the
// sample.
func (l *lowering) transposeConv(layer *Layer) error {
	x, err := l.operands(layer, 1, min(max(len(layer.Weights), 1), 2), true, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if len(w) != 4 || len(x.shape) != 3 || w[2] != x.shape[2] {
		return l.refuse("weights of shape %v on samples of shape %v", "export the model again", w, x.shape)
	}
	s := layer.Shape
	if len(s) != 3 || s[2] != w[3] || !slices.Equal(x.shape[:2], l.positions(layer, w)) {
		return l.refuse("kernels of shape %v make no samples of shape %v of others of shape %v", "export the model again", w, s, x.shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	axes := unitAxes(w)
	rows, columns := layer.Window.slides()
	return l.multiply(layer, ops.KindTransposeConv, ops.Making(rows, columns, [2]int{s[0], s[1]}), x, axes)
}

// positions are those of a layer's window on what it makes.
func (l *lowering) positions(layer *Layer, kernel []int) []int {
	p := layer.Window.Positions([2]int{layer.Shape[0], layer.Shape[1]}, [2]int{kernel[0], kernel[1]})
	return p[:]
}
