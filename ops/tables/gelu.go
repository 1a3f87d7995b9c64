package tables

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// GELU is computed for x > 0 from what it lacks of x and of slope 1, and mirrored:
//
//	g(x)  = x·Φ(x)                   g(−x)  = g(x) − x,       Φ(−x) = 1 − Φ(x)
//	g'(x) = Φ(x) + x·Φ'(x)           g'(−x) = 1 − g'(x)
//
// both with the normal distribution for Φ and with its approximation
// Φ(x) = (1 + tanh q(x))/2 = 1/(1 + e^(−2q(x))), q(x) = √(2/π)·(x + 0.044715·x³).
// From x = 8 on, 1 − g'(x) and x − g(x) are below 2^-36, and round to 0.
//
// No theorem excludes ties for x ≠ 0, as it does for e^x. An entry that the error
// bound leaves open is therefore a failure; there is none in the tables that can
// be made, all of which a test makes.

// geluBeyond is the x from which on g(x) = x, rounded.
const geluBeyond = 8

// geluMargin bounds the error of Φ, x·Φ and x·Φ' below in units of 2^-192; it is
// 2^-116 of 1.
const geluMargin = 76

// GELU returns the table (z, x·Φ(x), Φ(x) + x·Φ'(x)), x = z·2^-fz, with fz fraction
// bits of output and fg of derivative, Φ the normal distribution.
// It fails with fault.ErrUsage unless 0 <= fz, fg <= 14.
func GELU(fz, fg int) (Table, error) { return gelu("gelu", fz, fg, normal) }

// GELUApproximate is GELU with the approximation of Φ by tanh.
func GELUApproximate(fz, fg int) (Table, error) {
	return gelu("gelu_approximate", fz, fg, approximateNormal)
}

// gelu returns the table for a distribution, which gives Φ(x) and Φ'(x) for
// x = z·2^-fz, 0 < x < geluBeyond, scaled by 2^P.
func gelu(name string, fz, fg int, distribution func(k *gaussian, z int64) (phi, density *big.Int)) (Table, error) {
	if err := checkFractions(name, fz, fz, fg); err != nil {
		return Table{}, err
	}
	k := newGaussian(fz)
	t := Table{Name: fmt.Sprintf("%s.z%d.g%d", name, fz, fg), Columns: [][]int32{inputs(MinInput), make([]int32, Rows), make([]int32, Rows)}}
	value, gate := t.Columns[1], t.Columns[2]
	one := int32(1) << fg
	value[-MinInput], gate[-MinInput] = 0, quotient(int64(one), 2)
	for z := 1; z <= 1<<15; z++ {
		missing, slope := int32(0), one
		if z < geluBeyond<<fz {
			phi, density := distribution(k, int64(z))
			var decided, both bool
			missing, decided = k.round(k.times(new(big.Int).Sub(k.one, phi), int64(z)), fz)
			slope, both = k.round(phi.Add(phi, k.times(density, int64(z))), fg)
			if !decided || !both {
				return Table{}, fmt.Errorf("%s table: input %d of %d fraction bits is too near a tie: %w", name, z, fz, fault.ErrUnsupported)
			}
		}
		value[-z-MinInput], gate[-z-MinInput] = -missing, one-slope
		if z < 1<<15 {
			value[z-MinInput], gate[z-MinInput] = int32(z)-missing, slope
		}
	}
	return t, nil
}

// gaussian computes with integers scaled by 2^P, P = 192. Errors are in units of
// 2^-P.
type gaussian struct {
	fz   int
	one  *big.Int
	root *big.Int // √(2/π), error at most 2
}

const geluPrecision = startPrecision

func newGaussian(fz int) *gaussian {
	// √(2/π)·2^Q = √(2·2^3Q / (π·2^Q)), Q = P + 32, then cut to P.
	const q = geluPrecision + 32
	square := new(big.Int).Lsh(big.NewInt(2), 3*q)
	square.Quo(square, pi(q))
	root := square.Sqrt(square)
	return &gaussian{fz: fz, one: new(big.Int).Lsh(big.NewInt(1), geluPrecision), root: root.Rsh(root, 32)}
}

// pi returns π·2^q = 16·atan(1/5) − 4·atan(1/239), Machin's formula, with an error
// of less than 40·q units: each of the two series has fewer than q/4 terms, which
// are off by less than 3.
func pi(q uint) *big.Int {
	inverseTangent := func(n int64) *big.Int {
		sum, power := new(big.Int), new(big.Int).Quo(new(big.Int).Lsh(big.NewInt(1), q), big.NewInt(n))
		for k := int64(1); power.Sign() > 0; k += 2 {
			term := new(big.Int).Quo(power, big.NewInt(k))
			if k%4 == 1 {
				sum.Add(sum, term)
			} else {
				sum.Sub(sum, term)
			}
			power.Quo(power, big.NewInt(n*n))
		}
		return sum
	}
	a, b := inverseTangent(5), inverseTangent(239)
	return a.Sub(a.Lsh(a, 4), b.Lsh(b, 2))
}

