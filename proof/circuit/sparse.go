package circuit

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/proof/transcript"
)

// internalMatrix is the matrix of a partial round, M = J + diag(d): ones, and
// d added on the diagonal. Split after the first row and column, it is
//
//	M = | 1+d_0  u |   u = (1 1 1) = vᵀ,  A = J + diag(d_1, d_2, d_3)
//	    |   v    A |
type internalMatrix []fr.Element

// apply returns A·b.
func (d internalMatrix) apply(b [3]fr.Element) [3]fr.Element {
	var sum fr.Element
	sum.Add(&b[0], &b[1]).Add(&sum, &b[2])
	for i := range b {
		b[i].Mul(&b[i], &d[i+1]).Add(&b[i], &sum)
	}
	return b
}

// solve returns A⁻¹·b, by Sherman and Morrison:
//
//	A⁻¹·b = D⁻¹·(b − 1·(Σ b_i/d_i)/(1 + Σ 1/d_i))
func (d internalMatrix) solve(b [3]fr.Element) [3]fr.Element {
	inverse := fr.BatchInvert(d[1:])
	var above, below, t fr.Element
	below.SetOne()
	for i := range b {
		above.Add(&above, t.Mul(&b[i], &inverse[i]))
		below.Add(&below, &inverse[i])
	}
	above.Div(&above, &below)
	for i := range b {
		b[i].Sub(&b[i], &above).Mul(&b[i], &inverse[i])
	}
	return b
}

// sparse holds the partial rounds in a form where only the first element's
// fifth power x enters the others. With s the other three elements, a round
// is (x, s) ↦ ((1+d_0)·x + u·s, v·x + A·s); for z = A⁻ʳ·s before round r,
//
//	y = (1+d_0)·x + (u·Aʳ)·z,  z ↦ z + (A⁻⁽ʳ⁺¹⁾·v)·x,
//
// six additions in place of seven, and s = Aʳ·z in the end.
type sparse struct {
	corner      *big.Int                              // 1 + d_0
	read, write [transcript.PartialRounds][3]*big.Int // u·Aʳ and A⁻⁽ʳ⁺¹⁾·v
	last        [3][3]*big.Int                        // A^PartialRounds
}

func newSparse(d internalMatrix) sparse {
	var s sparse
	one := fr.One()
	var corner fr.Element
	corner.Add(&one, &d[0])
	s.corner = corner.BigInt(new(big.Int))
	read := [3]fr.Element{one, one, one} // A is its own transpose
	write := read
	unit := [3][3]fr.Element{{one}, {{}, one}, {{}, {}, one}}
	for r := range transcript.PartialRounds {
		write = d.solve(write)
		s.read[r], s.write[r] = integers(read), integers(write)
		read = d.apply(read)
		for i := range unit {
			unit[i] = d.apply(unit[i])
		}
	}
	for i := range unit {
		s.last[i] = integers(unit[i])
	}
	return s
}

func integers(v [3]fr.Element) (w [3]*big.Int) {
	for i := range v {
		w[i] = v[i].BigInt(new(big.Int))
	}
	return w
}

// partialRounds applies the partial rounds, of which the first is round from,
// and adds the keys of the round after them.
func (c *permutation) partialRounds(state *[4]frontend.Variable, from int) {
	y, z := state[0], [3]frontend.Variable(state[1:])
	for r := range transcript.PartialRounds {
		x := c.fifth(y)
		y = c.api.Add(c.api.Mul(x, c.partial.corner), c.dot(c.partial.read[r], z, c.key(from + r + 1)[0]))
		for i := range z {
			z[i] = c.api.Add(z[i], c.api.Mul(x, c.partial.write[r][i]))
		}
	}
	keys := c.key(from + transcript.PartialRounds)
	state[0] = y
	for i := range z {
		state[i+1] = c.dot(c.partial.last[i], z, keys[i+1])
	}
}

// dot returns Σ a_i·z_i + constant.
func (c *permutation) dot(a [3]*big.Int, z [3]frontend.Variable, constant *big.Int) frontend.Variable {
	return c.api.Add(c.api.Mul(z[0], a[0]), c.api.Mul(z[1], a[1]), c.api.Mul(z[2], a[2]), constant)
}
