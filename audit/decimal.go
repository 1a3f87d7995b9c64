package audit

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/zkaudit/zkaudit/fault"
)

// Decimal is a number as a claim's author writes it, exact: "0.8", "25".
type Decimal string

// decimalForm is what a Decimal looks like.
const decimalForm = `^[0-9]{1,12}(\.[0-9]{1,9})?$`

// rat returns the number. Errors wrap fault.ErrUsage.
func (d Decimal) rat() (*big.Rat, error) {
	if ok, err := regexp.MatchString(decimalForm, string(d)); err != nil || !ok {
		return nil, fmt.Errorf("%q is not a decimal such as 0.25: %w", string(d), fault.ErrUsage)
	}
	r, _ := new(big.Rat).SetString(string(d)) // the form says it is one
	return r, nil
}

// share returns a number in [0, 1] as a fraction in lowest terms.
func (s *Scope) share(what string, d Decimal) (numerator, denominator int64) {
	r, err := d.rat()
	if err != nil {
		s.fail("%s: %w", what, err)
		return 0, 1
	}
	if r.Cmp(big.NewRat(1, 1)) > 0 {
		s.usage("%s: %s is more than 1", what, d)
	}
	return r.Num().Int64(), r.Denom().Int64()
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
