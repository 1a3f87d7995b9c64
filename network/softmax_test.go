package network_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// weighing is 4 → 8 values as samples of a shape, a sum with a constant, its
// softmax, and a last layer.
func weighing(shape []int, add network.Layer) (network.Architecture, network.Choices) {
	add.Inputs = []int{2}
	a := network.Architecture{
		Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 8}}, {Shape: []int{8, 3}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{8}},
			{Kind: network.Reshape, Inputs: []int{1}, Shape: shape},
			add,
			{Kind: network.Softmax, Inputs: []int{3}},
			{Kind: network.Reshape, Inputs: []int{4}, Shape: []int{8}},
			{Kind: network.FullyConnected, Inputs: []int{5}, Weights: []int{1}, Shape: []int{3}},
		},
	}
	c := choices()
	c.Frozen = nil
	return a, c
}

// masked returns an ADD, or a SUB, of a constant.
func masked(k network.Kind, shape []int, cells ...float32) network.Layer {
	return network.Layer{Kind: k, Constant: &network.Constant{Shape: shape, Cells: cells}}
}

// A constant far below the format, added before a softmax, is a mask over the last
// axes on which it differs; what is left of the constant is added.
func TestMasks(t *testing.T) {
	infinite, least := float32(math.Inf(-1)), -float32(math.MaxFloat32)
	for name, test := range map[string]struct {
		shape []int
		add   network.Layer
		mask  []int32
		adds  bool
	}{
		"no mask":           {[]int{2, 4}, masked(network.Add, []int{4}, 0, 1, -120, 0), nil, true},
		"rows":              {[]int{2, 4}, masked(network.Add, []int{2, 4}, 0, 0, -1e9, -1e9, 0, 0, 0, -1e9), []int32{1, 1, 0, 0, 1, 1, 1, 0}, false},
		"all rows":          {[]int{2, 4}, masked(network.Add, []int{1, 4}, 0, least, infinite, 0), []int32{1, 0, 0, 1}, false},
		"heads":             {[]int{2, 2, 2}, masked(network.Add, []int{1, 2, 2}, 0, -1e4, 0, 0), []int32{1, 0, 1, 1}, false},
		"heads one by one":  {[]int{2, 2, 2}, masked(network.Add, []int{2, 1, 2}, 0, -1e4, 0, 0), []int32{1, 0, 1, 0, 1, 1, 1, 1}, false},
		"one head":          {[]int{1, 2, 4}, masked(network.Add, []int{1, 2, 4}, 0, -1e4, 0, 0, 0, 0, 0, 0), []int32{1, 0, 1, 1, 1, 1, 1, 1}, false},
		"every row":         {[]int{2, 2, 2}, masked(network.Add, []int{2}, 0, -1e4), []int32{1, 0}, false},
		"the last row":      {[]int{4, 2}, masked(network.Add, []int{4, 2}, 0, -1e4, 0, -1e4, 0, -1e4, 0, 0), []int32{1, 0, 1, 0, 1, 0, 1, 1}, false},
		"the first":         {[]int{2, 4}, masked(network.Add, []int{4}, -1e9, 0, 0, 0), []int32{0, 1, 1, 1}, false},
		"one row":           {[]int{8}, masked(network.Add, []int{8}, 0, 0, 0, 0, 0, 0, 0, -269), []int32{1, 1, 1, 1, 1, 1, 1, 0}, false},
		"beside a constant": {[]int{2, 4}, masked(network.Add, []int{4}, 0, 0.5, -1e9, 0), []int32{1, 1, 0, 1}, true},
		"subtracted":        {[]int{2, 4}, masked(network.Sub, []int{4}, 0, 0, 1e9, 0), []int32{1, 1, 0, 1}, false},
	} {
		a, c := weighing(test.shape, test.add)
		p := derive(t, a, c).Program()
		var mask []int32
		adds := false
		for i := range p.Nodes {
			switch n := &p.Nodes[i]; {
			case n.Kind == ops.KindSoftmax && len(n.Inputs) > 1:
				mask = p.Tensor(n.Inputs[1]).Cells
			case n.Kind == ops.KindAdd:
				adds = true
			}
		}
		if !slices.Equal(mask, test.mask) || adds != test.adds {
			t.Errorf("%s: mask %v, a sum: %t", name, mask, adds)
		}
	}
}

