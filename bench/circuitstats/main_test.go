package main

import (
	"testing"

	"github.com/consensys/gnark/logger"

	"github.com/zkaudit/zkaudit/proof/circuit"
)

// golden holds the sizes of the circuits that wrap proofs. They change with
// the script alone: then look at what changed, and write them anew from
// `make circuit-stats`.
var golden = map[string]struct {
	permutations [parts]int
	r1cs, plonk  int
}{
	"one layer, 3 steps (prooftest.Tiny)":          {[parts]int{77, 12, 9, 8, 5}, 29915, 76823},
	"169-64-10, batch 32, 32 steps (zkaudit demo)": {[parts]int{230, 47, 32, 45, 11}, 99417, 253466},
	"784-128-10, batch 64, 256 steps":              {[parts]int{324, 62, 31, 44, 13}, 128582, 328739},
	"784-512-512-10, batch 64, 32 steps":           {[parts]int{324, 58, 34, 54, 16}, 132207, 337230},
}

// The verifier of a segment must fit the circuit that wraps it, and no part of
// it may change its size unnoticed.
func TestSizesAreGolden(t *testing.T) {
	logger.Disable()
	for i, s := range shapes {
		if i > 0 && testing.Short() {
			t.Skip("compiles large circuits")
		}
		r, err := measure(s, 16)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if r.r1cs > 1<<18 || r.plonk > 1<<19 {
			t.Errorf("%s: %d constraints, %d rows, want at most 2^18 and 2^19", s.name, r.r1cs, r.plonk)
		}
		want, ok := golden[s.name]
		if !ok || r.permutations != want.permutations || r.r1cs != want.r1cs || r.plonk != want.plonk {
			t.Errorf("%s: {[parts]int{%d, %d, %d, %d, %d}, %d, %d}, want %v", s.name, r.permutations[0], r.permutations[1],
				r.permutations[2], r.permutations[3], r.permutations[4], r.r1cs, r.plonk, want)
		}
	}
}

// Each demonstration proof must fit 2^18 rows, public inputs included.
func TestDemonstrationFitsTheSmallerDomain(t *testing.T) {
	logger.Disable()
	r, err := measure(shapes[1], 16)
	if err != nil {
		t.Fatal(err)
	}
	if rows := r.plonk + circuit.PublicCount + 1; rows > 1<<18 {
		t.Errorf("%d rows, want at most 2^18", rows)
	}
}

// Layers must not add rounds: three layers take at most 15 % more constraints
// than two with as many cells.
func TestRoundsDoNotGrowWithLayers(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles large circuits")
	}
	logger.Disable()
	two, err := measure(shapes[2], 16)
	if err != nil {
		t.Fatal(err)
	}
	three, err := measure(shapes[3], 16)
	if err != nil {
		t.Fatal(err)
	}
	if three.r1cs > two.r1cs*115/100 || three.plonk > two.plonk*115/100 {
		t.Errorf("%d constraints and %d rows, with two layers %d and %d", three.r1cs, three.plonk, two.r1cs, two.plonk)
	}
}
