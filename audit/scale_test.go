package audit

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

func count2(cells map[int]int64) fractions {
	all := fractions{}
	for fraction, n := range cells {
		all[fraction] = big.NewInt(n)
	}
	return all
}

// TestScaleIsSound: whatever is changed and however it is bounded, a sum of rounded
// squares within the limit means a norm within the bound; and a norm that is √n units
// and a 2^32nd below the bound is within the limit.
func TestScaleIsSound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	accepted, refused, close := 0, 0, 0
	for range 20000 {
		cells := map[int]int64{10 + rng.IntN(45): 1 + rng.Int64N(20), rng.IntN(12): 1 + rng.Int64N(4)}
		size := uint(rng.IntN(50))
		true4 := new(big.Int) // Σ d²·4^(60−F)
		changes := map[int][]int64{}
		for fraction, n := range cells {
			for range n {
				d := rng.Int64N(1<<size+1) - rng.Int64N(1<<size+1)
				changes[fraction] = append(changes[fraction], d)
				square := big.NewInt(d)
				true4.Add(true4, square.Mul(square, square).Lsh(square, uint(2*(60-fraction))))
			}
		}
		norm := new(big.Int).Sqrt(new(big.Int).Lsh(true4, 20)) // ·2^70
		shift := new(big.Int).Rsh(norm, uint(rng.IntN(45)))    // near the norm, on either side
		x := new(big.Rat).SetFrac(norm.Add(norm, shift.Mul(shift, big.NewInt(int64(rng.IntN(5)-2)))), new(big.Int).Lsh(big.NewInt(1), 70))
		if x.Sign() <= 0 {
			continue
		}
		by, err := newScale(x, count2(cells))
		if err != nil {
			if !errors.Is(err, fault.ErrUsage) {
				t.Fatal(err)
			}
			continue
		}
		sum := new(big.Int)
		fits := true
		for fraction, list := range changes {
			for _, d := range list {
				k := by.shift(fraction)
				e, r := halfUp(d, k)
				if r < 0 || r >= 1<<k || k > 0 && d+1<<(k-1) != e<<k+r || k == 0 && (e != d || r != 0) {
					t.Fatalf("%d rounded by %d bits: %d, %d", d, k, e, r)
				}
				fits = fits && e >= -1<<30 && e < 1<<30
				square := big.NewInt(e)
				sum.Add(sum, square.Mul(square, square).Lsh(square, uint(2*by.finer(fraction))))
			}
		}
		square := new(big.Rat).Mul(x, x)
		within := new(big.Rat).SetFrac(true4, new(big.Int).Lsh(big.NewInt(1), 120)).Cmp(square) <= 0
		meets := sum.Cmp(by.limit) <= 0
		switch {
		case meets && !within:
			t.Fatalf("%v: a sum of %v is within %v, the norm is not within %v", changes, sum, by.limit, x)
		case meets && !fits:
			t.Fatalf("%v: a change beyond its limbs is within %v", changes, by.limit)
		case meets:
			accepted++
		case !within:
			refused++
		default: // the norm is within the bound, though not by √n units
			close++
			less := new(big.Rat).Sub(x, new(big.Rat).Quo(new(big.Rat).Mul(by.half(), big.NewRat(2, 1)), by.units(big.NewRat(1, 1))))
			if less.Sign() > 0 && new(big.Rat).SetFrac(true4, new(big.Int).Lsh(big.NewInt(1), 120)).Cmp(less.Mul(less, less)) <= 0 {
				t.Fatalf("%v: a norm far below %v is refused: %v of %v", changes, x, sum, by.limit)
			}
		}
	}
	if accepted < 1000 || refused < 1000 || close < 10 {
		t.Errorf("%d accepted, %d refused, %d hidden", accepted, refused, close)
	}
}

func TestHalfUp(t *testing.T) {
	for _, c := range []struct {
		d    int64
		k    int
		e, r int64
	}{
		{0, 1, 0, 1}, {-1, 1, 0, 0}, {1, 1, 1, 0}, {7, 3, 1, 3}, {4, 3, 1, 0}, {3, 3, 0, 7}, {-4, 3, 0, 0}, {-5, 3, -1, 7},
		{1<<63 - 1, 62, 2, 1<<61 - 1}, {-1 << 63, 62, -2, 1 << 61}, {1<<63 - 1, 0, 1<<63 - 1, 0},
	} {
		if e, r := halfUp(c.d, c.k); e != c.e || r != c.r {
			t.Errorf("%d by %d bits: %d, %d, want %d, %d", c.d, c.k, e, r, c.e, c.r)
		}
	}
}

