package audit

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/relation"
)

// Disjointness says that no row of one list of parts has the features of a row
// of another. Rows are hashed into 2^k buckets in T public ways; equal rows
// share their bucket in all of them, so rows that differ in one are different.
// With S the smaller and L the larger side, for every way t:
//
//	h_t(i) = a_t + Σ_j c_t(j)·X(i,j) = 2^(16+k)·Q + 2^16·κ + ρ
//	ρ in [0, 2^16),  κ in [−2^k, 2^k),  Q bounded
//
// The bucket of i is κ mod 2^k. A row of S has κ >= 0, so it is counted where
// it belongs; a row of L may have κ − 2^k instead, which is counted nowhere,
// but in one of the ways at least it has κ > 0. Counts are multiplicities of
// lookups (see histogram), and their products are 0:
//
//	m_S,t(b)·m_L,t(b) = 0 for every bucket b
//
// Soundness needs nothing of the hash. An honest prover tries salts until every
// row of L has a way in which its bucket is free of S, and not bucket 0.
//
// Completeness: a_t and c_t(j) are uniform in [0, 2^(16+k)), and features have
// 16 bits. Two different rows differ by some x(j) = 2^v·odd with v < 16, as
// small as any; then c_t·x is uniform among the multiples of 2^v, so that the
// bucket of one row, given that of the other, is uniform; and with a_t, that of
// any row is, zeros included. A row of L is missed in one way with probability
// (|S|+1)/2^k at most, in all ways with its T-th power: T is such that a salt
// fails with probability 1/16 at most, and maxSalts of them with 2^-256. The
// stream of a_t and c_t begins with the digests of the parts, which are hiding:
// nobody chooses rows for which it fails.
type Disjointness struct {
	Parts []string `toml:"parts"`
	From  []string `toml:"from"` // the parts they share no row with
}

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

// maxSalts is how often an honest prover tries.
const maxSalts = 64

// State implements Claim.
func (c *Disjointness) State(s *Scope) {
	small, large := s.partsOf(c.Parts), s.partsOf(c.From)
	if s.err != nil {
		return
	}
	if totalRows(small) > totalRows(large) {
		small, large = large, small
	}
	for _, name := range c.Parts {
		if slices.Contains(c.From, name) {
			s.usage("part %q is on both sides", name)
			return
		}
	}
	width := small[0].Features
	var about []byte
	for _, p := range append(small[:len(small):len(small)], large...) {
		digest := s.subjects.digest(p.Part, s.frame)
		about = append(about, digest[:]...)
		if p.Features != width || p.FractionBits != small[0].FractionBits {
			s.usage("rows of parts %q and %q differ in width or fraction bits", small[0].name, p.name)
			return
		}
	}
	h, err := newHashing(totalRows(small), totalRows(large), width)
	if err != nil {
		s.fail("%w", err)
		return
	}
	h.about = about
	var placed *placement
	salt := s.publish(Released{Name: "salt of the hash", Bits: bits.Len(maxSalts - 1)}, 1, func(v *Values) []int64 {
		return []int64{place(v, h, small, large).salt}
	})[0]
	if salt < 0 || salt >= maxSalts {
		s.fail("salt %d of the hash, want 0 to %d: %w", salt, maxSalts-1, fault.ErrRejected)
		return
	}
	s.fill(func(v *Values) {
		refuseShared(v, small, large)
		placed = tryPlace(v, h, salt, small, large)
		if v.falsity == nil && placed.missed > 0 && s.release.given != nil {
			v.fail("salt %d does not tell the two sides apart: %w", salt, fault.ErrUsage)
		}
	})
	selected := make([][]relation.ID, len(large))
	for t := range h.ways {
		if s.err != nil {
			return
		}
		f := h.way(salt, t)
		counts := h.table(s, fmt.Sprintf("buckets %d, smaller side", t))
		for k, p := range small {
			key := h.key(s, p, f, fmt.Sprintf("hash %d of part %q", t, p.name), func(row int) int64 { return placed.small[k][t][row] })
			s.b.LookUp(counts, key)
		}
		chosen := h.table(s, fmt.Sprintf("buckets %d, larger side", t), relation.Rectifier{Gate: true})
		for k, p := range large {
			name := fmt.Sprintf("hash %d of part %q", t, p.name)
			key := h.key(s, p, f, name, func(row int) int64 { return placed.large[k][t][row] })
			gate := s.witness(name+": chosen", []relation.Axis{p.rowAxis()}, func(v *Values) []int64 {
				out := make([]int64, p.rowAxis().Padded())
				for i, x := range v.real(key) {
					if x > 0 {
						out[i] = 1
					}
				}
				return out
			})
			s.b.LookUp(chosen, key, gate)
			selected[k] = append(selected[k], gate)
		}
		h.apart(s, t, counts, chosen)
	}
	for k, p := range large {
		h.oneWay(s, p, selected[k])
	}
}

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

