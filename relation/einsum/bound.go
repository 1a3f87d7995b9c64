package einsum

import (
	"math"
	"math/big"
	"math/bits"
)

// bound returns what no cell of the term exceeds in magnitude:
//
//	|c| · Π_cells max|F| · Π_entries max_o Σ|F| · Π extents of the other summed labels
//
// where the sum over entries takes those at the same output labels o. Where the
// bounds of all terms have 63 bits together, intermediate results may wrap
// around: arithmetic modulo 2^64 ends with the right integer.
func (t *term) bound() *big.Int {
	b := new(big.Int).Abs(t.coefficient)
	loops := make([]bool, len(t.extents))
	copy(loops, t.summed)
	for i := range t.cells {
		b.Mul(b, new(big.Int).SetUint64(largest(t.cells[i].cells)))
	}
	for i := range t.entries {
		b.Mul(b, t.weight(&t.entries[i]))
		for _, l := range t.entries[i].labels {
			loops[l] = false
		}
	}
	for l, n := range t.extents {
		if loops[l] || n == 0 {
			b.Mul(b, big.NewInt(int64(n)))
		}
	}
	return b
}

// maxPlaces bounds the places of output labels that weights are kept for.
const maxPlaces = 1 << 22

// weight returns the largest sum of magnitudes of entries at the same output
// labels, or that of all entries where there are too many places for them.
func (t *term) weight(e *entries) *big.Int {
	places := 1
	for _, l := range e.labels {
		if !t.summed[l] && places <= maxPlaces {
			places *= t.extents[l]
		}
	}
	if places > maxPlaces {
		places = 1
	}
	sums := make([]uint64, places)
	for n := range e.at[0] {
		place, inside := 0, true
		for k, l := range e.labels {
			x := int(e.at[k][n])
			inside = inside && x < t.extents[l]
			if places > 1 && !t.summed[l] {
				place = place*t.extents[l] + x
			}
		}
		if inside {
			var carry uint64
			if sums[place], carry = bits.Add64(sums[place], magnitude(e.of(n)), 0); carry > 0 {
				sums[place] = math.MaxUint64
			}
		}
	}
	most := uint64(0)
	for _, s := range sums {
		most = max(most, s)
	}
	return new(big.Int).SetUint64(most)
}

// of returns the value of an entry.
func (e *entries) of(n int) int64 {
	if e.value == nil {
		return 1
	}
	return e.value[n]
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// largest returns the largest magnitude.
func largest(cells []int64) uint64 {
	most := uint64(0)
	for _, x := range cells {
		most = max(most, magnitude(x))
	}
	return most
}

func product(factors ...uint64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, new(big.Int).SetUint64(f))
	}
	return p
}
