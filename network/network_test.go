package network_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// every is an architecture with every operator: 6 → 4 with tanh, + a constant,
// times itself, 4 → 4 with shared weights, logistic, softmax, reshapes.
func every() network.Architecture {
	return network.Architecture{
		Input:   []int{2, 3},
		Weights: []network.Weight{{Shape: []int{6, 4}}, {Shape: []int{4}}, {Shape: []int{4, 4}}},
		Layers: []network.Layer{
			{Kind: network.Reshape, Inputs: []int{0}, Shape: []int{6}},
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0, 1}, Shape: []int{4}, Activation: network.Tanh},
			{Kind: network.Add, Inputs: []int{2}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{0.25}}},
			{Kind: network.Mul, Inputs: []int{3, 2}},
			{Kind: network.FullyConnected, Inputs: []int{4}, Weights: []int{2}, Shape: []int{4}, Activation: network.Relu},
			{Kind: network.FullyConnected, Inputs: []int{5}, Weights: []int{2}, Shape: []int{4}},
			{Kind: network.Logistic, Inputs: []int{6}},
			{Kind: network.Relu6, Inputs: []int{7}},
			{Kind: network.Softmax, Inputs: []int{8}},
		},
	}
}

func choices() network.Choices {
	return network.Choices{
		Batch: 3, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 7,
		Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Frozen: []int{1},
	}
}

