package einsum

import "github.com/consensys/gnark-crypto/ecc/bn254/fr"

// integers is the arithmetic of 64-bit integers, modulo 2^64.
type integers struct{ out []int64 }

func (integers) times(c, x int64) int64 { return c * x }

func (integers) isZero(c int64) bool { return c == 0 }

func (in integers) add(at, stride, n int, c int64, runs []run) {
	switch {
	case len(runs) == 0 && stride == 0:
		in.out[at] += c * int64(n)
	case stride == 0:
		in.out[at] += c * dot(n, runs)
	case len(runs) == 1:
		a, i, by := runs[0].cells, runs[0].at, runs[0].stride
		for range n {
			in.out[at] += c * a[i]
			at, i = at+stride, i+by
		}
	default:
		for k := range n {
			x := c
			for _, r := range runs {
				x *= r.cells[r.at+k*r.stride]
			}
			in.out[at+k*stride] += x
		}
	}
}

// dot is Σ Π runs over n cells.
func dot(n int, runs []run) int64 {
	sum := int64(0)
	switch {
	case len(runs) == 1:
		a, i, by := runs[0].cells, runs[0].at, runs[0].stride
		for range n {
			sum += a[i]
			i += by
		}
	case len(runs) == 2 && runs[0].stride == 1 && runs[1].stride == 1:
		a, b := runs[0].cells[runs[0].at:][:n], runs[1].cells[runs[1].at:][:n]
		for i, x := range a {
			sum += x * b[i]
		}
	default:
		for k := range n {
			x := int64(1)
			for _, r := range runs {
				x *= r.cells[r.at+k*r.stride]
			}
			sum += x
		}
	}
	return sum
}

// elements is the arithmetic of the field.
type elements struct{ out fr.Vector }

func (elements) times(c fr.Element, x int64) fr.Element {
	var e fr.Element
	e.SetInt64(x)
	return *e.Mul(&e, &c)
}

func (elements) isZero(c fr.Element) bool { return c.IsZero() }

func (in elements) add(at, stride, n int, c fr.Element, runs []run) {
	for k := range n {
		x := c
		for _, r := range runs {
			x = in.times(x, r.cells[r.at+k*r.stride])
		}
		in.out[at+k*stride].Add(&in.out[at+k*stride], &x)
	}
}
