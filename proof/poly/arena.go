package poly

import (
	"sync"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Arena lends tables of field elements and takes them back, so that memory
// touched once serves all layers, segments and proofs of a run: touching
// fresh pages costs as much as the arithmetic done on them. Large tables are
// aligned to huge pages where the system offers them. An Arena is safe for
// concurrent use; nil is an arena that forgets.
type Arena struct {
	mu   sync.Mutex
	free [64][]fr.Vector // by log2 of the length
}

// pooled is log2 of the shortest table worth keeping.
const pooled = 12

// Get returns a table of n cells with arbitrary contents. Requires n to be a
// power of two.
func (a *Arena) Get(n int) fr.Vector {
	k := Log(n)
	if a == nil || k < pooled {
		return make(fr.Vector, n)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.free[k]; len(f) > 0 {
		a.free[k] = f[:len(f)-1]
		return f[len(f)-1]
	}
	return newTable(n)
}

// Cells counts those of the tables that are at hand.
func (a *Arena) Cells() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for log, tables := range a.free {
		n += len(tables) << log
	}
	return n
}

// Put takes back tables from Get; the caller must not use them any more.
func (a *Arena) Put(tables ...fr.Vector) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range tables {
		if n := cap(t); n >= 1<<pooled && n&(n-1) == 0 {
			a.free[Log(n)] = append(a.free[Log(n)], t[:n])
		}
	}
}
