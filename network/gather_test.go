package network_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// sentences have 3 tokens of 12, each embedded in 2 cells, and 4 classes.
func sentences() (network.Architecture, network.Choices) {
	return network.Architecture{
			Input: []int{3},
			Weights: []network.Weight{
				{Shape: []int{12, 2}},
				{Shape: []int{6, 4}},
			},
			Layers: []network.Layer{
				{Kind: network.Cast, Inputs: []int{0}},
				{Kind: network.Gather, Inputs: []int{1}, Weights: []int{0}, Shape: []int{3, 2}},
				{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{1}, Shape: []int{4}},
			},
		}, network.Choices{
			Batch: 2, Formats: network.Formats{Feature: 0, Activation: 8, Error: 10}, RateShift: 6,
			Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot,
		}
}

func TestGather(t *testing.T) {
	a, c := sentences()
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	back, err := network.Decode(n.Encode())
	if err != nil || back.Digest() != n.Digest() {
		t.Errorf("decoded: %v", err)
	}
	var sizes []int
	for _, axis := range n.Program().Tensor(n.Weight(0)).Axes {
		sizes = append(sizes, axis.Size)
	}
	if !slices.Equal(sizes, []int{3, 4, 2}) {
		t.Errorf("a table of 12 rows of 2 has axes %v", sizes)
	}
	if f := a.DefaultFormats(); f.Feature != 0 || !a.TakesIndices() {
		t.Errorf("formats %+v for indices", f)
	}
}

// A table that makes units, too, is as fine as the layer's input asks for; a table
// of its own is not finer than its updates.
func TestTiedTables(t *testing.T) {
	a, c := sentences()
	a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{0}, Shape: []int{3, 12}}
	a.Weights = a.Weights[:1]
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := n.Program().Tensor(n.Weight(0)).Format.Fraction, c.Formats.Activation+c.Formats.Error+c.RateShift; got != want {
		t.Errorf("a tied table has %d fraction bits, want %d", got, want)
	}
	if n, err = network.New(sentences()); err != nil {
		t.Fatal(err)
	}
	if got, want := n.Program().Tensor(n.Weight(0)).Format.Fraction, c.Formats.Error+c.RateShift; got != want {
		t.Errorf("a table has %d fraction bits, want %d", got, want)
	}
}

// A weight is added over the last axes of samples, and its value is that of the
// sample's shape.
func TestAddWeight(t *testing.T) {
	for _, shape := range [][]int{{3, 2}, {2}} {
		a, c := sentences()
		a.Weights = slices.Insert(a.Weights, 1, network.Weight{Shape: shape})
		a.Layers[2].Weights[0] = 2
		a.Layers = slices.Insert(a.Layers, 2, network.Layer{Kind: network.Add, Inputs: []int{2}, Weights: []int{1}, Activation: network.Relu})
		a.Layers[3].Inputs[0] = 3
		n, err := network.New(a, c)
		if err != nil {
			t.Fatal(err)
		}
		var sizes []int
		for _, axis := range n.Program().Tensor(n.Weight(1)).Axes {
			sizes = append(sizes, axis.Size)
		}
		if !slices.Equal(sizes, shape) {
			t.Errorf("a weight of shape %v has axes %v", shape, sizes)
		}
	}
}

// Two tables read by the same indices share their one-hot.
func TestOneHotsAreShared(t *testing.T) {
	a, c := sentences()
	a.Weights = slices.Insert(a.Weights, 1, network.Weight{Shape: []int{12, 2}})
	a.Layers[2] = network.Layer{Kind: network.Gather, Inputs: []int{1}, Weights: []int{1}, Shape: []int{3, 2}}
	a.Layers = append(a.Layers,
		network.Layer{Kind: network.Add, Inputs: []int{2, 3}},
		network.Layer{Kind: network.FullyConnected, Inputs: []int{4}, Weights: []int{2}, Shape: []int{4}})
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	oneHots := 0
	for _, node := range n.Program().Nodes {
		if node.Kind == ops.KindOneHot {
			oneHots++
		}
	}
	if oneHots != 1 {
		t.Errorf("%d one-hots", oneHots)
	}
}

func TestGatherRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		change func(a *network.Architecture, c *network.Choices)
		want   string
	}{
		"features with fraction bits": {func(_ *network.Architecture, c *network.Choices) { c.Formats.Feature = 1 }, "layer 0 CAST: indices with 1 fraction bits: set formats.feature to 0"},
		"features with fraction bits, without a cast": {func(a *network.Architecture, c *network.Choices) {
			a.Layers[0].Kind, c.Formats.Feature = network.Reshape, 1
			a.Layers[0].Shape = []int{3}
		}, "layer 1 GATHER: indices with 1 fraction bits: set formats.feature to 0"},
		"another width":           {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Shape = []int{2, 3} }, "a table of shape [12 2] makes samples of shape [2 3] of others of shape [3]"},
		"a flat table":            {func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape = []int{12} }, "a table of shape [12]"},
		"activation":              {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Relu }, "fused activation"},
		"cast of weights":         {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Weights = []int{0} }, "1 inputs, 1 weights"},
		"cast with an activation": {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = network.Relu }, "fused activation"},
		"a large prime":           {func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape[0] = 2053 }, "append rows that nothing names: 1"},
		"too many rows":           {func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape[0] = 1<<15 + 1 }, "use a smaller vocabulary"},
		"a computed index": {func(a *network.Architecture, c *network.Choices) {
			a.Layers[0] = network.Layer{Kind: network.Neg, Inputs: []int{0}}
			c.Formats.Activation = 0
		}, "its indices are computed"},
		"two indices": {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Inputs = []int{1, 1} }, "layer 1 GATHER: 2 inputs, 1 weights"},
		"a fine table": {func(a *network.Architecture, c *network.Choices) {
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{0}, Shape: []int{3, 12}}
			a.Weights, c.RateShift = a.Weights[:1], number.MaxShift
		}, "layer 1 GATHER: weights would need"},
		"a coarse table": {func(_ *network.Architecture, c *network.Choices) {
			c.RateShift, c.Formats.Error = 2, 2
		}, "layer 1 GATHER:"},
		"among large primes": {func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape[0] = 6337 }, "append rows that nothing names: 3"},
		"coarse units": {func(a *network.Architecture, c *network.Choices) {
			a.Input, a.Layers = []int{2}, a.Layers[1:]
			a.Layers[0] = network.Layer{Kind: network.Unembed, Inputs: []int{0}, Weights: []int{0}, Shape: []int{12}}
			a.Layers[1].Inputs, a.Weights[1].Shape = []int{1}, []int{12, 4}
			c.RateShift, c.Formats.Error = 2, 2
		}, "layer 0 UNEMBED:"},
		"coarse positions": {func(a *network.Architecture, c *network.Choices) {
			a.Input, a.Layers = []int{6}, a.Layers[1:]
			a.Layers[0] = network.Layer{Kind: network.Add, Inputs: []int{0}, Weights: []int{0}}
			a.Layers[1].Inputs, a.Weights[0].Shape = []int{1}, []int{6}
			c.RateShift, c.Formats.Error = 2, 2
		}, "layer 0 ADD:"},
		"units of two values": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2, 2}, Weights: []int{0}, Shape: []int{3, 12}}
			a.Weights = a.Weights[:1]
		}, "layer 2 UNEMBED: 2 inputs, 1 weights"},
		"units of a table of three axes": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{4, 2, 1}
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{1}, Shape: []int{3, 4}}
		}, "layer 2 UNEMBED: a table of shape [4 2 1]"},
		"units of another width": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{4, 3}
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{1}, Shape: []int{3, 4}}
		}, "layer 2 UNEMBED: a table of shape [4 3]"},
		"more units than rows": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{0}, Shape: []int{3, 13}}
			a.Weights = a.Weights[:1]
		}, "layer 2 UNEMBED: a table of shape [12 2]"},
		"units of a fine table": {func(a *network.Architecture, c *network.Choices) {
			a.Weights[1].Shape = []int{4, 2}
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{1}, Shape: []int{3, 4}}
			c.RateShift = number.MaxShift
		}, "layer 2 UNEMBED: weights would need"},
		"units with an activation": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{0}, Shape: []int{3, 12}, Activation: network.Softmax}
			a.Weights = a.Weights[:1]
		}, "layer 2 UNEMBED: fused activation"},
		"fine positions": {func(a *network.Architecture, c *network.Choices) {
			a.Weights[1].Shape = []int{3, 2}
			a.Layers[2] = network.Layer{Kind: network.Add, Inputs: []int{2}, Weights: []int{1}}
			c.RateShift = number.MaxShift
		}, "layer 2 ADD: weights would need"},
		"positions with an activation": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{3, 2}
			a.Layers[2] = network.Layer{Kind: network.Add, Inputs: []int{2}, Weights: []int{1}, Activation: network.Softmax}
		}, "layer 2 ADD: fused activation"},
		"units of another table's shape": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{1}, Shape: []int{3, 4}}
		}, "layer 2 UNEMBED: a table of shape [6 4] makes samples of shape [3 4] of others of shape [3 2]"},
		"units of a large prime": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{2053, 2}
			a.Layers[2] = network.Layer{Kind: network.Unembed, Inputs: []int{2}, Weights: []int{1}, Shape: []int{3, 2053}}
		}, "append rows that nothing names: 1"},
		"positions of another shape": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{2, 3}
			a.Layers[2] = network.Layer{Kind: network.Add, Inputs: []int{2}, Weights: []int{1}}
		}, "layer 2 ADD: a weight of shape [2 3] added to samples of shape [3 2]"},
		"positions of more axes": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{1, 3, 2}
			a.Layers[2] = network.Layer{Kind: network.Add, Inputs: []int{2}, Weights: []int{1}}
		}, "a weight of shape [1 3 2]"},
		"a weight and a constant": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights[1].Shape = []int{3, 2}
			a.Layers[2] = network.Layer{Kind: network.Add, Inputs: []int{2}, Weights: []int{1}, Constant: &network.Constant{Cells: []float32{1}}}
		}, "layer 2 ADD: 1 inputs, 1 weights"},
		"a table that is a matrix, too": {func(a *network.Architecture, _ *network.Choices) {
			a.Input, a.Layers[1].Shape, a.Weights = []int{12}, []int{12, 2}, a.Weights[:1]
			a.Layers[2] = network.Layer{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{2}}
			a.Layers = append(a.Layers, network.Layer{Kind: network.Reshape, Inputs: []int{2}, Shape: []int{24}})
			a.Layers = append(a.Layers, network.Layer{Kind: network.FullyConnected, Inputs: []int{4}, Weights: []int{1}, Shape: []int{2}})
			a.Layers = append(a.Layers, network.Layer{Kind: network.Add, Inputs: []int{3, 5}})
			a.Weights = append(a.Weights, network.Weight{Shape: []int{24, 2}})
		}, "weight 0 is shared by layers that read it along different axes"},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := sentences()
			test.change(&a, &c)
			if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want unsupported with %q", err, test.want)
			}
		})
	}
}
