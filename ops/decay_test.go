package ops_test

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/verifier"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
)

// decaying builds a network with momentum, a weight of two uses and a frozen one
// whose weights decay.
func decaying(t *testing.T, d *graph.Decay) *graph.Program {
	p := withMomentum(t, coarse(), &graph.Momentum{Response: []int64{8, 5}, Restart: 2})
	p.Optimizer.Decay = d
	return p
}

// TestLoss compares what weights lose with exact rationals, at ties and at the
// largest weights; it has the width that relations give it, and no weight grows.
func TestLoss(t *testing.T) {
	rng := mathrand.New(mathrand.NewPCG(3, 3))
	p := dense(t, coarse())
	w := p.OfRole(graph.Weight)[0]
	x := execute(t, p, 1, 1)
	for _, c := range [][2]int{{1, 1}, {3, 2}, {255, 8}, {255, 9}, {1, 8}, {164, 14}, {1, 16}, {129, 17}, {201, 32}, {1, 48}, {255, 48}} {
		d := graph.Decay{N: int64(c[0]), Shift: c[1], Every: 1}
		p.Optimizer.Decay = &d
		before := make([]int64, p.Tensor(w).Size())
		for i := range before {
			before[i] = (rng.Int64N(1<<63-1) - 1<<62) >> rng.IntN(62)
			if i%3 == 0 { // a tie, if N is odd
				before[i] = before[i]>>d.Shift<<d.Shift + 1<<(d.Shift-1)
			}
			before[i] = min(max(before[i], 1-1<<62), 1<<62-1)
		}
		copy(before, []int64{1<<62 - 1, 1 - 1<<62, 0, 1, -1})
		if err := x.buffers.SetWeight(p, w, before); err != nil {
			t.Fatal(err)
		}
		lost := x.buffers.Decay(p)[w]
		for i, v := range before {
			twice := new(big.Int).Mul(big.NewInt(2*d.N), big.NewInt(v))
			twice.Add(twice, new(big.Int).Lsh(big.NewInt(1), uint(d.Shift))) // 2^(s+1)·(N·W/2^s + 1/2)
			if want := twice.Rsh(twice, uint(d.Shift+1)); !want.IsInt64() || want.Int64() != lost[i] {
				t.Fatalf("%v: %d loses %d, want %v", d, v, lost[i], want)
			}
			if lost[i] < -1<<(d.LossBits()-1) || lost[i] >= 1<<(d.LossBits()-1) {
				t.Errorf("%v: a loss of %d is wider than %d bits", d, lost[i], d.LossBits())
			}
			after := x.buffers.Weight(w)[i]
			if after != v-lost[i] || abs64(after) > abs64(v) {
				t.Errorf("%v: %d becomes %d", d, v, after)
			}
		}
	}
}

func abs64(v int64) int64 { return max(v, -v) }

// TestDecay: the relations hold for what is executed, and for nothing else, with
// losses and remainders of one limb and of more; in a segment that is shorter
// than the others no weight decays.
func TestDecay(t *testing.T) {
	for _, c := range [][2]int{{164, 14}, {255, 8}, {201, 32}, {3, 47}, {1, 1}} {
		d := graph.Decay{N: int64(c[0]), Shift: c[1], Every: 3}
		x := attack(t, decaying(t, &d), 3)
		for _, w := range x.sys.Weights {
			if len(w.Decayed.Lost) != relation.LimbsOf(d.LossBits()) || len(w.Decayed.Remainder) != relation.LimbsOf(d.Shift) {
				t.Errorf("%v: %d and %d limbs", d, len(w.Decayed.Lost), len(w.Decayed.Remainder))
			}
		}
	}
	short := attack(t, decaying(t, &graph.Decay{N: 1, Shift: 4, Every: 4}), 3)
	for _, w := range short.sys.Weights {
		if len(w.Decayed.Lost) > 0 || short.trace.Lost != nil {
			t.Error("weights decay in a segment that is shorter")
		}
	}
	p := convolutional(t, coarse())
	p.Optimizer.Decay = &graph.Decay{N: 9, Shift: 7, Every: 2}
	execute(t, p, 2, 1).checkHonest(t)
	p = embedded(12)(t, coarse())
	p.Optimizer.Decay = &graph.Decay{N: 9, Shift: 17, Every: 2}
	execute(t, p, 2, 1).checkHonest(t)
}

// losing is a prover's choice of what a weight W loses, where it should be d.
type losing func(w, d int64) int64

// lose returns the assignment in which cell i of a weight loses something else,
// and all else that is committed follows from that.
func (x *executed) lose(w graph.TensorID, i int, other losing) relation.Assignment {
	a := slices.Clone(x.assignment)
	k := slices.IndexFunc(x.sys.Weights, func(s segment.WeightTensors) bool { return s.Tensor == w })
	tensors, d, axes := x.sys.Weights[k], x.p.Optimizer.Decay, x.p.Tensor(w).Axes
	at := flat(axes, i)
	after, lost := x.assignment[tensors.After].At(at), x.trace.Lost[w][i]
	trained := after + lost
	wrong := other(trained, lost)
	set := func(id relation.ID, v int64) { a[id] = changed(wide(a[id]), at, v-a[id].At(at)) }
	set(tensors.After, trained-wrong)
	for _, side := range []struct {
		limbs relation.Limbs
		v     int64
	}{{tensors.Decayed.Lost, wrong}, {tensors.Decayed.Remainder, d.N*trained - wrong<<d.Shift}} {
		for j, id := range side.limbs {
			v := number.Limb(side.v, j)
			if j == len(side.limbs)-1 {
				v = number.TopLimb(side.v, j)
			}
			set(id, v)
		}
	}
	return a
}