// apart says that no key of the smaller side is negative, and none is one of
// the larger side.
func (h hashing) apart(s *Scope, way, small, large int) {
	m, n := s.b.System().Tables[small].Count, s.b.System().Tables[large].Count
	axes, labels := s.axes(m), []relation.Label{"b"}
	lower := s.b.Public(fmt.Sprintf("negative keys of 2^%d", h.log), relation.Mask{Size: 1 << h.log}, axes[0])
	s.b.Equation(fmt.Sprintf("buckets %d: negative keys", way), axes, labels,
		relation.Times(relation.Int(1), relation.At(lower, "b"), relation.At(m, "b")))
	s.b.Equation(fmt.Sprintf("buckets %d: shared keys", way), axes, labels,
		relation.Times(relation.Int(1), relation.At(m, "b"), relation.At(n, "b")))
}

// oneWay says that every row is chosen in one way at least.
func (h hashing) oneWay(s *Scope, p *partTensors, gates []relation.ID) {
	axis := p.rowAxis()
	terms := []relation.Term{relation.Times(relation.Int(-1), relation.At(s.b.Mask(axis), "i"))}
	for _, g := range gates {
		terms = append(terms, relation.Times(relation.Int(1), relation.At(g, "i")))
	}
	more := s.virtual("further ways of "+p.label(), []relation.Axis{axis}, []relation.Label{"i"}, terms...)
	s.b.Unsigned(more, max(1, bits.Len(uint(h.ways-1))))
}

// placement gives every row its key in every way.
type placement struct {
	salt         int64
	small, large [][][]int64 // by part, way, row
	missed       int         // rows of the larger side without a free bucket
}

// refuseShared refuses sides that share a row.
func refuseShared(v *Values, small, large []*partTensors) {
	seen := map[string]string{}
	for _, p := range small {
		for i, key := range rowKeys(v, p.features()) {
			seen[key] = fmt.Sprintf("row %d of part %q", i, p.name)
		}
	}
	for _, p := range large {
		for i, key := range rowKeys(v, p.features()) {
			if other, ok := seen[key]; ok {
				v.refuse("row %d of part %q equals %s", i, p.name, other)
				return
			}
		}
	}
}

// place tries salts until one tells the sides apart.
func place(v *Values, h hashing, small, large []*partTensors) *placement {
	var last *placement
	for salt := range int64(maxSalts) {
		if last = tryPlace(v, h, salt, small, large); last.missed == 0 || v.falsity != nil {
			return last
		}
	}
	v.fail("no hash of %d tells the two sides apart in %d ways: %w", maxSalts, h.ways, fault.ErrUnsupported)
	return last
}

func tryPlace(v *Values, h hashing, salt int64, small, large []*partTensors) *placement {
	p := &placement{salt: salt, small: make([][][]int64, len(small)), large: make([][][]int64, len(large))}
	taken := make([][]bool, h.ways)
	for t := range h.ways {
		taken[t] = make([]bool, 1<<h.log)
		f := h.way(salt, t)
		for k, part := range small {
			keys := h.buckets(v, part, f)
			for _, b := range keys {
				taken[t][b] = true
			}
			p.small[k] = append(p.small[k], keys)
		}
		for k, part := range large {
			p.large[k] = append(p.large[k], h.buckets(v, part, f))
		}
	}
	for k, part := range large {
		for i := range part.Rows {
			found := false
			for t := range h.ways {
				b := p.large[k][t][i]
				if found || b == 0 || taken[t][b] {
					p.large[k][t][i] -= 1 << h.log
					continue
				}
				found = true
			}
			if !found {
				p.missed++
			}
		}
	}
	return p
}

func (h hashing) buckets(v *Values, p *partTensors, f way) []int64 {
	cells, width := v.of(p.features()), v.scope.axes(p.features())[1].Padded()
	out := make([]int64, p.Rows)
	for i := range out {
		hash := f.constant
		for j, c := range f.coefficients {
			hash += c * cells[i*width+j]
		}
		out[i] = h.bucket(hash)
	}
	return out
}

// Words implements Claim.
func (c *Disjointness) Words(*Subjects) Words {
	return Words{
		Says:      fmt.Sprintf("no row of %s has the features of a row of %s, whatever its labels and attributes", foreign.Quotes(c.Parts), foreign.Quotes(c.From)),
		NotProven: []string{"that rows are not nearly equal; they are compared as committed, so both sides must come from one encoding"},
	}
}