func derive(t testing.TB, a network.Architecture, c network.Choices) *network.Network {
	t.Helper()
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEncodingRoundTrip(t *testing.T) {
	n := derive(t, every(), choices())
	back, err := network.Decode(n.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Encode(), n.Encode()) || back.Digest() != n.Digest() || back.Program().Fingerprint() != n.Program().Fingerprint() {
		t.Error("the network changes when written and read")
	}
	if p := back.Program(); p.Tensor(back.Weight(1)).Role != graph.Frozen || p.Tensor(back.Weight(2)).Role != graph.Weight {
		t.Error("another weight is frozen")
	}
}

// Every byte of the encoding matters: changed, it is refused as malformed or is
// the very encoding of another network, whose step passes validation.
func TestEncodingIsCanonical(t *testing.T) {
	data := derive(t, every(), choices()).Encode()
	accepted := 0
	for i := range data {
		for _, flip := range []byte{1, 0x80} {
			changed := slices.Clone(data)
			changed[i] ^= flip
			n, err := network.Decode(changed)
			if err != nil {
				if !errors.Is(err, fault.ErrMalformed) {
					t.Fatalf("byte %d: %v", i, err)
				}
				continue
			}
			accepted++
			if !bytes.Equal(n.Encode(), changed) {
				t.Fatalf("byte %d changed by %#x: two encodings of one network", i, flip)
			}
			if err := ops.Validate(n.Program()); err != nil {
				t.Fatalf("byte %d changed by %#x: %v", i, flip, err)
			}
		}
		if _, err := network.Decode(data[:i]); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, err := network.Decode(append(data, 0)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("extended: %v", err)
	}
	if accepted == 0 || accepted > len(data)/8 {
		t.Errorf("%d changed encodings of %d bytes are networks; formats, batch and a constant should give some", accepted, len(data))
	}
}

func TestDigestNamesEveryChoice(t *testing.T) {
	seen := map[[32]byte]string{derive(t, every(), choices()).Digest(): "as it is"}
	for name, change := range map[string]func(a *network.Architecture, c *network.Choices){
		"batch":       func(_ *network.Architecture, c *network.Choices) { c.Batch = 4 },
		"features":    func(_ *network.Architecture, c *network.Choices) { c.Formats.Feature = 7 },
		"activations": func(_ *network.Architecture, c *network.Choices) { c.Formats.Activation = 7 },
		"errors":      func(_ *network.Architecture, c *network.Choices) { c.Formats.Error = 9 },
		"shift":       func(_ *network.Architecture, c *network.Choices) { c.RateShift = 8 },
		"scheduled":   func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true },
		"loss": func(_ *network.Architecture, c *network.Choices) {
			c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
		},
		"frozen": func(_ *network.Architecture, c *network.Choices) { c.Frozen = nil },
		"clip":   func(_ *network.Architecture, c *network.Choices) { c.Clip = 1 },
		"momentum": func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1}, Restart: 1}
		},
		"sample weights": func(_ *network.Architecture, c *network.Choices) {
			c.Weighed = &ops.Weighed{Columns: 1, Weights: []int64{1}}
		},
		"weight decay": func(_ *network.Architecture, c *network.Choices) {
			c.Decay = &graph.Decay{N: 1, Shift: 1, Every: 1}
		},
		"smoothing":     func(_ *network.Architecture, c *network.Choices) { c.Smoothing = 1 },
		"activation":    func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Relu },
		"no activation": func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = "" },
		"constant":      func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells[0] = 0.26 },
		"operand": func(a *network.Architecture, _ *network.Choices) {
			a.Layers[3].Inputs[0] = 2
			a.Layers[3].Inputs[1] = 3
		},
		"operator": func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Kind = network.Tanh },
		"order": func(a *network.Architecture, _ *network.Choices) {
			a.Layers[6].Kind, a.Layers[7].Kind = network.Relu6, network.Logistic
		},
		"shape":  func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Shape = []int{1, 6}; a.Input = []int{6} },
		"a bias": func(a *network.Architecture, _ *network.Choices) { a.Layers[4].Weights = []int{2, 1} },
		"own weights": func(a *network.Architecture, _ *network.Choices) {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{4, 4}})
			a.Layers[5].Weights = []int{3}
		},
	} {
		a, c := every(), choices()
		change(&a, &c)
		n, err := network.New(a, c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if other, there := seen[n.Digest()]; there {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[n.Digest()] = name
		if d := derive(t, every(), choices()).Difference(n); d == "" {
			t.Errorf("%s: no difference is seen", name)
		}
	}
}

// refusal is one thing wrong with an architecture or with choices, and what is
// said of it.
type refusal struct {
	change func(a *network.Architecture, c *network.Choices)
	says   string
}

// What no TensorFlow Lite file of these operators says is no architecture.
func TestRefusals(t *testing.T) {
	for name, test := range map[string]refusal{
		"no layers":             {func(a *network.Architecture, _ *network.Choices) { a.Layers, a.Weights = nil, nil }, "0 layers, want 1 to 1024"},
		"unknown operator":      {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Kind = "GATE" }, `layer 6 ("GATE"): no such operator`},
		"operator of the graph": {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Kind = network.Kind(ops.KindSum) }, `layer 6 ("sum"): no such operator`},
		"forward reference":     {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = 5 }, `layer 3 ("MUL"): it reads value 5, which is not there yet`},
		"reads itself":          {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = 4 }, `layer 3 ("MUL"): it reads value 4, which is not there yet`},
		"negative input":        {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = -1 }, `layer 3 ("MUL"): it reads value -1, which is not there yet`},
		"no input":              {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Inputs = nil }, `layer 6 ("LOGISTIC"): it reads nothing`},
		"two inputs":            {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Inputs = []int{6, 5} }, "layer 6 LOGISTIC: 2 inputs, 0 weights, shape []; export the model again"},
		"weight out of order":   {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Weights = []int{1, 0} }, `layer 1 ("FULLY_CONNECTED"): it reads weight 1; weights are numbered in the order of their first use`},
		"weight of no layer": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{3}})
		}, "4 weights, layers read 3"},
		"weight that is not there": {func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = []int{3} }, `layer 5 ("FULLY_CONNECTED"): it reads weight 3; weights are numbered in the order of their first use`},
		"negative weight":          {func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = []int{-1} }, `layer 5 ("FULLY_CONNECTED"): it reads weight -1; weights are numbered in the order of their first use`},
		"three weights":            {func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = []int{2, 1, 1} }, "layer 5 FULLY_CONNECTED: 1 inputs, 3 weights, shape [4]; export the model again"},
		"weights of an activation": {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Weights = []int{0} }, "layer 6 LOGISTIC: 1 inputs, 1 weights, shape []; export the model again"},
		"weights of three axes":    {func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape = []int{2, 3, 4} }, "layer 1 FULLY_CONNECTED: weights of shape [2 3 4]; export the model again"},
		"weights of another shape": {func(a *network.Architecture, _ *network.Choices) { a.Weights[2].Shape = []int{5, 4} }, "layer 4 FULLY_CONNECTED: 5 inputs and 4 units make samples of shape [4] of others of shape [4]; keep the axes of the sample, or flatten it before the layer"},
		"bias of another shape":    {func(a *network.Architecture, _ *network.Choices) { a.Weights[1].Shape = []int{5} }, "layer 1 FULLY_CONNECTED: bias of shape [5] do not fit [{units 4 4}]; export the model again"},
		"weights as large as 2^31": {func(a *network.Architecture, _ *network.Choices) { a.Weights[0].Shape = []int{1 << 16, 1 << 15} }, "weight 0: shape [65536 32768]"},
		"axis of zero":             {func(a *network.Architecture, _ *network.Choices) { a.Input = []int{0, 6} }, "input: shape [0 6]"},
		"input of seven axes":      {func(a *network.Architecture, _ *network.Choices) { a.Input = []int{1, 1, 1, 1, 1, 2, 3} }, "input: shape [1 1 1 1 1 2 3], want 1 to 6 axes"},
		"shape of another size":    {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Shape = []int{5} }, "layer 0 RESHAPE: it reshapes samples of shape [2 3] to [5]; keep the batch as axis 0 and reshape within samples"},
		"shape of an activation":   {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Shape = []int{4} }, "layer 6 LOGISTIC: 1 inputs, 0 weights, shape [4]; export the model again"},
		"units split":              {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Shape = []int{2, 2} }, "layer 1 FULLY_CONNECTED: 6 inputs and 4 units make samples of shape [2 2] of others of shape [6]; keep the axes of the sample, or flatten it before the layer"},
		"fused softmax":            {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Softmax }, `layer 1 FULLY_CONNECTED: fused activation "SOFTMAX"; use RELU, RELU6, RELU_N1_TO_1 or TANH`},
		"fused logistic":           {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Activation = network.Logistic }, `layer 1 FULLY_CONNECTED: fused activation "LOGISTIC"; use RELU, RELU6, RELU_N1_TO_1 or TANH`},
		"activation of a softmax":  {func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Activation = network.Relu }, `layer 8 SOFTMAX: fused activation "RELU"; use an operator of its own`},
		"activation of a reshape":  {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = network.Relu }, `layer 0 RESHAPE: fused activation "RELU"; use an operator of its own`},
		"activation twice":         {func(a *network.Architecture, _ *network.Choices) { a.Layers[6].Activation = network.Relu }, `layer 6 LOGISTIC: fused activation "RELU"; use an operator of its own`},
		"constant of a softmax":    {func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Constant = a.Layers[2].Constant }, "layer 8 SOFTMAX: 1 inputs, 0 weights, shape []; export the model again"},
		"constant of more cells":   {func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells = make([]float32, 2) }, `layer 2 ("ADD"): constant of shape [1] with 2 cells`},
		"constant of fewer cells":  {func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Shape = []int{4} }, `layer 2 ("ADD"): constant of shape [4] with 1 cells`},
		"constant of another size": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2].Constant = &network.Constant{Shape: []int{3}, Cells: make([]float32, 3)}
		}, "layer 2 ADD: constant of shape [3] for samples of shape [4]; broadcast it before export"},
		"constant that does not fit": {func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells[0] = 1e9 }, "layer 2 ADD, constant, cell 0: 1e+09 does not fit s16.8; rescale the model, or lower the fraction bits"},
		"a layer for nothing": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Softmax, Inputs: []int{8}})
		}, "layer 8 does not reach the output; leave it out"},
		"batch of zero":          {func(_ *network.Architecture, c *network.Choices) { c.Batch = 0 }, "training.batch: 0, want 1 to 1048576"},
		"batch of 2^21":          {func(_ *network.Architecture, c *network.Choices) { c.Batch = 1 << 21 }, "training.batch: 2097152, want 1 to 1048576"},
		"15 fraction bits":       {func(_ *network.Architecture, c *network.Choices) { c.Formats.Feature = 15 }, "formats.feature: 15 fraction bits, want 0 to 14"},
		"negative fraction bits": {func(_ *network.Architecture, c *network.Choices) { c.Formats.Error = -1 }, "formats.error: -1 fraction bits, want 0 to 14"},
		"rate shift":             {func(_ *network.Architecture, c *network.Choices) { c.RateShift = 49 }, "rate shift 49, want 0 to 48"},
		"weights of 66 bits":     {func(_ *network.Architecture, c *network.Choices) { c.RateShift = 48 }, "layer 1 FULLY_CONNECTED: weights would need 66 fraction bits, at most 62 fit; raise the learning rate, or lower the fraction bits"},
		"no loss":                {func(_ *network.Architecture, c *network.Choices) { c.Loss = "" }, `training.labels: loss "" takes labels [], not "one_hot"`},
		"unknown loss":           {func(_ *network.Architecture, c *network.Choices) { c.Loss = "hinge" }, `training.labels: loss "hinge" takes labels [], not "one_hot"`},
		"labels of bits":         {func(_ *network.Architecture, c *network.Choices) { c.Labels = graph.Bits }, `training.labels: loss "softmax_cross_entropy" takes labels ["one_hot" "values"], not "bits"`},
		"logistic of a softmax":  {func(_ *network.Architecture, c *network.Choices) { c.Loss, c.Labels = graph.LogisticLoss, graph.Bits }, "loss logistic_loss on a model that ends in SOFTMAX"},
		"clipped below 0":        {func(_ *network.Architecture, c *network.Choices) { c.Clip = -1 }, "training.clip: -1"},
		"clipped beyond 16 bits": {func(_ *network.Architecture, c *network.Choices) { c.Clip = 1 << 15 }, "training.clip: 32768"},
		"smoothed below 0":       {func(_ *network.Architecture, c *network.Choices) { c.Smoothing = -1 }, "training.smoothing: -1 of"},
		"nothing left of labels": {func(_ *network.Architecture, c *network.Choices) { c.Smoothing = 1 << 9 }, "training.smoothing: 512 of"},
		"smoothed bits": {func(_ *network.Architecture, c *network.Choices) {
			c.Smoothing, c.Loss, c.Labels = 1, graph.LogisticLoss, graph.Bits
		}, "training.smoothing: labels of the loss"},
		"a response of nothing": {func(_ *network.Architecture, c *network.Choices) { c.Momentum = &network.Momentum{Restart: 1} }, "training.momentum: a response of 0 steps"},
		"a response too long": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: slices.Repeat([]int64{1}, 1025), Restart: 1}
		}, "training.momentum: a response of 1025 steps"},
		"a response of 0": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1, 0}, Restart: 1}
		}, "training.momentum: a response of 0 to 1"},
		"a response too large": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1<<17 + 1}, Restart: 1}
		}, "training.momentum: a response of 131073"},
		"a response too fine": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1}, Bits: 17, Restart: 1}
		}, "training.momentum: a response of 17 fraction bits"},
		"a response of no step": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1}, Bits: -1, Restart: 1}
		}, "training.momentum: a response of -1 fraction bits"},
		"never restarted": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1}}
		}, "training.momentum_restart: 0 steps"},
		"restarted too late": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{1}, Restart: 1<<16 + 1}
		}, "training.momentum_restart: 65537 steps"},
		"too fine together": {func(_ *network.Architecture, c *network.Choices) {
			c.Momentum, c.RateShift = &network.Momentum{Response: []int64{1}, Bits: 16, Restart: 1}, 33
		}, "rate shift 33 and 16 bits"},
		"no attribute":            {weighted(ops.Weighed{Weights: []int64{1}}), "training.sample_weight: attribute 0 of 0"},
		"another attribute":       {weighted(ops.Weighed{Columns: 2, Column: 2, Weights: []int64{1}}), "training.sample_weight: attribute 2 of 2"},
		"an attribute below 0":    {weighted(ops.Weighed{Columns: 2, Column: -1, Weights: []int64{1}}), "training.sample_weight: attribute -1 of 2"},
		"too many attributes":     {weighted(ops.Weighed{Columns: 1025, Weights: []int64{1}}), "training.sample_weight: attribute 0 of 1025"},
		"no sample weights":       {weighted(ops.Weighed{Columns: 1}), "training.sample_weight: 0 weights"},
		"too many weights":        {weighted(ops.Weighed{Columns: 1, Weights: make([]int64, 1025)}), "training.sample_weight: 1025 weights"},
		"a weight below 0":        {weighted(ops.Weighed{Columns: 1, Weights: []int64{-1}, Bits: 1}), "training.sample_weight: weights from -0.5 to -0.5"},
		"a weight too large":      {weighted(ops.Weighed{Columns: 1, Weights: []int64{1 << 15}}), "training.sample_weight: weights from 32768 to 32768"},
		"weights too fine":        {weighted(ops.Weighed{Columns: 1, Weights: []int64{1}, Bits: 15}), "training.sample_weight: weights of 15 fraction bits"},
		"weights too coarse":      {weighted(ops.Weighed{Columns: 1, Weights: []int64{1}, Bits: -1}), "training.sample_weight: weights of -1 fraction bits"},
		"weights lose nothing":    {losing(graph.Decay{Shift: 1, Every: 1}), "training.weight_decay: weights lose 0/2^1"},
		"weights lose everything": {losing(graph.Decay{N: 2, Shift: 1, Every: 1}), "training.weight_decay: weights lose 2/2^1"},
		"weights lose all":        {losing(graph.Decay{N: 1, Every: 1}), "training.weight_decay: weights lose 1/2^0"},
		"weights grow":            {losing(graph.Decay{N: -1, Shift: 1, Every: 1}), "training.weight_decay: weights lose -1/2^1"},
		"a share too fine":        {losing(graph.Decay{N: 256, Shift: 9, Every: 1}), "training.weight_decay: weights lose 256/2^9"},
		"a share too small":       {losing(graph.Decay{N: 1, Shift: 49, Every: 1}), "training.weight_decay: weights lose 1/2^49"},
		"weights never decay":     {losing(graph.Decay{N: 1, Shift: 1}), "training.weight_decay: weights decay every 0 steps"},
		"weights decay too late":  {losing(graph.Decay{N: 1, Shift: 1, Every: 1<<16 + 1}), "training.weight_decay: weights decay every 65537 steps"},
		"frozen twice":            {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{1, 1} }, "frozen weights [1 1] of 3"},
		"frozen out of order":     {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{2, 1} }, "frozen weights [2 1] of 3"},
		"frozen nothing":          {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{3} }, "frozen weights [3] of 3"},
		"layers without end": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers = slices.Repeat(a.Layers[:1], network.MaxLayers+1)
		}, "1025 layers, want 1 to 1024"},
		"unknown first operator":     {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Kind = "GATE" }, `layer 0 ("GATE"): no such operator`},
		"unknown last operator":      {func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Kind = "GATE" }, `layer 8 ("GATE"): no such operator`},
		"forward reference first":    {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[0] = 5 }, `layer 3 ("MUL"): it reads value 5, which is not there yet`},
		"second weight not there":    {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Weights[1] = 3 }, `layer 1 ("FULLY_CONNECTED"): it reads weight 3;`},
		"no weights":                 {func(a *network.Architecture, _ *network.Choices) { a.Layers[5].Weights = nil }, "layer 5 FULLY_CONNECTED: 1 inputs, 0 weights, shape [4]"},
		"second axis of zero":        {func(a *network.Architecture, _ *network.Choices) { a.Input = []int{6, 0} }, "input: shape [6 0]"},
		"input without axes":         {func(a *network.Architecture, _ *network.Choices) { a.Input = nil }, "input: shape [], want 1 to 6 axes"},
		"middle weight of no cells":  {func(a *network.Architecture, _ *network.Choices) { a.Weights[1].Shape = []int{0} }, "weight 1: shape [0]"},
		"last weight of no cells":    {func(a *network.Architecture, _ *network.Choices) { a.Weights[2].Shape = []int{4, 0} }, "weight 2: shape [4 0]"},
		"shape of no cells":          {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Shape = []int{0} }, `layer 0 ("RESHAPE"): shape [0]`},
		"units on one more axis":     {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Shape = []int{2, 4} }, "layer 1 FULLY_CONNECTED: 6 inputs and 4 units make samples of shape [2 4]"},
		"units before the last axis": {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Shape = []int{4, 1} }, "layer 1 FULLY_CONNECTED: 6 inputs and 4 units make samples of shape [4 1]"},
		"a shape where none is":      {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Shape = []int{4} }, "layer 3 MUL: 2 inputs, 0 weights, shape [4]"},
		"no shape of a reshape":      {func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Shape = nil }, "layer 0 RESHAPE: 1 inputs, 0 weights, shape []"},
		"weights of a reshape": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[7].Kind, a.Layers[7].Weights, a.Layers[7].Shape = network.Reshape, []int{0}, []int{4}
		}, "layer 7 RESHAPE: 1 inputs, 1 weights"},
		"two inputs of a softmax":   {func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Inputs = []int{8, 7} }, "layer 8 SOFTMAX: 2 inputs"},
		"one input of a product":    {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs = []int{3} }, "layer 3 MUL: 1 inputs"},
		"two inputs and a constant": {func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Inputs = []int{2, 2} }, "layer 2 ADD: 2 inputs"},
		"softmax of two axes": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[7] = network.Layer{Kind: network.Reshape, Inputs: []int{7}, Shape: []int{2, 2}}
		}, "layer 8 SOFTMAX: softmax over the last axis of samples of shape [2 2]"},
		"operands of two shapes": {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Inputs[1] = 1 }, "layer 3 MUL: operands of shapes [4] and [6]"},
		"constant of seven axes": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2].Constant.Shape = []int{1, 1, 1, 1, 1, 1, 1}
		}, `layer 2 ("ADD"): constant of shape [1 1 1 1 1 1 1] with 1 cells`},
		"constant of no cells": {func(a *network.Architecture, _ *network.Choices) {
			*a.Layers[2].Constant = network.Constant{Shape: []int{0}}
		}, `layer 2 ("ADD"): constant of shape [0] with 0 cells`},
		"constant of too many cells": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers[2].Constant.Shape = []int{1 << 21, 1 << 21, 1 << 22}
		}, `layer 2 ("ADD"): constant of shape [2097152 2097152 4194304] with 1 cells`},
		"constant of half its rows": {func(a *network.Architecture, _ *network.Choices) {
			*a.Layers[2].Constant = network.Constant{Shape: []int{2, 4}, Cells: make([]float32, 4)}
		}, `layer 2 ("ADD"): constant of shape [2 4] with 4 cells`},
		"constant of its last axis": {func(a *network.Architecture, _ *network.Choices) {
			*a.Layers[2].Constant = network.Constant{Shape: []int{4, 2}, Cells: make([]float32, 4)}
		}, `layer 2 ("ADD"): constant of shape [4 2] with 4 cells`},
		"constant of another row": {func(a *network.Architecture, _ *network.Choices) {
			*a.Layers[2].Constant = network.Constant{Shape: []int{2, 4}, Cells: make([]float32, 8)}
		}, "layer 2 ADD: constant of shape [2 4] for samples of shape [4]"},
		"constant that is no number": {func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Constant.Cells[0] = float32(math.NaN()) }, "layer 2 ADD, constant, cell 0: NaN does not fit s16.8"},
		"last cell that does not fit": {func(a *network.Architecture, _ *network.Choices) {
			*a.Layers[2].Constant = network.Constant{Shape: []int{4}, Cells: []float32{1, 2, 3, 128}}
		}, "layer 2 ADD, constant, cell 3: 128 does not fit s16.8"},
		"sum of two formats": {func(a *network.Architecture, c *network.Choices) {
			c.Formats.Feature, c.Formats.Activation = 8, 7
			a.Input, a.Weights[0].Shape = []int{4}, []int{4, 4}
			a.Layers[0].Shape, a.Layers[3] = []int{4}, network.Layer{Kind: network.Add, Inputs: []int{3, 1}}
		}, "layer 3 ADD: operands with 7 and 8 fraction bits"},
		"weights shared by two formats": {func(a *network.Architecture, c *network.Choices) {
			c.Formats.Feature, c.Formats.Activation = 8, 7
			a.Input, a.Weights[0].Shape, a.Weights[2].Shape = []int{4}, []int{4, 4}, []int{4}
			a.Layers[0].Shape, a.Layers[4].Weights, a.Layers[5].Weights = []int{4}, []int{0, 2}, []int{0, 2}
		}, "layer 4 FULLY_CONNECTED: weight 0 is shared by layers whose inputs have different formats"},
		"two layers for nothing": {func(a *network.Architecture, _ *network.Choices) {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Relu, Inputs: []int{6}}, network.Layer{Kind: network.Relu, Inputs: []int{10}}, network.Layer{Kind: network.Softmax, Inputs: []int{9}})
		}, "layer 9 does not reach the output"},
		"first layer for nothing": {func(a *network.Architecture, _ *network.Choices) { a.Layers[1].Inputs[0] = 0 }, "layer 0 does not reach the output"},
		"rate shift below 0":      {func(_ *network.Architecture, c *network.Choices) { c.RateShift = -1 }, "rate shift -1, want 0 to 48"},
		"15 bits of activations":  {func(_ *network.Architecture, c *network.Choices) { c.Formats.Activation = 15 }, "formats.activation: 15 fraction bits, want 0 to 14"},
		"frozen before the first": {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{-1, 1} }, "frozen weights [-1 1] of 3"},
		"frozen after the last":   {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{1, 3} }, "frozen weights [1 3] of 3"},
		"softmax of a logistic":   {func(a *network.Architecture, _ *network.Choices) { a.Layers[8].Kind = network.Logistic }, "loss softmax_cross_entropy on a model that ends in LOGISTIC"},
		"softmax of one output": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{4, 1}})
			a.Layers[7] = network.Layer{Kind: network.FullyConnected, Inputs: []int{7}, Weights: []int{3}, Shape: []int{1}}
		}, "softmax of one output is always 1"},
		"fused softmax of a sum":     {func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Activation = network.Softmax }, `layer 2 ADD: fused activation "SOFTMAX"; use RELU, RELU6, RELU_N1_TO_1 or TANH`},
		"fused softmax of a product": {func(a *network.Architecture, _ *network.Choices) { a.Layers[3].Activation = network.Softmax }, `layer 3 MUL: fused activation "SOFTMAX"; use RELU, RELU6, RELU_N1_TO_1 or TANH`},
		"softmax of one cell": {func(a *network.Architecture, _ *network.Choices) {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{4, 1}}, network.Weight{Shape: []int{1, 4}})
			a.Layers[6] = network.Layer{Kind: network.FullyConnected, Inputs: []int{6}, Weights: []int{3}, Shape: []int{1}}
			a.Layers[7] = network.Layer{Kind: network.Softmax, Inputs: []int{7}}
			a.Layers[8] = network.Layer{Kind: network.FullyConnected, Inputs: []int{8}, Weights: []int{4}, Shape: []int{4}}
		}, `layer 7 SOFTMAX: softmax "7 SOFTMAX": softmax of [3 1] in s16.8, want 2 to 65536 classes`},
		"activations finer than products": {func(_ *network.Architecture, c *network.Choices) {
			c.Formats.Feature, c.Formats.Error, c.RateShift = 0, 0, 0
		},
			`layer 1 FULLY_CONNECTED: rescale "1 FULLY_CONNECTED rounded": "1 FULLY_CONNECTED/accumulator" with 0 fraction bits cannot be shifted by -8`},
		"batch of more cells than a tensor has": {func(a *network.Architecture, c *network.Choices) {
			c.Batch, a.Input, a.Weights[0].Shape, a.Layers[0].Shape = 1<<20, []int{1 << 20}, []int{1 << 20, 4}, []int{1 << 20}
		}, `program: tensor "input": axis "units 1048576" of 1048576 makes it too large`},
		"softmax of 2^17 classes": {func(a *network.Architecture, c *network.Choices) {
			c.Frozen, a.Weights = nil, []network.Weight{{Shape: []int{6, 1 << 17}}}
			a.Layers = []network.Layer{a.Layers[0], {Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{1 << 17}}}
		}, `softmax "softmax": softmax of [3 131072] in s16.8, want 2 to 65536 classes`},
		"all frozen": {func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{0, 1, 2} }, "the model has no weight to train"},
	} {
		a, c := every(), choices()
		test.change(&a, &c)
		_, err := network.New(a, c)
		if !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrUsage) && !errors.Is(err, fault.ErrOverflow) || !strings.HasPrefix(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}