// wide returns cells as integers of 64 bits.
func wide(c relation.Cells) relation.Cells {
	w := relation.Cells{Large: make([]int64, c.Len())}
	for i := range w.Large {
		w.Large[i] = c.At(i)
	}
	return w
}

// TestLosses: a weight that loses something else is refused though each equation
// holds, by the range of a remainder alone.
func TestLosses(t *testing.T) {
	for _, d := range []*graph.Decay{{N: 164, Shift: 14, Every: 3}, {N: 201, Shift: 20, Every: 3}} {
		x := execute(t, decaying(t, d), 3, 1)
		again := func(w int64) int64 { // rounded as it must be
			return d.N*(w>>d.Shift) + (d.N*(w&(1<<d.Shift-1))+1<<(d.Shift-1))>>d.Shift
		}
		for name, other := range map[string]losing{
			"rounded up":    func(_, l int64) int64 { return l + 1 },
			"rounded down":  func(_, l int64) int64 { return l - 1 },
			"nothing":       func(int64, int64) int64 { return 0 },
			"twice":         func(w, l int64) int64 { return l + again(w-l) },
			"all of it":     func(w, _ int64) int64 { return w },
			"added to it":   func(_, l int64) int64 { return -l },
			"another share": func(w, _ int64) int64 { return again(w) + again(w)/255 },
		} {
			for _, w := range x.p.OfRole(graph.Weight) {
				cell := slices.IndexFunc(x.trace.Lost[w], func(l int64) bool { return abs64(l) > 1000 })
				if err := naive.Check(x.sys.Relation, x.lose(w, cell, other)); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%v, %s: %v", d, name, err)
				}
				if err := naive.Check(x.sys.Relation, x.lose(w, cell, func(_, l int64) int64 { return l })); err != nil {
					t.Fatalf("the honest loss: %v", err)
				}
			}
		}
	}
}

// TestLossesAreNotProven: such a lie in a whole proof is refused, too.
func TestLossesAreNotProven(t *testing.T) {
	setup, err := commitments.NewDevelopment(12)
	if err != nil {
		t.Fatal(err)
	}
	x := execute(t, decaying(t, &graph.Decay{N: 164, Shift: 14, Every: 3}), 3, 1)
	for name, other := range map[string]losing{
		"honest":     func(_, l int64) int64 { return l },
		"rounded up": func(_, l int64) int64 { return l + 1 },
		"nothing":    func(int64, int64) int64 { return 0 },
		"twice":      func(_, l int64) int64 { return l + l - l/100 },
	} {
		lie := *x
		lie.assignment = x.lose(x.p.OfRole(graph.Weight)[0], 3, other)
		st := commit(t, setup, &lie)
		by := &forger.Prover{Prover: proving.Prover{Setup: setup, Rand: rand.Reader}}
		encoded, err := by.Prove(context.Background(), mode.Validity, st, prover.Secret{Cells: lie.assignment})
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(setup.Verifier(), st, encoded); name == "honest" && err != nil || name != "honest" && !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLimbsOfLosses: 2^16 carried from one limb to the next leaves every equation
// true, and is refused.
func TestLimbsOfLosses(t *testing.T) {
	x := execute(t, decaying(t, &graph.Decay{N: 201, Shift: 24, Every: 3}), 3, 1)
	for _, w := range x.sys.Weights {
		for _, limbs := range []relation.Limbs{w.Decayed.Lost, w.Decayed.Remainder} {
			for k := range limbs[1:] {
				for _, carried := range []int64{1, -1} {
					a := x.bare()
					a[limbs[k]] = changed(a[limbs[k]], 0, carried<<16)
					a[limbs[k+1]] = changed(a[limbs[k+1]], 0, -carried)
					if err := naive.Check(x.sys.Relation, a); !errors.Is(err, fault.ErrRejected) {
						t.Errorf("limb %d of weight %d: %v", k, w.Tensor, err)
					}
				}
			}
		}
	}
}

// TestFrozenWeightsDoNotDecay: they have one commitment, before and after.
func TestFrozenWeightsDoNotDecay(t *testing.T) {
	p := dense(t, coarse())
	for _, id := range p.OfRole(graph.Weight)[:2] {
		p.Tensor(id).Role = graph.Frozen
	}
	p.Nodes = slices.DeleteFunc(p.Nodes, func(n graph.Node) bool {
		return n.Kind == ops.KindWeightUpdate && p.Tensor(n.Inputs[0]).Role == graph.Frozen
	})
	p.Optimizer.Decay = &graph.Decay{N: 1, Shift: 1, Every: 2}
	x := execute(t, p, 2, 1)
	x.checkHonest(t)
	for _, w := range x.sys.Weights {
		frozen := p.Tensor(w.Tensor).Role == graph.Frozen
		if frozen != (w.After == w.Before) || frozen == (len(w.Decayed.Lost) > 0) {
			t.Errorf("weight %d, frozen %t: %+v", w.Tensor, frozen, w)
		}
		if frozen && !slices.Equal(x.buffers.Weight(w.Tensor), x.before[w.Tensor]) {
			t.Errorf("frozen weight %d has decayed", w.Tensor)
		}
	}
}

// TestDecayCounts: the bounds of a program count the product of a weight and its
// share.
func TestDecayCounts(t *testing.T) {
	p := decaying(t, nil)
	plain := ops.AccumulatorBits(p, 200, 1)
	p.Optimizer.Decay = &graph.Decay{N: 255, Shift: 8, Every: 1}
	if bits := ops.AccumulatorBits(p, 245, 1); bits < 254 {
		t.Errorf("weights of 245 bits and a share of 8: %d", bits)
	}
	if bits := ops.AccumulatorBits(p, 200, 1); bits < plain {
		t.Errorf("%d bits, without decay %d", bits, plain)
	}
}
