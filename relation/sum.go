package relation

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Label names an index of an Einstein sum. It lives inside one Sum.
type Label string

// Factor is a tensor read at labels, one per axis.
type Factor struct {
	Tensor ID
	Labels []Label
}

// At returns the factor t read at the given labels.
func At(t ID, labels ...Label) Factor { return Factor{Tensor: t, Labels: labels} }

// Term is Coeff · Σ Π Factors, summed over all labels that are not in the
// output of its Sum. A term without summed or shared labels costs no
// sumcheck; one with them multiplies at most MaxDegree tables, whatever they
// are: its factors other than public, and weights (see Plan).
type Term struct {
	Coeff   fr.Element
	Factors []Factor
}

// Sum is the defining formula of a virtual tensor, or of an equation.
type Sum struct {
	Out   []Label // one per axis of the tensor defined
	Terms []Term
}

// None is the ID of no tensor.
const None ID = -1

// Int returns the field element of an integer.
func Int(v int64) fr.Element {
	var e fr.Element
	e.SetInt64(v)
	return e
}

// Pow2 returns 2^k for any integer k; a negative k gives the inverse.
func Pow2(k int) fr.Element {
	var e fr.Element
	if k < 0 {
		e.SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(-k)))
		e.Inverse(&e)
		return e
	}
	e.SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(k)))
	return e
}

// Neg returns −e.
func Neg(e fr.Element) fr.Element {
	e.Neg(&e)
	return e
}

// Times returns the term c·Π factors.
func Times(c fr.Element, factors ...Factor) Term { return Term{Coeff: c, Factors: factors} }
