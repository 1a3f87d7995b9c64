package network_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
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
