package commitments

import (
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const (
	// fixedBaseBits is the width of the digits that multiples of one point
	// are made of: 22 digits, 2^11 table entries for each.
	fixedBaseBits = 12
	// fixedBaseBlock is how many multiples are computed at a time.
	fixedBaseBlock = 1 << 13
)

// Multiples returns k_i·base for all i. Every multiple is the sum of
// one table entry per nonzero digit, which is what sumSegments does.
// Requires base to be a point other than infinity.
func Multiples(base *bn254.G1Affine, k []fr.Element) []bn254.G1Affine {
	count := (fr.Bits + fixedBaseBits) / fixedBaseBits // one bit for the sign
	plan := digitPlan{bits: fixedBaseBits, count: count}
	team := fullCrew()
	table := fixedBaseTable(team[0].batch, base, count)
	multiples := make([]bn254.G1Affine, len(k))

	blocks := (len(k) + fixedBaseBlock - 1) / fixedBaseBlock
	team.spread(blocks, func(part crew, block int) {
		lo, hi := block*fixedBaseBlock, min(len(k), (block+1)*fixedBaseBlock)
		var infinities atomic.Bool
		part.sumSegments(multiples[lo:hi], fixedBaseSegments(table, k[lo:hi], plan), &infinities)
	})
	return multiples
}

// fixedBaseSegments lists, for each scalar, the table entries of its digits.
func fixedBaseSegments(table []bn254.G1Affine, k []fr.Element, plan digitPlan) segmentList {
	wide := offsetScalars(k, plan)
	digits := make([][]int32, plan.count)
	for w := range digits {
		digits[w] = make([]int32, len(k))
		wideDigits(digits[w], wide, plan, w)
	}
	list := segmentList{points: table, ends: make([]uint32, len(k))}
	list.entries = make([]signedIndex, 0, len(k)*plan.count)
	for i := range k {
		for w := range digits {
			if size, sign := signAndMagnitude(digits[w][i]); size != 0 {
				index := uint32(w)<<(fixedBaseBits-1) + size - 1
				list.entries = append(list.entries, index<<1|sign)
			}
		}
		list.ends[i] = uint32(len(list.entries))
	}
	return list
}

// fixedBaseTable returns d·2^(12w)·base for 1 <= d <= 2^11 and 0 <= w < count,
// at index 2^11·w + d − 1.
func fixedBaseTable(batch *pairBatch, base *bn254.G1Affine, count int) []bn254.G1Affine {
	chain := make([]bn254.G1Jac, fixedBaseBits*count) // 2^i·base
	chain[0].FromAffine(base)
	for i := 1; i < len(chain); i++ {
		chain[i].Double(&chain[i-1])
	}
	powers := bn254.BatchJacobianToAffineG1(chain)

	const half = 1 << (fixedBaseBits - 1)
	table := make([]bn254.G1Affine, half*count)
	for bit := range fixedBaseBits {
		for w := range count {
			// (2^bit + d)·P = 2^bit·P + d·P, all d below 2^bit being there.
			row, power := table[half*w:half*(w+1)], &powers[fixedBaseBits*w+bit]
			row[1<<bit-1] = *power
			for d := 1; d < 1<<bit && 1<<bit+d <= half; d++ {
				batch.add(&row[1<<bit+d-1], &row[d-1], power)
			}
		}
		batch.flush()
	}
	return table
}
