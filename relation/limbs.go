package relation

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/number"
)

// Limbs are the tensors of an integer too wide for one range table, lowest
// first:
//
//	x = Σ_k 2^(16k)·L_k
//
// What x is follows from the ranges of the limbs (see Builder.UnsignedLimbs and
// SignedLimbs) and from the sum that Terms stand in.
type Limbs []ID

// LimbsOf returns how many limbs hold width bits.
func LimbsOf(width int) int { return (width + number.LimbBits - 1) / number.LimbBits }

// Terms returns c·x at the given labels.
func (l Limbs) Terms(c fr.Element, labels ...Label) []Term {
	return l.WideTerms(c, number.LimbBits, labels...)
}

// WideTerms is Terms for limbs of another width.
func (l Limbs) WideTerms(c fr.Element, width int, labels ...Label) []Term {
	terms := make([]Term, len(l))
	for k, limb := range l {
		scale := Pow2(width * k)
		scale.Mul(&scale, &c)
		terms[k] = Times(scale, At(limb, labels...))
	}
	return terms
}

// UnsignedLimbs says that every real cell of x is an integer in [0, 2^width),
// and each limb the digit that it is named for. Requires LimbsOf(width) limbs.
func (b *Builder) UnsignedLimbs(l Limbs, width int) {
	for k, limb := range l {
		b.Unsigned(limb, min(number.LimbBits, width-number.LimbBits*k))
	}
}

// SignedLimbs says that every real cell of x is an integer in
// [−2^(width−1), 2^(width−1)): the top limb has the sign.
// Requires LimbsOf(width) limbs.
func (b *Builder) SignedLimbs(l Limbs, width int) {
	top := len(l) - 1
	for _, limb := range l[:top] {
		b.Unsigned(limb, number.LimbBits)
	}
	b.Signed(l[top], width-number.LimbBits*top)
}
