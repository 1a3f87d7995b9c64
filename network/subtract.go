package network

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// sub lowers X − Y cellwise, Y another value, or a constant, which is added with
// its sign changed.
func (l *lowering) sub(layer *Layer) error {
	if c := layer.Constant; c != nil {
		opposite := *layer
		opposite.Constant = &Constant{Shape: c.Shape, Cells: make([]float32, len(c.Cells))}
		for i, v := range c.Cells {
			opposite.Constant.Cells[i] = -v
		}
		return l.add(&opposite)
	}
	x, y, err := l.pair(layer, nil)
	if err != nil {
		return err
	}
	fx, fy := l.b.Tensor(x.id).Format, l.b.Tensor(y).Format
	if fx.Fraction != fy.Fraction {
		return l.mismatch("operands with %d and %d fraction bits", fx.Fraction, fy.Fraction)
	}
	d, err := ops.Sum(l.b, l.name, []graph.TensorID{x.id, y}, []int64{1, -1}, fx)
	if err != nil {
		return err
	}
	return l.activate(layer, d, x.shape)
}

// subFrom lowers C − X cellwise, C a constant at the fraction bits of X.
func (l *lowering) subFrom(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, true)
	if err != nil {
		return err
	}
	format := l.b.Tensor(x.id).Format
	opposite, err := ops.Sum(l.b, l.name+" opposite", []graph.TensorID{x.id}, []int64{-1}, format)
	if err != nil {
		return err
	}
	c, err := l.constant(layer.Constant, x, format.Fraction)
	if err != nil {
		return err
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindAdd, Inputs: []graph.TensorID{opposite, c}})
	if err != nil {
		return err
	}
	return l.activate(layer, out[0], x.shape)
}

// neg lowers −X.
func (l *lowering) neg(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	y, err := ops.Sum(l.b, l.name, []graph.TensorID{x.id}, []int64{-1}, l.b.Tensor(x.id).Format)
	if err != nil {
		return err
	}
	l.set(y, x.shape)
	return nil
}

// square lowers X·X, rounded.
func (l *lowering) square(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	return l.product(layer, x, x.id)
}
