package network

import "github.com/zkaudit/zkaudit/ops"

// leakyRelu lowers z or α·z. Its constant is α alone.
func (l *lowering) leakyRelu(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, true)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	alpha := layer.Constant
	if len(alpha.Shape) != 0 || !(alpha.Cells[0] >= 0 && alpha.Cells[0] <= 1) {
		return l.refuse("alpha is %v", "only one from 0 to 1 can be proven", alpha.Cells)
	}
	a, err := ops.LeakyRelu(l.b, l.name, x.id, alpha.Cells[0])
	if err != nil {
		return err
	}
	l.set(a, x.shape)
	return nil
}
