package poly

import (
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Eq returns the table of eq(point, x) for x in {0,1}^n, 2^n cells:
//
//	eq(r,x) = Π_i (r_i·x_i + (1−r_i)·(1−x_i))
//
// Protocol, section 3.
func Eq(point []fr.Element) fr.Vector {
	table := make(fr.Vector, 1<<len(point))
	table[0].SetOne()
	EqInto(table, point)
	return table
}

// EqInto fills table with table[0]·eq(point, x). Requires len(table) =
// 2^len(point).
func EqInto(table fr.Vector, point []fr.Element) {
	// Prepend variables, last first: the table of (r,s…) is (1−r)·T(s…)
	// followed by r·T(s…).
	for i := len(point) - 1; i >= 0; i-- {
		size := 1 << (len(point) - 1 - i)
		lo, hi := table[:size], table[size:2*size]
		Parallel(size, 4*Chunk, func(a, b int) {
			l, h := lo[a:b], hi[a:b]
			h.ScalarMul(l, &point[i])
			l.Sub(l, h)
		})
	}
}

// Fold binds the first variable of the table to r and returns the half-sized
// table, which shares the memory of the first half:
//
//	T(x) ← T(0,x) + r·(T(1,x) − T(0,x))
func Fold(table fr.Vector, r *fr.Element) fr.Vector {
	half := len(table) / 2
	lo, hi := table[:half], table[half:]
	Parallel(half, 4*Chunk, func(a, b int) { foldRange(lo[a:b], hi[a:b], r) })
	return lo
}

func foldRange(lo, hi fr.Vector, r *fr.Element) {
	var buf [Chunk]fr.Element
	for i := 0; i < len(lo); i += Chunk {
		n := min(Chunk, len(lo)-i)
		d := fr.Vector(buf[:n])
		l := lo[i : i+n]
		d.Sub(hi[i:i+n], l)
		d.ScalarMul(d, r)
		l.Add(l, d)
	}
}

// Evaluate returns the multilinear extension of the table at the point. The
// table is left as it is (protocol, section 3).
func Evaluate(table fr.Vector, point []fr.Element) fr.Element {
	if len(point) == 0 {
		return table[0]
	}
	// Split the variables in two, so that the equality tables stay small.
	k := len(point) / 2
	hi, lo := Eq(point[:k]), Eq(point[k:])
	rows := make(fr.Vector, len(hi))
	Parallel(len(hi), 1, func(a, b int) {
		for i := a; i < b; i++ {
			row := table[i*len(lo) : (i+1)*len(lo)]
			rows[i] = row.InnerProduct(lo)
		}
	})
	return rows.InnerProduct(hi)
}

// Log returns log2 of the length of a table.
func Log(n int) int { return bits.Len(uint(n)) - 1 }
