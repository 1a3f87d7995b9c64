package network_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// stack is four fully connected layers with an activation between, of which the
// second and the fourth share a weight if tied.
func stack(tied bool) network.Architecture {
	a := network.Architecture{Input: []int{3}}
	for i := range 4 {
		w := i
		if tied && i == 3 {
			w = 1
		} else {
			a.Weights = append(a.Weights, network.Weight{Shape: []int{3, 3}})
		}
		a.Layers = append(a.Layers, network.Layer{Kind: network.FullyConnected, Inputs: []int{2 * i}, Weights: []int{w}, Shape: []int{3}})
		if i < 3 {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Tanh, Inputs: []int{2*i + 1}})
		}
	}
	return a
}

func TestFreeze(t *testing.T) {
	a, tied := stack(false), stack(true)
	for name, c := range map[string]struct {
		a          network.Architecture
		layers     []int
		want, says string
	}{
		"nothing":         {a, nil, "[]", ""},
		"some":            {a, []int{4, 0, 4}, "[0 2]", ""},
		"all":             {a, []int{0, 2, 4, 6}, "[0 1 2 3]", ""},
		"both of a pair":  {tied, []int{2, 6}, "[1]", ""},
		"one of a pair":   {tied, []int{2}, "", "layer 6, which is trained, reads weights of layer 2"},
		"a layer too far": {a, []int{7}, "", "layers 0 to 6"},
		"below":           {a, []int{-1}, "", "layer -1"},
		"no weights":      {a, []int{1}, "", "TANH has no weights"},
	} {
		got, err := c.a.Freeze(c.layers)
		if c.says == "" && (err != nil || fmt.Sprint(got) != c.want) || c.says != "" && (!errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	// a bias that the first layer shares with the third, and no other weight
	for i := range 3 {
		a.Layers[2*i].Weights = append([]int{}, a.Layers[2*i].Weights[0], 4)
	}
	a.Layers[2].Weights = a.Layers[2].Weights[:1]
	a.Weights = append(a.Weights, network.Weight{Shape: []int{3}})
	for _, i := range []int{0, 4} {
		if got, err := a.Freeze([]int{i}); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), fmt.Sprintf("layer %d, which is trained", 4-i)) {
			t.Errorf("layer %d of a pair: %v, %v", i, got, err)
		}
	}
	for n, want := range map[int]string{1: "[0 2 4]", 3: "[0]", 4: "[]", 0: "", 5: ""} {
		if got, err := a.AllButLast(n); (want == "") != errors.Is(err, fault.ErrUsage) || want != "" && fmt.Sprint(got) != want {
			t.Errorf("all but the last %d: %v, %v", n, got, err)
		}
	}
}

// TestBackwardStopsAtFrozenLayers: where nothing before a layer is trained, no
// gradient is computed for it; activations before it are those of the forward
// pass alone.
func TestBackwardStopsAtFrozenLayers(t *testing.T) {
	a := stack(false)
	c := network.Choices{Batch: 2, Formats: network.DefaultFormats(), RateShift: 6, Loss: graph.MeanSquaredError, Labels: graph.Values}
	for _, tt := range []struct {
		last               int
		gradients, updates int
	}{{4, 3, 4}, {3, 2, 3}, {2, 1, 2}, {1, 0, 1}} {
		layers, err := a.AllButLast(tt.last)
		if err != nil {
			t.Fatal(err)
		}
		if c.Frozen, err = a.Freeze(layers); err != nil {
			t.Fatal(err)
		}
		n, err := network.New(a, c)
		if err != nil {
			t.Fatal(err)
		}
		count := map[graph.Kind]int{}
		for _, node := range n.Program().Nodes {
			count[node.Kind]++
		}
		if count[ops.KindInputGradient] != tt.gradients || count[ops.KindWeightUpdate] != tt.updates || count[ops.KindMul] != tt.gradients {
			t.Errorf("the last %d trained: %v", tt.last, count)
		}
	}
	// A frozen layer between trained ones passes its gradient on.
	c.Frozen = []int{2}
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, node := range n.Program().Nodes {
		if node.Kind == ops.KindInputGradient {
			passed++
		}
	}
	if passed != 3 || len(n.Program().OfRole(graph.Weight)) != 3 {
		t.Errorf("a frozen layer between: %d input gradients", passed)
	}
}
