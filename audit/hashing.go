package audit

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/relation"
)

// hashing is the public shape of the hash: it follows from the numbers of rows.
type hashing struct {
	ways, log   int    // T, k
	width       int    // columns
	quotientTop int    // bits of the top limb of Q
	about       []byte // digests of the parts on both sides
}

// Bounds of the buckets: at least two for every row of the smaller side.
const (
	maxBucketLog   = 19
	maxSmallerSide = 1 << (maxBucketLog - 1)
)

// newHashing chooses 2^k >= 4·|S| buckets as far as maxBucketLog allows, and T
// with |L|·((|S|+1)/2^k)^T <= 1/16.
func newHashing(small, large int64, width int) (hashing, error) {
	if small > maxSmallerSide {
		return hashing{}, fmt.Errorf("disjointness: the smaller side has %d rows, at most %d are supported: %w", small, maxSmallerSide, fault.ErrUnsupported)
	}
	h := hashing{width: width, log: min(maxBucketLog, max(6, bits.Len64(uint64(4*small-1))))}
	for missed := float64(large); missed > 1.0/16; h.ways++ {
		missed *= float64(small+1) / float64(int64(1)<<h.log)
	}
	// |h| < 2^(16+k)·(2^15·width + 1) <= 2^(31+k+n) where width < 2^n, and, as
	// |κ| <= 2^k, |Q| <= 2^15·width + 1 < 2^(15+n): the top limb has n bits
	n := bits.Len(uint(width))
	if h.quotientTop = n; h.quotientTop > limbBits || limbBits+h.log+15+n > 61 {
		return h, fmt.Errorf("disjointness: rows of %d features in 2^%d buckets: %w", width, h.log, fault.ErrUnsupported)
	}
	return h, nil
}

// way is one of the ways: a_t and c_t, in [0, 2^(16+k)).
type way struct {
	constant     int64
	coefficients []int64
}

func (h hashing) way(salt int64, t int) way {
	stream := prg.New("zkaudit/disjointness/v2", h.about, binary.LittleEndian.AppendUint64(nil, uint64(salt)), binary.LittleEndian.AppendUint64(nil, uint64(t)))
	draw := func() int64 { return int64(stream.Uint64n(1 << (limbBits + h.log))) }
	f := way{constant: draw(), coefficients: make([]int64, h.width)}
	for j := range f.coefficients {
		f.coefficients[j] = draw()
	}
	return f
}

// bucket returns κ mod 2^k of a hash.
func (h hashing) bucket(x int64) int64 { return x >> limbBits & (1<<h.log - 1) }

// table is a table of the keys −2^k … 2^k − 1.
func (h hashing) table(s *Scope, name string, columns ...relation.Source) int {
	return s.b.Table(name, -1<<h.log, 2<<h.log, columns...)
}

// hash is a_t + Σ_j c_t(j)·X(i,j) of every row of a part, and 0 in the padding.
func (f way) hash(s *Scope, p *partTensors, name string) relation.ID {
	one := relation.Axis{Name: "constant", Size: 1}
	a := s.public("constant of "+name, []int64{f.constant}, one)
	sum := s.combine(name+": sum", p.features(), f.coefficients)
	return s.virtual(name, []relation.Axis{p.rowAxis()}, []relation.Label{"i"},
		relation.Times(relation.Int(1), relation.At(sum, "i")),
		relation.Times(relation.Int(1), relation.At(s.b.Mask(p.rowAxis()), "i"), relation.At(a, "a")))
}

// key is κ of every row of a part, with its quotient and remainder.
func (h hashing) key(s *Scope, p *partTensors, f way, name string, choose func(row int) int64) relation.ID {
	x := f.hash(s, p, name)
	axes, labels := []relation.Axis{p.rowAxis()}, []relation.Label{"i"}
	rows := func(cell func(row int, hash int64) int64) func(v *Values) []int64 {
		return func(v *Values) []int64 {
			out := make([]int64, axes[0].Padded())
			for i := range p.Rows {
				out[i] = cell(i, v.of(x)[i])
			}
			return out
		}
	}
	scale := limbBits + h.log
	quotient := func(row int, hash int64) int64 { return (hash - choose(row)<<limbBits) >> scale }
	key := s.witness(name+": key", axes, rows(func(row int, _ int64) int64 { return choose(row) }))
	low := s.witness(name+": quotient 0", axes, rows(func(row int, hash int64) int64 { return number.Limb(quotient(row, hash), 0) }))
	top := s.witness(name+": quotient 1", axes, rows(func(row int, hash int64) int64 { return number.TopLimb(quotient(row, hash), 1) }))
	quotients := relation.Limbs{low, top}
	s.b.SignedLimbs(quotients, limbBits+h.quotientTop)
	rest := s.virtual(name+": rest", axes, labels, append([]relation.Term{
		relation.Times(relation.Int(1), relation.At(x, labels...)),
		relation.Times(relation.Neg(relation.Pow2(limbBits)), relation.At(key, labels...)),
	}, quotients.Terms(relation.Neg(relation.Pow2(scale)), labels...)...)...)
	s.b.Unsigned(rest, limbBits)
	return key
}
