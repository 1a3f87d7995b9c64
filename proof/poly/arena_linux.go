package poly

import (
	"unsafe"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"golang.org/x/sys/unix"
)

// newTable maps memory in huge pages if it can, and leaves it mapped for the
// life of the process: arenas live as long as their run.
func newTable(n int) fr.Vector {
	bytes := n * fr.Bytes
	mem, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make(fr.Vector, n)
	}
	_ = unix.Madvise(mem, unix.MADV_HUGEPAGE) // an offer: without it pages are small
	return unsafe.Slice((*fr.Element)(unsafe.Pointer(&mem[0])), n)
}
