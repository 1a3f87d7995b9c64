package poly

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Loan are tables that an arena has lent for a while. It is not safe for concurrent
// use.
type Loan struct {
	Arena *Arena // may be nil
	out   []fr.Vector
}

// Get is Get of the arena.
func (l *Loan) Get(n int) fr.Vector {
	t := l.Arena.Get(n)
	l.out = append(l.out, t)
	return t
}

// Put gives some tables back before the others.
func (l *Loan) Put(tables ...fr.Vector) {
	for _, t := range tables {
		if i := slices.IndexFunc(l.out, func(o fr.Vector) bool { return address(o) == address(t) }); i >= 0 {
			l.Arena.Put(l.out[i])
			l.out = slices.Delete(l.out, i, i+1)
		}
	}
}

// End gives all tables back.
func (l *Loan) End() {
	l.Arena.Put(l.out...)
	l.out = nil
}