// TestScaleLimits: bounds at the edge of what is computed with.
func TestScaleLimits(t *testing.T) {
	one := map[int]int64{20: 1}
	for name, c := range map[string]struct {
		x        *big.Rat
		cells    map[int]int64
		fraction int
		limit    int64
	}{
		"a unit":                 {big.NewRat(1, 1<<20), one, 20, 1},
		"all bits kept":          {big.NewRat(1<<30-1, 1<<20), one, 20, (1<<30 - 1) * (1<<30 - 1)},
		"a bit too much":         {big.NewRat(1<<30, 1<<20), one, 19, (1<<29-1)*(1<<29-1) + 1<<29 - 1}, // (2^29 − 1/2 − s)², s tiny
		"coarse weights as well": {big.NewRat(1, 1<<20), map[int]int64{20: 1, 0: 5}, 20, 1},
		"whole numbers":          {big.NewRat(7, 2), map[int]int64{0: 3}, 0, 12},
		"the largest bound":      {big.NewRat(1<<30-1, 1), map[int]int64{0: 3}, 0, (1<<30 - 1) * (1<<30 - 1)},
	} {
		by, err := newScale(c.x, count2(c.cells))
		if err != nil || by.fraction != c.fraction || by.limit.Int64() != c.limit || by.limit.BitLen() > maxSlackBits {
			t.Errorf("%s: %+v, %v", name, by, err)
		}
	}
	huge := new(big.Int).Lsh(big.NewInt(1), 189) // of cells: their squares add up to 2^249
	for name, c := range map[string]struct {
		x     *big.Rat
		cells fractions
		kind  error
	}{
		"less than a unit":      {big.NewRat(1, 1<<20+1), count2(one), fault.ErrUsage},
		"nothing":               {new(big.Rat), count2(one), fault.ErrUsage},
		"too large":             {big.NewRat(1<<30, 1), count2(one), fault.ErrUsage},
		"wider than rounding":   {big.NewRat(1<<30-1, 1), count2(map[int]int64{63: 1}), fault.ErrUnsupported},
		"less than is rounded":  {big.NewRat(1<<10, 1), fractions{40: new(big.Int).Lsh(big.NewInt(1), 62)}, fault.ErrUsage},
		"more than the field":   {big.NewRat(1, 1), fractions{20: huge}, fault.ErrUnsupported},
		"a field of finer ones": {big.NewRat(1, 1<<20), fractions{50: big.NewInt(1), 0: new(big.Int).Rsh(huge, 98)}, fault.ErrUnsupported},
	} {
		if by, err := newScale(c.x, c.cells); !errors.Is(err, c.kind) {
			t.Errorf("%s: %+v, %v", name, by, err)
		}
	}
	if _, err := newScale(big.NewRat(1, 1), fractions{20: new(big.Int).Sub(huge, big.NewInt(1))}); err != nil {
		t.Errorf("the most that fits the field: %v", err)
	}
	if _, err := newScale(big.NewRat(1<<30-1, 1), count2(map[int]int64{62: 1})); err != nil {
		t.Errorf("the most that is rounded: %v", err)
	}
}

// TestEveryCellIsWeighed: cells of all weights are counted, those of weights with the same
// fraction bits together. One that is not counted would not be rounded, by the bound.
func TestEveryCellIsWeighed(t *testing.T) {
	weight := func(fraction int, sizes ...int) move {
		w := &graph.Tensor{Format: number.Format{Fraction: fraction}}
		for _, n := range sizes {
			w.Axes = append(w.Axes, relation.Axis{Size: n})
		}
		return move{Tensor: w}
	}
	list := []move{weight(46, 3, 5), weight(30, 5), weight(46, 5, 2), weight(20, 2), weight(30, 7)}
	for range list {
		all := weighedCells(list)
		if len(all) != 3 || all[46].Int64() != 25 || all[30].Int64() != 12 || all[20].Int64() != 2 {
			t.Errorf("%v", all)
		}
		list = append(list[1:], list[0])
	}
}
