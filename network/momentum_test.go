package network_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// TestMomentumOfAStep: a step has the response, weights as many fraction bits more
// as it has, and the network's own are its own.
func TestMomentumOfAStep(t *testing.T) {
	c := choices()
	plain := derive(t, every(), c)
	if o := plain.Program().Optimizer; o.Momentum != nil || o.Shift != c.RateShift || plain.Choices().Momentum.String() != "" {
		t.Errorf("no momentum: %+v", o)
	}
	c.Momentum = &network.Momentum{Response: []int64{4, 2, 1}, Bits: 2, Restart: 3}
	n := derive(t, every(), c)
	c.Momentum.Response[0] = 9
	o := n.Program().Optimizer
	if o.Momentum == nil || !slices.Equal(o.Momentum.Response, []int64{4, 2, 1}) || o.Momentum.Restart != 3 || o.Shift != c.RateShift+2 || o.Kind != plain.Program().Optimizer.Kind {
		t.Fatalf("optimizer %+v, %+v", o, o.Momentum)
	}
	for i := range 3 {
		if p, q := plain.Program().Tensor(plain.Weight(i)), n.Program().Tensor(n.Weight(i)); q.Format.Fraction != p.Format.Fraction+2 {
			t.Errorf("weight %d at %d fraction bits, %d without", i, q.Format.Fraction, p.Format.Fraction)
		}
	}
	if text := n.Choices().Momentum.String(); !strings.Contains(text, "[4 2 1]/2^2") || !strings.Contains(text, "a multiple of 3 steps") {
		t.Errorf("in words: %s", text)
	}
	back, err := network.Decode(n.Encode())
	if err != nil || back.Digest() != n.Digest() || back.Program().Optimizer.Momentum.Gain() != 7 || (*graph.Momentum)(nil).Gain() != 1 {
		t.Errorf("read again: %v", err)
	}
}

// TestDecayOfAStep: a step has the decay, weights the format that they have
// without, and the network's own is its own.
func TestDecayOfAStep(t *testing.T) {
	c := choices()
	plain := derive(t, every(), c)
	c.Decay = &graph.Decay{N: 5, Shift: 9, Every: 7}
	n := derive(t, every(), c)
	c.Decay.N = 6
	if d := n.Program().Optimizer.Decay; d == nil || *d != (graph.Decay{N: 5, Shift: 9, Every: 7}) {
		t.Errorf("decay %+v", d)
	}
	if p, q := plain.Program().Tensor(plain.Weight(0)), n.Program().Tensor(n.Weight(0)); q.Format != p.Format {
		t.Errorf("a weight in %v, %v without", q.Format, p.Format)
	}
	if text := n.Choices().Decay.String(); text != "after every 7 steps each trained weight loses 0.009765625 of itself (5/2^9, rounded half up)" {
		t.Error(text)
	}
	back, err := network.Decode(n.Encode())
	if err != nil || back.Digest() != n.Digest() || *back.Choices().Decay != *n.Choices().Decay || plain.Choices().Decay.String() != "" {
		t.Errorf("read again: %v", err)
	}
	if d := plain.Difference(n); d != "weight decay , not "+n.Choices().Decay.String() {
		t.Errorf("difference %q", d)
	}
}

// TestWeightsOfRows: a step reads the attributes of rows, the network's table of
// weights is its own, and it is said which attribute weighs.
func TestWeightsOfRows(t *testing.T) {
	c := choices()
	plain := derive(t, every(), c)
	c.Weighed = &ops.Weighed{Columns: 3, Column: 1, Weights: []int64{256, 0, 77}, Bits: 8}
	n := derive(t, every(), c)
	c.Weighed.Weights[0] = 5
	at := n.Program().Attributes()
	if at == graph.None || n.Program().Tensor(at).Units() != 3 || plain.Program().Attributes() != graph.None {
		t.Error("other attributes than three of a row, where an error is weighed")
	}
	if got := network.DescribeWeighed(n.Choices().Weighed); got != "the error of each row is multiplied by a weight that its attribute 2 of 3 says, by code, from 0: [256 0 77]/2^8" {
		t.Error(got)
	}
	if got := network.DescribeWeighed(plain.Choices().Weighed); got != "" {
		t.Error(got)
	}
	if back, err := network.Decode(n.Encode()); err != nil || back.Digest() != n.Digest() {
		t.Errorf("read again: %v", err)
	}
}
