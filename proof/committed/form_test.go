package committed

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// known is a tape with five variables, and what they are worth.
type known struct {
	tape
	variables []Form
	m         fr.Vector
	rng       *rand.Rand
}

func newKnown(rng *rand.Rand) *known {
	k := &known{m: make(fr.Vector, 5), rng: rng}
	for i := range k.m {
		k.m[i].SetUint64(k.rng.Uint64())
		k.variables = append(k.variables, k.variable(i))
	}
	return k
}

// at returns what a form is worth for given values of the variables.
func (k *known) at(f Form, m fr.Vector) fr.Element {
	if f.isConstant() {
		return f.constant
	}
	v := k.extend(nil, func(i int) fr.Element { return m[i] })[f.node-1].value()
	return *v.Add(&v, &f.constant)
}

// random returns a form of few parts.
func (k *known) random(quadratic bool) Form {
	some := func() Form { return k.variables[k.rng.IntN(5)] }
	f := constant(fr.NewElement(k.rng.Uint64()))
	for range k.rng.IntN(4) {
		f = k.plus(f, some(), fr.NewElement(k.rng.Uint64()))
	}
	for range k.rng.IntN(4) {
		if quadratic {
			f = k.plus(f, k.outer(some(), some()), fr.NewElement(k.rng.Uint64()))
		}
	}
	return f
}

// TestForms: operations on forms are those on their values, of the degree that
// follows from their operands', which stay as they are.
func TestForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	var k *known
	check := func(name string, f Form, want fr.Element, degree int) {
		t.Helper()
		if v := k.at(f, k.m); !v.Equal(&want) {
			t.Fatalf("%s: another value", name)
		}
		if f.degree != degree || f.isConstant() != (degree == 0) {
			t.Fatalf("%s: degree %d, want %d", name, f.degree, degree)
		}
	}
	for range 200 {
		k = newKnown(rng)
		f, g := k.random(true), k.random(true)
		c := fr.NewElement(k.rng.Uint64N(3)) // 0 keeps the degree
		fv, gv := k.at(f, k.m), k.at(g, k.m)
		var want fr.Element
		check("sum", k.plus(f, g, c), *want.Mul(&gv, &c).Add(&want, &fv), max(f.degree, g.degree))
		check("multiple", k.times(g, c), *want.Mul(&gv, &c), g.degree)
		check("first operand", f, fv, f.degree)
		check("second operand", g, gv, g.degree)

		f, g = k.plus(k.random(false), k.variables[0], fr.One()), k.plus(k.random(false), k.variables[1], fr.One())
		fv, gv = k.at(f, k.m), k.at(g, k.m)
		check("product", k.outer(f, g), *want.Mul(&fv, &gv), 2)
	}
}

// TestQuadraticParts: at(x) and crossed(x, y) are the parts of Q in 1, e and e²:
//
//	Q(x + e·y) = xᵀAx + bᵀx + c + e·(xᵀ(A + Aᵀ)y + bᵀy) + e²·yᵀAy
//
// for a combination of two equations, weighted, squares included.
func TestQuadraticParts(t *testing.T) {
	k := newKnown(rand.New(rand.NewPCG(33, 34)))
	square := k.outer(k.variables[0], k.variables[0])
	q := &quadratic{tape: &k.tape, weights: fr.Vector{fr.NewElement(3), fr.NewElement(11)}}
	for i, f := range []Form{k.plus(k.random(true), square, fr.NewElement(5)), k.plus(k.random(true), k.outer(k.variables[1], k.variables[3]), fr.NewElement(7))} {
		q.equations = append(q.equations, equation{form: f})
		q.c.Add(&q.c, f.constant.Mul(&f.constant, &q.weights[i]))
	}
	value := func(x fr.Vector) (sum fr.Element) {
		for i := range q.equations {
			f := q.equations[i].form
			f.constant.SetZero()
			v := k.at(f, x)
			sum.Add(&sum, v.Mul(&v, &q.weights[i]))
		}
		return *sum.Add(&sum, &q.c)
	}
	x, y, z := make(fr.Vector, 5), make(fr.Vector, 5), make(fr.Vector, 5)
	for i := range x {
		x[i].SetUint64(k.rng.Uint64())
		y[i].SetUint64(k.rng.Uint64())
	}
	e := fr.NewElement(k.rng.Uint64())
	z.ScalarMul(y, &e)
	z.Add(z, x)

	constant, linear := q.at(x)
	constant.Add(&constant, &linear).Add(&constant, &q.c)
	squared, ofY := q.at(y)
	middle := q.crossed(x, y)
	middle.Add(&middle, &ofY)
	squared.Mul(&squared, &e).Add(&squared, &middle).Mul(&squared, &e).Add(&squared, &constant)
	if whole := value(z); !whole.Equal(&squared) {
		t.Error("the parts do not add up")
	}
	if whole := value(x); !whole.Equal(&constant) {
		t.Error("the combination is not that of the equations")
	}
}

// TestFormsAreShort: a form takes a node for each operation, whatever it holds.
func TestFormsAreShort(t *testing.T) {
	k := newKnown(rand.New(rand.NewPCG(33, 34)))
	f := k.variables[0]
	before := len(k.nodes)
	for range 100 {
		f = k.plus(f, k.variables[1], fr.One())
	}
	k.times(f, fr.One())
	if n := len(k.nodes) - before; n != 101 {
		t.Errorf("101 operations took %d nodes", n)
	}
}
