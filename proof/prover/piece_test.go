package prover

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
)

// draw returns a piece of n cells, flat ones as often as others, and 0 and 1 among
// them, with its cells written out.
func draw(rng *rand.Rand, n int) (piece, fr.Vector) {
	cells := make(fr.Vector, n)
	for i := range cells {
		cells[i].SetUint64(rng.Uint64())
	}
	if rng.IntN(2) == 0 {
		return piece{cells: cells}, append(fr.Vector(nil), cells...)
	}
	if v := rng.IntN(4); v < 2 {
		cells[0].SetInt64(int64(v))
	}
	for i := range cells {
		cells[i] = cells[0]
	}
	return flat(cells[0]), cells
}

func same(t *testing.T, what string, got piece, want fr.Vector) {
	t.Helper()
	for i := range want {
		if c := got.cell(i); !c.Equal(&want[i]) {
			t.Fatalf("%s: cell %d is %v, want %v", what, i, &c, &want[i])
		}
	}
}

// What is computed from flat pieces is what is computed from their cells, in
// memory of its own or of an operand's.
func TestPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const n = 8
	for range 300 {
		a, x := draw(rng, n)
		b, y := draw(rng, n)
		r, _ := draw(rng, 1)
		by := r.cell(0)
		sum, difference, product, scaled, between := make(fr.Vector, n), make(fr.Vector, n), make(fr.Vector, n), make(fr.Vector, n), make(fr.Vector, n)
		sum.Add(x, y)
		difference.Sub(x, y)
		product.Mul(x, y)
		scaled.ScalarMul(x, &by)
		for i := range between {
			between[i] = lerp(&x[i], &y[i], &by)
		}
		eq := poly.Eq([]fr.Element{by, x[0], y[0]})
		weighed := x.InnerProduct(eq)
		if got := a.weighed(eq); !got.Equal(&weighed) {
			t.Fatalf("weighed: %v, want %v", &got, &weighed)
		}
		same(t, "sum", a.plus(&b, make(fr.Vector, n)), sum)
		same(t, "difference", a.minus(&b, make(fr.Vector, n)), difference)
		same(t, "product", a.times(&b, make(fr.Vector, n)), product)
		same(t, "scaled", a.scaled(&by, make(fr.Vector, n)), scaled)
		same(t, "between", a.between(&b, &by, make(fr.Vector, n), make(fr.Vector, n)), between)
		same(t, "an operand", a, x)
		same(t, "an operand", b, y)
		if !a.flat {
			same(t, "difference in the first operand", a.minus(&b, a.cells), difference)
			copy(a.cells, x)
			same(t, "between in the first operand", a.between(&b, &by, make(fr.Vector, n), a.cells), between)
		}
		if !b.flat {
			copy(b.cells, y)
			a := piece{cells: x}
			same(t, "sum in the second operand", a.plus(&b, b.cells), sum)
		}
	}
}

// A table whose chunks are flat or not, and whose last ones have no cells, binds its
// variables as one of cells does, whole and in halves.
func TestTablesInPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, size := range []int{1, 2, poly.Chunk, 2 * poly.Chunk, 8 * poly.Chunk} {
		for round := range 20 {
			n := min(size, poly.Chunk)
			filled := size
			if round%2 == 1 && size > poly.Chunk {
				filled = (1 + rng.IntN(size/poly.Chunk)) * poly.Chunk
			}
			whole, want := newTable(size, make(fr.Vector, filled)), make(fr.Vector, size)
			for at := 0; at < size; at += n {
				p, cells := draw(rng, n)
				if at >= filled {
					p, cells = flat(fr.Element{}), make(fr.Vector, n)
				}
				whole.set(at, p)
				copy(want[at:], cells)
			}
			check := func(what string, got *table, want fr.Vector) {
				t.Helper()
				n := min(len(want), poly.Chunk)
				for at := 0; at < len(want); at += n {
					same(t, what, got.piece(at, n), want[at:at+n])
				}
			}
			check("table", whole, want)
			if size == 1 {
				continue
			}
			r, _ := draw(rng, 1)
			by := r.cell(0)
			if round%3 == 0 {
				lower, upper := whole.halves()
				check("lower half", lower, want[:size/2])
				check("upper half", upper, want[size/2:])
				if size > 2 {
					a, b := append(fr.Vector(nil), want[:size/2]...), append(fr.Vector(nil), want[size/2:]...)
					lower.bind(&by)
					check("lower half bound", lower, poly.Fold(a, &by))
					upper.bind(&by)
					check("upper half bound", upper, poly.Fold(b, &by))
				}
				continue
			}
			for left := size; left > 1; left /= 2 {
				whole.bind(&by)
				want = poly.Fold(want, &by)
				check("table bound", whole, want)
			}
		}
	}
}