// A network keeps what it was made of, whatever becomes of the lists.
func TestNetworksDoNotChange(t *testing.T) {
	a, c := every(), choices()
	n := derive(t, a, c)
	a.Input[0], c.Frozen[0] = 9, 9
	for i := range a.Weights {
		a.Weights[i].Shape[0] = 9
		a.Weights[i] = network.Weight{}
	}
	for i := range a.Layers {
		l := &a.Layers[i]
		l.Inputs[0] = 9
		for _, list := range [][]int{l.Weights, l.Shape} {
			if len(list) > 0 {
				list[0] = 9
			}
		}
		if l.Constant != nil {
			l.Constant.Shape[0], l.Constant.Cells[0] = 9, 9
		}
		*l = network.Layer{}
	}
	if got := n.Architecture(); !reflect.DeepEqual(got, every()) || !reflect.DeepEqual(n.Choices(), choices()) {
		t.Errorf("the network has become %+v, %+v", got, n.Choices())
	}
	if encoded := n.Encode(); len(encoded) > 0 {
		encoded[0]++
		if bytes.Equal(encoded, n.Encode()) {
			t.Error("its encoding can be changed")
		}
	}
	if whole := every(); whole.Parameters() != 24+4+16 {
		t.Errorf("%d parameters", whole.Parameters())
	}
}

