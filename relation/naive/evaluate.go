package naive

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Evaluate returns the multilinear extension of the table at the point,
//
//	T~(r) = Σ_i T(i)·Π_k (r_k·i_k + (1−r_k)·(1−i_k)),
//
// where i_1 is the most significant bit of i. Requires 2^len(point) cells.
func Evaluate(table []fr.Element, point []fr.Element) fr.Element {
	if len(table) != 1<<len(point) {
		panic(fmt.Sprintf("naive: %d cells at a point of %d variables", len(table), len(point)))
	}
	// T~(r_1, …) = (1−r_1)·T~_0(r_2, …) + r_1·T~_1(r_2, …)
	if len(point) == 0 {
		return table[0]
	}
	half := len(table) / 2
	low, high := Evaluate(table[:half], point[1:]), Evaluate(table[half:], point[1:])
	high.Sub(&high, &low)
	high.Mul(&high, &point[0])
	return *high.Add(&low, &high)
}
