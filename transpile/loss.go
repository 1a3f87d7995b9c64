package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/ops"
)

// train appends label, loss, backward pass and updates to the forward graph.
func (l *lowering) train(out value) error {
	kind, labels := l.loss, l.labels
	y := l.b.Tensor(out.id)
	if kind == graph.SoftmaxCrossEntropy && y.Units() < 2 {
		return fmt.Errorf("softmax of one output is always 1; use the logistic loss: %w", fault.ErrUsage)
	}
	format := number.Format{Bits: 2}
	if labels == graph.Values {
		format = number.Format{Bits: 16, Fraction: y.Format.Fraction}
	}
	l.b.Program().Fractions.Label = format.Fraction
	label := l.b.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: y.Axes, Format: format})
	appendLoss := ops.MeanSquaredError
	switch kind {
	case graph.SoftmaxCrossEntropy:
		appendLoss = ops.SoftmaxCrossEntropy
	case graph.LogisticLoss:
		appendLoss = ops.LogisticLoss
	}
	prediction, dz, err := appendLoss(l.b, out.id, label)
	if err != nil {
		return err
	}
	l.b.Program().Loss = graph.Loss{Kind: kind, Labels: labels, Logits: out.id, Prediction: prediction}
	if len(l.b.Program().OfRole(graph.Weight)) == 0 {
		return fmt.Errorf("the model has no weight to train: %w", fault.ErrUnsupported)
	}
	return ops.Differentiate(l.b, out.id, dz)
}
