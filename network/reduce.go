package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// maxDivisor bounds the cells of a mean (ops.KindConstantDivision).
const maxDivisor = 1 << 16

// mean lowers the mean over axes of samples, which are its parameters, rounded
// half up.
func (l *lowering) mean(layer *Layer) error {
	x, maps, cells, err := l.reduced(layer)
	if err != nil {
		return err
	}
	if cells > maxDivisor {
		return l.refuse("a mean of %d cells", "take the mean of at most 2^16", cells)
	}
	if l.values[layer.Inputs[0]].sum != nil {
		return l.meanOfSum(layer, x)
	}
	y, err := l.added(l.name, x.id, cells, maps...)
	if err != nil {
		return err
	}
	return l.made(layer, value{id: y, shape: l.axesOf(value{id: y})})
}

// sum lowers the sum over axes of samples, which are its parameters.
func (l *lowering) sum(layer *Layer) error {
	x, maps, _, err := l.reduced(layer)
	if err != nil {
		return err
	}
	y, err := l.added(l.name, x.id, 1, maps...)
	if err != nil {
		return err
	}
	return l.made(layer, value{id: y, shape: l.axesOf(value{id: y})})
}

// reduced checks a reduction and returns its input, laid apart, with the maps that
// add up its axes, and how many cells they add.
func (l *lowering) reduced(layer *Layer) (x value, maps []ops.AxisMap, cells int, err error) {
	axes := layer.Parameters
	if x, err = l.alone(layer, len(axes)); err != nil {
		return x, nil, 0, err
	}
	cells = 1
	for i, axis := range axes {
		if axis < 0 || axis >= len(x.shape) || i > 0 && axis <= axes[i-1] {
			return x, nil, 0, l.refuse("axes %v of samples of shape %v", "name axes after the batch, ascending", axes, x.shape)
		}
		if err := l.maps(x.shape[axis], x.shape[axis], 1); err != nil {
			return x, nil, 0, err
		}
		m := ops.AxisMap{Axis: axis, Size: 1}
		for j := range x.shape[axis] {
			m.Entries = append(m.Entries, entry(0, j))
		}
		maps, cells = append(maps, m), cells*x.shape[axis]
	}
	if len(maps) == 0 {
		return x, nil, 0, l.refuse("it reduces no axis", "leave it out")
	}
	return x, maps, cells, nil
}

// reduceMax lowers the largest cell along axes of samples, which are its
// parameters: of each axis the larger of what two halves hold, until one is left.
// Of equal cells the first one has the gradient.
func (l *lowering) reduceMax(layer *Layer) error {
	x, maps, _, err := l.reduced(layer)
	if err != nil {
		return err
	}
	// The last axis first, so that of equal cells the first in order is chosen.
	for _, m := range slices.Backward(maps) {
		for size := x.shape[m.Axis]; size > 1; size = (size + 1) / 2 {
			if err := l.maps(size, 2*size, size); err != nil { // two of half the entries
				return err
			}
			first := ops.AxisMap{Axis: m.Axis, Size: (size + 1) / 2}
			second := first
			for o := range first.Size {
				first.Entries = append(first.Entries, entry(o, 2*o))
				second.Entries = append(second.Entries, entry(o, min(2*o+1, size-1)))
			}
			if x.id, err = l.larger(x.id, first, second); err != nil {
				return err
			}
		}
	}
	return l.made(layer, value{id: x.id, shape: l.axesOf(x)})
}

// larger returns the larger of what two maps of one axis select.
func (l *lowering) larger(x graph.TensorID, first, second ops.AxisMap) (graph.TensorID, error) {
	var operands []graph.TensorID
	for _, m := range []ops.AxisMap{first, second} {
		id, err := ops.MapAxes(l.b, l.name+" operand", x, 0, m)
		if err != nil {
			return graph.None, err
		}
		operands = append(operands, id)
	}
	return l.maximumOf(operands[0], operands[1])
}

// maximumOf appends the larger of two tensors, cell by cell.
func (l *lowering) maximumOf(a, b graph.TensorID) (graph.TensorID, error) {
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindMaximum, Inputs: []graph.TensorID{a, b}})
	if err != nil {
		return graph.None, err
	}
	return out[0], nil
}
