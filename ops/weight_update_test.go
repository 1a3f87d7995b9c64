package ops_test

import (
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// The virtual trajectory holds the weights before every executed step, and
// zero from step S on.
func TestTrajectoryIsTheExecutedWeights(t *testing.T) {
	for name, p := range map[string]*graph.Program{"dense": dense(t, coarse()), "convolutions": convolutional(t, coarse())} {
		t.Run(name, func(t *testing.T) { checkTrajectories(t, p) })
	}
}

func checkTrajectories(t *testing.T, p *graph.Program) {
	t.Helper()
	const steps = 5
	x := execute(t, p, steps, 1)
	weights := replay(t, x, steps)
	sys := x.sys.Relation
	found := 0
	for i := range sys.Tensors {
		tensor := sys.Tensor(relation.ID(i))
		if !strings.HasSuffix(tensor.Name, " trajectory") {
			continue
		}
		found++
		cells := table(t, naive.New(sys, x.bare()), relation.ID(i))
		w := weightOf(x, tensor.Sum.Terms[0].Factors[1].Tensor)
		padded := ops.PaddedSize(p.Tensor(w).Axes)
		for s := range 8 {
			want := make([]int64, padded)
			if s < steps {
				want = ops.Pad(p.Tensor(w).Axes, weights[s][w])
			}
			for c, v := range want {
				if cells[s*padded+c] != *new(fr.Element).SetInt64(v) {
					t.Fatalf("%s, step %d, cell %d: %s, want %d", tensor.Name, s, c, cells[s*padded+c].String(), v)
				}
			}
		}
	}
	if want := len(p.OfRole(graph.Weight)); found != want {
		t.Errorf("%d trajectories, want %d", found, want)
	}
}

func weightOf(x *executed, before relation.ID) graph.TensorID {
	for _, w := range x.sys.Weights {
		if w.Before == before {
			return w.Tensor
		}
	}
	return graph.None
}

// replay executes the steps again from the recorded rows and returns the
// weights before each.
func replay(t *testing.T, x *executed, steps int) []map[graph.TensorID][]int64 {
	t.Helper()
	b, err := ops.NewBuffers(x.p, x.before, sharedTables)
	if err != nil {
		t.Fatal(err)
	}
	var weights []map[graph.TensorID][]int64
	for s := range steps {
		now := map[graph.TensorID][]int64{}
		for w := range x.before {
			now[w] = append([]int64(nil), b.Weight(w)...)
		}
		weights = append(weights, now)
		for _, id := range []graph.TensorID{x.p.Input, x.p.Label} {
			axes := x.p.Tensor(id).Axes
			size := ops.PaddedSize(axes)
			for c := range b.Small[id] {
				b.Small[id][c] = x.trace.Cells[id][s*size+flat(axes, c)]
			}
		}
		if err := ops.Execute(&ops.Step{Program: x.p, Buffers: b, Rate: x.rates[s], Index: s}); err != nil {
			t.Fatal(err)
		}
	}
	return weights
}

// A weight that two layers share subtracts both gradients.
func TestSharedWeight(t *testing.T) {
	checkOperator(t, 3, func(t *testing.T, f graph.Fractions) *graph.Program { return shared(t, f, 2) })
}

// shared uses one layer of four units several times.
func shared(t *testing.T, f graph.Fractions, uses int) *graph.Program {
	n := newNet(t, f, 3, 4)
	fx := f.Activation
	w, bias := n.weight("w", fx, 4, 4), n.weight("b", fx, 4)
	h := n.Program().Input
	for range uses {
		v := n.one(ops.KindFullyConnected, nil, h, w, bias)
		h = n.activation(ops.KindTanh, n.must(ops.Rescale(n.Builder, "rounded", v, f.Activation)))
	}
	return n.train(n.dense(h, 3), graph.SoftmaxCrossEntropy)
}

// Layers without activation or bias, and frozen weights.
func TestLinearAndFrozenLayers(t *testing.T) {
	build := func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 3, 5)
		h := n.dense(n.Program().Input, 6)
		v := n.one(ops.KindFullyConnected, nil, h, n.weight("no bias", f.Activation, 6, 5))
		h = n.must(ops.Rescale(n.Builder, "linear", v, f.Activation))
		w, b := n.weight("frozen", f.Activation, 5, 4), n.weight("frozen bias", f.Activation, 4)
		n.Tensor(w).Role, n.Tensor(b).Role = graph.Frozen, graph.Frozen
		v = n.one(ops.KindFullyConnected, nil, h, w, b)
		h = n.activation(ops.KindRelu, n.must(ops.Rescale(n.Builder, "frozen rounded", v, f.Activation)))
		return n.train(n.dense(h, 3), graph.SoftmaxCrossEntropy)
	}
	checkOperator(t, 9, build)
}
