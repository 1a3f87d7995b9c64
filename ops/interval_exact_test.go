package ops

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// ends are integers around everything that an interval's end may be.
func ends(rng *rand.Rand) []int64 {
	list := []int64{-Unlimited, -Unlimited + 1, -1 << 47, -1 << 31, -65536, -32769, -32768, -3, -2, -1, 0, 1, 2, 3, 32767, 32768, 65535, 1 << 31, 1 << 47, Unlimited - 1, Unlimited}
	for range 6 {
		list = append(list, rng.Int64N(2*Unlimited)-Unlimited)
	}
	return list
}

// holds reports whether a saturated end is what an exact one comes to.
func holds(end int64, exact *big.Int) bool {
	limit := big.NewInt(Unlimited)
	switch {
	case exact.Cmp(limit) >= 0:
		return end == Unlimited
	case exact.Cmp(new(big.Int).Neg(limit)) <= 0:
		return end == -Unlimited
	}
	return exact.IsInt64() && exact.Int64() == end
}

// TestIntervalsAreExact: sums and products of ends are those of integers of
// any size, or no bound. One that wrapped would call a tensor bounded that is
// not, and leave out its range.
func TestIntervalsAreExact(t *testing.T) {
	all := ends(rand.New(rand.NewPCG(61, 62)))
	for _, x := range all {
		for _, y := range all {
			a, b := big.NewInt(x), big.NewInt(y)
			i, j := Interval{x, x}, Interval{y, y}
			if got := i.plus(j); !holds(got.Low, new(big.Int).Add(a, b)) || got.High != got.Low {
				t.Errorf("%d + %d is %v", x, y, got)
			}
			if got := i.times(j); !holds(got.Low, new(big.Int).Mul(a, b)) || got.High != got.Low {
				t.Errorf("%d · %d is %v", x, y, got)
			}
		}
	}
	for _, i := range []Interval{{-3, 5}, {2, 7}, {-9, -4}, {-Unlimited, 3}, unlimited()} {
		for _, j := range []Interval{{-2, 4}, {1, 6}, {-8, -1}, {0, 0}, {-1, Unlimited}, unlimited()} {
			sum, product := i.plus(j), i.times(j)
			for _, x := range []int64{i.Low, i.High} {
				for _, y := range []int64{j.Low, j.High} {
					if v := (Interval{x, x}).plus(Interval{y, y}); !v.within(sum) {
						t.Errorf("%v + %v is %v, without %v", i, j, sum, v)
					}
					if v := (Interval{x, x}).times(Interval{y, y}); !v.within(product) {
						t.Errorf("%v · %v is %v, without %v", i, j, product, v)
					}
				}
			}
		}
	}
}

// TestQuotientsAreRoundedHalfUp: ⌊(x + ⌊d/2⌋)/d⌋, below 0, too.
func TestQuotientsAreRoundedHalfUp(t *testing.T) {
	for _, d := range []int64{1, 2, 3, 4, 7, 16, 1 << 20} {
		for _, x := range ends(rand.New(rand.NewPCG(63, 64))) {
			for _, x := range []int64{x, x + d/2, x - d/2, x - d/2 - 1} {
				if x <= -Unlimited || x >= Unlimited {
					continue
				}
				want := new(big.Int).Add(big.NewInt(x), big.NewInt(d/2))
				want.Div(want, big.NewInt(d)) // Euclidean: floors, since d > 0
				if got := (Interval{x, x}).quotient(d); got.Low != want.Int64() || got.High != want.Int64() {
					t.Errorf("%d by %d is %v, want %d", x, d, got, want)
				}
			}
		}
		if got := unlimited().quotient(d); got != unlimited() {
			t.Errorf("no bound by %d is %v", d, got)
		}
	}
}
