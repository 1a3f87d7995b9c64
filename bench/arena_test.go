package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
)

// spoil fills what an arena has at hand with what no table of a proof has.
func spoil(arena *poly.Arena) {
	t := arena.Get(1 << 20)
	for i := range t {
		t[i].SetUint64(uint64(i) + 1<<40)
	}
	arena.Put(t)
}

// lasts is a context that ends after it was asked so many times.
type lasts struct {
	context.Context
	left int
}

func (c *lasts) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// Tables that were used before serve a proof as fresh ones do, and all come back, also
// of a proof that is broken off.
func TestOneArenaForAllProofs(t *testing.T) {
	ctx := context.Background()
	setup, err := commitments.NewTransparent(12, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	w, err := Dense{Widths: []int{100, 40, 10}, Batch: 32, Rate: "0.125"}.Segment(ctx, setup, 128, 8)
	if err != nil {
		t.Fatal(err)
	}
	masked, err := w.Masked(setup)
	if err != nil {
		t.Fatal(err)
	}
	arena := new(poly.Arena)
	spoil(arena)
	all := arena.Cells()
	whole := func(after string) {
		t.Helper()
		if n := arena.Cells(); n != all {
			t.Errorf("after %s: %d cells of %d are back", after, n, all)
		}
	}
	rounds := &lasts{ctx, 1 << 30}
	for range 2 {
		encoded, _, err := w.ProveCommitted(rounds, setup, masked, arena)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := CheckCommitted(setup.Verifier(), masked, encoded, 1); err != nil {
			t.Error(err)
		}
		whole("a proof of mode zk")
		if _, err := w.Prove(ctx, setup, arena); err != nil {
			t.Error(err)
		}
		whole("a proof of mode validity")
		spoil(arena)
	}
	asked := (1<<30 - rounds.left) / 2
	for at := 1; at < asked; at += asked/20 + 1 {
		if _, err := prover.ProveCommitted(&lasts{ctx, at}, setup, masked, prover.Secret{Cells: w.Cells, Arena: arena}, rand.Reader); !errors.Is(err, context.Canceled) {
			t.Errorf("broken off at %d of %d: %v", at, asked, err)
		}
		whole("one that was broken off")
	}
}
