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

// Tables shorter than 2^12 cells are not kept by an arena.
const notKept = 4 * 1 << 12

// The estimate of the lookup tree is what the arena holds afterwards.
func TestTreeMemory(t *testing.T) {
	for name, sizes := range map[string][]int{
		"one block":       {1 << 16},
		"two":             {1 << 16, 1 << 16},
		"with padding":    {50_000, 1 << 14},
		"three quarters":  {1 << 16, 1 << 15},
		"many":            {1 << 14, 1 << 14, 1 << 13, 1 << 12, 3},
		"small ones":      {5, 3, 1},
		"nearly the half": {1 << 16, 1 << 10},
	} {
		for depth := range 4 {
			l, cells := columns(t, 10, sizes...)
			arena := new(poly.Arena)
			p, err := prover.New(l, cells, nil, arena)
			if err != nil {
				t.Fatal(err)
			}
			stored := max(0, l.Log-1-depth)
			prover.Store(p, stored)
			if _, _, err := prooftest.Converse(l, prooftest.Transcript(l), p); err != nil {
				t.Fatalf("%s, %d layers stored: %v", name, stored, err)
			}
			if got, want := arena.Cells(), prover.TreeCells(l, stored); got > want || got < want-notKept {
				t.Errorf("%s, %d layers of %d stored: %d cells lent, %d estimated", name, stored, l.Log, got, want)
			}
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
