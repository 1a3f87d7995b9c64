package network_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

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

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
