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

// rooting is 4 → 8 values as samples of 2 by 4, the square of these, and layers that
// go on from there with a last value of 2 cells.
func rooting(layers ...network.Layer) (network.Architecture, network.Choices) {
	a := network.Architecture{
		Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, 8}}, {Shape: []int{2, 3}}},
		Layers: append([]network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{8}},
			{Kind: network.Reshape, Inputs: []int{1}, Shape: []int{2, 4}},
			{Kind: network.Square, Inputs: []int{2}},
		}, layers...),
	}
	a.Layers = append(a.Layers, network.Layer{Kind: network.FullyConnected, Inputs: []int{len(a.Layers)}, Weights: []int{1}, Shape: []int{3}})
	c := choices()
	c.Frozen = nil
	return a, c
}

// A mean of squares is not rounded where its inverse root alone is taken, and once
// elsewhere; squares that others read are rounded themselves.
func TestSumsOfSquares(t *testing.T) {
	mean := network.Layer{Kind: network.Mean, Inputs: []int{3}, Parameters: []int{1}, Shape: []int{2}}
	plus := func(in int, cells ...float32) network.Layer {
		return network.Layer{Kind: network.Add, Inputs: []int{in}, Constant: &network.Constant{Shape: []int{len(cells)}, Cells: cells}}
	}
	rsqrt := func(in int) network.Layer { return network.Layer{Kind: network.Rsqrt, Inputs: []int{in}} }
	fused := plus(4, 0.25)
	fused.Activation = network.Relu
	for name, test := range map[string]struct {
		layers []network.Layer
		terms  int // of the inverse root
		addend int
		rounds int // squares, and means, that are rounded
	}{
		"all of it":               {[]network.Layer{mean, plus(4, 0.25), rsqrt(5)}, 4, 4 << 16 / 4, 0},
		"without ε":               {[]network.Layer{mean, rsqrt(4)}, 4, 0, 0},
		"two roots":               {[]network.Layer{mean, plus(4, 0.25), rsqrt(5), rsqrt(4), {Kind: network.Add, Inputs: []int{6, 7}}}, 4, 0, 0},
		"negative ε":              {[]network.Layer{mean, plus(4, -0.25), rsqrt(5)}, 1, 0, 1},
		"ε of 1":                  {[]network.Layer{mean, plus(4, 1), rsqrt(5)}, 1, 0, 1},
		"ε for each":              {[]network.Layer{mean, plus(4, 0.25, 0.5), rsqrt(5)}, 1, 0, 1},
		"ε, then relu":            {[]network.Layer{mean, fused, rsqrt(5)}, 1, 0, 1},
		"read by another":         {[]network.Layer{mean, plus(4, 0.25), rsqrt(5), {Kind: network.Add, Inputs: []int{6, 5}}}, 1, 0, 1},
		"mean read otherwise":     {[]network.Layer{mean, rsqrt(4), {Kind: network.Add, Inputs: []int{5, 4}}}, 1, 0, 1},
		"read first by another":   {[]network.Layer{mean, {Kind: network.Neg, Inputs: []int{4}}, rsqrt(4), {Kind: network.Add, Inputs: []int{5, 6}}}, 1, 0, 1},
		"ε read first by another": {[]network.Layer{mean, plus(4, 0.25), {Kind: network.Neg, Inputs: []int{5}}, rsqrt(5), {Kind: network.Add, Inputs: []int{6, 7}}}, 1, 0, 1},
		"along another axis":      {[]network.Layer{{Kind: network.Mean, Inputs: []int{3}, Parameters: []int{0}, Shape: []int{4}}, rsqrt(4), {Kind: network.Mean, Inputs: []int{5}, Parameters: []int{0}, Shape: []int{1}}, {Kind: network.BroadcastTo, Inputs: []int{6}, Shape: []int{2}}}, 1, 0, 2},
		"square of a product":     {[]network.Layer{{Kind: network.Mul, Inputs: []int{2, 2}}, {Kind: network.Mean, Inputs: []int{4}, Parameters: []int{1}, Shape: []int{2}}, {Kind: network.Mean, Inputs: []int{3}, Parameters: []int{1}, Shape: []int{2}}, {Kind: network.Add, Inputs: []int{5, 6}}, rsqrt(7)}, 1, 0, 2},
	} {
		a, c := rooting(test.layers...)
		p := derive(t, a, c).Program()
		terms, addend, rounds := 0, 0, 0
		producers := p.Producers()
		of := func(n *graph.Node, kind graph.Kind) bool {
			return producers[n.Inputs[0]] >= 0 && p.Nodes[producers[n.Inputs[0]]].Kind == kind
		}
		for i := range p.Nodes {
			n := &p.Nodes[i]
			if strings.Contains(n.Name, "backward") {
				continue
			}
			if strings.HasSuffix(n.Name, "in an axis") {
				t.Errorf("%s: %q", name, n.Name)
			}
			switch {
			case n.Kind == ops.KindRsqrt:
				terms, addend = n.Attributes.Int("divisor"), max(addend, n.Attributes.Int("addend"))
			case n.Kind == ops.KindRescale && of(n, ops.KindMul), n.Kind == ops.KindConstantDivision && of(n, ops.KindReduceSum),
				n.Kind == ops.KindRescale && of(n, ops.KindAxisSum) && strings.Contains(n.Name, "MEAN") && name == "along another axis":
				rounds++
			}
		}
		if name == "two roots" {
			addend = 0
		}
		if terms != test.terms || addend != test.addend || rounds != test.rounds && name != "along another axis" {
			t.Errorf("%s: the inverse root of %d terms and %d, %d roundings", name, terms, addend, rounds)
		}
	}
	// A sum that is not rounded is read as it should be, or refused.
	bad := plus(4, 0.25)
	bad.Shape = []int{2}
	shapeless := mean
	shapeless.Shape = []int{3}
	nowhere := mean
	nowhere.Shape = []int{1, 3}
	for says, layers := range map[string][]network.Layer{
		"layer 4 ADD: 1 inputs, 0 weights, shape [2]":            {mean, bad, rsqrt(5)},
		"layer 3 MEAN: it makes samples of shape [2], not [3]":   {shapeless, rsqrt(4)},
		"layer 3 MEAN: it makes samples of shape [2], not [1 3]": {nowhere, {Kind: network.Sqrt, Inputs: []int{4}}},
		"layer 4 DIV: a divisor of -2":                           {mean, {Kind: network.Div, Inputs: []int{4}, Constant: &network.Constant{Shape: []int{2}, Cells: []float32{2, -2}}}},
		"layer 4 RSQRT: 1 inputs, 0 weights, shape [2]":          {mean, {Kind: network.Rsqrt, Inputs: []int{4}, Shape: []int{2}}},
		"layer 4 RSQRT: fused activation":                        {mean, {Kind: network.Rsqrt, Inputs: []int{4}, Activation: network.Relu}},
		"layer 4 SQRT: 1 inputs, 0 weights, shape [2]":           {mean, {Kind: network.Sqrt, Inputs: []int{4}, Shape: []int{2}}},
		"layer 4 SQRT: fused activation":                         {mean, {Kind: network.Sqrt, Inputs: []int{4}, Activation: network.Relu}},
		"layer 4 DIV: operands of shapes [2] and [2 4]":          {mean, {Kind: network.Div, Inputs: []int{4, 2}}},
		"layer 4 DIV: fused activation":                          {mean, {Kind: network.Div, Inputs: []int{4, 4}, Activation: network.Softmax}},
		"layer 4 DIV: a divisor of -1":                           {mean, {Kind: network.Div, Inputs: []int{4}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{-1}}}},
		"layer 4 DIV: divisors of 1e-06 to 30000":                {mean, {Kind: network.Div, Inputs: []int{4}, Constant: &network.Constant{Shape: []int{2}, Cells: []float32{1e-6, 30000}}}},
	} {
		a, c := rooting(layers...)
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// A constant whose inverse 14 fraction bits hold multiplies by it; others divide.
func TestDivisorsThatArePowersOfTwo(t *testing.T) {
	for v, multiplies := range map[float32]bool{1: true, 2: true, 0.25: true, 8192: true, 16384: true, 3: false, 0.3: false, 1.0 / 8192: true, 1.0 / 16384: true} {
		a, c := rooting(network.Layer{Kind: network.Mean, Inputs: []int{3}, Parameters: []int{1}, Shape: []int{2}},
			network.Layer{Kind: network.Div, Inputs: []int{4}, Constant: &network.Constant{Shape: []int{1}, Cells: []float32{v}}})
		n, err := network.New(a, c)
		if err != nil {
			t.Errorf("division by %v: %v", v, err)
			continue
		}
		divides := slices.ContainsFunc(n.Program().Nodes, func(n graph.Node) bool { return n.Kind == ops.KindLargeDivision && strings.HasPrefix(n.Name, "4 DIV") })
		if divides == multiplies {
			t.Errorf("division by %v divides: %t", v, divides)
		}
	}
}

// Powers of two whose inverses no one format holds are none to multiply by.
func TestDivisorsOfDifferentSizes(t *testing.T) {
	for small, multiplies := range map[float32]bool{0.5: true, 1.0 / 1024: true, 1.0 / 2048: false} {
		a, c := rooting(network.Layer{Kind: network.Mean, Inputs: []int{3}, Parameters: []int{1}, Shape: []int{2}},
			network.Layer{Kind: network.Div, Inputs: []int{4}, Constant: &network.Constant{Shape: []int{2}, Cells: []float32{small, 16}}})
		if _, err := network.New(a, c); multiplies != (err == nil) {
			t.Errorf("division by %v and 16: %v", small, err)
		}
	}
}

// A mean of squares may be the output, of samples with one axis, of one cell, and of
// features that are coarser than activations.
func TestSumsOfSquaresAtTheEdges(t *testing.T) {
	means := func(size int, more ...network.Layer) (network.Architecture, network.Choices) {
		a := network.Architecture{
			Input: []int{4}, Weights: []network.Weight{{Shape: []int{4, size}}},
			Layers: append([]network.Layer{
				{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{size}},
				{Kind: network.Square, Inputs: []int{1}},
				{Kind: network.Mean, Inputs: []int{2}, Parameters: []int{0}, Shape: []int{1}},
			}, more...),
		}
		c := choices()
		c.Frozen, c.Loss, c.Labels = nil, graph.MeanSquaredError, graph.Values
		return a, c
	}
	kinds := func(a network.Architecture, c network.Choices) (list []graph.Kind) {
		for _, n := range derive(t, a, c).Program().Nodes {
			if strings.HasPrefix(n.Name, "2 MEAN") && !strings.Contains(n.Name, "backward") || n.Kind == ops.KindRsqrt {
				list = append(list, n.Kind)
			}
		}
		return list
	}
	rsqrt := network.Layer{Kind: network.Rsqrt, Inputs: []int{3}}
	for name, test := range map[string]struct {
		size int
		more []network.Layer
		want []graph.Kind
	}{
		"the output":           {4, nil, []graph.Kind{ops.KindReduceSum, ops.KindConstantDivision, ops.KindBroadcast}},
		"its inverse root":     {4, []network.Layer{rsqrt}, []graph.Kind{ops.KindReduceSum, ops.KindRsqrt}},
		"read over and over":   {4, []network.Layer{rsqrt, {Kind: network.BroadcastTo, Inputs: []int{4}, Shape: []int{3}}}, []graph.Kind{ops.KindReduceSum, ops.KindRsqrt}},
		"of one cell":          {1, nil, []graph.Kind{ops.KindReduceSum, ops.KindConstantDivision, ops.KindBroadcast}},
		"of one, and not less": {1, nil, []graph.Kind{ops.KindReduceSum, ops.KindRescale, ops.KindBroadcast}},
	} {
		a, c := means(test.size, test.more...)
		if name == "of one, and not less" { // squares have no more bits than activations
			a.Layers = append([]network.Layer{{Kind: network.Square, Inputs: []int{0}}, {Kind: network.Mean, Inputs: []int{1}, Parameters: []int{0}, Shape: []int{1}}},
				network.Layer{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{0}, Shape: []int{1}})
			a.Input, a.Weights[0].Shape, c.Formats.Feature = []int{1}, []int{1, 1}, 2
			got := []graph.Kind(nil)
			p := derive(t, a, c).Program()
			for _, n := range p.Nodes {
				if strings.HasPrefix(n.Name, "1 MEAN") {
					got = append(got, n.Kind)
					if f := p.Tensor(n.Outputs[0]).Format.Fraction; f != 4 {
						t.Errorf("%s: %d fraction bits", n.Name, f)
					}
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v", name, got, test.want)
			}
			continue
		}
		if got := kinds(a, c); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	for says, change := range map[string]func(a *network.Architecture, c *network.Choices){
		"layer 0 SQRT": func(a *network.Architecture, c *network.Choices) {
			a.Layers = []network.Layer{{Kind: network.Sqrt, Inputs: []int{0}}, {Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{4}}}
			c.Formats.Activation = 3
		},
		"layer 0 DIV": func(a *network.Architecture, c *network.Choices) {
			a.Layers = []network.Layer{{Kind: network.Div, Inputs: []int{0}, Constant: &network.Constant{Cells: []float32{30000}}}, {Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{0}, Shape: []int{4}}}
			c.Formats.Activation = 3
		},
	} {
		a, c := means(4)
		change(&a, &c)
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
