package audit

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// scale is how a bound x on a Euclidean norm becomes one on a sum of squares of
// integers that are small enough to be squared.
type scale struct {
	fraction int      // h, of the integers that are squared
	rounded  *big.Int // n, cells of more fraction bits
	limit    *big.Int // L
}

// fractions counts cells by their fraction bits.
type fractions map[int]*big.Int

// weighedCells counts the cells of weights.
func weighedCells(moves []move) fractions {
	all := fractions{}
	for _, m := range moves {
		n := big.NewInt(int64(m.Size()))
		if before := all[m.Format.Fraction]; before != nil {
			n.Add(n, before)
		}
		all[m.Format.Fraction] = n
	}
	return all
}

// newScale chooses h, as many fraction bits as cells have at most, and no more than
// keep x·2^h below 2^30, and
//
//	L = ⌊(x·2^h − s)²⌋,  s >= √n/2 a fraction
//
// Rounding a cell of more than h fraction bits moves it by at most half a unit, so n of
// them by √n/2 in norm. What has Σ e² <= L before rounding has, by the triangle
// inequality, a norm of at most √L + √n/2 <= x·2^h units: an accepted bound holds
// exactly. A norm that is nearer below x than √n units may be refused. That
// L < 2^60 is why no cell of a change that fits has e beyond 30 bits.
//
// Errors wrap fault.ErrUsage for a bound that is too small or too large to be
// computed with, fault.ErrUnsupported where squares could add up beyond the field.
func newScale(x *big.Rat, cells fractions) (*scale, error) {
	b := &scale{rounded: new(big.Int)}
	for fraction := range cells {
		b.fraction = max(b.fraction, fraction)
	}
	finest, most := b.fraction, big.NewRat(1<<(changeBits-1), 1)
	for b.units(x).Cmp(most) >= 0 {
		if b.fraction--; b.fraction < 0 {
			return nil, fmt.Errorf("%s is 2^%d or more, beyond any norm that is compared: %w", x.FloatString(0), changeBits-1, fault.ErrUsage)
		}
	}
	sum := new(big.Int)
	for fraction, n := range cells {
		if b.shift(fraction) > maxShift {
			return nil, fmt.Errorf("weights of %d fraction bits, to be rounded to %d: %w", fraction, b.fraction, fault.ErrUnsupported)
		}
		if fraction > b.fraction {
			b.rounded.Add(b.rounded, n)
		}
		sum.Add(sum, new(big.Int).Lsh(n, uint(2*(changeBits-1)+2*b.finer(fraction))))
	}
	root := b.units(x)
	root.Sub(root, b.half())
	b.limit = floorMul(new(big.Rat).Mul(root, root), big.NewInt(1))
	if root.Sign() <= 0 || b.limit.Sign() == 0 {
		return nil, fmt.Errorf("%s is less than weights of %d fraction bits tell apart: %w", x.RatString(), finest, fault.ErrUsage)
	}
	if sum.Add(sum, b.limit).BitLen() > maxMagnitude {
		return nil, fmt.Errorf("squares of changes that add up to %d bits, at most %d fit the field: %w", sum.BitLen(), maxMagnitude, fault.ErrUnsupported)
	}
	return b, nil
}

// maxShift bounds the bits that are rounded away, those of a 64-bit integer.
const maxShift = 62

// units is x·2^h.
func (b *scale) units(x *big.Rat) *big.Rat {
	return new(big.Rat).Mul(x, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(b.fraction))))
}

// half is a fraction from √n/2 on, a 2^33rd above it at most: (⌊√(n·2^64)⌋ + 1)/2^33, and
// 0 where nothing is rounded.
func (b *scale) half() *big.Rat {
	if b.rounded.Sign() == 0 {
		return new(big.Rat)
	}
	root := new(big.Int).Lsh(b.rounded, 64)
	root.Sqrt(root).Add(root, big.NewInt(1))
	return new(big.Rat).SetFrac(root, new(big.Int).Lsh(big.NewInt(1), 33))
}

// shift is how many bits are rounded away of a cell, and finer how many it has less
// than h.
func (b *scale) shift(fraction int) int { return max(0, fraction-b.fraction) }
func (b *scale) finer(fraction int) int { return max(0, b.fraction-fraction) }

// hidden says how much below the bound a norm may be that is refused: √n units.
func (b *scale) hidden() string {
	if b.rounded.Sign() == 0 {
		return ""
	}
	x := new(big.Float).SetRat(b.half())
	return ", or by less than " + x.SetMantExp(x, 1-b.fraction).Text('g', 3) + " below it, which rounding may hide"
}
