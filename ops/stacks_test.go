package ops_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/network/networktest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// derive returns a stack's step.
func derive(t *testing.T, s *networktest.Stack, batch int, f network.Formats) *network.Network {
	t.Helper()
	n, err := network.New(s.Architecture, network.Choices{
		Batch: batch, RateShift: shift, Scheduled: true, Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Formats: f,
	})
	if err != nil {
		t.Fatalf("%+v: %v", s.Architecture, err)
	}
	return n
}

// Relations of stacks hold of what is executed, whatever the padding holds, and of
// nothing else; formats are enforced; some are proven as a whole.
func TestStacks(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	count := 10
	if testing.Short() {
		count = 3
	}
	for i := range count {
		s := networktest.NewStack(rng, networktest.Every)
		n := derive(t, s, 2+rng.IntN(2), network.Formats{Feature: 6, Activation: 6, Error: 8})
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			x := checkNetwork(t, n)
			if i%3 == 0 {
				x.checkProof(t, setup)
			}
		})
	}
}

// checkNetwork attacks the relations of a network's step, and returns two steps of
// it.
func checkNetwork(t *testing.T, n *network.Network) *executed {
	t.Helper()
	p := n.Program()
	stated := build(t, p)
	if list := unenforced(p, stated, stated.Relation); len(list) > 0 {
		t.Errorf("the relations let leave their format: %q", list)
	}
	x := execute(t, p, 2, 3)
	x.checkHonest(t)
	x.checkMutations(t)
	x.checkPadding(t)
	checkLies(t, p)
	if t.Failed() {
		t.Log(n.Describe())
	}
	return x
}

// checkProof proves what was executed, and verifies it.
func (x *executed) checkProof(t *testing.T, setup *commitments.Setup) {
	t.Helper()
	st := commit(t, setup, x)
	made, err := prover.Prove(context.Background(), setup, st, prover.Secret{Cells: x.assignment})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := made.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(setup.Verifier(), st, encoded); err != nil {
		t.Error(err)
	}
}

// A recurrent layer over three time steps and a layer that reads the last one: its
// relations hold of what is executed alone, and are proven.
func TestRecurrentLayer(t *testing.T) {
	a := network.Architecture{Input: []int{3, 2}}
	l := network.Layer{Kind: network.SequenceLSTM, Inputs: []int{0}, Shape: []int{3, 3}}
	for k := range 12 {
		l.Weights = append(l.Weights, k)
		a.Weights = append(a.Weights, network.Weight{Shape: [][]int{{2, 3}, {3, 3}, {3}}[k/4]})
	}
	a.Weights = append(a.Weights, network.Weight{Shape: []int{3, 3}})
	a.Layers = []network.Layer{
		l, {Kind: network.StridedSlice, Inputs: []int{1}, Shape: []int{1, 3}, Parameters: []int{2, 1, 0, 1}},
		{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{12}, Shape: []int{3}},
	}
	n, err := network.New(a, network.Choices{
		Batch: 2, RateShift: shift, Scheduled: true, Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Formats: network.Formats{Feature: 6, Activation: 6, Error: 8},
	})
	if err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	checkNetwork(t, n).checkProof(t, setup)
}

// Gradients of stacks are finite differences of the loss, through every operator
// that has a derivative everywhere.
func TestGradientsOfStacks(t *testing.T) {
	rng := rand.New(rand.NewPCG(53, 54))
	compared := 0
	for i := range 40 {
		s := networktest.NewStack(rng, networktest.Smooth)
		n := derive(t, s, 2, network.Formats{Feature: 11, Activation: 11, Error: 12})
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			x := execute(t, n.Program(), 1, uint64(i))
			r := realsOf(x)
			for _, w := range n.Program().OfRole(graph.Weight) {
				for cell := 0; cell < len(x.before[w]); cell += 1 + len(x.before[w])/40 {
					got, want := x.gradient(w, cell), r.difference(w, cell)
					if math.Abs(got-want) > 0.02+0.02*math.Abs(want) {
						t.Errorf("%s, cell %d: gradient %v, finite difference %v", n.Program().Tensor(w).Name, cell, got, want)
					}
					if math.Abs(want) > 0.1 {
						compared++
					}
				}
			}
			if t.Failed() {
				t.Log(n.Describe())
			}
		})
	}
	if compared < 500 {
		t.Errorf("%d gradients above 0.1: the test shows little", compared)
	}
}

// realsOf is the program of an executed step in floats.
func realsOf(x *executed) *reals {
	r := &reals{p: x.p, values: map[graph.TensorID][]float64{}}
	for _, role := range []graph.Role{graph.Input, graph.Label, graph.Constant} {
		for _, id := range x.p.OfRole(role) {
			r.values[id] = scaled(x.buffers.Small[id], x.p.Tensor(id).Format.Fraction)
		}
	}
	for w, cells := range x.before {
		r.values[w] = scaled(cells, x.p.Tensor(w).Format.Fraction)
	}
	return r
}

// gradient is what a cell of a weight changed by in the first step:
// n·2^−k·gradient = (before − after)·2^−f_w.
func (x *executed) gradient(w graph.TensorID, cell int) float64 {
	return math.Ldexp(float64(x.before[w][cell]-x.buffers.Weight(w)[cell]), x.p.Optimizer.Shift-x.p.Tensor(w).Format.Fraction) / float64(x.rates[0])
}