func TestMasksRefused(t *testing.T) {
	row := func(v float32) network.Layer { return masked(network.Add, []int{4}, 0, 0, v, 0) }
	type change = func(a *network.Architecture, c *network.Choices)
	for name, test := range map[string]struct {
		add    network.Layer
		change change
		says   string
	}{
		"not far enough":  {row(-268), nil, "layer 2 ADD, constant, cell 2: -268 does not fit s16.8"},
		"upwards":         {row(1e9), nil, "layer 2 ADD, constant, cell 2: 1e+09 does not fit s16.8"},
		"no number":       {row(float32(math.NaN())), nil, "layer 2 ADD, constant, cell 2: NaN does not fit s16.8"},
		"a whole row":     {masked(network.Add, []int{2, 1}, 0, -1e9), nil, `layer 3 SOFTMAX: softmax "3 SOFTMAX": mask that leaves nothing in row 1`},
		"another shape":   {masked(network.Add, []int{3}, 0, 0, -1e9), nil, "layer 2 ADD: constant of shape [3] for samples of shape [2 4]"},
		"a shape":         {network.Layer{Kind: network.Add, Shape: []int{2, 4}, Constant: row(-1e9).Constant}, nil, "layer 2 ADD: 1 inputs, 0 weights, shape [2 4]"},
		"beside too much": {masked(network.Add, []int{4}, 200, 0, -1e9, 0), nil, "layer 2 ADD, constant, cell 0: 200 does not fit"},
		"read by the last": {row(-1e9), func(a *network.Architecture, _ *network.Choices) {
			a.Weights, a.Layers = a.Weights[:1], append(a.Layers[:4], network.Layer{Kind: network.Mul, Inputs: []int{4, 3}})
		}, "layer 2 ADD, constant, cell 2: -1e+09 does not fit s16.8"},
		"of the loss, one row": {row(-1e9), func(a *network.Architecture, _ *network.Choices) {
			a.Weights, a.Layers = a.Weights[:1], a.Layers[:4]
			a.Layers[1].Shape, a.Weights[0].Shape, a.Layers[0].Shape = []int{4}, []int{4, 4}, []int{4}
		}, "layer 3 SOFTMAX: softmax over the last axis of samples of shape [4]; use one axis per sample, or labels of values, and no mask"},
		"a weight": {network.Layer{Kind: network.Add, Weights: []int{0}, Constant: row(-1e9).Constant}, nil, "layer 2 ADD: 1 inputs, 1 weights"},
		"fused":    {network.Layer{Kind: network.Add, Constant: row(-1e9).Constant, Activation: network.Relu}, nil, "layer 2 ADD, constant, cell 2: -1e+09 does not fit"},
		"finer":    {row(-1e9), func(_ *network.Architecture, c *network.Choices) { c.Formats.Activation = 13 }, `layer 3 SOFTMAX: softmax "3 SOFTMAX": a mask for s16.13, want at most 12 fraction bits`},
		"read by another operator": {row(-1e9), func(a *network.Architecture, _ *network.Choices) {
			a.Layers[4] = network.Layer{Kind: network.Mul, Inputs: []int{4, 3}}
			a.Layers = slices.Insert(a.Layers, 5, network.Layer{Kind: network.Reshape, Inputs: []int{5}, Shape: []int{8}})
			a.Layers[6].Inputs[0] = 6
		}, "layer 2 ADD, constant, cell 2: -1e+09 does not fit s16.8"},
		"the output": {row(-1e9), func(a *network.Architecture, _ *network.Choices) {
			a.Weights, a.Layers = a.Weights[:1], a.Layers[:3]
		}, "layer 2 ADD, constant, cell 2: -1e+09 does not fit s16.8"},
		"of the loss": {row(-1e9), func(a *network.Architecture, _ *network.Choices) {
			a.Weights, a.Layers = a.Weights[:1], a.Layers[:4]
		}, "layer 3 SOFTMAX: softmax over the last axis of samples of shape [2 4]; use one axis per sample, or labels of values, and no mask"},
	} {
		a, c := weighing([]int{2, 4}, test.add)
		if test.change != nil {
			test.change(&a, &c)
		}
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrOverflow) || !strings.HasPrefix(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
	// Constants of masks count as constants do.
	a, c := weighing([]int{8}, masked(network.Add, []int{1}, 0))
	a.Layers[0].Shape, a.Weights[0].Shape = []int{1 << 20}, []int{4, 1 << 20}
	a.Layers[1].Shape, a.Layers[4].Shape, a.Weights[1].Shape = []int{1 << 5, 1 << 15}, []int{1 << 20}, []int{1 << 20, 3}
	a.Layers[2].Constant = &network.Constant{Shape: []int{1 << 5, 1}, Cells: make([]float32, 1<<5)}
	c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
	for i := range 4 {
		at := 4 + 2*i
		cells := make([]float32, 1<<15)
		cells[0] = -1e9
		a.Layers = slices.Insert(a.Layers, at, network.Layer{Kind: network.Add, Inputs: []int{at}, Constant: &network.Constant{Shape: []int{1 << 15}, Cells: cells}}, network.Layer{Kind: network.Softmax, Inputs: []int{at + 1}})
		a.Layers[at+2].Inputs[0], a.Layers[at+3].Inputs[0] = at+2, at+3
	}
	if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "SOFTMAX: constants of more than 4194304 cells") {
		t.Errorf("constants of many masks: %v", err)
	}
}

