package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// concatenation lowers values one after the other along an axis of samples, its
// one parameter, and the fused activation.
func (l *lowering) concatenation(layer *Layer) error {
	if _, err := l.operands(layer, max(1, len(layer.Inputs)), 0, true, false); err != nil {
		return err
	}
	if len(layer.Parameters) != 1 || layer.Parameters[0] < 0 || layer.Parameters[0] >= len(layer.Shape) {
		return l.refuse("axis %v of samples of shape %v", "keep the batch as axis 0", layer.Parameters, layer.Shape)
	}
	axis := layer.Parameters[0]
	node := graph.Node{Name: l.name, Kind: ops.KindConcatenate, Attributes: graph.Attributes{"axis": {int64(axis)}}}
	makes := slices.Clone(layer.Shape)
	makes[axis] = 0
	for _, v := range layer.Inputs {
		x, err := l.apart(l.values[v])
		if err != nil {
			return err
		}
		if len(x.shape) != len(makes) || !slices.Equal(without(x.shape, axis), without(makes, axis)) {
			return l.refuse("samples of shape %v do not fit shape %v along axis %d", "export the model again", x.shape, layer.Shape, axis)
		}
		if f, first := l.b.Tensor(x.id).Format, l.b.Tensor(l.values[layer.Inputs[0]].id).Format; f.Fraction != first.Fraction {
			return l.mismatch("operands with %d and %d fraction bits", first.Fraction, f.Fraction)
		}
		makes[axis] += x.shape[axis]
		node.Inputs = append(node.Inputs, x.id)
	}
	if !slices.Equal(makes, layer.Shape) {
		return l.refuse("it makes samples of shape %v, not %v", "export the model again", makes, layer.Shape)
	}
	if err := l.maps(makes[axis], makes[axis], len(layer.Inputs)*makes[axis]); err != nil { // a map for each input
		return err
	}
	out, err := ops.Append(l.b, node)
	if err != nil {
		return err
	}
	return l.activate(layer, out[0], layer.Shape)
}

// without returns a shape without an axis.
func without(shape []int, axis int) []int { return slices.Delete(slices.Clone(shape), axis, axis+1) }
