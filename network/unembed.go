package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// unembed lowers a layer that makes a unit of each row of a table, at every
// position: the head of a model that shares its embedding's. Weights are the table
// (rows, width), and Shape is (positions…, rows).
func (l *lowering) unembed(layer *Layer) error {
	x, err := l.operands(layer, 1, 1, true, false)
	if err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	last := len(x.shape) - 1
	if len(w) != 2 || x.shape[last] != w[1] || !slices.Equal(layer.Shape, append(slices.Clone(x.shape[:last]), w[0])) {
		return l.refuse("a table of shape %v makes samples of shape %v of others of shape %v", "export the model again", w, layer.Shape, x.shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	axes, err := l.rows(w)
	if err != nil {
		return err
	}
	table, err := l.weightOver(layer.Weights[0], l.b.Tensor(x.id).Format.Fraction, "table", axes)
	if err != nil {
		return err
	}
	y, err := l.rounded(graph.Node{Name: l.name, Kind: ops.KindUnembed, Attributes: ops.Transposed(last, len(axes)-1), Inputs: []graph.TensorID{x.id, table}})
	if err != nil {
		return err
	}
	return l.activate(layer, y, layer.Shape)
}

// rows are the axes of a table of the given shape: the digits of a row's number,
// and the width.
func (l *lowering) rows(shape []int) (axes []relation.Axis, err error) {
	digits, err := l.digits(shape[0])
	for _, size := range append(digits, shape[1]) {
		axes = append(axes, ops.Units(size))
	}
	return axes, err
}
