package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/ops"
)

// Options are the choices that a model leaves open.
type Options struct {
	Name  string
	Batch int
	// BatchAxis is the axis of the model's input that counts samples; nil: the
	// model tells, by an open or a single leading axis.
	BatchAxis *int
	// Fractions: Label is not read, value labels have the format of the
	// prediction.
	Fractions graph.Fractions
	// RateShift is the k of the rates n/2^k.
	RateShift int
	// Scheduled lets every step have a rate of its own.
	Scheduled bool
	// Loss and Labels, where empty, follow from the model's last operator:
	// SOFTMAX gives cross-entropy with one-hot labels, LOGISTIC the logistic
	// loss with bits, anything else the loss that fits Labels, and the mean
	// squared error with values if that is empty too.
	Loss   graph.LossKind
	Labels graph.LabelKind
	// Frozen names weights of the model that are not trained.
	Frozen []string
}

// DefaultFractions are formats that lose no accuracy on MNIST.
func DefaultFractions() graph.Fractions {
	return graph.Fractions{Feature: 8, Activation: 8, Error: 10, Label: 8}
}

func (o *Options) check() error {
	if o.Batch < 1 || o.Batch > graph.MaxBatch {
		return fmt.Errorf("batch size %d, want 1 to %d: %w", o.Batch, graph.MaxBatch, fault.ErrUsage)
	}
	if o.RateShift < 0 || o.RateShift > number.MaxShift {
		return fmt.Errorf("rate shift %d, want 0 to %d: %w", o.RateShift, number.MaxShift, fault.ErrUsage)
	}
	for _, f := range []struct {
		name string
		bits int
	}{{"features", o.Fractions.Feature}, {"activations", o.Fractions.Activation}, {"errors", o.Fractions.Error}} {
		if f.bits < 0 || f.bits > 14 {
			return fmt.Errorf("--fraction-%s is %d, want 0 to 14: %w", f.name, f.bits, fault.ErrUsage)
		}
	}
	return nil
}

// chooseLoss settles loss and labels; last is the model's final activation,
// "" if it has none.
func (o *Options) chooseLoss(last graph.Kind) (graph.LossKind, graph.LabelKind, error) {
	loss := o.Loss
	if loss == "" {
		switch {
		case last == ops.KindSoftmax:
			loss = graph.SoftmaxCrossEntropy
		case last == ops.KindLogistic:
			loss = graph.LogisticLoss
		case o.Labels == graph.OneHot:
			loss = graph.SoftmaxCrossEntropy
		case o.Labels == graph.Bits:
			loss = graph.LogisticLoss
		default:
			loss = graph.MeanSquaredError
		}
	}
	if last == ops.KindSoftmax && loss == graph.LogisticLoss || last == ops.KindLogistic && loss == graph.SoftmaxCrossEntropy {
		return "", "", fmt.Errorf("loss %s on a model that ends in %s: %w", loss, last, fault.ErrUsage)
	}
	fitting := map[graph.LossKind][]graph.LabelKind{
		graph.SoftmaxCrossEntropy: {graph.OneHot},
		graph.LogisticLoss:        {graph.Bits, graph.OneHot},
		graph.MeanSquaredError:    {graph.Values},
	}[loss]
	if fitting == nil {
		return "", "", fmt.Errorf("loss %q: want %s, %s or %s: %w", loss,
			graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError, fault.ErrUsage)
	}
	if o.Labels == "" {
		return loss, fitting[0], nil
	}
	for _, kind := range fitting {
		if kind == o.Labels {
			return loss, kind, nil
		}
	}
	return "", "", fmt.Errorf("loss %s takes labels %v, not %s: %w", loss, fitting, o.Labels, fault.ErrUsage)
}