// A value that is read as a second operand alone is needed, as is one that is
// read by one of two layers.
func TestBranchesReachTheOutput(t *testing.T) {
	a := network.Architecture{
		Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 4}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{4}},
			{Kind: network.Tanh, Inputs: []int{1}},
			{Kind: network.Relu, Inputs: []int{1}},
			{Kind: network.Mul, Inputs: []int{2, 3}},
			{Kind: network.Add, Inputs: []int{0, 4}},
		},
	}
	c := choices()
	c.Frozen = nil
	derive(t, a, c)
	a.Layers[4].Inputs = []int{4, 0}
	derive(t, a, c)
}

// LEAKY_RELU has one constant cell, α from 0 to 1, and nothing else; it is in the
// digest and in what is said of the layer.
func TestLeakyRelu(t *testing.T) {
	with := func(l network.Layer) network.Architecture {
		l.Inputs = append([]int{1}, l.Inputs...)
		return network.Architecture{
			Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 4}}},
			Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{4}}, l},
		}
	}
	alpha := func(cells ...float32) network.Layer {
		return network.Layer{Kind: network.LeakyRelu, Constant: &network.Constant{Cells: cells}}
	}
	c := choices()
	c.Frozen = nil
	n, m := derive(t, with(alpha(0.25)), c), derive(t, with(alpha(0.5)), c)
	if d := n.Difference(m); n.Digest() == m.Digest() || d != "layer 1: LEAKY_RELU, constant 1 of 0.25 to 0.25; not LEAKY_RELU, constant 1 of 0.5 to 0.5" {
		t.Errorf("another alpha: %q", d)
	}
	for a, table := range map[float32]bool{-0.25: false, 0: true, 0.25: true, 1: true, 1.5: false} {
		n, err := network.New(with(alpha(a)), c)
		if err != nil || table != slices.ContainsFunc(n.Program().Nodes, func(n graph.Node) bool { return n.Kind == ops.KindLeakyRelu }) {
			t.Errorf("alpha %v: %v", a, err)
		}
	}
	for says, l := range map[string]network.Layer{
		"":                         {Kind: network.Prelu, Constant: &network.Constant{Shape: []int{4}, Cells: []float32{0.5, -1, 2, 0}}},
		"1 inputs, 0 weights":      {Kind: network.Prelu},
		"fused activation":         {Kind: network.Prelu, Constant: &network.Constant{Cells: []float32{2}}, Activation: network.Relu},
		"constant of shape [3] fo": {Kind: network.Prelu, Constant: &network.Constant{Shape: []int{3}, Cells: make([]float32, 3)}},
	} {
		if _, err := network.New(with(l), c); says == "" && err != nil || says != "" && (!errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "PRELU: "+says)) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	for name, l := range map[string]network.Layer{
		"none":        {Kind: network.LeakyRelu},
		"a vector":    {Kind: network.LeakyRelu, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{0.25}}},
		"fused":       {Kind: network.LeakyRelu, Constant: &network.Constant{Cells: []float32{0.25}}, Activation: network.Relu},
		"of two":      {Kind: network.LeakyRelu, Constant: &network.Constant{Cells: []float32{0.25}}, Inputs: []int{1}},
		"of a plain":  {Kind: network.Elu, Constant: &network.Constant{Cells: []float32{0.25}}},
		"fused plain": {Kind: network.HardSwish, Activation: network.Relu},
	} {
		if _, err := network.New(with(l), c); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TRANSPOSE takes an order of all axes of a sample, and the shape that it makes.
func TestTranspose(t *testing.T) {
	with := func(l network.Layer) error {
		l.Kind, l.Inputs = network.Transpose, append([]int{2}, l.Inputs...)
		c := choices()
		c.Frozen = nil
		_, err := network.New(network.Architecture{
			Input: []int{6}, Weights: []network.Weight{{Shape: []int{6, 6}}},
			Layers: []network.Layer{
				{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{6}},
				{Kind: network.Reshape, Inputs: []int{1}, Shape: []int{2, 3}}, l,
				{Kind: network.Reshape, Inputs: []int{3}, Shape: []int{6}},
			},
		}, c)
		return err
	}
	if err := with(network.Layer{Shape: []int{3, 2}, Parameters: []int{1, 0}}); err != nil {
		t.Error(err)
	}
	cube := func(order ...int) *network.Architecture {
		return &network.Architecture{Layers: []network.Layer{{Kind: network.Transpose, Inputs: []int{0}, Shape: []int{2, 2, 2}, Parameters: order}}}
	}
	if d := cube(0, 2, 1).Difference(cube(1, 0, 2)); d != "layer 0: TRANSPOSE, parameters [0 2 1], makes 2×2×2; not TRANSPOSE, parameters [1 0 2], makes 2×2×2" {
		t.Errorf("another order: %q", d)
	}
	large := network.Architecture{
		Input: []int{2048, 1024}, Weights: []network.Weight{{Shape: []int{1 << 21, 1}}},
		Layers: []network.Layer{
			{Kind: network.Transpose, Inputs: []int{0}, Shape: []int{1024, 2048}, Parameters: []int{1, 0}},
			{Kind: network.Reshape, Inputs: []int{1}, Shape: []int{1 << 21}},
			{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{0}, Shape: []int{1}},
		},
	}
	c := choices()
	c.Frozen = nil
	if _, err := network.New(large, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "axis of more than 1048576") {
		t.Errorf("an axis too long to be taken apart: %v", err)
	}
	for name, l := range map[string]network.Layer{
		"no order": {Shape: []int{3, 2}}, "no shape": {Parameters: []int{1, 0}}, "of two": {Inputs: []int{1}, Shape: []int{3, 2}, Parameters: []int{1, 0}},
		"too few": {Shape: []int{2}, Parameters: []int{0}}, "too many": {Shape: []int{2, 3, 1}, Parameters: []int{0, 1, 2}},
		"twice one": {Shape: []int{3, 3}, Parameters: []int{1, 1}}, "beyond": {Shape: []int{3, 2}, Parameters: []int{2, 0}},
		"below 0":       {Shape: []int{3, 2}, Parameters: []int{-1, 0}},
		"another shape": {Shape: []int{2, 3}, Parameters: []int{1, 0}}, "constant": {Shape: []int{3, 2}, Parameters: []int{1, 0}, Constant: &network.Constant{Cells: []float32{1}}},
		"fused": {Shape: []int{3, 2}, Parameters: []int{1, 0}, Activation: network.Relu},
	} {
		if err := with(l); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A constant that is subtracted is added with its sign changed, −2^15 included.
func TestDifferences(t *testing.T) {
	c := choices()
	c.Frozen = nil
	with := func(l network.Layer) (*network.Network, error) {
		return network.New(network.Architecture{
			Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 4}}},
			Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{4}}, l},
		}, c)
	}
	if _, err := with(network.Layer{Kind: network.Neg, Inputs: []int{1}, Parameters: []int{1}}); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "it has 1 parameters") {
		t.Errorf("parameters of an operator that has none: %v", err)
	}
	cells := func(k network.Kind, v float32) []int32 {
		n, err := with(network.Layer{Kind: k, Inputs: []int{1}, Constant: &network.Constant{Shape: []int{4}, Cells: []float32{v, v, v, v}}})
		if err != nil {
			t.Fatal(err)
		}
		return n.Program().Tensor(n.Program().OfRole(graph.Constant)[0]).Cells
	}
	for v, want := range map[float32]int32{0.5: -128, 128: -1 << 15, -0.001953125: 0, -0.005859375: 2} {
		if got := cells(network.Sub, v); !slices.Equal(got, []int32{want, want, want, want}) {
			t.Errorf("less %v: constants %v, want %d", v, got, want)
		}
		if got := cells(network.SubFrom, -v); !slices.Equal(got, []int32{want, want, want, want}) {
			t.Errorf("%v less a value: constants %v, want %d", -v, got, want)
		}
	}
	constant := &network.Constant{Shape: []int{1}, Cells: []float32{0.5}}
	for name, refusal := range map[string]struct {
		l    network.Layer
		says string
	}{
		"sub of one":                {network.Layer{Kind: network.Sub, Inputs: []int{1}}, "1 inputs"},
		"from none":                 {network.Layer{Kind: network.SubFrom, Inputs: []int{1}}, "1 inputs"},
		"from two":                  {network.Layer{Kind: network.SubFrom, Inputs: []int{1, 1}, Constant: constant}, "2 inputs"},
		"sub of two and a constant": {network.Layer{Kind: network.Sub, Inputs: []int{1, 1}, Constant: constant}, "2 inputs"},
		"sub of other shapes":       {network.Layer{Kind: network.Sub, Inputs: []int{1, 0}, Shape: []int{4}}, "2 inputs"},
		"neg of a constant":         {network.Layer{Kind: network.Neg, Inputs: []int{1}, Constant: constant}, "1 inputs"},
		"neg of two":                {network.Layer{Kind: network.Neg, Inputs: []int{1, 1}}, "2 inputs"},
		"square of two":             {network.Layer{Kind: network.Square, Inputs: []int{1, 1}}, "2 inputs"},
		"fused neg":                 {network.Layer{Kind: network.Neg, Inputs: []int{1}, Activation: network.Relu}, "fused activation"},
		"fused square":              {network.Layer{Kind: network.Square, Inputs: []int{1}, Activation: network.Relu}, "fused activation"},
		"sub, then softmax":         {network.Layer{Kind: network.Sub, Inputs: []int{1, 1}, Activation: network.Softmax}, "fused activation"},
		"from, then softmax":        {network.Layer{Kind: network.SubFrom, Inputs: []int{1}, Constant: constant, Activation: network.Softmax}, "fused activation"},
	} {
		if _, err := with(refusal.l); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), string(refusal.l.Kind)+": "+refusal.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := with(network.Layer{Kind: network.Sub, Inputs: []int{1, 0}}); err != nil {
		t.Error(err)
	}
	c.Formats.Feature = 7
	if _, err := with(network.Layer{Kind: network.Sub, Inputs: []int{1, 0}}); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "operands with 8 and 7 fraction bits") {
		t.Errorf("sub of two formats: %v", err)
	}
	c.Formats.Feature = 8
	if _, err := with(network.Layer{Kind: network.SubFrom, Inputs: []int{1}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{128}}}); !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("from 2^15: %v", err)
	}
}

