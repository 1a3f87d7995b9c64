package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// Match returns the training step of a model whose architecture is that of a
// given network, whichever axis of its input counts samples. Errors wrap
// fault.ErrRejected, with the first difference, if it is another one, or are
// those of Read.
func Match(m *tflite.Model, n *network.Network) (*Result, error) {
	var failed error
	first := 0
	for _, axis := range []*int{nil, &first} {
		a, weights, err := Read(m, axis)
		if err != nil {
			if failed == nil {
				failed = err
			}
			continue
		}
		want := n.Architecture()
		if d := a.Difference(&want); d != "" {
			return nil, fmt.Errorf("the model has %s: %w", d, fault.ErrRejected)
		}
		for i := range weights {
			weights[i].Tensor = n.Weight(i)
		}
		return &Result{Network: n, Program: n.Program(), Weights: weights}, nil
	}
	return nil, failed
}
