package network_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// listening is a recurrent layer of 4 units on so many time steps of 3 features,
// the last of which is read by a layer of 2.
func listening(times int) network.Architecture {
	a := network.Architecture{Input: []int{times, 3}}
	l := network.Layer{Kind: network.SequenceLSTM, Inputs: []int{0}, Shape: []int{times, 4}}
	for k := range 12 {
		l.Weights = append(l.Weights, k)
		a.Weights = append(a.Weights, network.Weight{Shape: [][]int{{3, 4}, {4, 4}, {4}}[k/4]})
	}
	a.Weights = append(a.Weights, network.Weight{Shape: []int{4, 2}})
	a.Layers = []network.Layer{
		l, {Kind: network.StridedSlice, Inputs: []int{1}, Shape: []int{1, 4}, Parameters: []int{times - 1, 1, 0, 1}},
		{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{12}, Shape: []int{2}},
	}
	return a
}

func TestSequenceLSTMIsLowered(t *testing.T) {
	for _, times := range []int{2, 28, 48} {
		p := derive(t, listening(times), unfrozen()).Program()
		t.Logf("%d time steps: %d nodes", times, len(p.Nodes))
		if list := p.OfRole(graph.Weight); len(list) != 13 {
			t.Errorf("%d weights", len(list))
		}
		updates := map[graph.TensorID]int{}
		for _, n := range p.Nodes {
			if n.Kind == ops.KindWeightUpdate {
				updates[n.Inputs[0]]++
			}
		}
		for _, n := range updates {
			if n != 1 && n != times-1 {
				t.Errorf("%d updates of a weight over %d time steps", n, times)
			}
		}
	}
	// Cells are clipped where they can reach the limit: beyond two time steps of five.
	limited := listening(5)
	limited.Layers[0].Constant = &network.Constant{Cells: []float32{2}}
	got := shapes(derive(t, limited, unfrozen()).Program())
	if count := func(kind graph.Kind) (n int) {
		for _, s := range got {
			if strings.HasPrefix(s, string(kind)+"[") {
				n++
			}
		}
		return n
	}; count(ops.KindMinimum) != 3 || count(ops.KindMaximum) != 3 {
		t.Errorf("clipped in %d and %d places of %q", count(ops.KindMinimum), count(ops.KindMaximum), got)
	}
	n := derive(t, listening(3), unfrozen())
	back, err := network.Decode(n.Encode())
	if err != nil || back.Program().Fingerprint() != n.Program().Fingerprint() {
		t.Errorf("the network changes when written and read: %v", err)
	}
	if text := n.Describe()[0]; !strings.Contains(text, "weights 3×4, weights 3×4") || strings.Count(text, "weights") != 8 || strings.Count(text, "bias 4") != 4 {
		t.Errorf("described as %q", text)
	}
	for name, c := range map[string]struct {
		change func(a *network.Architecture)
		says   string
	}{
		"too many steps": {func(a *network.Architecture) { *a = listening(49) }, "49 time steps, which are unrolled; use sequences of 2 to 48"},
		"one step":       {func(a *network.Architecture) { *a = listening(1) }, "1 time steps"},
		"flat samples":   {func(a *network.Architecture) { a.Input = []int{9} }, "on samples of shape [9]"},
		"another shape":  {func(a *network.Architecture) { a.Layers[0].Shape = []int{3, 5} }, "make [3 5]"},
		"more weights":   {func(a *network.Architecture) { a.Layers[0].Weights = append(a.Layers[0].Weights, 0) }, "13 weights"},
		"other features": {func(a *network.Architecture) { a.Weights[1].Shape = []int{2, 4} }, "forget weights of shape [2 4]"},
		"other units":    {func(a *network.Architecture) { a.Weights[6].Shape = []int{4, 3} }, "cell gate 1 recurrent weights of shape [4 3]"},
		"another bias":   {func(a *network.Architecture) { a.Weights[11].Shape = []int{3} }, "output bias of shape [3]"},
		"two limits": {func(a *network.Architecture) {
			a.Layers[0].Constant = &network.Constant{Shape: []int{2}, Cells: []float32{1, 2}}
		}, "cells clipped to [1 2]"},
		"a limit of 0":    {func(a *network.Architecture) { a.Layers[0].Constant = &network.Constant{Cells: []float32{0}} }, "cells clipped to [0]"},
		"fused":           {func(a *network.Architecture) { a.Layers[0].Activation = network.Relu }, "fused activation"},
		"parameters":      {func(a *network.Architecture) { a.Layers[0].Parameters = []int{1} }, "it has 1 parameters"},
		"several of them": {func(a *network.Architecture) { *a = listeningTwice(48) }, "more than 4096 nodes"},
	} {
		a := listening(3)
		c.change(&a)
		if _, err := network.New(a, unfrozen()); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// listeningTwice has a second recurrent layer on what the first makes.
func listeningTwice(times int) network.Architecture {
	a := listening(times)
	second := network.Layer{Kind: network.SequenceLSTM, Inputs: []int{1}, Shape: []int{times, 4}}
	for k := range 12 {
		second.Weights = append(second.Weights, 12+k)
		a.Weights = slices.Insert(a.Weights, 12+k, network.Weight{Shape: [][]int{{4, 4}, {4, 4}, {4}}[k/4]})
	}
	a.Layers = slices.Insert(a.Layers, 1, second)
	a.Layers[2].Inputs, a.Layers[3].Inputs, a.Layers[3].Weights = []int{2}, []int{3}, []int{24}
	return a
}