// The larger and the smaller of two values, or of one and a constant at its
// fraction bits.
func TestMaximum(t *testing.T) {
	c := choices()
	c.Frozen = nil
	with := func(l network.Layer) (*network.Network, error) {
		return network.New(network.Architecture{
			Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 4}}},
			Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{4}}, l},
		}, c)
	}
	constant := &network.Constant{Shape: []int{1}, Cells: []float32{0.5}}
	for kind, want := range map[network.Kind]graph.Kind{network.Maximum: ops.KindMaximum, network.Minimum: ops.KindMinimum} {
		for _, l := range []network.Layer{{Kind: kind, Inputs: []int{1, 0}}, {Kind: kind, Inputs: []int{1}, Constant: constant}} {
			n, err := with(l)
			if err != nil || !slices.ContainsFunc(n.Program().Nodes, func(n graph.Node) bool { return n.Kind == want }) {
				t.Errorf("%+v: %v", l, err)
			}
		}
		for says, l := range map[string]network.Layer{
			"1 inputs":           {Kind: kind, Inputs: []int{1}},
			"2 inputs":           {Kind: kind, Inputs: []int{1, 0}, Constant: constant},
			"fused activation":   {Kind: kind, Inputs: []int{1, 0}, Activation: network.Relu},
			"constant of shape ": {Kind: kind, Inputs: []int{1}, Constant: &network.Constant{Shape: []int{3}, Cells: make([]float32, 3)}},
		} {
			if _, err := with(l); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), string(kind)+": "+says) {
				t.Errorf("%+v: %v", l, err)
			}
		}
	}
	c.Formats.Feature = 7
	if _, err := with(network.Layer{Kind: network.Maximum, Inputs: []int{1, 0}}); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "operands with 8 and 7 fraction bits") {
		t.Errorf("maximum of two formats: %v", err)
	}
}

