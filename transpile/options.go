package transpile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
)

// Options are the choices that a model leaves open.
type Options struct {
	Batch int
	// BatchAxis is the axis of the model's inputs that counts samples;
	// tflite.NoBatch: none does, and all inputs, whole, are one; nil: the model
	// tells, by an open or a single leading axis.
	BatchAxis *int
	Formats   network.Formats
	// RateShift is the k of the rates n/2^k.
	RateShift int
	// Scheduled lets every step have a rate of its own.
	Scheduled bool
	// Clip is network.Choices.Clip.
	Clip int
	// Smoothing, Momentum, Decay and Weighed are those of network.Choices.
	Smoothing int
	Momentum  *network.Momentum
	Decay     *graph.Decay
	Weighed   *ops.Weighed
	// Loss and Labels, where empty, follow from the model's last operator: see
	// network.Architecture.ChooseLoss.
	Loss   graph.LossKind
	Labels graph.LabelKind
	// Frozen names weights of the model that are not trained; one that ends in *
	// stands for all that begin so.
	Frozen []string
	// FrozenLayers are layers of the architecture whose weights are not trained.
	FrozenLayers []int
	// TrainLast, unless it is 0, is the number of layers with weights, from the
	// last one back, that are trained.
	TrainLast int
}

// frozen returns the weights that are not trained, ascending.
func (o *Options) frozen(m *tflite.Model, a *network.Architecture, weights []Weight) ([]int, error) {
	list, err := named(m, weights, o.Frozen)
	if err != nil {
		return nil, &fault.Setting{Key: "model.frozen", Err: err}
	}
	layers, err := a.Freeze(o.FrozenLayers)
	if err != nil {
		return nil, &fault.Setting{Key: "model.frozen_layers", Err: err}
	}
	list = append(list, layers...)
	if o.TrainLast != 0 {
		before, err := a.AllButLast(o.TrainLast)
		if err == nil {
			before, err = a.Freeze(before)
		}
		if err != nil {
			return nil, &fault.Setting{Key: "model.train_last", Err: err}
		}
		list = append(list, before...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// named returns the weights of the given names in the model's file.
func named(m *tflite.Model, weights []Weight, names []string) (list []int, err error) {
	for _, name := range names {
		prefix, many := strings.CutSuffix(name, "*")
		found := false
		for i, w := range weights {
			own := m.Subgraphs[0].Tensors[w.Index].Name
			if own == name || many && strings.HasPrefix(own, prefix) {
				list, found = append(list, i), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no weight %q to freeze: %w", name, fault.ErrUsage)
		}
	}
	return list, nil
}
