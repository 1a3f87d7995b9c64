package ops_test

import (
	"errors"
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// withMomentum builds a network whose updates take gradients of steps before.
func withMomentum(t *testing.T, f graph.Fractions, m *graph.Momentum) *graph.Program {
	n := newNet(t, f, 3, 5)
	n.Program().Optimizer.Momentum = m
	fx := f.Activation
	w, bias := n.weight("shared", fx, 6, 6), n.weight("shared bias", fx, 6)
	h := n.activation(ops.KindTanh, n.dense(n.Program().Input, 6))
	for range 2 { // two uses of one weight
		v := n.one(ops.KindFullyConnected, nil, h, w, bias)
		h = n.activation(ops.KindRelu, n.must(ops.Rescale(n.Builder, "rounded", v, f.Activation)))
	}
	return n.train(n.dense(h, 3), graph.SoftmaxCrossEntropy)
}

// TestMomentum: the executed weights are the trajectory of the relations before
// every step, no other trace is accepted, and padding reaches nothing; with
// responses shorter and longer than the steps between restarts, and than the run.
func TestMomentum(t *testing.T) {
	for name, m := range map[string]*graph.Momentum{
		"short":     {Response: []int64{8, 5}, Restart: 5},
		"long":      {Response: []int64{8, 6, 5, 4, 3, 2, 1, 1, 1}, Restart: 64},
		"restarted": {Response: []int64{8, 6, 5, 4}, Restart: 2},
		"none":      {Response: []int64{1}, Restart: 1},
		"convolved": {Response: []int64{2, 1, 1}, Restart: 3},
	} {
		t.Run(name, func(t *testing.T) {
			p := withMomentum(t, coarse(), m)
			if name == "convolved" {
				p = convolutional(t, coarse())
				p.Optimizer.Momentum = m
			}
			checkTrajectories(t, p)
			s := build(t, p)
			if list := unenforced(p, s, s.Relation); len(list) > 0 {
				t.Errorf("the relations let leave their format: %q", list)
			}
			if name != "convolved" {
				attack(t, p, 3)
			}
		})
	}
}

// TestMomentumIsNotPlain: weights of one optimizer are none of another, whatever
// of rates, response and restart differs.
func TestMomentumIsNotPlain(t *testing.T) {
	honest := &graph.Momentum{Response: []int64{8, 6, 5}, Restart: 4}
	x := execute(t, withMomentum(t, coarse(), honest), 5, 1)
	if err := naive.Check(x.sys.Relation, x.bare()); err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*graph.Momentum{
		"plain":            nil,
		"another response": {Response: []int64{8, 6, 4}, Restart: 4},
		"a shorter one":    {Response: []int64{8, 6}, Restart: 4},
		"another restart":  {Response: []int64{8, 6, 5}, Restart: 3},
		"no restart":       {Response: []int64{8, 6, 5}, Restart: 5},
	} {
		claimed := execute(t, withMomentum(t, coarse(), m), 5, 1)
		if err := naive.Check(claimed.sys.Relation, x.bare()); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMomentumInFloat compares the updates of some steps with velocities in
// float64 that are made of the gradients of the executed steps: those of a run
// without momentum from the same weights would be others, so each step's gradient
// is taken by differences of what the response made of it.
func TestMomentumInFloat(t *testing.T) {
	const mu, steps, restart = 0.5, 6, 4
	p := withMomentum(t, coarse(), &graph.Momentum{Response: []int64{8, 4, 2, 1}, Restart: restart})
	x := execute(t, p, steps, 7)
	weights := replay(t, x, steps)
	after := map[graph.TensorID][]int64{}
	for _, w := range p.OfRole(graph.Weight) {
		after[w] = x.buffers.Weight(w)
	}
	weights = append(weights, after)
	// A plain step from each step's weights gives its gradient.
	for _, w := range p.OfRole(graph.Weight) {
		velocity := make([]float64, p.Tensor(w).Size())
		for s := range steps {
			g := gradientAt(t, x, s, weights[s], w)
			if s%restart == 0 {
				clear(velocity)
			}
			for i := range velocity {
				velocity[i] = mu*velocity[i] + g[i]
				want := float64(weights[s][w][i]) - float64(x.rates[s])*8*velocity[i]
				if got := float64(weights[s+1][w][i]); math.Abs(got-want) > 1e-9*math.Abs(want)+0.5 {
					t.Fatalf("%s, step %d, cell %d: %v, want %v", p.Tensor(w).Name, s, i, got, want)
				}
			}
		}
	}
}

// gradientAt returns Σ X·dZ of a weight in a step, in units of a rate of 1.
func gradientAt(t *testing.T, x *executed, step int, before map[graph.TensorID][]int64, w graph.TensorID) []float64 {
	t.Helper()
	p := x.p.Clone()
	p.Optimizer.Momentum = nil
	b, err := ops.NewBuffers(p, before, sharedTables)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []graph.TensorID{p.Input, p.Label} {
		axes := p.Tensor(id).Axes
		size := ops.PaddedSize(axes)
		for c := range b.Small[id] {
			b.Small[id][c] = x.trace.Cells[id][step*size+flat(axes, c)]
		}
	}
	if err := ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: 1, Index: step}); err != nil {
		t.Fatal(err)
	}
	g := make([]float64, len(before[w]))
	for i, v := range b.Weight(w) {
		g[i] = float64(before[w][i] - v)
	}
	return g
}

// TestMomentumOverflows: an update beyond 62 bits stops a run, as one without
// momentum does.
func TestMomentumOverflows(t *testing.T) {
	p := withMomentum(t, coarse(), &graph.Momentum{Response: []int64{graph.MaxResponse, graph.MaxResponse}, Restart: 2})
	x := execute(t, p, 1, 1)
	if err := ops.Execute(&ops.Step{Program: p, Buffers: x.buffers, Rate: 1 << 40, Index: 1}); !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("a large update: %v", err)
	}
	if plain, more := ops.AccumulatorBits(dense(t, coarse()), 40, 100), ops.AccumulatorBits(p, 40, 100); more < plain+10 {
		t.Errorf("accumulators of %d bits, %d with a response of 2^18", plain, more)
	}
}
