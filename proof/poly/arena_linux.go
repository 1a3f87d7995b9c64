package poly

import (
	"unsafe"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"golang.org/x/sys/unix"
)

// newTable maps memory in huge pages if it can.
func newTable(n int) fr.Vector {
	bytes := n * fr.Bytes
	mem, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make(fr.Vector, n)
	}
	_ = unix.Madvise(mem, unix.MADV_HUGEPAGE) // an offer: without it pages are small
	return unsafe.Slice((*fr.Element)(unsafe.Pointer(&mem[0])), n)
}

// freeTable unmaps what newTable has mapped. Memory of the heap is left alone: it is
// known to no mapping.
func freeTable(t fr.Vector) {
	_ = unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(&t[0])), len(t)*fr.Bytes))
}
