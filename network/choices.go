package network

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// maxFraction bounds the fraction bits of 16-bit values.
const maxFraction = 14

// Formats are the fraction bits of a step's 16-bit values. Those of weights
// and labels follow.
type Formats struct {
	Feature    int // f_x, of the dataset's features
	Activation int // f_a
	Error      int // f_g
}

// Choices are what an architecture leaves open about its training.
type Choices struct {
	Batch     int // B
	Formats   Formats
	RateShift int  // k of the rates n/2^k
	Scheduled bool // every step has a rate of its own
	Loss      graph.LossKind
	Labels    graph.LabelKind
	Frozen    []int // weights that are not trained, ascending
	// Clip is the limit of the errors of layers with weights, cell by cell, at f_g
	// fraction bits; 0: they are not clipped.
	Clip int
	// Smoothing is what each class gets of a label, at f_g fraction bits; 0: labels
	// are not smoothed. See ops.SmoothedCrossEntropy.
	Smoothing int
	// Momentum, unless it is nil, makes an update take gradients of steps before.
	Momentum *Momentum
	// Decay, unless it is nil, takes from every trained weight at the end of a segment.
	Decay *graph.Decay
	// Weighed, unless it is nil, multiplies the error of each sample by what an
	// attribute of its row says.
	Weighed *ops.Weighed
}

func (c *Choices) check(weights int) error {
	if c.Batch < 1 || c.Batch > graph.MaxBatch {
		return &fault.Setting{Key: "training.batch", Err: fmt.Errorf("%d, want 1 to %d: %w", c.Batch, graph.MaxBatch, fault.ErrUsage)}
	}
	if c.RateShift < 0 || c.RateShift > number.MaxShift {
		return fmt.Errorf("rate shift %d, want 0 to %d: %w", c.RateShift, number.MaxShift, fault.ErrUsage)
	}
	for _, f := range []struct {
		key  string
		bits int
	}{{"formats.feature", c.Formats.Feature}, {"formats.activation", c.Formats.Activation}, {"formats.error", c.Formats.Error}} {
		if f.bits < 0 || f.bits > maxFraction {
			return &fault.Setting{Key: f.key, Err: fmt.Errorf("%d fraction bits, want 0 to %d: %w", f.bits, maxFraction, fault.ErrUsage)}
		}
	}
	if err := c.Momentum.check(); err != nil {
		return err
	}
	if m := c.Momentum; m != nil && c.RateShift+m.Bits > number.MaxShift {
		return fmt.Errorf("rate shift %d and %d bits of a response, at most %d together: %w", c.RateShift, m.Bits, number.MaxShift, fault.ErrUsage)
	}
	if bad := c.Decay.Check(); bad != "" {
		return &fault.Setting{Key: "training.weight_decay", Err: fmt.Errorf("%s: %w", bad, fault.ErrUsage)}
	}
	if err := checkWeighed(c.Weighed); err != nil {
		return err
	}
	if c.Clip < 0 || c.Clip > graph.MaxClip {
		return &fault.Setting{Key: "training.clip", Err: fmt.Errorf("%d, want 1 to %d in units of 1/2^%d: %w", c.Clip, graph.MaxClip, c.Formats.Error, fault.ErrUsage)}
	}
	if c.Smoothing != 0 && c.Loss != graph.SoftmaxCrossEntropy {
		return &fault.Setting{Key: "training.smoothing", Err: fmt.Errorf("labels of the loss %.40q are not smoothed, only those of %s: %w", string(c.Loss), graph.SoftmaxCrossEntropy, fault.ErrUsage)}
	}
	if !slices.Contains(graph.LabelsOf(c.Loss), c.Labels) {
		return &fault.Setting{Key: "training.labels", Err: fmt.Errorf("loss %.40q takes labels %q, not %.40q: %w", string(c.Loss), graph.LabelsOf(c.Loss), string(c.Labels), fault.ErrUsage)}
	}
	for i, w := range c.Frozen {
		if w < 0 || w >= weights || i > 0 && w <= c.Frozen[i-1] {
			return fmt.Errorf("frozen weights %v of %d: %w", c.Frozen, weights, fault.ErrUsage)
		}
	}
	return nil
}

// ChooseLoss settles loss and labels where they are empty: SOFTMAX or LOG_SOFTMAX
// at the end gives cross-entropy with one-hot labels, LOGISTIC the logistic loss
// with bits, anything else the loss that fits the labels, and the mean squared
// error with values if labels are empty, too. Errors wrap fault.ErrUsage.
func (a *Architecture) ChooseLoss(loss graph.LossKind, labels graph.LabelKind) (graph.LossKind, graph.LabelKind, error) {
	var last Kind
	if n := len(a.Layers); n > 0 {
		last = a.Layers[n-1].Kind
	}
	if loss == "" {
		switch {
		case last == Softmax || last == LogSoftmax:
			loss = graph.SoftmaxCrossEntropy
		case last == Logistic:
			loss = graph.LogisticLoss
		case labels == graph.OneHot:
			loss = graph.SoftmaxCrossEntropy
		case labels == graph.Bits:
			loss = graph.LogisticLoss
		default:
			loss = graph.MeanSquaredError
		}
	}
	fitting := graph.LabelsOf(loss)
	if fitting == nil {
		return "", "", &fault.Setting{Key: "training.loss", Err: fmt.Errorf("%.40q, want %s, %s or %s: %w", string(loss),
			graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError, fault.ErrUsage)}
	}
	if labels == "" {
		labels = fitting[0]
	}
	if !slices.Contains(fitting, labels) {
		return "", "", &fault.Setting{Key: "training.labels", Err: fmt.Errorf("loss %s takes labels %v, not %.40q: %w", loss, fitting, string(labels), fault.ErrUsage)}
	}
	return loss, labels, nil
}

// DefaultFormats are those of DefaultFormats, features that are indices being
// integers.
func (a *Architecture) DefaultFormats() Formats {
	f := DefaultFormats()
	if a.TakesIndices() {
		f.Feature = 0
	}
	return f
}

// TakesIndices reports whether samples are integers that name rows of a table.
func (a *Architecture) TakesIndices() bool {
	return slices.ContainsFunc(a.Layers, func(l Layer) bool { return l.Kind == Gather || l.Kind == Cast })
}

// DefaultFormats are formats that lose no accuracy on MNIST.
func DefaultFormats() Formats {
	return Formats{Feature: 8, Activation: 8, Error: 10}
}
