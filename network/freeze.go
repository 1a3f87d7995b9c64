package network

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Freeze returns the weights of the given layers, ascending: what is not trained
// where these layers are not. A weight that another layer reads, too, is in both
// sets, and refused. Errors wrap fault.ErrUsage.
func (a *Architecture) Freeze(layers []int) ([]int, error) {
	var frozen []int
	for _, i := range layers {
		if i < 0 || i >= len(a.Layers) {
			return nil, fmt.Errorf("layer %d is to be frozen, the model has layers 0 to %d: %w", i, len(a.Layers)-1, fault.ErrUsage)
		}
		if len(a.Layers[i].Weights) == 0 {
			return nil, fmt.Errorf("layer %d is to be frozen, and %s has no weights: %w", i, a.Layers[i].Kind, fault.ErrUsage)
		}
		frozen = append(frozen, a.Layers[i].Weights...)
	}
	slices.Sort(frozen)
	frozen = slices.Compact(frozen)
	for i, l := range a.Layers {
		for _, w := range l.Weights {
			if slices.Contains(frozen, w) && !slices.Contains(layers, i) {
				return nil, fmt.Errorf("layer %d, which is trained, reads weights of layer %d, which is frozen; say which of both by the weights' names: %w", i, a.firstUse(w), fault.ErrUsage)
			}
		}
	}
	return frozen, nil
}

// AllButLast returns the layers that have weights, but for the last n of them.
// Errors wrap fault.ErrUsage: there are no more than n.
func (a *Architecture) AllButLast(n int) ([]int, error) {
	var layers []int
	for i := range a.Layers {
		if len(a.Layers[i].Weights) > 0 {
			layers = append(layers, i)
		}
	}
	if n < 1 || n > len(layers) {
		return nil, fmt.Errorf("the last %d layers are to be trained, %d have weights: %w", n, len(layers), fault.ErrUsage)
	}
	return layers[:len(layers)-n], nil
}
