package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// fullyConnected lowers V = X·W + b, its rounding and its fused activation. It
// multiplies a whole sample, and Shape is (units) or (1, …, 1, units); or every
// position of a sample with several axes, and Shape is (positions…, units).
func (l *lowering) fullyConnected(layer *Layer) error {
	x, err := l.operands(layer, 1, min(max(len(layer.Weights), 1), 2), true, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if len(w) != 2 {
		return l.refuse("weights of shape %v", "export the model again", w)
	}
	inputs, units := w[0], w[1]
	last := len(x.shape) - 1
	everywhere := count(x.shape[:last]) > 1 && x.shape[last] == inputs && slices.Equal(layer.Shape, append(slices.Clone(x.shape[:last]), units))
	if !everywhere && (count(x.shape) != inputs || layer.Shape[len(layer.Shape)-1] != units || count(layer.Shape) != units) {
		return l.refuse("%d inputs and %d units make samples of shape %v of others of shape %v",
			"keep the axes of the sample, or flatten it before the layer", inputs, units, layer.Shape, x.shape)
	}
	lay := l.flat
	if everywhere {
		lay = l.apart
	}
	if x, err = lay(x); err != nil {
		return err
	}
	axes := l.b.Tensor(x.id).Axes
	return l.multiply(layer, ops.KindFullyConnected, ops.Positions(len(axes)-2), x, []relation.Axis{axes[len(axes)-1], ops.Units(units)})
}

// multiply appends an operator with weights of the given axes, the last one of
// units, and a bias if the layer has one; its rounding; and its fused activation.
func (l *lowering) multiply(layer *Layer, kind graph.Kind, a graph.Attributes, x value, weights []relation.Axis) error {
	y, err := l.contract(layer, kind, a, x, weights, weights[len(weights)-1:])
	if err != nil {
		return err
	}
	return l.activate(layer, y, layer.Shape)
}

// contract appends an operator with weights of the given axes, a bias of others if
// the layer has one, and its rounding.
func (l *lowering) contract(layer *Layer, kind graph.Kind, a graph.Attributes, x value, weights, bias []relation.Axis) (graph.TensorID, error) {
	f := l.b.Tensor(x.id).Format.Fraction
	node := graph.Node{Name: l.name, Kind: kind, Attributes: a, Inputs: []graph.TensorID{x.id}}
	for k, axes := range [][]relation.Axis{weights, bias}[:len(layer.Weights)] {
		id, err := l.weight(layer.Weights[k], f, []string{"weights", "bias"}[k], axes)
		if err != nil {
			return graph.None, err
		}
		node.Inputs = append(node.Inputs, id)
	}
	return l.rounded(node)
}

// rounded appends an operator that makes an accumulator, and its rounding.
func (l *lowering) rounded(node graph.Node) (graph.TensorID, error) {
	v, err := ops.Append(l.b, node)
	if err != nil {
		return graph.None, err
	}
	return ops.Rescale(l.b, l.name+" rounded", v[0], l.n.choices.Formats.Activation)
}

// weight adds a weight of a layer whose input has fx fraction bits, or returns
// it if another layer has it already.
func (l *lowering) weight(i, fx int, what string, axes []relation.Axis) (graph.TensorID, error) {
	if shape := l.n.architecture.Weights[i].Shape; !slices.EqualFunc(shape, axes, func(d int, a relation.Axis) bool { return d == a.Size }) {
		return graph.None, l.refuse("%s of shape %v do not fit %v", "export the model again", what, shape, axes)
	}
	return l.weightOver(i, fx, what, axes)
}

// weightOver is weight for axes with as many cells as the weight's shape, in the
// same order.
func (l *lowering) weightOver(i, fx int, what string, axes []relation.Axis) (graph.TensorID, error) {
	c := &l.n.choices
	fraction := fx + c.Formats.Error + l.b.Program().Optimizer.Shift
	if fraction > number.MaxFraction {
		return graph.None, l.refuse("weights would need %d fraction bits, at most %d fit", "raise the learning rate, or lower the fraction bits", fraction, number.MaxFraction)
	}
	if id := l.weights[i]; id != graph.None {
		if l.b.Tensor(id).Format.Fraction != fraction {
			return graph.None, l.mismatch("weight %d is shared by layers whose inputs have different formats", i)
		}
		if !slices.EqualFunc(l.b.Tensor(id).Axes, axes, func(a, b relation.Axis) bool { return a.Size == b.Size }) {
			return graph.None, l.refuse("weight %d is shared by layers that read it along different axes", "give each a weight of its own", i)
		}
		return id, nil
	}
	role := graph.Weight
	if slices.Contains(c.Frozen, i) {
		role = graph.Frozen
	}
	l.weights[i] = l.b.Add(graph.Tensor{Name: l.name + " " + what, Role: role, Axes: axes, Format: number.Format{Bits: 63, Fraction: fraction}})
	return l.weights[i], nil
}

// unitAxes are the axes of a weight of the given shape.
func unitAxes(shape []int) []relation.Axis {
	axes := make([]relation.Axis, len(shape))
	for i, size := range shape {
		axes[i] = ops.Units(size)
	}
	return axes
}
