package main

import (
	"testing"

	"github.com/consensys/gnark/logger"
)

// The verifier of a segment must fit the circuit that will wrap it, and its
// size must not change unnoticed.
func TestVerifierFitsTheWrap(t *testing.T) {
	logger.Disable()
	for i, s := range shapes {
		if i > 0 && testing.Short() {
			t.Skip("compiles large circuits")
		}
		r, err := measure(s, 18)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if r.r1cs > 1<<18 || r.plonk > 1<<19 {
			t.Errorf("%s: %d constraints, %d rows, want at most 2^18 and 2^19", s.name, r.r1cs, r.plonk)
		}
		if perm := r.permutations * r1csOfPermutation; r.r1cs < perm || r.r1cs > perm+2*r.multiplications {
			t.Errorf("%s: %d constraints, %d of them permutations: the rest is not %d multiplications", s.name, r.r1cs, perm, r.multiplications)
		}
	}
}

// r1csOfPermutation is the size of one Poseidon2 permutation of width 4.
const r1csOfPermutation = 264