// The digest of an architecture is that of the network's encoding without its
// choices, under another domain.
func TestArchitectureDigestByItsDefinition(t *testing.T) {
	n := derive(t, every(), choices())
	text := func(s string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(s))), s...)
	}
	c := n.Choices()
	encoded, begins := bytes.CutPrefix(n.Encode(), text("zkaudit/network/v8"))
	behind := 11*8 + len(text(string(c.Loss))) + len(text(string(c.Labels))) + 8 + 8*len(c.Frozen)
	a := n.Architecture()
	if !begins || a.Digest() != sha256.Sum256(append(text("zkaudit/architecture/v3"), encoded[:len(encoded)-behind]...)) {
		t.Error("another digest than its definition's")
	}
}

// An encoding is refused at the first field that is not there, or that no
// writer would write.
func TestMalformedEncodings(t *testing.T) {
	data := derive(t, every(), choices()).Encode()
	for i := range data {
		if _, err := network.Decode(data[:i]); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) || !strings.HasPrefix(err.Error(), "network: ") {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	with := func(at, n int) []byte {
		changed := slices.Clone(data)
		binary.LittleEndian.PutUint64(changed[at:], uint64(n))
		return changed
	}
	// domain, input, 3 weights, layers, …, choices
	const input = 8 + 18
	behind := len(data) - 5*8 - (8 + 8) - (8 + len(graph.OneHot)) - (8 + len(graph.SoftmaxCrossEntropy))
	for _, c := range []struct {
		data []byte
		says string
	}{
		{nil, "network: domain: 0 bytes left, needs 8"},
		{data[:7], "network: domain: 7 bytes left, needs 8"},
		{data[:12], "network: domain: 18, want 0 to 12"},
		{data[:input+3], "network: input: 3 bytes left, needs 8"},
		{with(0, -1), "network: domain: -1, want 0 to 64"},
		{with(0, 65), "network: domain: 65, want 0 to 64"},
		{with(0, 17), "the encoding of a network does not begin with"},
		{with(input, 2049), "network: input: 2049, want 0 to "},
		{with(input, -1), "network: input: -1, want 0 to "},
		{with(input+24, 2049), "network: weights: 2049, want 0 to "},
		{with(behind-8, 2), "network: rates by step: 2, want 0 to 1"},
		{with(behind-8, -1), "network: rates by step: -1, want 0 to 1"},
		{with(behind-16, 49), "network: rate shift 49, want 0 to 48"},
		{append(slices.Clone(data), 0), "network: end: 1 bytes too many"},
	} {
		if _, err := network.Decode(c.data); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%d bytes: %v, want %q", len(c.data), err, c.says)
		}
	}
}

