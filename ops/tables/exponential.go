package tables

import "math/big"

// exponential computes u(m) = e^(−m/2^fz) for 0 <= m <= 2^16 as integers
// scaled by 2^P: u(256·i + j) = coarse_i · fine_j.
//
// Error bound, in units of 2^-P. A product of two values at most 1 with errors
// A and B, rounded down, has error at most A + B + 2.
//
//	fine_1                          ε₁ <= P          one unit per term of the series
//	fine_j, j <= 256                j·(ε₁ + 2)
//	coarse_i, i <= 256              256·(256·(ε₁ + 2) + 2)  <=  2^16·(ε₁ + 3)
//	u(m)                            2^17·(ε₁ + 3)    <=  2^17·(P + 3)
type exponential struct {
	precision uint // P
	one       *big.Int
	coarse    [257]*big.Int // e^(−256·i/2^fz)
	fine      [256]*big.Int // e^(−j/2^fz)
}

func newExponential(fz int, precision uint) *exponential {
	e := &exponential{precision: precision, one: new(big.Int).Lsh(big.NewInt(1), precision)}
	base := e.inverseExp(fz)
	e.fine[0] = e.one
	for j := 1; j < len(e.fine); j++ {
		e.fine[j] = e.mul(e.fine[j-1], base)
	}
	e.coarse[0] = e.one
	stride := e.mul(e.fine[255], base)
	for i := 1; i < len(e.coarse); i++ {
		e.coarse[i] = e.mul(e.coarse[i-1], stride)
	}
	return e
}

// inverseExp returns e^(−x) for x = 2^-fz <= 1, from Σ (−x)^k/k!. Each term is
// x^k/k!·2^P rounded down, at least halves from k = 2 on, and the series is
// alternating: fewer than P terms are not zero, and what follows is less than
// one unit.
func (e *exponential) inverseExp(fz int) *big.Int {
	sum, term := new(big.Int), new(big.Int).Set(e.one)
	for k := int64(1); term.Sign() > 0; k++ {
		if k%2 == 1 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		term.Rsh(term, uint(fz))
		term.Quo(term, big.NewInt(k))
	}
	return sum
}

// mul returns ⌊a·b/2^P⌋.
func (e *exponential) mul(a, b *big.Int) *big.Int {
	product := new(big.Int).Mul(a, b)
	return product.Rsh(product, e.precision)
}

// at returns u(m). Requires 0 <= m <= 2^16.
func (e *exponential) at(m int) *big.Int { return e.mul(e.coarse[m>>8], e.fine[m&255]) }

// logistic returns 1/(1+u); its error is that of u plus 1.
func (e *exponential) logistic(u *big.Int) *big.Int {
	numerator := new(big.Int).Lsh(e.one, e.precision)
	return numerator.Quo(numerator, new(big.Int).Add(e.one, u))
}

// margin bounds the error of the curves in activations.go, all of which are at
// most 4·(error of u) + 8 <= 2^20·(P + 4) units.
func (e *exponential) margin() *big.Int {
	return new(big.Int).Lsh(big.NewInt(int64(e.precision)+4), 20)
}

// round returns value·2^(fraction−P) rounded to the nearest integer, and
// whether no value within the margin rounds otherwise.
// Requires 0 <= value and fraction < P.
func (e *exponential) round(value *big.Int, fraction int) (int32, bool) {
	return roundWithin(value, e.precision, fraction, e.margin())
}

// roundWithin returns value·2^(fraction−precision) rounded to the nearest
// integer, and whether no value within the margin rounds otherwise.
// Requires 0 <= value and fraction < precision.
func roundWithin(value *big.Int, precision uint, fraction int, margin *big.Int) (int32, bool) {
	shift := precision - uint(fraction)
	half := new(big.Int).Lsh(big.NewInt(1), shift-1)
	quo := new(big.Int).Rsh(value, shift)
	// rem = (value mod 2^shift) − half
	rem := new(big.Int).Sub(value, new(big.Int).Lsh(quo, shift))
	rem.Sub(rem, half)
	if rem.CmpAbs(margin) <= 0 {
		return 0, false
	}
	nearest := int32(quo.Int64())
	if rem.Sign() > 0 {
		nearest++
	}
	return nearest, true
}
