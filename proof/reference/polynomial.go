package reference

import "github.com/consensys/gnark-crypto/ecc/bn254/fr"

// product is weight·Σ_x Π_i T_i(x).
type product struct {
	weight fr.Element
	tables [][]fr.Element // of the same length
}

func (p *product) sum() fr.Element {
	var sum fr.Element
	for x := range p.tables[0] {
		term := p.weight
		for _, t := range p.tables {
			term.Mul(&term, &t[x])
		}
		sum.Add(&sum, &term)
	}
	return sum
}

// bind fixes the first variable of every table.
func (p *product) bind(r fr.Element) product {
	bound := product{weight: p.weight}
	for _, t := range p.tables {
		bound.tables = append(bound.tables, bind(t, r))
	}
	return bound
}

// bind returns T(r, x) = (1−r)·T(0,x) + r·T(1,x).
func bind(table []fr.Element, r fr.Element) []fr.Element {
	half := len(table) / 2
	out := make([]fr.Element, half)
	var low fr.Element
	one := fr.One()
	for x := range out {
		low.Sub(&one, &r)
		low.Mul(&low, &table[x])
		out[x].Mul(&r, &table[half+x])
		out[x].Add(&out[x], &low)
	}
	return out
}

// roundPolynomial returns the coefficients, lowest first, of
//
//	Σ_products weight · Σ_x Π_i T_i(X,x)
//
// which has at most the given degree.
func roundPolynomial(products []product, degree int) []fr.Element {
	values := make([]fr.Element, degree+1)
	for x := range values {
		for i := range products {
			bound := products[i].bind(fr.NewElement(uint64(x)))
			s := bound.sum()
			values[x].Add(&values[x], &s)
		}
	}
	return interpolate(values)
}

// interpolate returns the coefficients of the polynomial with the given values
// at 0, 1, 2, …:
//
//	Σ_i v_i·Π_{j≠i} (X − j)/(i − j)
func interpolate(values []fr.Element) []fr.Element {
	out := make([]fr.Element, len(values))
	for i := range values {
		basis := []fr.Element{values[i]}
		for j := range values {
			if j == i {
				continue
			}
			var scale, root fr.Element
			scale.SetInt64(int64(i - j))
			scale.Inverse(&scale)
			root.SetInt64(int64(-j))
			basis = timesLinear(basis, scale, root)
		}
		for k := range basis {
			out[k].Add(&out[k], &basis[k])
		}
	}
	return out
}

// timesLinear returns scale·(X + a)·Σ c_k·X^k.
func timesLinear(c []fr.Element, scale, a fr.Element) []fr.Element {
	out := make([]fr.Element, len(c)+1)
	for k := range c {
		var t fr.Element
		t.Mul(&c[k], &scale)
		out[k+1].Add(&out[k+1], &t)
		t.Mul(&t, &a)
		out[k].Add(&out[k], &t)
	}
	return out
}

// eqTable returns eq(point, x) for every x in {0,1}^n.
func eqTable(point []fr.Element) []fr.Element {
	out := make([]fr.Element, 1<<len(point))
	for x := range out {
		out[x].SetOne()
		for i := range point {
			f := point[i]
			if x>>(len(point)-1-i)&1 == 0 {
				one := fr.One()
				f.Sub(&one, &f)
			}
			out[x].Mul(&out[x], &f)
		}
	}
	return out
}
