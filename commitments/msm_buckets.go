package commitments

import (
	"math/bits"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// smallBuckets is the number of buckets below which their weighted sum is
// taken by running sums, and not split in two levels.
const smallBuckets = 64

// sumDigits returns Σ_j digits_j·points_j, |digits_j| <= bound.
//
// The terms are sorted by |digit|, each bucket k is summed to B_k, and then
// Σ k·B_k is taken. Requires len(points) >= len(digits).
func (c crew) sumDigits(points []bn254.G1Affine, digits []int32, bound uint32) bn254.G1Jac {
	var infinities atomic.Bool
	keys, list := c.sortByDigit(points, digits, bound)
	sums := cleared(&c[0].buckets.sums, len(keys))
	c.sumSegments(sums, list, &infinities)
	return c.weightedSum(keys, sums, &infinities)
}

// A bucketList is the memory of one level of buckets, which serves one row after
// the other.
type bucketList struct {
	counts, keys, ends []uint32
	entries            []signedIndex
	sums               []bn254.G1Affine
}

// lent returns n elements with arbitrary contents of a buffer, which it makes
// longer if need be.
func lent[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	return (*buffer)[:n]
}

// cleared is lent with zeros.
func cleared[T any](buffer *[]T, n int) []T {
	b := lent(buffer, n)
	clear(b)
	return b
}

// sortByDigit sorts the nonzero digits by absolute value: segment s of the
// list has the points whose digit is ±keys[s]. keys increase; none is zero.
func (c crew) sortByDigit(points []bn254.G1Affine, digits []int32, bound uint32) ([]uint32, segmentList) {
	n := len(digits)
	workers := max(1, min(len(c), n/4096))
	cursors := make([][]uint32, workers) // first counts, then where to write
	inParallel(workers, func(w int) {
		counts := cleared(&c[w].buckets.counts, int(bound)+1)
		for _, d := range digits[n*w/workers : n*(w+1)/workers] {
			magnitude, _ := signAndMagnitude(d)
			counts[magnitude]++
		}
		cursors[w] = counts
	})

	own := &c[0].buckets
	keys, ends := own.keys[:0], own.ends[:0]
	next := uint32(0)
	for k := uint32(1); k <= bound; k++ {
		start := next
		for w := range cursors {
			cursors[w][k], next = next, next+cursors[w][k]
		}
		if next > start {
			keys, ends = append(keys, k), append(ends, next)
		}
	}
	nonzero := next
	for w := range cursors { // zeros go after the rest and are cut off
		cursors[w][0], next = next, next+cursors[w][0]
	}

	entries := lent(&own.entries, n)
	inParallel(workers, func(w int) {
		at := cursors[w]
		lo := n * w / workers
		for i, d := range digits[lo : n*(w+1)/workers] {
			magnitude, sign := signAndMagnitude(d)
			entries[at[magnitude]] = uint32(lo+i)<<1 | sign
			at[magnitude]++
		}
	})
	own.keys, own.ends = keys, ends
	return keys, segmentList{points: points, entries: entries[:nonzero], ends: ends}
}

// signAndMagnitude returns |d| and 1 if d is negative.
func signAndMagnitude(d int32) (magnitude, sign uint32) {
	m := d >> 31
	return uint32(d^m) - uint32(m), uint32(m) & 1
}

// weightedSum returns Σ keys_s·sums_s. With many keys they are split in two
// digits, k = 2^m·a + b, so that all but the last few additions are
// independent of each other:
//
//	Σ_k k·B_k = 2^m · Σ_a a·(Σ_b B_{a,b}) + Σ_b b·(Σ_a B_{a,b})
func (c crew) weightedSum(keys []uint32, sums []bn254.G1Affine, infinities *atomic.Bool) bn254.G1Jac {
	if len(keys) == 0 {
		return bn254.G1Jac{}
	}
	top := keys[len(keys)-1]
	if top <= smallBuckets {
		return runningSum(keys, sums)
	}
	m := (bits.Len32(top) + 1) / 2
	sumOver := func(part crew, digit func(uint32) uint32) bn254.G1Jac {
		groups, list := part[0].groups.byDigit(keys, sums, digit)
		totals := cleared(&part[0].groups.sums, len(groups))
		part.sumSegments(totals, list, infinities)
		return runningSum(groups, totals)
	}
	var high, low bn254.G1Jac
	halves := c.split()
	inParallel(len(halves), func(i int) {
		if i == 0 {
			high = sumOver(halves[0], func(k uint32) uint32 { return k >> m })
		}
		if i == len(halves)-1 {
			low = sumOver(halves[i], func(k uint32) uint32 { return k & (1<<m - 1) })
		}
	})
	for range m {
		high.DoubleAssign()
	}
	return *high.AddAssign(&low)
}

// split returns the crew in two halves, or as it is if it has one member.
func (c crew) split() []crew {
	if len(c) == 1 {
		return []crew{c}
	}
	return []crew{c[:len(c)/2], c[len(c)/2:]}
}

// byDigit lists the sums in segments of equal nonzero digit(key).
func (own *bucketList) byDigit(keys []uint32, sums []bn254.G1Affine, digit func(uint32) uint32) ([]uint32, segmentList) {
	top := uint32(0)
	for _, k := range keys {
		top = max(top, digit(k))
	}
	cursor := cleared(&own.counts, int(top)+1)
	for _, k := range keys {
		cursor[digit(k)]++
	}
	groups, ends := own.keys[:0], own.ends[:0]
	next := uint32(0)
	for d := uint32(1); d <= top; d++ {
		count := cursor[d]
		cursor[d] = next
		next += count
		if count > 0 {
			groups, ends = append(groups, d), append(ends, next)
		}
	}
	entries := lent(&own.entries, int(next))
	for s, k := range keys {
		if d := digit(k); d != 0 {
			entries[cursor[d]] = uint32(s) << 1
			cursor[d]++
		}
	}
	own.keys, own.ends = groups, ends
	return groups, segmentList{points: sums, entries: entries, ends: ends}
}

// runningSum returns Σ keys_s·sums_s for few, small, increasing keys:
// Σ_k k·B_k = Σ_{i≥1} Σ_{k≥i} B_k.
func runningSum(keys []uint32, sums []bn254.G1Affine) bn254.G1Jac {
	var tail, total bn254.G1Jac
	s := len(keys) - 1
	if s < 0 {
		return total
	}
	for k := keys[s]; k > 0; k-- {
		if s >= 0 && keys[s] == k {
			tail.AddMixed(&sums[s])
			s--
		}
		total.AddAssign(&tail)
	}
	return total
}

// inParallel runs f(0) … f(n-1), on goroutines if n > 1, and waits for them.
func inParallel(n int, f func(int)) {
	if n == 1 {
		f(0)
		return
	}
	var group fault.Group
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}