// A logarithm of a softmax ends a model as the softmax does, in one step and the same
// one: of classes, and of those at each position of a sequence. Elsewhere, and with
// another loss, it is an operator, on the format of what it reads.
func TestLogSoftmax(t *testing.T) {
	for positions, labels := range map[int]graph.LabelKind{1: graph.OneHot, 5: graph.Values} {
		a, c := speaking(positions, 7, true)
		c.Labels = labels
		plain := derive(t, a, c)
		a.Layers[2].Kind = network.LogSoftmax
		n := derive(t, a, c)
		if n.Digest() == plain.Digest() || n.Program().Fingerprint() != plain.Program().Fingerprint() {
			t.Errorf("%d positions: another step, or the same network", positions)
		}
	}
	for name, change := range map[string]func(a *network.Architecture, c *network.Choices){
		"before a layer": func(a *network.Architecture, c *network.Choices) {
			a.Layers, c.Labels = append(a.Layers, network.Layer{Kind: network.Relu, Inputs: []int{3}}), graph.OneHot
		},
		"squared error": func(_ *network.Architecture, c *network.Choices) { c.Loss = graph.MeanSquaredError },
	} {
		a, c := speaking(1, 7, true)
		a.Layers[2].Kind = network.LogSoftmax
		change(&a, &c)
		p := derive(t, a, c).Program()
		if !slices.ContainsFunc(p.Nodes, func(n graph.Node) bool {
			return n.Kind == ops.KindLogSoftmax && p.Tensor(n.Outputs[0]).Format == p.Tensor(n.Inputs[0]).Format
		}) {
			t.Errorf("%s: no logarithm", name)
		}
	}
	for says, change := range map[string]func(a *network.Architecture, c *network.Choices){
		"layer 2 LOG_SOFTMAX: fused activation": func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Activation = network.Relu },
		"layer 2 LOG_SOFTMAX: log_softmax \"2 LOG_SOFTMAX\": logarithms of": func(_ *network.Architecture, c *network.Choices) {
			c.Loss, c.Formats.Activation = graph.MeanSquaredError, 13
		},
	} {
		a, c := speaking(1, 7, true)
		a.Layers[2].Kind = network.LogSoftmax
		change(&a, &c)
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// A softmax of one axis and further ones of size 1 is flat; others are not.
func TestSoftmaxLayouts(t *testing.T) {
	for _, shape := range [][]int{{8}, {1, 8}, {2, 4}, {2, 2, 2}} {
		a, c := weighing(shape, masked(network.Add, []int{1}, 0))
		p := derive(t, a, c).Program()
		for i := range p.Nodes {
			n := &p.Nodes[i]
			if n.Kind != ops.KindSoftmax || n.Name != "3 SOFTMAX" {
				continue
			}
			axes := p.Tensor(n.Inputs[0]).Axes[1:]
			if shape[0] == 1 {
				shape = shape[1:]
			}
			if len(axes) != len(shape) || axes[len(axes)-1].Size != shape[len(shape)-1] {
				t.Errorf("samples of %v: a softmax of %v", shape, axes)
			}
		}
	}
}
