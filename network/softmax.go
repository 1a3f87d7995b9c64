package network

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// softmax lowers a softmax over a sample of one axis (others of size 1). At
// the end it is part of the cross-entropy.
func (l *lowering) softmax(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	if classes := x.shape[len(x.shape)-1]; classes != count(x.shape) {
		return l.refuse("softmax over the last axis of samples of shape %v", "use one axis per sample", x.shape)
	}
	if l.last() && l.n.choices.Loss == graph.SoftmaxCrossEntropy {
		l.set(x.id, x.shape)
		return nil
	}
	if x, err = l.flat(x); err != nil {
		return err
	}
	p, err := ops.Softmax(l.b, l.name, x.id, l.n.choices.Formats.Activation)
	if err != nil {
		return err
	}
	l.set(p, x.shape)
	return nil
}
