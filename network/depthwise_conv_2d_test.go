package network_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// Channels apart: one kernel each, and two, whose outputs become channels.
func TestDepthwiseIsLowered(t *testing.T) {
	apart := func() network.Architecture {
		return network.Architecture{
			Input:   []int{4, 5, 2},
			Weights: []network.Weight{{Shape: []int{2, 3, 2}}, {Shape: []int{2}}, {Shape: []int{2, 2, 2, 2}}, {Shape: []int{2, 2}}, {Shape: []int{16, 3}}},
			Layers: []network.Layer{
				{Kind: network.DepthwiseConv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{3, 3, 2}, Activation: network.Relu},
				{Kind: network.DepthwiseConv2D, Window: plain(), Inputs: []int{1}, Weights: []int{2, 3}, Shape: []int{2, 2, 4}, Activation: network.Relu},
				{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{4}, Shape: []int{3}},
			},
		}
	}
	n := derive(t, apart(), unfrozen())
	got := shapes(n.Program())
	for _, want := range []string{"depthwise_conv_2d[3 3 2]", "depthwise_conv_2d[2 2 2 2]", "reshape[2 2 4]", "relu[2 2 4]"} {
		if !slices.Contains(got, want) {
			t.Errorf("lowered to %q, no %s", got, want)
		}
	}
	for name, c := range map[string]struct {
		change func(a *network.Architecture)
		says   string
	}{
		"two axes":         {func(a *network.Architecture) { a.Weights[0].Shape = []int{6, 2} }, "weights of shape [6 2]"},
		"five axes":        {func(a *network.Architecture) { a.Weights[0].Shape = []int{2, 3, 2, 1, 1} }, "weights of shape [2 3 2 1 1]"},
		"one kernel":       {func(a *network.Architecture) { a.Weights[0].Shape = []int{2, 3, 2, 1} }, "weights of shape [2 3 2 1]"},
		"other channels":   {func(a *network.Architecture) { a.Weights[0].Shape = []int{2, 3, 3} }, "weights of shape [2 3 3]"},
		"another bias":     {func(a *network.Architecture) { a.Weights[1].Shape = []int{3} }, "bias of shape [3]"},
		"a flat bias":      {func(a *network.Architecture) { a.Weights[3].Shape = []int{4} }, "bias of shape [4]"},
		"another shape":    {func(a *network.Architecture) { a.Layers[0].Shape = []int{3, 3, 3} }, "it makes samples of shape [3 3 2]"},
		"flat samples":     {func(a *network.Architecture) { a.Input = []int{40} }, "on samples of shape [40]"},
		"no weights":       {func(a *network.Architecture) { a.Layers[0].Weights = nil; a.Weights = a.Weights[:0] }, ""},
		"a kernel too big": {func(a *network.Architecture) { a.Weights[0].Shape = []int{5, 3, 2} }, "it makes samples of shape [0 3 2]"},
		"two values":       {func(a *network.Architecture) { a.Layers[0].Inputs = []int{0, 0} }, "2 inputs"},
		"fused softmax":    {func(a *network.Architecture) { a.Layers[1].Activation = network.Softmax }, "fused activation"},
		"a large picture": {func(a *network.Architecture) {
			a.Input, a.Weights[0].Shape, a.Weights[1].Shape, a.Layers[0].Shape = []int{2048, 1024, 1}, []int{1, 1, 1}, []int{1}, []int{2048, 1024, 1}
		}, "axis of more than"},
		"too many kernels": {func(a *network.Architecture) {
			a.Input, a.Weights[0].Shape, a.Weights[1].Shape, a.Layers[0].Shape = []int{1, 1, 1 << 19}, []int{1, 1, 1 << 19, 4}, []int{1 << 19, 4}, []int{1, 1, 1 << 21}
		}, "axis of more than"},
		"no window": {func(a *network.Architecture) { a.Layers[0].Window = nil }, "window"},
		"kernels of all channels, too": {func(a *network.Architecture) {
			a.Weights = []network.Weight{a.Weights[0], a.Weights[1], a.Weights[2], {Shape: []int{4, 3}}}
			a.Layers = []network.Layer{
				a.Layers[0],
				{Kind: network.Conv2D, Window: plain(), Inputs: []int{1}, Weights: []int{2}, Shape: []int{2, 2, 2}},
				{Kind: network.DepthwiseConv2D, Window: plain(), Inputs: []int{2}, Weights: []int{2}, Shape: []int{1, 1, 4}},
				{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{3}, Shape: []int{3}},
			}
		}, "is a matrix of 8 rows to one operator and of 4 to \"2 DEPTHWISE_CONV_2D\"; give each a weight of its own"},
	} {
		a := apart()
		c.change(&a)
		if _, err := network.New(a, unfrozen()); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
