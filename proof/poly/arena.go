package poly

import (
	"slices"
	"sync"
	"unsafe"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Arena lends tables of field elements and takes them back, so that memory
// touched once serves all phases, segments and proofs of a run: touching
// fresh pages costs as much as the arithmetic done on them. It is a buddy
// allocator: a block is halved for a shorter table, and halves that are both
// back are one block again. An Arena is safe for concurrent use; nil is an arena
// that forgets.
type Arena struct {
	mu     sync.Mutex
	blocks []fr.Vector     // as mapped, by address
	free   [64][]fr.Vector // parts of blocks, by log2 of the length
}

const (
	// pooled is log2 of the shortest table worth keeping.
	pooled = 12
	// blockLog is log2 of the shortest block: 32 MiB, in huge pages where the
	// system offers them.
	blockLog = 20
)

// Reserve sees to it that tables of up to n cells in all can be lent without
// fresh memory, as long as all that were lent are back. Requires n to be a power
// of two.
func (a *Arena) Reserve(n int) {
	if a != nil && n >= 1<<pooled {
		a.Put(a.Get(n))
	}
}

// Get returns a table of n cells with arbitrary contents. Requires n to be a
// power of two.
func (a *Arena) Get(n int) fr.Vector {
	k := Log(n)
	if a == nil || k < pooled {
		return make(fr.Vector, n)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	from := k
	for from < len(a.free) && len(a.free[from]) == 0 {
		from++
	}
	if from == len(a.free) {
		from = max(k, blockLog)
		block := newTable(1 << from)
		at, _ := slices.BinarySearchFunc(a.blocks, address(block), byAddress)
		a.blocks = slices.Insert(a.blocks, at, block)
		a.free[from] = append(a.free[from], block)
	}
	last := len(a.free[from]) - 1
	t := a.free[from][last]
	a.free[from] = a.free[from][:last]
	for from > k {
		from--
		half := 1 << from
		a.free[from] = append(a.free[from], t[half:2*half:2*half])
		t = t[:half:half]
	}
	return t
}

// Put takes back tables from Get; the caller must not use them any more.
func (a *Arena) Put(tables ...fr.Vector) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range tables {
		if cap(t) >= 1<<pooled {
			a.put(t[:cap(t)])
		}
	}
}

// put takes a table back, and makes one of it and its other half as long as that
// is free.
func (a *Arena) put(t fr.Vector) {
	at, found := slices.BinarySearchFunc(a.blocks, address(t), byAddress)
	if !found {
		at--
	}
	block := a.blocks[at]
	size := len(t)
	from := int(address(t)-address(block)) / fr.Bytes
	for size < len(block) {
		k := Log(size)
		other := address(block[from^size:])
		i := slices.IndexFunc(a.free[k], func(f fr.Vector) bool { return address(f) == other })
		if i < 0 {
			break
		}
		a.free[k] = slices.Delete(a.free[k], i, i+1)
		from, size = from&^size, 2*size
	}
	k := Log(size)
	a.free[k] = append(a.free[k], block[from:from+size:from+size])
}

// Free gives the memory of blocks that are whole back to the system: all of it once
// every table is back.
func (a *Arena) Free() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for log := range a.free {
		a.free[log] = slices.DeleteFunc(a.free[log], func(t fr.Vector) bool {
			at, found := slices.BinarySearchFunc(a.blocks, address(t), byAddress)
			if !found || len(a.blocks[at]) != len(t) {
				return false
			}
			a.blocks = slices.Delete(a.blocks, at, at+1)
			freeTable(t)
			return true
		})
	}
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

// address returns where a table begins. Tables that an arena keeps are not moved:
// they are mapped, or on a heap that moves nothing.
func address(t fr.Vector) uintptr { return uintptr(unsafe.Pointer(&t[0])) }

func byAddress(block fr.Vector, at uintptr) int {
	switch b := address(block); {
	case b < at:
		return -1
	case b > at:
		return 1
	}
	return 0
}
