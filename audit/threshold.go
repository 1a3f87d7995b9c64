package audit

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/einsum"
)

// limbBits is the width of a limb.
const limbBits = number.LimbBits

// nonNegative says that a sum over the axes is in [0, 2^width) on every real
// cell: T(o) = Σ_k 2^(16k)·L_k(o), L_k in [0, 2^16). The sum must be 0 in the
// padding. explain says in words what a negative cell means.
//
// Soundness: the sum must be an integer below 2^250 in magnitude whatever the
// prover has committed, as sums of range-checked cells are.
func (s *Scope) nonNegative(name string, axes []relation.Axis, labels []relation.Label, width int,
	explain func(cell int) string, terms ...relation.Term) {
	ids := make(relation.Limbs, relation.LimbsOf(width))
	for k := range ids {
		ids[k] = s.b.Witness(fmt.Sprintf("%s slack %d", name, k), axes...)
	}
	s.b.UnsignedLimbs(ids, width)
	s.b.Equation(name, axes, labels, append(terms, ids.Terms(relation.Int(-1), labels...)...)...)
	s.fill(func(v *Values) {
		sum, cells := v.sum(name, &relation.Sum{Out: labels, Terms: terms}, axes), make([][]int64, len(ids))
		for k := range cells {
			cells[k] = make([]int64, s.b.System().Tensor(ids[0]).Cells())
		}
		eachReal(axes, func(cell int) {
			if v.failed != nil {
				return
			}
			negative, bits := splitLimbs(sum, cells, cell)
			switch {
			case negative: // a liar has no limbs to give
				v.refuse("%s", explain(cell))
			case bits > width:
				v.fail("%s: a sum of %d bits, at most %d", name, bits, width)
			}
		})
		for k, id := range ids {
			v.set(id, cells[k])
		}
	})
}

// splitLimbs writes the limbs of a cell x of a sum, if it is not negative, to the
// same cell of each list, and returns the bits of x.
func splitLimbs(sum einsum.Cells, limbs [][]int64, cell int) (negative bool, width int) {
	if sum.Elements == nil {
		x := sum.Integers[cell]
		if x < 0 {
			return true, 0
		}
		for k := range limbs {
			limbs[k][cell] = number.Limb(x, k)
		}
		return false, bits.Len64(uint64(x))
	}
	x, mask := einsum.Signed(&sum.Elements[cell]), big.NewInt(1<<limbBits-1)
	if x.Sign() < 0 {
		return true, 0
	}
	width = x.BitLen()
	for k := range limbs {
		limbs[k][cell] = new(big.Int).And(x, mask).Int64()
		x.Rsh(x, limbBits)
	}
	return false, width
}

// eachReal calls f on the cells outside the padding.
func eachReal(axes []relation.Axis, f func(cell int)) {
	if len(axes) == 0 {
		f(0)
		return
	}
	inner := 1
	for _, a := range axes[1:] {
		inner *= a.Padded()
	}
	for i := range axes[0].Size {
		eachReal(axes[1:], func(cell int) { f(i*inner + cell) })
	}
}

// inequality is Σ_g a(g)·m(g) + b >= 0.
type inequality struct {
	coefficients []coefficient
	constant     int64
	otherwise    func() string // what it means if it does not hold
}

// coefficient is a(g), where it is not 0.
type coefficient struct {
	of    int // g
	value int64
}

// counted is 1 at some cells of m.
func counted(cells ...int) []coefficient {
	list := make([]coefficient, len(cells))
	for i, g := range cells {
		list[i] = coefficient{g, 1}
	}
	return list
}

// scaled returns x·a.
func scaled(x int64, a []coefficient) []coefficient {
	out := make([]coefficient, len(a))
	for i, c := range a {
		out[i] = coefficient{c.of, x * c.value}
	}
	return out
}

// plus returns a + b.
func plus(a, b []coefficient) []coefficient {
	at, out := map[int]int{}, slices.Clone(a)
	for i, c := range out {
		at[c.of] = i
	}
	for _, c := range b {
		if i, there := at[c.of]; there {
			out[i].value += c.value
		} else {
			out = append(out, c)
		}
	}
	return out
}

// inequalities says that all of them hold for a tensor with one axis whose
// cells are at most limit in magnitude.
func (s *Scope) inequalities(name string, m relation.ID, limit int64, list []inequality) {
	if len(list) == 0 {
		return
	}
	groups := s.axes(m)[0]
	axis := relation.Axis{Name: "constraint", Size: len(list)}
	if !s.room(axis.Padded()) {
		return
	}
	a, b := &matrix{}, make([]int64, axis.Padded())
	width := 0
	for i, q := range list {
		b[i] = q.constant
		bound := new(big.Int).Abs(big.NewInt(q.constant))
		for _, c := range q.coefficients {
			if c.value != 0 {
				a.add(i, c.of, c.value)
			}
			bound.Add(bound, new(big.Int).Mul(new(big.Int).Abs(big.NewInt(c.value)), big.NewInt(limit)))
		}
		width = max(width, bound.BitLen())
	}
	if width > maxSlackBits {
		s.usage("%s: thresholds with fewer decimals are needed for %d rows", name, limit)
		return
	}
	matrix := s.sparse(name+" coefficients", a, axis, groups)
	constant := s.public(name+" constants", b, axis)
	s.nonNegative(name, []relation.Axis{axis}, []relation.Label{"q"}, max(1, width), func(i int) string { return list[i].otherwise() },
		relation.Times(relation.Int(1), relation.At(matrix, "q", "g"), relation.At(m, "g")),
		relation.Times(relation.Int(1), relation.At(constant, "q")))
}

// maxMagnitude is what sums must stay below in bits: see nonNegative.
const maxMagnitude = 249

// maxSlackBits keeps the coefficients of inequalities, and their sums, within 64
// bits.
const maxSlackBits = 61

// fail keeps an error that is not the falsity of the claim.
func (v *Values) fail(format string, args ...any) {
	if v.failed == nil {
		v.failed = fmt.Errorf(format, args...)
	}
}
