package audit

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Decimal is a number as a claim's author writes it, exact: "0.8", "25".
type Decimal string

// decimalForm is what a Decimal looks like, and maxDecimal how long it may be.
const (
	decimalForm = `^[0-9]+(\.[0-9]+)?$`
	maxDecimal  = 1000
)

// rat returns the number. Errors wrap fault.ErrUsage.
func (d Decimal) rat() (*big.Rat, error) {
	if len(d) > maxDecimal {
		return nil, fmt.Errorf("a decimal of %d characters, at most %d: %w", len(d), maxDecimal, fault.ErrUsage)
	}
	if ok, err := regexp.MatchString(decimalForm, string(d)); err != nil || !ok {
		return nil, fmt.Errorf("%q is not a decimal such as 0.25: %w", string(d), fault.ErrUsage)
	}
	r, _ := new(big.Rat).SetString(string(d)) // the form says it is one
	return r, nil
}

// Compare returns -1, 0 or 1, as d is less than, equal to or more than e. Errors wrap
// fault.ErrUsage.
func (d Decimal) Compare(e Decimal) (int, error) {
	x, err := d.rat()
	if err != nil {
		return 0, err
	}
	y, err := e.rat()
	if err != nil {
		return 0, err
	}
	return x.Cmp(y), nil
}

// share returns a number in [0, 1].
func (s *Scope) share(what string, d Decimal) *big.Rat {
	r, err := d.rat()
	if err != nil {
		s.fail("%s: %w", what, err)
		return new(big.Rat)
	}
	if r.Cmp(big.NewRat(1, 1)) > 0 {
		s.usage("%s: %s is more than 1", what, d)
	}
	return r
}

// neighbours returns the largest fraction up to x and the smallest from x on with
// denominators of at most limit: a fraction with such a denominator is at most x
// where it is at most the first, and at least x where it is at least the second.
// Requires x >= 0 and limit >= 1.
//
// They are the last convergent of x whose denominator is small enough, and the
// last such semiconvergent after it, which stand side by side among the fractions
// with denominators up to limit (Hardy and Wright, chapter X).
func neighbours(x *big.Rat, limit *big.Int) (below, above *big.Rat) {
	if x.Denom().Cmp(limit) <= 0 {
		return x, x
	}
	n, d := new(big.Int).Set(x.Num()), new(big.Int).Set(x.Denom())
	p0, q0, p1, q1 := big.NewInt(0), big.NewInt(1), big.NewInt(1), big.NewInt(0)
	for {
		a, rest := new(big.Int).DivMod(n, d, new(big.Int))
		q2 := new(big.Int).Add(q0, new(big.Int).Mul(a, q1))
		if q2.Cmp(limit) > 0 {
			break
		}
		p0, q0, p1, q1 = p1, q1, new(big.Int).Add(p0, new(big.Int).Mul(a, p1)), q2
		n, d = d, rest
	}
	k := new(big.Int).Sub(limit, q0)
	k.Div(k, q1)
	below = new(big.Rat).SetFrac(p1, q1)
	above = new(big.Rat).SetFrac(p0.Add(p0, new(big.Int).Mul(k, p1)), q0.Add(q0, new(big.Int).Mul(k, q1)))
	if below.Cmp(above) > 0 {
		return above, below
	}
	return below, above
}

// decimalOf writes n/2^fraction.
func decimalOf(n int64, fraction int) string {
	text := big.NewRat(n, 1<<fraction).FloatString(fraction)
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// floorMul returns ⌊r·n⌋, ceilMul ⌈r·n⌉.
func floorMul(r *big.Rat, n *big.Int) *big.Int {
	x := new(big.Int).Mul(r.Num(), n)
	return x.Div(x, r.Denom()) // Euclidean: rounds down
}

func ceilMul(r *big.Rat, n *big.Int) *big.Int {
	x := floorMul(new(big.Rat).Neg(r), n)
	return x.Neg(x)
}
