package commitments

import (
	"math"
	"math/bits"
	"runtime"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Sums of many points times small integers.
//
// Scalars are cut in signed digits of up to 18 bits, as few as the largest one
// needs (planDigits), so a 16-bit column has one digit. For each digit position
// the points are sorted by the size of their digit (sortByDigit) and every
// bucket of equal digits is summed by halving: neighbours are added, then
// neighbours of the sums, and so on (segmentSummer). All additions of a round
// are independent, so affine formulas apply, with one inversion for two thousand
// of them, and each formula is one vector operation of gnark-crypto over the
// whole batch (pairBatch): 6 multiplications of about 5.5 ns an addition. The
// weighted sum of the buckets is made of the same additions (weightedSum).
//
// Zeros cost nothing but their place in the column, and the sign nothing but
// a subtraction: −1 is not a 254-bit scalar here.

const (
	// maxDigitBits bounds a window: 2^17 buckets.
	maxDigitBits = 18
	// fieldSumCells is the size from which full-width sums are done here.
	fieldSumCells = 1 << 11
)

// digitPlan cuts scalars in count signed digits, all but the top one of the
// given bits and in [−2^(bits−1), 2^(bits−1)); the top one takes the rest.
type digitPlan struct {
	bits, count int
	topBound    uint32 // on the absolute value of the top digit
}

// bound returns the bound on the absolute value of digit w.
func (p digitPlan) bound(w int) uint32 {
	if w == p.count-1 {
		return p.topBound
	}
	return 1 << (p.bits - 1)
}

// shift returns the position of digit w.
func (p digitPlan) shift(w int) int { return w * p.bits }

// planDigits picks the cheapest plan for scalars of at most width magnitude
// bits, counting point additions: n terms in e filled buckets take n − e
// additions for the buckets and 2e for their weighted sum. top gives the
// bits of the largest magnitude from a position on.
func planDigits(width, cells, nonzero int, top func(shift int) uint32) digitPlan {
	const perCell, perBucket = 0.1, 0.03 // sorting; scanning counters
	best, bestCost := digitPlan{}, math.Inf(1)
	for count := 1; count <= width; count++ {
		digitBits := (width + count) / count // ⌈(width+1)/count⌉: one for the sign
		shift := digitBits * (count - 1)
		if digitBits > maxDigitBits || shift > width-1 {
			continue
		}
		buckets := math.Exp2(float64(digitBits - 1))
		n := float64(nonzero)
		filled := buckets * -math.Expm1(-n/buckets)
		cost := float64(count) * (n + filled + perCell*float64(cells) + perBucket*buckets)
		if cost < bestCost {
			// The digits below can carry 1 into the top one.
			best, bestCost = digitPlan{bits: digitBits, count: count, topBound: top(shift) + 1}, cost
		}
	}
	return best
}

// msmSigned returns Σ_j cells_j·points_j. Requires len(points) = len(cells).
func msmSigned[T int32 | int64](c crew, points []bn254.G1Affine, cells []T) (bn254.G1Jac, error) {
	largest, nonzero := magnitude(cells)
	if nonzero == 0 {
		return bn254.G1Jac{}, nil
	}
	plan := planDigits(bits.Len64(largest), len(cells), nonzero, func(shift int) uint32 { return uint32(largest >> shift) })
	if narrow, ok := any(cells).([]int32); ok && plan.count == 1 {
		return c.sumDigits(points, narrow, plan.topBound), nil
	}
	return c.sumPlan(points, len(cells), plan, func(w int, dst []int32) { signedDigits(dst, cells, plan, w) }), nil
}

// msmField returns Σ_j cells_j·points_j for scalars of any size.
// Requires len(points) = len(cells).
func msmField(c crew, points []bn254.G1Affine, cells []fr.Element) (bn254.G1Jac, error) {
	if len(cells) < fieldSumCells {
		var sum bn254.G1Jac
		_, err := sum.MultiExp(points, cells, ecc.MultiExpConfig{NbTasks: len(c)})
		return sum, err
	}
	plan := planDigits(fr.Bits, len(cells), len(cells), func(shift int) uint32 { return 1 << (fr.Bits - shift) })
	wide := offsetScalars(cells, plan)
	return c.sumPlan(points, len(cells), plan, func(w int, dst []int32) { wideDigits(dst, wide, plan, w) }), nil
}

// sumPlan sums digit by digit and puts the results together:
// Σ_w 2^(w·bits)·(Σ_j digit_{j,w}·points_j).
func (c crew) sumPlan(points []bn254.G1Affine, cells int, plan digitPlan, digits func(w int, dst []int32)) bn254.G1Jac {
	sums := make([]bn254.G1Jac, plan.count)
	c.spread(plan.count, func(part crew, w int) {
		d := lent(&part[0].digits, cells)
		digits(w, d)
		sums[w] = part.sumDigits(points, d, plan.bound(w))
	})
	total := sums[plan.count-1]
	for w := plan.count - 2; w >= 0; w-- {
		for range plan.bits {
			total.DoubleAssign()
		}
		total.AddAssign(&sums[w])
	}
	return total
}

// spread calls f for each of n items. As many as divide evenly go to single
// members of the crew; each of the rest gets the whole crew.
func (c crew) spread(n int, f func(part crew, item int)) {
	even := 0
	if len(c) > 1 && n >= len(c) {
		even = n - n%len(c)
		var next atomic.Int64
		inParallel(len(c), func(w int) {
			for i := int(next.Add(1)) - 1; i < even; i = int(next.Add(1)) - 1 {
				f(c[w:w+1], i)
			}
		})
	}
	for i := even; i < n; i++ {
		f(c, i)
	}
}

// fullCrew has a worker for each thread of the process.
func fullCrew() crew { return newCrew(runtime.GOMAXPROCS(0)) }
