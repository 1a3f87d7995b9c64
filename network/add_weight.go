package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// addWeight lowers the sum of a value and a weight over its last axes, as a table
// of positions is, its rounding and its fused activation.
func (l *lowering) addWeight(layer *Layer) error {
	x, err := l.operands(layer, 1, 1, false, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if first := len(x.shape) - len(w); first < 0 || !slices.Equal(x.shape[first:], w) {
		return l.refuse("a weight of shape %v added to samples of shape %v", "give it the last axes of the sample", w, x.shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	axes := unitAxes(w)
	id, err := l.weight(layer.Weights[0], l.b.Tensor(x.id).Format.Fraction, "added", axes)
	if err != nil {
		return err
	}
	y, err := l.rounded(graph.Node{Name: l.name, Kind: ops.KindAddWeight, Inputs: []graph.TensorID{x.id, id}})
	if err != nil {
		return err
	}
	return l.activate(layer, y, x.shape)
}
