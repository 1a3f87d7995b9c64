package network

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// maximum lowers the larger or the smaller of X and Y cellwise, Y another value
// or a constant at the fraction bits of X.
func (l *lowering) maximum(layer *Layer) error {
	x, y, err := l.pair(layer, func(x number.Format, _ []float32) int { return x.Fraction })
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	if fx, fy := l.b.Tensor(x.id).Format.Fraction, l.b.Tensor(y).Format.Fraction; fx != fy {
		return l.mismatch("operands with %d and %d fraction bits", fx, fy)
	}
	kind := ops.KindMaximum
	if layer.Kind == Minimum {
		kind = ops.KindMinimum
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: kind, Inputs: []graph.TensorID{x.id, y}})
	if err != nil {
		return err
	}
	l.set(out[0], x.shape)
	return nil
}
