package transcript

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
)

// Rounds of the permutation at width 4.
const (
	FullRounds    = 8
	PartialRounds = 56
)

// Native computes the sponge on field elements.
type Native struct{ permutation *poseidon2.Permutation }

// NewNative returns a transcript over field elements.
func NewNative(domain string) *Sponge[fr.Element] {
	return New(Native{poseidon2.NewPermutation(Width, FullRounds, PartialRounds)}, domain)
}

// Const returns the element of an integer.
func (Native) Const(v *big.Int) fr.Element {
	var e fr.Element
	e.SetBigInt(v)
	return e
}

// Add returns a + b.
func (Native) Add(a, b fr.Element) fr.Element {
	a.Add(&a, &b)
	return a
}

// Permute applies Poseidon2.
func (n Native) Permute(state *[4]fr.Element) {
	if err := n.permutation.Permutation(state[:]); err != nil {
		panic(err) // the Width is a constant
	}
}
