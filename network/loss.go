package network

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// train appends label, loss, backward pass and updates to the forward graph.
func (l *lowering) train(out value) error {
	c := &l.n.choices
	last := l.n.architecture.Layers[len(l.n.architecture.Layers)-1].Kind
	if last == Softmax && c.Loss == graph.LogisticLoss || last == Logistic && c.Loss == graph.SoftmaxCrossEntropy {
		return fmt.Errorf("loss %s on a model that ends in %s: %w", c.Loss, last, fault.ErrUsage)
	}
	if c.Loss == graph.SoftmaxCrossEntropy && c.Labels == graph.Values {
		return l.trainSequence(out)
	}
	out, err := l.flat(out)
	if err != nil {
		return err
	}
	y := l.b.Tensor(out.id)
	if c.Loss == graph.SoftmaxCrossEntropy && y.Units() < 2 {
		return fmt.Errorf("softmax of one output is always 1; use the logistic loss: %w", fault.ErrUsage)
	}
	format := number.Format{Bits: 2}
	if c.Labels == graph.Values {
		format = number.Format{Bits: 16, Fraction: y.Format.Fraction}
	}
	l.b.Program().Fractions.Label = format.Fraction
	label := l.b.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: y.Axes, Format: format})
	appendLoss := ops.MeanSquaredError
	switch c.Loss {
	case graph.SoftmaxCrossEntropy:
		appendLoss = ops.SoftmaxCrossEntropy
		if off := c.Smoothing; off != 0 {
			if whole := 1 << c.Formats.Error; off < 0 || off > (whole-1)/y.Units() {
				return &fault.Setting{Key: "training.smoothing", Err: fmt.Errorf("%d of %d for each of %d classes leaves nothing of a label: %w", off, whole, y.Units(), fault.ErrUsage)}
			}
			appendLoss = func(b *graph.Builder, z, label graph.TensorID) (prediction, dz graph.TensorID, err error) {
				return ops.SmoothedCrossEntropy(b, z, label, off)
			}
		}
	case graph.LogisticLoss:
		appendLoss = ops.LogisticLoss
	}
	prediction, dz, err := appendLoss(l.b, out.id, label)
	if err != nil {
		return err
	}
	return l.learn(out.id, out.id, dz, prediction)
}

// learn names the ends of the forward pass and appends the backward pass from z,
// which the logits are in other axes.
func (l *lowering) learn(logits, z, dz, prediction graph.TensorID) error {
	c := &l.n.choices
	l.b.Program().Loss = graph.Loss{Kind: c.Loss, Labels: c.Labels, Logits: logits, Prediction: prediction}
	if len(l.b.Program().OfRole(graph.Weight)) == 0 {
		return fmt.Errorf("the model has no weight to train: %w", fault.ErrUnsupported)
	}
	if w := c.Weighed; w != nil {
		var err error
		if dz, err = ops.WeighErrors(l.b, dz, *w); err != nil {
			return err
		}
	}
	return ops.Differentiate(l.b, z, dz)
}

// trainSequence is train for labels that are the number of a class at each position
// of a sample, or −1: the classes are the last axis of what the model makes.
func (l *lowering) trainSequence(out value) error {
	c := &l.n.choices
	classes := out.shape[len(out.shape)-1]
	positions := count(out.shape) / classes
	if classes < 2 || classes > ops.MaxClasses {
		return fmt.Errorf("numbers of %d classes as labels, at each of %d positions, want 2 to %d classes: %w", classes, positions, ops.MaxClasses, fault.ErrUnsupported)
	}
	if c.Smoothing != 0 {
		return &fault.Setting{Key: "training.smoothing", Err: fmt.Errorf("labels that are numbers of classes are not smoothed: %w", fault.ErrUsage)}
	}
	logits, err := l.flat(out)
	if err != nil {
		return err
	}
	z, err := l.laid(out, []int{positions, classes})
	if err != nil {
		return err
	}
	axes := l.b.Tensor(z.id).Axes
	label := l.b.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: axes[:2], Format: number.Format{Bits: 16}})
	prediction, dz, err := ops.SequenceCrossEntropy(l.b, z.id, label)
	if err != nil {
		return err
	}
	whole, err := l.flat(value{id: prediction, shape: []int{positions, classes}})
	if err != nil {
		return err
	}
	return l.learn(logits.id, z.id, dz, whole.id)
}
