package network

import (
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// leakyRelu lowers z or α·z. Its constant is α alone. A table has the values for
// an α from 0 to 1; others may leave 16 bits, and are those of PRELU.
func (l *lowering) leakyRelu(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, true)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	alpha := layer.Constant
	if len(alpha.Shape) != 0 {
		return l.refuse("alpha is %v", "use one for all", alpha.Cells)
	}
	if !(alpha.Cells[0] >= 0 && alpha.Cells[0] <= 1) {
		return l.slopes(layer, x)
	}
	if l.alphas[math.Float32bits(alpha.Cells[0])] = true; len(l.alphas) > maxAlphas {
		return l.refuse("more than %d different alphas", "use fewer, or PRELU", maxAlphas)
	}
	a, err := ops.LeakyRelu(l.b, l.name, x.id, alpha.Cells[0])
	if err != nil {
		return err
	}
	l.set(a, x.shape)
	return nil
}

// prelu lowers z or α ⊙ z, with a public slope α for each cell, or for those that it
// is repeated to.
func (l *lowering) prelu(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, true)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	return l.slopes(layer, x)
}

// slopes appends P − α ⊙ (P − z), P = relu(z): the product is rounded. Its gradient
// is exactly that of z where z is above 0, and the product's elsewhere.
func (l *lowering) slopes(layer *Layer, x value) error {
	f := l.b.Tensor(x.id).Format
	above, err := ops.Activation(l.b, ops.KindRelu, l.name+" above 0", x.id, f.Fraction)
	if err != nil {
		return err
	}
	below, err := ops.Sum(l.b, l.name+" below 0", []graph.TensorID{above, x.id}, []int64{1, -1}, f)
	if err != nil {
		return err
	}
	alpha, err := l.constant(layer.Constant, value{id: below, shape: x.shape}, finest(layer.Constant.Cells))
	if err != nil {
		return err
	}
	product, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindMul, Inputs: []graph.TensorID{below, alpha}})
	if err != nil {
		return err
	}
	rounded, err := ops.Rescale(l.b, l.name+" rounded", product[0], f.Fraction)
	if err != nil {
		return err
	}
	y, err := ops.Sum(l.b, l.name+" value", []graph.TensorID{above, rounded}, []int64{1, -1}, f)
	if err != nil {
		return err
	}
	l.set(y, x.shape)
	return nil
}
