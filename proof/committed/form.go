package committed

import (
	"cmp"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Form is what a verifier knows of a value that depends on the hidden vector m:
//
//	constant + Σ_k linear_k·m_k + Σ_{k≤l} quadratic_kl·m_k·m_l
//
// Forms are values: no operation changes an operand. An entry that cancels is
// kept with coefficient 0, so that which entries there are follows from the
// layout, and not from challenges.
type Form struct {
	constant  fr.Element
	linear    []term // by increasing index
	quadratic []product
}

// term is coefficient·m_index.
type term struct {
	index       int
	coefficient fr.Element
}

// product is coefficient·m_i·m_j, i <= j.
type product struct {
	i, j        int
	coefficient fr.Element
}

func constant(c fr.Element) Form { return Form{constant: c} }

// variable returns the form m_index.
func variable(index int) Form { return Form{linear: []term{{index, fr.One()}}} }

// isConstant reports whether no hidden value is in the form.
func (f *Form) isConstant() bool { return len(f.linear) == 0 && len(f.quadratic) == 0 }

// plus returns f + k·g.
func (f Form) plus(g Form, k fr.Element) Form {
	var sum Form
	sum.constant.Mul(&g.constant, &k)
	sum.constant.Add(&sum.constant, &f.constant)
	sum.linear = merge(f.linear, g.linear, k)
	sum.quadratic = merge(f.quadratic, g.quadratic, k)
	return sum
}

// times returns k·f.
func (f Form) times(k fr.Element) Form { return Form{}.plus(f, k) }

// outer returns f·g for two forms without quadratic part.
func (f Form) outer(g Form) Form {
	var p Form
	p.constant.Mul(&f.constant, &g.constant)
	p.linear = merge(merge(nil, f.linear, g.constant), g.linear, f.constant)
	for _, a := range f.linear {
		row := make([]product, 0, len(g.linear))
		for _, b := range g.linear {
			q := product{i: min(a.index, b.index), j: max(a.index, b.index)}
			q.coefficient.Mul(&a.coefficient, &b.coefficient)
			row = append(row, q)
		}
		slices.SortFunc(row, product.compare)
		p.quadratic = merge(p.quadratic, row, fr.One())
	}
	return p
}

// at returns the value of the form for a vector m.
func (f *Form) at(m []fr.Element) fr.Element {
	sum := f.constant
	var t fr.Element
	for i := range f.linear {
		sum.Add(&sum, t.Mul(&f.linear[i].coefficient, &m[f.linear[i].index]))
	}
	for i := range f.quadratic {
		p := &f.quadratic[i]
		t.Mul(&m[p.i], &m[p.j]).Mul(&t, &p.coefficient)
		sum.Add(&sum, &t)
	}
	return sum
}

// entry is a term or a product.
type entry[E any] interface {
	compare(E) int
	plus(*E, *fr.Element) E // coefficient + k·that of another
	scaled(*fr.Element) E
}

// merge returns a + k·b for two ordered lists of entries. Where few entries are
// added to many, as in the sums of a script, most of the work is copying.
func merge[E entry[E]](a, b []E, k fr.Element) []E {
	if len(b) == 0 {
		return a
	}
	sum := make([]E, 0, len(a)+len(b))
	for i := range b {
		n, found := slices.BinarySearchFunc(a, b[i], E.compare)
		sum, a = append(sum, a[:n]...), a[n:]
		if found {
			sum, a = append(sum, a[0].plus(&b[i], &k)), a[1:]
		} else {
			sum = append(sum, b[i].scaled(&k))
		}
	}
	return append(sum, a...)
}

func (t term) compare(u term) int { return cmp.Compare(t.index, u.index) }

func (t term) scaled(k *fr.Element) term {
	t.coefficient.Mul(&t.coefficient, k)
	return t
}

func (t term) plus(u *term, k *fr.Element) term {
	var c fr.Element
	t.coefficient.Add(&t.coefficient, c.Mul(&u.coefficient, k))
	return t
}

func (p product) compare(q product) int {
	return cmp.Or(cmp.Compare(p.i, q.i), cmp.Compare(p.j, q.j))
}

func (p product) scaled(k *fr.Element) product {
	p.coefficient.Mul(&p.coefficient, k)
	return p
}

func (p product) plus(q *product, k *fr.Element) product {
	var c fr.Element
	p.coefficient.Add(&p.coefficient, c.Mul(&q.coefficient, k))
	return p
}
