package prover_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/relation"
)

// columns looks up columns of the given lengths in a range of 2^width.
func columns(t *testing.T, width int, sizes ...int) (*proof.Layout, relation.Assignment) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(width), uint64(len(sizes))))
	b := relation.NewBuilder("columns")
	var ids []relation.ID
	for i, n := range sizes {
		id := b.Witness(fmt.Sprintf("x%d", i), relation.Axis{Name: fmt.Sprint(i), Size: n})
		b.Unsigned(id, width)
		ids = append(ids, id)
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := relation.NewAssignment(sys)
	for i, id := range ids {
		cells[id].Small = make([]int32, sys.Tensor(id).Cells())
		for k := range sizes[i] {
			cells[id].Small[k] = rng.Int32N(1 << width)
		}
	}
	if err := prover.Count(sys, cells); err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 10, false)
	if err != nil {
		t.Fatal(err)
	}
	return l, cells
}

// The arena holds afterwards as many cells as the lookup tree has leaves, and a block
// at least.
func TestTreeMemory(t *testing.T) {
	for name, sizes := range map[string][]int{
		"one block":       {1 << 20},
		"two":             {1 << 20, 1 << 20},
		"with padding":    {800_000, 1 << 18},
		"three quarters":  {1 << 20, 1 << 19},
		"many":            {1 << 18, 1 << 18, 1 << 17, 1 << 16, 3},
		"nearly the half": {1 << 20, 1 << 14},
	} {
		l, cells := columns(t, 10, sizes...)
		arena := new(poly.Arena)
		p, err := prover.New(l, cells, nil, arena)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := prooftest.Converse(l, prooftest.Transcript(l), p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		prover.End(p)
		if got, want := arena.Cells(), 1<<l.Log; got != want {
			t.Errorf("%s, 2^%d leaves: %d cells at hand, want %d", name, l.Log, got, want)
		}
	}
}

// What is said does not depend on how many layers are stored.
func TestStoredLayersSayTheSame(t *testing.T) {
	l, cells := columns(t, 8, 3000, 1<<11, 600, 1)
	var first []byte
	for stored := l.Log - 1; stored >= 0; stored-- {
		p, err := prover.New(l, cells, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		prover.Store(p, stored)
		messages, _, err := prooftest.Converse(l, prooftest.Transcript(l), p)
		if err != nil {
			t.Fatal(err)
		}
		said := fmt.Append(nil, messages)
		if first == nil {
			first = said
		}
		if string(said) != string(first) {
			t.Errorf("%d layers stored: another conversation", stored)
		}
	}
}
