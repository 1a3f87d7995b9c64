package audit

import (
	"fmt"
	"math/big"
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// f1 states bounds on the macro F1 of C classes on N rows, exactly. With TP(c) and
// d(c) = 2·TP + FP + FN from the confusion matrix, half of it times C is
//
//	S = Σ_c TP(c)/d(c),  d(c) >= 1
//
// of which the prover gives K digits of each term to the base B = 2^16, by long
// division: with r(−1,c) = TP(c), for k = 0 … K−1,
//
//	B·r(k−1,c) = g(k,c)·d(c) + r(k,c),  0 <= g(k,c) < B,  0 <= r(k,c) < 2^w,  2^w > 2N >= d(c)
//
// so that F = Σ_c Σ_k g(k,c)·B^(K−1−k) is an integer with S·B^K − C·2^w < F <= S·B^K.
// A bound x on the macro F1 is one of t = x·C/2 on S, in lowest terms t = a/b. S is a
// multiple of 1/Π d(c), and as Σ d(c) = 2N, that product is at most L = (2N/C)^C:
// unless S = t, they differ by 1/(L·b) at least. Where B^K > C·2^w·L·b,
//
//	S >= t  just where  F >= ⌊t·B^K⌋ − C·2^w + 1
//	S <= t  just where  F <= ⌊t·B^K⌋
//
// whatever remainders the prover chooses; an honest one's are below d(c).
type f1 struct {
	s      *Scope
	of     *confusion
	digit  relation.Axis
	class  relation.Axis
	scale  *big.Int // B^K
	width  int      // w
	digits relation.ID
	sum    relation.ID // of the digits of all classes: the digits of F, carries left undone
}

// f1Limit bounds the digits of all classes, padded.
const f1Limit = 1 << 20

// stateF1 states at_least and at_most.
func (c *Performance) stateF1(s *Scope, parts []*partTensors) {
	of := s.confusion("outcomes", c.Model, parts, "")
	if s.err != nil {
		return
	}
	type bound struct {
		name string
		of   Decimal
		t    *big.Rat
	}
	var list []bound
	finest := big.NewInt(1)
	for _, b := range []bound{{name: "at_least", of: c.AtLeast}, {name: "at_most", of: c.AtMost}} {
		if b.of == "" {
			continue
		}
		x := s.share(b.name, b.of)
		switch {
		case b.name == "at_least" && x.Sign() == 0:
			s.vacuous(b.name, b.of, "more than 0")
		case b.name == "at_most" && x.IsInt() && x.Sign() > 0:
			s.vacuous(b.name, b.of, "less than 1")
		}
		b.t = new(big.Rat).Mul(x, big.NewRat(int64(of.classes), 2))
		if b.t.Denom().Cmp(finest) > 0 {
			finest = b.t.Denom()
		}
		list = append(list, b)
	}
	if s.err != nil {
		return
	}
	f := s.newF1(of, finest)
	if s.err != nil {
		return
	}
	f.divide(parts[0])
	for _, b := range list {
		limit := floorMul(b.t, f.scale)
		if b.name == "at_least" {
			f.bound("macro F1 "+b.name, 1, limit.Sub(limit, big.NewInt(int64(of.classes)<<f.width-1)), fmt.Sprintf("the macro F1 is below %s", b.of))
		} else {
			f.bound("macro F1 "+b.name, -1, limit, fmt.Sprintf("the macro F1 is above %s", b.of))
		}
	}
	s.outcomes(of, c.Release, s.smallestGroup(c.MinGroup))
}

// newF1 chooses the number of digits for bounds with denominators up to finest.
func (s *Scope) newF1(of *confusion, finest *big.Int) *f1 {
	f := &f1{s: s, of: of, class: relation.Axis{Name: "class", Size: of.classes}, width: bits.Len64(uint64(2 * of.total))}
	classes := big.NewInt(int64(of.classes))
	most := new(big.Int).Exp(big.NewInt(2*of.total), classes, nil)
	most.Add(most.Div(most, new(big.Int).Exp(classes, classes, nil)), big.NewInt(1)) // above L
	most.Mul(most.Mul(most, classes.Lsh(classes, uint(f.width))), finest)
	f.digit = relation.Axis{Name: "digit", Size: max(2, (most.BitLen()+limbBits-1)/limbBits)}
	if f.digit.Padded() > f1Limit/f.class.Padded() {
		s.fail("macro F1 of %d classes on %d rows: %d digits of each are needed, at most %d are supported: %w",
			of.classes, of.total, f.digit.Size, f1Limit/f.class.Padded(), fault.ErrUnsupported)
	}
	f.scale = new(big.Int).Lsh(big.NewInt(1), uint(limbBits*f.digit.Size))
	return f
}

// shift is the matrix that takes digit k to digit k + by.
func (f *f1) shift(by int) relation.ID {
	var m matrix
	for k := range f.digit.Size {
		if to := k + by; to >= 0 && to < f.digit.Size {
			m.add(to, k, 1)
		}
	}
	return f.s.sparse(fmt.Sprintf("digits moved by %d", by), &m, f.digit, f.digit)
}

// divide states the long division of all classes.
func (f *f1) divide(p *partTensors) {
	s, of := f.s, f.of
	var right, either matrix
	for y := range of.classes {
		for k := range of.classes {
			if k != y {
				either.add(y, of.key(0, y, k), 1) // true
				either.add(y, of.key(0, k, y), 1) // predicted
			}
		}
		right.add(y, of.key(0, y, y), 1)
		either.add(y, of.key(0, y, y), 2)
	}
	tp, d := s.linear("TP", f.class, &right, of.m), s.linear("2·TP + FP + FN", f.class, &either, of.m)
	s.nonNegative("classes that occur", []relation.Axis{f.class}, []relation.Label{"y"}, f.width, func(y int) string {
		return fmt.Sprintf("class %s neither occurs nor is predicted", foreign.Quote(p.className(y)))
	},
		relation.Times(relation.Int(1), relation.At(d, "y")), relation.Times(relation.Int(-1), relation.At(s.b.Mask(f.class), "y")))
	axes, labels := []relation.Axis{f.digit, f.class}, []relation.Label{"k", "y"}
	cells := func(part func(x, d int64) int64) func(v *Values) []int64 {
		return func(v *Values) []int64 {
			out := make([]int64, f.digit.Padded()*f.class.Padded())
			for y := range of.classes {
				rest, by := v.of(tp)[y], max(1, v.of(d)[y])
				for k := range f.digit.Size {
					out[k*f.class.Padded()+y] = part(rest<<limbBits, by)
					rest = rest << limbBits % by
				}
			}
			return out
		}
	}
	f.digits = s.witness("digits of F1", axes, cells(func(x, d int64) int64 { return x / d }))
	rest := s.witness("remainders of F1", axes, cells(func(x, d int64) int64 { return x % d }))
	s.b.Unsigned(f.digits, limbBits)
	first := make([]int64, f.digit.Padded())
	first[0] = 1
	base := relation.Pow2(limbBits)
	s.b.Equation("long division", axes, labels,
		relation.Times(base, relation.At(f.shift(1), "k", "j"), relation.At(rest, "j", "y")),
		relation.Times(base, relation.At(s.public("first digit", first, f.digit), "k"), relation.At(tp, "y")),
		relation.Times(relation.Int(-1), relation.At(f.digits, labels...), relation.At(d, "y")),
		relation.Times(relation.Int(-1), relation.At(rest, labels...)))
	s.nonNegative("remainders", axes, labels, f.width,
		func(int) string { return "a remainder is below 0" }, relation.Times(relation.Int(1), relation.At(rest, labels...)))
	f.sum = s.virtual("sums of digits", []relation.Axis{f.digit}, []relation.Label{"k"},
		relation.Times(relation.Int(1), relation.At(s.b.Mask(f.class), "y"), relation.At(f.digits, labels...)))
}

// bound says that sign·(F − limit) >= 0. With F(k) and l(k) the digits, l(0) as large
// as it is, and carries a(K) = 0,
//
//	sign·(F(k) − l(k)) + a(k+1) = B·a(k) + z(k),  0 <= z(k) < B,  a(0) >= 0
func (f *f1) bound(name string, sign int64, limit *big.Int, otherwise string) {
	s := f.s
	l, rest := make([]int64, f.digit.Padded()), new(big.Int).Set(limit)
	for k := f.digit.Size - 1; k > 0; k-- {
		l[k] = new(big.Int).And(rest, big.NewInt(1<<limbBits-1)).Int64()
		rest.Rsh(rest, limbBits)
	}
	l[0] = rest.Int64()
	carry := func(of func(total int64) int64) func(v *Values) []int64 {
		return func(v *Values) []int64 {
			out, last := make([]int64, f.digit.Padded()), int64(0)
			for k := f.digit.Size - 1; k >= 0; k-- {
				total := sign*(v.of(f.sum)[k]-l[k]) + last
				out[k], last = of(total), total>>limbBits
			}
			return out
		}
	}
	axes, labels := []relation.Axis{f.digit}, []relation.Label{"k"}
	carries := s.witness(name+": carries", axes, carry(func(total int64) int64 { return total >> limbBits }))
	low := s.witness(name+": low digits", axes, carry(func(total int64) int64 { return total & (1<<limbBits - 1) }))
	width := bits.Len(uint(f.of.classes)) + 2 // |a| <= C + 1
	s.b.Signed(carries, width)
	s.b.Unsigned(low, limbBits)
	s.b.Equation(name+": difference", axes, labels,
		relation.Times(relation.Int(sign), relation.At(f.sum, labels...)),
		relation.Times(relation.Int(-sign), relation.At(s.public(name+": digits", l, f.digit), labels...)),
		relation.Times(relation.Int(1), relation.At(f.shift(-1), "k", "j"), relation.At(carries, "j")),
		relation.Times(relation.Neg(relation.Pow2(limbBits)), relation.At(carries, labels...)),
		relation.Times(relation.Int(-1), relation.At(low, labels...)))
	s.inequalities(name, carries, 1<<width, []inequality{{counted(0), 0, func() string { return otherwise }}})
}
