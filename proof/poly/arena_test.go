package poly

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Tables that are lent at a time share no cell, and those that come back are
// whole again.
func TestArenaLendsApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	a := new(Arena)
	a.Reserve(1 << 21)
	var lent []fr.Vector
	var marks []uint64
	check := func(i int) {
		for k := range lent[i] {
			if lent[i][k][0] != marks[i] {
				t.Fatalf("table %d of %d cells: cell %d was written by another", i, len(lent[i]), k)
			}
		}
	}
	mark := uint64(0)
	for range 400 {
		if len(lent) > 0 && rng.IntN(2) == 0 {
			i := rng.IntN(len(lent))
			check(i)
			a.Put(lent[i][:len(lent[i])/2]) // a caller may have made it shorter
			lent[i], marks[i] = lent[len(lent)-1], marks[len(marks)-1]
			lent, marks = lent[:len(lent)-1], marks[:len(marks)-1]
			continue
		}
		table := a.Get(1 << (pooled - 2 + rng.IntN(9)))
		mark++
		for k := range table {
			table[k][0] = mark
		}
		lent, marks = append(lent, table), append(marks, mark)
	}
	for i := range lent {
		check(i)
		a.Put(lent[i])
	}
	for k := range a.free {
		whole := 0
		for _, b := range a.blocks {
			if Log(len(b)) == k {
				whole++
			}
		}
		if len(a.free[k]) != whole {
			t.Errorf("%d tables of 2^%d cells are at hand, of %d blocks of that length", len(a.free[k]), k, whole)
		}
	}
}

// What was reserved serves any tables of as many cells in all.
func TestArenaReserves(t *testing.T) {
	a := new(Arena)
	a.Reserve(1 << 22)
	before := a.Cells()
	var lent []fr.Vector
	for range 2 {
		for k := pooled; k < 21; k++ {
			lent = append(lent, a.Get(1<<k))
		}
	}
	a.Put(lent...)
	lent = nil
	for range 4 {
		lent = append(lent, a.Get(1<<20))
	}
	a.Put(lent...)
	if after := a.Cells(); before != 1<<22 || after != before {
		t.Errorf("%d cells reserved, %d at hand after", before, after)
	}
	var nothing *Arena
	nothing.Reserve(1 << 20)
	if got := nothing.Get(8); len(got) != 8 {
		t.Errorf("%d cells without an arena", len(got))
	}
}

// What has come back is freed, and what is lent is not; a freed arena lends again.
func TestArenaFrees(t *testing.T) {
	a := new(Arena)
	a.Put(a.Get(1 << 21))
	half, other := a.Get(1<<20), a.Get(1<<22)
	half[1<<20-1].SetOne()
	a.Put(other)
	a.Free()
	if n := a.Cells(); n != 1<<20 || len(a.blocks) != 1 {
		t.Errorf("%d cells at hand in %d blocks, of which half a block is lent", n, len(a.blocks))
	}
	if !half[1<<20-1].IsOne() {
		t.Error("a lent table was freed")
	}
	a.Put(half)
	a.Free()
	if a.Cells() != 0 || len(a.blocks) != 0 {
		t.Errorf("%d cells at hand in %d blocks after all of it was freed", a.Cells(), len(a.blocks))
	}
	again := a.Get(1 << 20)
	again[1<<20-1].SetOne()
	var nothing *Arena
	nothing.Free()
}

// A loan gives back what it has lent, each table once, and nothing else.
func TestLoan(t *testing.T) {
	a := new(Arena)
	a.Reserve(1 << 20)
	l := &Loan{Arena: a}
	first, second := l.Get(1<<18), l.Get(1<<18)
	l.Put(first[:1<<10], make(fr.Vector, 1<<18))
	if n := a.Cells(); n != 3<<18 {
		t.Errorf("%d cells at hand with one table lent", n)
	}
	l.Put(first)
	if n := a.Cells(); n != 3<<18 {
		t.Errorf("%d cells at hand: a table came back twice", n)
	}
	second[0].SetOne()
	l.End()
	l.End()
	if n := a.Cells(); n != 1<<20 {
		t.Errorf("%d cells at hand at the end", n)
	}
	if n := len((&Loan{}).Get(8)); n != 8 {
		t.Errorf("%d cells without an arena", n)
	}
}
