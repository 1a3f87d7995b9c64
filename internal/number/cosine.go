package number

import "math/big"

// cosineBits are the bits to which a cosine is computed, and cosineSlack bounds
// its error in units of 2^-cosineBits: each of some 60 terms, rounded three times,
// adds less than 4 (and π's error less than 2).
const (
	cosineBits  = 256
	cosineSlack = 1 << 10
)

// cosine returns bounds of cos(π·p/q) that differ by 2^(11−cosineBits), or not at
// all where it is rational, which by Niven's theorem is where it is 0, ±1/2 or ±1.
// Requires 0 <= p <= q, q > 0.
func cosine(p, q int64) (low, high fraction) {
	if 2*p > q { // cos(π − x) = −cos x
		low, high = cosine(q-p, q)
		return high.times(ratio(-1, 1)), low.times(ratio(-1, 1))
	}
	switch {
	case p == 0:
		return ratio(1, 1), ratio(1, 1)
	case 2*p == q:
		return ratio(0, 1), ratio(0, 1)
	case 3*p == q:
		return ratio(1, 2), ratio(1, 2)
	}
	x := pi()
	x.Mul(x, big.NewInt(p)).Quo(x, big.NewInt(q))
	square := new(big.Int).Mul(x, x)
	square.Rsh(square, cosineBits)
	// cos x = Σ_i (−1)^i·x^2i/(2i)!
	one := new(big.Int).Lsh(big.NewInt(1), cosineBits)
	sum, term := new(big.Int).Set(one), new(big.Int).Set(one)
	for i := int64(1); term.Sign() != 0; i++ {
		term.Mul(term, square).Rsh(term, cosineBits).Quo(term, big.NewInt((2*i-1)*(2*i)))
		if i%2 == 1 {
			sum.Sub(sum, term)
		} else {
			sum.Add(sum, term)
		}
	}
	slack := big.NewInt(cosineSlack)
	return fraction{new(big.Int).Sub(sum, slack), one}, fraction{new(big.Int).Add(sum, slack), one}
}

// pi returns π·2^cosineBits by Machin's formula, π = 16·arctan 1/5 − 4·arctan 1/239.
func pi() *big.Int {
	const guard = 16
	arctan := func(n int64) *big.Int { // Σ_i (−1)^i/((2i+1)·n^(2i+1))
		power := new(big.Int).Lsh(big.NewInt(1), cosineBits+guard)
		power.Quo(power, big.NewInt(n))
		sum := new(big.Int)
		for i := int64(0); power.Sign() != 0; i++ {
			term := new(big.Int).Quo(power, big.NewInt(2*i+1))
			if i%2 == 1 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			power.Quo(power, big.NewInt(n*n))
		}
		return sum
	}
	x := arctan(5)
	x.Mul(x, big.NewInt(16))
	y := arctan(239)
	x.Sub(x, y.Mul(y, big.NewInt(4)))
	return x.Rsh(x, guard)
}
