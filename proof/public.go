package proof

import (
	"math/big"

	"github.com/zkaudit/zkaudit/relation"
)

// evaluateStructured returns the extension of a structured public tensor at a
// point, in O(log) operations (protocol, section 11).
func evaluateStructured[E any](a Arith[E], src relation.Source, point []E) E {
	one := a.Const(big.NewInt(1))
	switch src := src.(type) {
	case relation.Mask:
		return evaluateMask(a, src.Size, point)
	case relation.Index:
		return a.Add(a.Const(big.NewInt(src.Offset)), evaluateIndex(a, point))
	case relation.Rectifier:
		if !src.Gate {
			return a.Mul(point[0], evaluateIndex(a, point[1:]))
		}
		// [i > 2^(n−1)]: the top bit is set and the others are not all zero.
		none := one
		for _, x := range point[1:] {
			none = a.Mul(none, a.Sub(one, x))
		}
		return a.Mul(point[0], a.Sub(one, none))
	}
	panic("proof: source is not structured") // excluded by relation.Structured
}

// evaluateIndex returns Σ_k 2^(n−1−k)·x_k (protocol, section 11).
func evaluateIndex[E any](a Arith[E], point []E) E {
	acc := a.Const(new(big.Int))
	for _, x := range point {
		acc = a.Add(a.Add(acc, acc), x)
	}
	return acc
}

// evaluateMask returns Σ_{i<size} eq(x,i): bit by bit from the top, an index
// below size agrees with it up to a set bit and has 0 there.
// Protocol, section 11.
func evaluateMask[E any](a Arith[E], size int, point []E) E {
	one := a.Const(big.NewInt(1))
	if size == 1<<len(point) {
		return one
	}
	sum, agree := a.Const(new(big.Int)), one
	for k, x := range point {
		if size>>(len(point)-1-k)&1 == 1 {
			sum = a.Add(sum, a.Mul(agree, a.Sub(one, x)))
			agree = a.Mul(agree, x)
		} else {
			agree = a.Mul(agree, a.Sub(one, x))
		}
	}
	return sum
}
