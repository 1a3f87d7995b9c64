package network_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// A transposed convolution makes the picture on which its window has the sample's
// positions.
func TestTransposedIsLowered(t *testing.T) {
	spread := func() network.Architecture {
		w := plain()
		w.Stride, w.Same = [2]int{2, 2}, true
		return network.Architecture{
			Input:   []int{2, 3, 2},
			Weights: []network.Weight{{Shape: []int{3, 2, 2, 3}}, {Shape: []int{3}}, {Shape: []int{60, 3}}},
			Layers: []network.Layer{
				{Kind: network.TransposeConv, Window: w, Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{4, 5, 3}, Activation: network.Relu},
				{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{2}, Shape: []int{3}},
			},
		}
	}
	n := derive(t, spread(), unfrozen())
	if got := shapes(n.Program()); !slices.Contains(got, "transpose_conv[4 5 3]") {
		t.Errorf("lowered to %q", got)
	}
	for name, c := range map[string]struct {
		change func(a *network.Architecture)
		says   string
	}{
		"three axes":      {func(a *network.Architecture) { a.Weights[0].Shape = []int{3, 2, 2} }, "weights of shape [3 2 2]"},
		"other channels":  {func(a *network.Architecture) { a.Weights[0].Shape = []int{3, 2, 3, 3} }, "weights of shape [3 2 3 3]"},
		"another bias":    {func(a *network.Architecture) { a.Weights[1].Shape = []int{4} }, "bias of shape [4]"},
		"other units":     {func(a *network.Architecture) { a.Layers[0].Shape = []int{4, 5, 2} }, "make no samples of shape [4 5 2]"},
		"another picture": {func(a *network.Architecture) { a.Layers[0].Shape = []int{5, 5, 3} }, "make no samples of shape [5 5 3]"},
		"a flat picture":  {func(a *network.Architecture) { a.Layers[0].Shape = []int{60} }, "make no samples of shape [60]"},
		"flat samples":    {func(a *network.Architecture) { a.Input = []int{12} }, "on samples of shape [12]"},
		"two values":      {func(a *network.Architecture) { a.Layers[0].Inputs = []int{0, 0} }, "2 inputs"},
		"a large picture": {func(a *network.Architecture) {
			a.Input, a.Weights[0].Shape, a.Weights[1].Shape = []int{2048, 1024, 1}, []int{1, 1, 1, 1}, []int{1}
			a.Layers[0].Window, a.Layers[0].Shape = plain(), []int{2048, 1024, 1}
		}, "axis of more than"},
		"no window": {func(a *network.Architecture) { a.Layers[0].Window = nil }, "window"},
	} {
		a := spread()
		c.change(&a)
		if _, err := network.New(a, unfrozen()); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
