package committed

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// randomForm has few entries among few variables, so that two forms share some.
func randomForm(rng *rand.Rand, quadratic bool) Form {
	f := constant(fr.NewElement(rng.Uint64()))
	for range rng.IntN(4) {
		f = f.plus(variable(rng.IntN(5)), fr.NewElement(rng.Uint64()))
	}
	for range rng.IntN(4) {
		if quadratic {
			f = f.plus(variable(rng.IntN(5)).outer(variable(rng.IntN(5))), fr.NewElement(rng.Uint64()))
		}
	}
	return f
}

// TestForms: operations on forms are those on their values, entries stay in
// order, once each, and operands as they are.
func TestForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	m := make([]fr.Element, 5)
	for i := range m {
		m[i].SetUint64(rng.Uint64())
	}
	check := func(name string, f Form, want fr.Element) {
		t.Helper()
		if v := f.at(m); !v.Equal(&want) {
			t.Fatalf("%s: another value", name)
		}
		ordered := slices.IsSortedFunc(f.linear, term.compare) && slices.IsSortedFunc(f.quadratic, product.compare)
		single := len(slices.CompactFunc(slices.Clone(f.linear), func(a, b term) bool { return a.compare(b) == 0 })) == len(f.linear) &&
			len(slices.CompactFunc(slices.Clone(f.quadratic), func(a, b product) bool { return a.compare(b) == 0 })) == len(f.quadratic)
		if !ordered || !single {
			t.Fatalf("%s: entries %v, %v", name, f.linear, f.quadratic)
		}
	}
	for range 200 {
		f, g := randomForm(rng, true), randomForm(rng, true)
		k := fr.NewElement(rng.Uint64N(3)) // 0 keeps the entries
		fv, gv := f.at(m), g.at(m)
		var want fr.Element
		sum := f.plus(g, k)
		check("sum", sum, *want.Mul(&gv, &k).Add(&want, &fv))
		if len(sum.linear) < len(g.linear) || len(sum.quadratic) < len(g.quadratic) {
			t.Fatal("sum: entries are lost")
		}
		check("multiple", g.times(k), *want.Mul(&gv, &k))
		check("first operand", f, fv)
		check("second operand", g, gv)

		f, g = randomForm(rng, false), randomForm(rng, false)
		fv, gv = f.at(m), g.at(m)
		check("product", f.outer(g), *want.Mul(&fv, &gv))
	}
}

// TestQuadraticParts: Q is bilinear in what crossed takes, squares included.
//
//	(x + y)ᵀA(x + y) = xᵀAx + xᵀ(A + Aᵀ)y + yᵀAy
func TestQuadraticParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	f := variable(0).outer(variable(0)).plus(variable(1).outer(variable(3)), fr.NewElement(7))
	q := quadratic{a: f.quadratic}
	x, y, z := make(fr.Vector, 4), make(fr.Vector, 4), make(fr.Vector, 4)
	for i := range x {
		x[i].SetUint64(rng.Uint64())
		y[i].SetUint64(rng.Uint64())
	}
	z.Add(x, y)
	sum, cross, other := q.squared(x), q.crossed(x, y), q.squared(y)
	sum.Add(&sum, &cross).Add(&sum, &other)
	if whole := q.squared(z); !whole.Equal(&sum) {
		t.Error("the parts do not add up")
	}
}
