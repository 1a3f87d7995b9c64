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

// Products of the matrices of two values, and of other values.
func TestBatchMatmul(t *testing.T) {
	with := func(l network.Layer) (*network.Network, error) {
		l.Kind = network.BatchMatmul
		if l.Inputs == nil {
			l.Inputs = []int{1, 1}
		}
		c := choices()
		c.Frozen = nil
		return network.New(network.Architecture{
			Input: []int{2, 3}, Weights: []network.Weight{{Shape: []int{3, 3}}},
			Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{2, 3}}, l,
				{Kind: network.Reshape, Inputs: []int{2}, Shape: []int{size(l.Shape)}}},
		}, c)
	}
	n, err := with(network.Layer{Parameters: []int{0, 1}, Shape: []int{2, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if got := shapes(n.Program()); !slices.Contains(got, "fully_connected[2 3]") || !slices.Contains(got, "batch_matmul[2 2]") {
		t.Errorf("lowered to %q", got)
	}
	if _, err := with(network.Layer{Parameters: []int{1, 0}, Shape: []int{3, 3}}); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		l    network.Layer
		says string
	}{
		"one value":        {network.Layer{Inputs: []int{1}, Parameters: []int{0, 1}, Shape: []int{2, 2}}, "1 inputs"},
		"no shape":         {network.Layer{Parameters: []int{0, 1}}, "shape []"},
		"another shape":    {network.Layer{Parameters: []int{0, 1}, Shape: []int{3, 3}}, "is not of shape [3 3]"},
		"do not fit":       {network.Layer{Parameters: []int{0, 0}, Shape: []int{2, 3}}, "is not of shape [2 3]"},
		"no parameters":    {network.Layer{Shape: []int{2, 2}}, "parameters []"},
		"three parameters": {network.Layer{Parameters: []int{0, 1, 0}, Shape: []int{2, 2}}, "parameters [0 1 0]"},
		"no bits":          {network.Layer{Parameters: []int{0, 2}, Shape: []int{2, 2}}, "parameters [0 2]"},
		"below 0":          {network.Layer{Parameters: []int{-1, 1}, Shape: []int{2, 2}}, "parameters [-1 1]"},
		"activation":       {network.Layer{Parameters: []int{0, 1}, Shape: []int{2, 2}, Activation: network.Relu}, "fused activation"},
	} {
		if _, err := with(c.l); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// Shapes of products, and of none.
func TestMultiplied(t *testing.T) {
	for _, c := range []struct {
		x, y       []int
		adjX, adjY bool
		want       []int
	}{
		{[]int{2, 3}, []int{3, 4}, false, false, []int{2, 4}},
		{[]int{3, 2}, []int{3, 4}, true, false, []int{2, 4}},
		{[]int{2, 3}, []int{4, 3}, false, true, []int{2, 4}},
		{[]int{3, 2}, []int{4, 3}, true, true, []int{2, 4}},
		{[]int{5, 2, 3}, []int{5, 3, 4}, false, false, []int{5, 2, 4}},
		{[]int{2, 3}, []int{2, 3}, false, false, nil},
		{[]int{5, 2, 3}, []int{6, 3, 4}, false, false, nil},
		{[]int{2, 3}, []int{1, 3, 4}, false, false, nil},
		{[]int{1, 2, 3}, []int{3, 4}, false, false, nil},
		{[]int{3}, []int{3}, false, false, nil},
	} {
		if got := network.Multiplied(c.x, c.y, c.adjX, c.adjY); !slices.Equal(got, c.want) {
			t.Errorf("%v by %v, %t, %t: %v, want %v", c.x, c.y, c.adjX, c.adjY, got, c.want)
		}
	}
}

// Axes that are too long to be taken apart, or to be summed over.
func TestProductsOfLongAxes(t *testing.T) {
	long, sum := 1<<21, 600000
	c := choices()
	c.Frozen = nil
	for name, a := range map[string]network.Architecture{
		"axis of more than": {Input: []int{2, long / 2}, Weights: []network.Weight{{Shape: []int{4, 1}}}, Layers: []network.Layer{
			{Kind: network.BatchMatmul, Inputs: []int{0, 0}, Parameters: []int{0, 1}, Shape: []int{2, 2}},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{1}},
		}},
		"axis of more than 1048576": {Input: []int{1, long}, Weights: []network.Weight{{Shape: []int{long, 1}}, {Shape: []int{long, 1}}}, Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{1, 1}},
			{Kind: network.BatchMatmul, Inputs: []int{1, 0}, Parameters: []int{0, 0}, Shape: []int{1, long}},
			{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{1}, Shape: []int{1}},
		}},
		"axis of more than 1048576: malformed": {Input: []int{1, long}, Weights: []network.Weight{{Shape: []int{long, 1}}, {Shape: []int{long, 1}}}, Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{1, 1}},
			{Kind: network.BatchMatmul, Inputs: []int{0, 1}, Parameters: []int{1, 0}, Shape: []int{long, 1}},
			{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{1}, Shape: []int{1}},
		}},
		"over axes of 600000": {Input: []int{1, sum}, Weights: []network.Weight{{Shape: []int{1, 1}}}, Layers: []network.Layer{
			{Kind: network.BatchMatmul, Inputs: []int{0, 0}, Parameters: []int{0, 1}, Shape: []int{1, 1}},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{1}},
		}},
	} {
		c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
