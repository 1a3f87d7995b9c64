package network_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// speaking is 6 → a number of positions with classes each, and a softmax of them or not.
func speaking(positions, classes int, softmax bool) (network.Architecture, network.Choices) {
	a := network.Architecture{
		Input: []int{6}, Weights: []network.Weight{{Shape: []int{6, positions * classes}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{positions * classes}},
			{Kind: network.Reshape, Inputs: []int{1}, Shape: []int{positions, classes}},
		},
	}
	if softmax {
		a.Layers = append(a.Layers, network.Layer{Kind: network.Softmax, Inputs: []int{2}})
	}
	c := choices()
	c.Frozen, c.Labels = nil, graph.Values
	return a, c
}

// Labels of a sequence are a number for each position; logits and prediction have a
// cell for each class of each.
func TestSequences(t *testing.T) {
	for _, softmax := range []bool{false, true} {
		a, c := speaking(5, 7, softmax)
		p := derive(t, a, c).Program()
		sizes := []int{p.Tensor(p.Label).Units(), p.Tensor(p.Loss.Logits).Units(), p.Tensor(p.Loss.Prediction).Units(), len(p.Tensor(p.Loss.Logits).Axes), len(p.Tensor(p.Loss.Prediction).Axes)}
		if !slices.Equal(sizes, []int{5, 35, 35, 2, 2}) || p.Tensor(p.Label).Format.Fraction != 0 || p.Fractions.Label != 0 {
			t.Errorf("softmax %t: %v, labels in %v", softmax, sizes, p.Tensor(p.Label).Format)
		}
	}
	for says, test := range map[string]struct {
		classes int
		change  func(a *network.Architecture, c *network.Choices)
	}{
		"numbers of 1 classes as labels, at each of 5 positions": {1, nil},
		"numbers of 2048 classes as labels":                      {2048, nil},
		"training.smoothing: labels that are numbers of classes": {7, func(_ *network.Architecture, c *network.Choices) { c.Smoothing = 1 }},
		"the model has no weight to train":                       {7, func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{0} }},
	} {
		a, c := speaking(5, test.classes, false)
		if test.change != nil {
			test.change(&a, &c)
		}
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrUsage) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	a, c := speaking(5, 2047, false)
	derive(t, a, c)
}