// Lists as long as they may be are read.
func TestLongestEncodings(t *testing.T) {
	a, c := network.Architecture{Input: []int{2}, Weights: []network.Weight{{Shape: []int{2, 2}}}}, choices()
	c.Frozen = nil
	a.Layers = []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{2}}}
	for len(a.Layers) < network.MaxLayers {
		a.Layers = append(a.Layers, network.Layer{Kind: network.Reshape, Inputs: []int{len(a.Layers)}, Shape: []int{2}})
	}
	n := derive(t, a, c)
	if back, err := network.Decode(n.Encode()); err != nil || back.Digest() != n.Digest() {
		t.Errorf("%d layers: %v", len(a.Layers), err)
	}
}

// A constant is rounded half-even and repeated by the rules of broadcasting:
// axes from the last, size 1 repeats.
func TestConstantsAreRepeated(t *testing.T) {
	cells := func(kind network.Kind, input, shape []int, cells ...float32) ([]int32, int) {
		t.Helper()
		size := 1
		for _, d := range input {
			size *= d
		}
		c := choices()
		c.Frozen = nil
		n := derive(t, network.Architecture{
			Input: input, Weights: []network.Weight{{Shape: []int{size, 2}}},
			Layers: []network.Layer{
				{Kind: kind, Inputs: []int{0}, Constant: &network.Constant{Shape: shape, Cells: cells}},
				{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{2}},
			},
		}, c)
		if back, err := network.Decode(n.Encode()); err != nil || !reflect.DeepEqual(back.Architecture(), n.Architecture()) {
			t.Errorf("constant %v of shape %v: read back as another: %v", cells, shape, err)
		}
		for i := range n.Program().Tensors {
			if x := &n.Program().Tensors[i]; x.Name == "0 "+string(kind)+" constant" {
				return x.Cells, x.Format.Fraction
			}
		}
		t.Fatal("no constant in the program")
		return nil, 0
	}
	const one = 256 // at 8 fraction bits
	for _, c := range []struct {
		input, shape []int
		cells        []float32
		want         []int32 // in halves of 1/256
	}{
		{[]int{2, 3}, nil, []float32{1}, []int32{2 * one, 2 * one, 2 * one, 2 * one, 2 * one, 2 * one}},
		{[]int{2, 3}, []int{3}, []float32{1, 2, 3}, []int32{2 * one, 4 * one, 6 * one, 2 * one, 4 * one, 6 * one}},
		{[]int{2, 3}, []int{2, 1}, []float32{1, 2}, []int32{2 * one, 2 * one, 2 * one, 4 * one, 4 * one, 4 * one}},
		{[]int{2, 3}, []int{1, 1, 2, 3}, []float32{1, 2, 3, 4, 5, 6}, []int32{2 * one, 4 * one, 6 * one, 8 * one, 10 * one, 12 * one}},
		{[]int{2, 2, 2}, []int{2, 1, 2}, []float32{1, 2, 3, 4}, []int32{2 * one, 4 * one, 2 * one, 4 * one, 6 * one, 8 * one, 6 * one, 8 * one}},
		{[]int{4}, []int{4}, []float32{1. / 512, 3. / 512, -1. / 512, -128}, []int32{0, 4, 0, -256 * one}},
	} {
		got, fraction := cells(network.Add, c.input, c.shape, c.cells...)
		for i := range got {
			got[i] *= 2
		}
		if !slices.Equal(got, c.want) || fraction != 8 {
			t.Errorf("%v for samples of shape %v: %v of %d fraction bits, want %v of 8", c.shape, c.input, got, fraction, c.want)
		}
	}
	// A factor has as many fraction bits as 16 bits hold.
	for _, c := range []struct {
		cells []float32
		want  int
	}{
		{[]float32{100, 1, 0.5}, 8}, {[]float32{1, -100, 0.5}, 8}, {[]float32{0.5, 1, 100}, 8}, {[]float32{0, 1, -1}, 14}, {[]float32{0.5, 2, 0}, 13}, {[]float32{32767, 0, 1}, 0}, {[]float32{0, 0, 0}, 14},
	} {
		if _, fraction := cells(network.Mul, []int{3}, []int{3}, c.cells...); fraction != c.want {
			t.Errorf("factors %v have %d fraction bits, want %d", c.cells, fraction, c.want)
		}
	}
}

