package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// Match returns the training step of a model whose architecture is that of a
// given network, whichever axis of its input counts samples, or none. Errors wrap
// fault.ErrRejected, with the first difference, if it is another one, or are
// those of Read.
func Match(m *tflite.Model, n *network.Network) (*Result, error) {
	var failed, differs error
	first, none := 0, tflite.NoBatch
	for _, axis := range []*int{nil, &first, &none} {
		a, weights, err := Read(m, axis)
		if err != nil {
			if failed == nil {
				failed = err
			}
			continue
		}
		want := n.Architecture()
		if d := a.Difference(&want); d != "" {
			if differs == nil {
				differs = fmt.Errorf("the model has %s: %w", d, fault.ErrRejected)
			}
			continue
		}
		for i := range weights {
			weights[i].Tensor = n.Weight(i)
		}
		return &Result{Network: n, Program: n.Program(), Weights: weights}, nil
	}
	if differs != nil {
		return nil, differs
	}
	return nil, failed
}
