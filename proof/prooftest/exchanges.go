package prooftest

import (
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
)

// Exchange is what becomes of the commitments that a proof of any mode brings.
type Exchange struct {
	Name    string
	Witness [][]bn254.G1Affine
}

// Exchanges returns the commitments of a proof with two tensors', or two rows', in
// exchange, and with what is added to one along H: a proof's blinding could take
// that out, but it is another statement then.
func Exchanges(setup *commitments.Setup, witness [][]bn254.G1Affine) (list []Exchange) {
	exchange := func(name string, change func(w [][]bn254.G1Affine)) {
		w := make([][]bn254.G1Affine, len(witness))
		for i := range witness {
			w[i] = slices.Clone(witness[i])
		}
		change(w)
		list = append(list, Exchange{name, w})
	}
	for i, a := range witness {
		for j, b := range witness[:i] {
			if len(a) == len(b) && !a[0].Equal(&b[0]) {
				exchange(fmt.Sprintf("commitments %d and %d", j, i), func(w [][]bn254.G1Affine) { w[i], w[j] = w[j], w[i] })
			}
		}
		if len(a) > 1 && !a[0].Equal(&a[1]) {
			exchange(fmt.Sprintf("rows of commitment %d", i), func(w [][]bn254.G1Affine) { w[i][0], w[i][1] = w[i][1], w[i][0] })
		}
	}
	exchange("commitment 0 + H", func(w [][]bn254.G1Affine) { w[0][0].Add(&w[0][0], &setup.H) })
	return list
}