// What is derived: formats, optimizer, fused and shared nodes.
func TestDerivedSteps(t *testing.T) {
	kinds := func(p *graph.Program, kind graph.Kind) (n int) {
		for i := range p.Nodes {
			if p.Nodes[i].Kind == kind {
				n++
			}
		}
		return n
	}
	p := derive(t, every(), choices()).Program()
	if len(p.OfRole(graph.Weight)) != 2 || len(p.OfRole(graph.Frozen)) != 1 || p.Optimizer != (graph.Optimizer{Kind: graph.ConstantSGD, Shift: 7}) {
		t.Errorf("%d weights, %d frozen, optimizer %+v", len(p.OfRole(graph.Weight)), len(p.OfRole(graph.Frozen)), p.Optimizer)
	}
	if label := p.Tensor(p.Label); label.Format != (number.Format{Bits: 2}) || p.Fractions.Label != 0 {
		t.Errorf("one-hot labels of format %v", label.Format)
	}
	c := choices()
	c.Scheduled, c.Loss, c.Labels = true, graph.MeanSquaredError, graph.Values
	values := derive(t, every(), c).Program()
	if label := values.Tensor(values.Label); label.Format != (number.Format{Bits: 16, Fraction: 8}) || values.Fractions.Label != 8 || values.Optimizer.Kind != graph.ScheduledSGD {
		t.Errorf("labels of format %v, optimizer %+v", label.Format, values.Optimizer)
	}
	// SOFTMAX and LOGISTIC at the end are part of their losses, and of no other.
	for _, of := range []struct {
		last   network.Kind
		loss   graph.LossKind
		labels graph.LabelKind
		fused  bool
	}{
		{network.Softmax, graph.SoftmaxCrossEntropy, graph.OneHot, true}, {network.Softmax, graph.MeanSquaredError, graph.Values, false},
		{network.Logistic, graph.LogisticLoss, graph.Bits, true}, {network.Logistic, graph.MeanSquaredError, graph.Values, false},
	} {
		a, c := every(), choices()
		c.Loss, c.Labels = of.loss, of.labels
		a.Layers[8].Kind = of.last
		p := derive(t, a, c).Program()
		logits := p.Tensor(p.Loss.Logits)
		if fused := strings.HasPrefix(logits.Name, "7 "); fused != of.fused {
			t.Errorf("%s at the end with loss %s: logits %q", of.last, of.loss, logits.Name)
		}
	}
	// TANH and LOGISTIC have the format of activations, others keep that of their input.
	for kind, want := range map[network.Kind]int{network.Relu: 8, network.Relu6: 8, network.ReluN1To1: 8, network.Elu: 8, network.HardSwish: 8, network.Gelu: 8, network.GeluApproximate: 8, network.Tanh: 7, network.Logistic: 7} {
		c := choices()
		c.Frozen, c.Formats.Activation = nil, 7
		p := derive(t, network.Architecture{
			Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 2}}},
			Layers: []network.Layer{{Kind: kind, Inputs: []int{0}}, {Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{2}}},
		}, c).Program()
		if weight := p.Tensor(p.OfRole(graph.Weight)[0]); weight.Format.Fraction != want+10+7 {
			t.Errorf("%s of 8 fraction bits makes %d, want %d", kind, weight.Format.Fraction-17, want)
		}
	}
	if n := kinds(p, ops.KindFullyConnected); n != 3 {
		t.Errorf("%d matrix products, want 3", n)
	}
}

func TestChooseLoss(t *testing.T) {
	ending := func(k network.Kind) *network.Architecture {
		return &network.Architecture{Layers: []network.Layer{{Kind: network.Relu}, {Kind: k}}}
	}
	for _, c := range []struct {
		a      *network.Architecture
		loss   graph.LossKind
		labels graph.LabelKind
		want   graph.LossKind
		of     graph.LabelKind
		says   string
	}{
		{ending(network.Softmax), "", "", graph.SoftmaxCrossEntropy, graph.OneHot, ""},
		{ending(network.LogSoftmax), "", "", graph.SoftmaxCrossEntropy, graph.OneHot, ""},
		{ending(network.Logistic), "", "", graph.LogisticLoss, graph.Bits, ""},
		{ending(network.Relu), "", "", graph.MeanSquaredError, graph.Values, ""},
		{ending(network.Relu), "", graph.OneHot, graph.SoftmaxCrossEntropy, graph.OneHot, ""},
		{ending(network.Relu), "", graph.Bits, graph.LogisticLoss, graph.Bits, ""},
		{ending(network.Relu), "", graph.Values, graph.MeanSquaredError, graph.Values, ""},
		{ending(network.Softmax), graph.MeanSquaredError, graph.Values, graph.MeanSquaredError, graph.Values, ""},
		{ending(network.Relu), graph.SoftmaxCrossEntropy, "", graph.SoftmaxCrossEntropy, graph.OneHot, ""},
		{&network.Architecture{}, "", "", graph.MeanSquaredError, graph.Values, ""},
		{ending(network.Relu), "hinge", "", "", "", `training.loss: "hinge", want `},
		{ending(network.Relu), "hinge", "hinges", "", "", `training.loss: "hinge", want `},
		{ending(network.Softmax), "", graph.Values, graph.SoftmaxCrossEntropy, graph.Values, ""},
		{ending(network.Softmax), "", graph.Bits, "", "", "training.labels: loss softmax_cross_entropy takes labels [one_hot values], not "},
	} {
		loss, labels, err := c.a.ChooseLoss(c.loss, c.labels)
		if loss != c.want || labels != c.of || c.says == "" && err != nil || c.says != "" && (!errors.Is(err, fault.ErrUsage) || !strings.HasPrefix(err.Error(), c.says)) {
			t.Errorf("loss %q of labels %q: %q of %q, %v", c.loss, c.labels, loss, labels, err)
		}
	}
}

// A few bytes cannot ask for much memory.
func TestConstantsAreBounded(t *testing.T) {
	a := network.Architecture{
		Input: []int{1 << 21}, Weights: []network.Weight{{Shape: []int{1 << 21, 2}}},
		Layers: []network.Layer{
			{Kind: network.Add, Inputs: []int{0}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{1}}},
			{Kind: network.Add, Inputs: []int{1}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{1}}},
			{Kind: network.Add, Inputs: []int{2}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{1}}},
			{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{0}, Shape: []int{2}},
		},
	}
	c := choices()
	c.Frozen = nil
	if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "constants of more than") {
		t.Errorf("constants of 3·2^21 cells: %v", err)
	}
}

func TestDescribe(t *testing.T) {
	want := []string{
		"layer 0: RESHAPE, makes 6",
		"layer 1: FULLY_CONNECTED, weights 6×4, bias 4 (frozen), makes 4, then TANH",
		"layer 2: ADD, constant 1 of 0.25 to 0.25",
		"layer 3: MUL, of layer 2 and layer 1",
		"layer 4: FULLY_CONNECTED, weights 4×4, makes 4, then RELU",
		"layer 5: FULLY_CONNECTED, weights 4×4 (those of layer 4), makes 4",
		"layer 6: LOGISTIC",
		"layer 7: RELU6",
		"layer 8: SOFTMAX",
	}
	if got := derive(t, every(), choices()).Describe(); !slices.Equal(got, want) {
		t.Errorf("described as\n%s", strings.Join(got, "\n"))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(derive(f, every(), choices()).Encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := network.Decode(data)
		if err != nil {
			if !errors.Is(err, fault.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(n.Encode(), data) {
			t.Fatal("not canonical")
		}
		if err := ops.Validate(n.Program()); err != nil {
			t.Fatal(err)
		}
	})
}

// losing is a change to choices whose weights decay.
func losing(d graph.Decay) func(*network.Architecture, *network.Choices) {
	return func(_ *network.Architecture, c *network.Choices) { c.Decay = &d }
}

// weighted is a change to choices whose errors are weighed.
func weighted(w ops.Weighed) func(*network.Architecture, *network.Choices) {
	return func(_ *network.Architecture, c *network.Choices) { c.Weighed = &w }
}