// times returns ⌊v·x⌋, x = z·2^-fz < 8: the error grows to less than 8 times and 1.
func (k *gaussian) times(v *big.Int, z int64) *big.Int {
	product := new(big.Int).Mul(v, big.NewInt(z))
	return product.Rsh(product, uint(k.fz))
}

// mul returns ⌊a·b/2^P⌋.
func (k *gaussian) mul(a, b *big.Int) *big.Int {
	product := new(big.Int).Mul(a, b)
	return product.Rsh(product, geluPrecision)
}

// decay returns e^(−a) for 0 <= a < 64: the series at a/2^14 < 2^-8, squared 14
// times. The series has at most 24 terms that are off by at most 3, as each is the
// one before times less than 2^-8, rounded down twice; squaring a value of at most 1
// doubles its error, and adds 2 to it. So the error is that of a and less than
// 2^14·(24·3 + 4) < 2^21.
func (k *gaussian) decay(a *big.Int) *big.Int {
	a = new(big.Int).Rsh(a, 14)
	sum, term := new(big.Int), k.one
	for n := int64(1); term.Sign() > 0; n++ {
		if n%2 == 1 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		term = k.mul(term, a)
		term.Quo(term, big.NewInt(n))
	}
	for range 14 {
		sum = k.mul(sum, sum)
	}
	return sum
}

// normal is Φ(x) = 1/2 + φ(x)·S(x) with Φ' = φ(x) = e^(−x²/2)/√(2π) and
//
//	S(x) = x + x³/3 + x⁵/(3·5) + … .
//
// A term is the one before times x²/(2n+3), rounded down once, and the sum ends
// when nothing is left of one, after N < 2^9. An error of 1 in a term has grown to
// at most S/x when all after it are summed, since the factors fall: S is off by at
// most N·S/x, and φ·S by N·φ·S/x <= N/2. The error of φ, below 2^22, counts S times,
// which is less than √(2π)·e^(x²/2)/2 < 2^47: the sum is off by less than 2^70, and
// what is multiplied by x by less than 2^74.
func normal(k *gaussian, z int64) (phi, density *big.Int) {
	square := big.NewInt(z * z)
	half := new(big.Int).Lsh(square, uint(geluPrecision-2*k.fz-1))
	density = k.mul(k.decay(half), k.root)
	density.Rsh(density, 1)
	sum, term := new(big.Int), k.times(k.one, z)
	for n := int64(1); term.Sign() > 0; n += 2 {
		sum.Add(sum, term)
		term = new(big.Int).Mul(term, square)
		term.Rsh(term, uint(2*k.fz))
		term.Quo(term, big.NewInt(n+2))
	}
	phi = k.mul(density, sum)
	return phi.Add(phi, new(big.Int).Rsh(k.one, 1)), density
}

// approximateNormal is Φ(x) = 1/(1 + u), u = e^(−2q(x)), with
// Φ' = 2q'(x)·Φ·(1 − Φ) and
//
//	2q(x) = 2√(2/π)·(x + 0.044715·x³) < 50,    2q'(x) = 2√(2/π)·(1 + 0.134145·x²) < 16.
//
// The error of the root, 2, counts less than 2^6 times in 2q and 2q'; so u is off by
// less than 2^22, Φ by less than 2^23, Φ' by less than 2^29.
func approximateNormal(k *gaussian, z int64) (phi, density *big.Int) {
	const million = 1_000_000
	unit := int64(1) << k.fz // of x
	// z·(10^6·2^2fz + 44715·z²), over 10^6·2^3fz
	cubic := big.NewInt(million*unit*unit + 44715*z*z)
	cubic.Mul(cubic, big.NewInt(z))
	twice := k.scaled(cubic, million, 3*k.fz)
	slope := k.scaled(big.NewInt(million*unit*unit+134145*z*z), million, 2*k.fz)
	u := k.decay(twice)
	phi = new(big.Int).Lsh(k.one, geluPrecision)
	phi.Quo(phi, u.Add(u, k.one))
	density = k.mul(phi, new(big.Int).Sub(k.one, phi))
	return phi, k.mul(density, slope)
}

// scaled returns 2√(2/π)·v/(d·2^s), rounded down twice.
func (k *gaussian) scaled(v *big.Int, d int64, s int) *big.Int {
	v.Mul(v, k.root)
	v.Rsh(v.Lsh(v, 1), uint(s))
	return v.Quo(v, big.NewInt(d))
}

// round returns v·2^(fraction−P) rounded to the nearest integer, and whether no
// value within the margin rounds otherwise. Requires v >= 0.
func (k *gaussian) round(v *big.Int, fraction int) (int32, bool) {
	return roundWithin(v, geluPrecision, fraction, new(big.Int).Lsh(big.NewInt(1), geluMargin))
}
