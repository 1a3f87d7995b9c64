package transpile

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// Options are the choices that a model leaves open.
type Options struct {
	Batch int
	// BatchAxis is the axis of the model's input that counts samples; nil: the
	// model tells, by an open or a single leading axis.
	BatchAxis *int
	Formats   network.Formats
	// RateShift is the k of the rates n/2^k.
	RateShift int
	// Scheduled lets every step have a rate of its own.
	Scheduled bool
	// Loss and Labels, where empty, follow from the model's last operator: see
	// network.Architecture.ChooseLoss.
	Loss   graph.LossKind
	Labels graph.LabelKind
	// Frozen names weights of the model that are not trained.
	Frozen []string
}

// frozen returns the weights of the given names in the model's file.
func frozen(m *tflite.Model, weights []Weight, names []string) ([]int, error) {
	var list []int
	for _, name := range names {
		found := false
		for i, w := range weights {
			if m.Subgraphs[0].Tensors[w.Index].Name == name && !slices.Contains(list, i) {
				list, found = append(list, i), true
			}
		}
		if !found {
			return nil, &fault.Setting{Key: "model.frozen", Err: fmt.Errorf("no weight %q to freeze: %w", name, fault.ErrUsage)}
		}
	}
	slices.Sort(list)
	return list, nil
}
