package network

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// batchMatmul lowers products of matrices, the last two axes of two values,
// rounded. Parameters are two bits: whether the first has its last two axes the
// other way round, and the second. Shape is that of the product.
func (l *lowering) batchMatmul(layer *Layer) error {
	x, err := l.operands(layer, 2, 0, true, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	adjoint := layer.Parameters
	if len(adjoint) != 2 || adjoint[0]&^1 != 0 || adjoint[1]&^1 != 0 {
		return l.refuse("parameters %v", "export the model again", adjoint)
	}
	y := l.values[layer.Inputs[1]]
	adjX, adjY := adjoint[0] == 1, adjoint[1] == 1
	if makes := Multiplied(x.shape, y.shape, adjX, adjY); !slices.Equal(makes, layer.Shape) {
		return l.refuse("the product of samples of shapes %v and %v is not of shape %v", "give both operands the same axes before their matrices", x.shape, y.shape, layer.Shape)
	}
	if x, err = l.apart(x); err != nil {
		return err
	}
	if y, err = l.apart(y); err != nil {
		return err
	}
	v, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindBatchMatmul, Inputs: []graph.TensorID{x.id, y.id}, Attributes: ops.Adjoint(adjX, adjY)})
	if err != nil {
		return err
	}
	rounded, err := ops.Rescale(l.b, l.name+" rounded", v[0], min(l.n.choices.Formats.Activation, l.b.Tensor(v[0]).Format.Fraction))
	if err != nil {
		return err
	}
	l.set(rounded, layer.Shape)
	return nil
}

// Multiplied returns the shape of the products of the matrices in samples of two
// shapes, either way round; nil if they do not fit.
func Multiplied(x, y []int, adjX, adjY bool) []int {
	last := len(x) - 2
	if last < 0 || len(y) != len(x) || !slices.Equal(x[:last], y[:last]) {
		return nil
	}
	rows, inner, cols := x[last], x[last+1], y[last+1]
	if adjX {
		rows, inner = inner, rows
	}
	other := y[last]
	if adjY {
		other, cols = cols, other
	}
	if inner != other {
		return nil
	}
	return append(slices.Clone(x[:last]), rows, cols)
}
