package audit

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Disjointness says that no row of one list of parts has the features of a row
// of another. Rows are hashed into 2^k buckets in T public ways; equal rows
// share their bucket in all of them, so rows whose buckets differ in one way are
// different.
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
// 16 bits. Let x be the difference of two different rows, and 2^v with v < 16 the
// largest power of two that divides all of its x(j). Then c_t·x is uniform among
// the multiples of 2^v, so that the bucket of one row is uniform given that of the
// other; and because of a_t, that of any single row is uniform, even of one of
// zeros. A row of L is missed in one way with probability (|S|+1)/2^k at most, and
// in all ways with the T-th power of that. T is chosen so that a salt fails with
// probability 1/16 at most, and all maxSalts of them with 2^-256. The stream of
// a_t and c_t is seeded with the digests of the parts, which are hiding: nobody
// can choose rows for which it fails.
type Disjointness struct {
	Parts []string `toml:"parts"`
	From  []string `toml:"from"` // the parts they share no row with
}

// sides are the parts on both sides of a claim.
type sides struct{ small, large []*partTensors }

// State implements Claim.
func (c *Disjointness) State(s *Scope) {
	of := c.sides(s)
	if s.err != nil {
		return
	}
	h, err := newHashing(totalRows(of.small), totalRows(of.large), of.small[0].Features)
	if err != nil {
		s.fail("%w", err)
		return
	}
	h.about = of.digests(s)
	salt := s.publish(Released{Name: "salt of the hash", Bits: bits.Len(maxSalts - 1)}, 1, func(v *Values) []int64 {
		return []int64{place(v, h, of).salt}
	})[0]
	if salt < 0 || salt >= maxSalts {
		s.fail("salt %d of the hash, want 0 to %d: %w", salt, maxSalts-1, fault.ErrRejected)
		return
	}
	placed := &placement{}
	s.fill(func(v *Values) {
		of.refuseShared(v)
		*placed = tryPlace(v, h, salt, of)
		if v.falsity == nil && placed.missed > 0 && s.release.given != nil {
			v.fail("salt %d does not tell the two sides apart: %w", salt, fault.ErrUsage)
		}
	})
	gates := make([][]relation.ID, len(of.large)) // by part and way
	for t := range h.ways {
		if s.err != nil {
			return
		}
		for k, gate := range h.state(s, t, h.way(salt, t), of, placed) {
			gates[k] = append(gates[k], gate)
		}
	}
	for k, p := range of.large {
		h.oneWay(s, p, gates[k])
	}
}

// sides returns the parts of the smaller and of the larger side, which have rows
// of one kind and no part in common.
func (c *Disjointness) sides(s *Scope) sides {
	of := sides{s.partsOf(c.Parts), s.partsOf(c.From)}
	if s.err != nil {
		return of
	}
	if totalRows(of.small) > totalRows(of.large) {
		of.small, of.large = of.large, of.small
	}
	for _, name := range c.Parts {
		if slices.Contains(c.From, name) {
			s.usage("part %q is on both sides", name)
			return of
		}
	}
	first := of.small[0]
	for _, p := range of.all() {
		if p.Features != first.Features || p.FractionBits != first.FractionBits {
			s.usage("rows of parts %q and %q differ in width or fraction bits", first.name, p.name)
			return of
		}
	}
	return of
}

func (of sides) all() []*partTensors { return slices.Concat(of.small, of.large) }

func (of sides) digests(s *Scope) []byte {
	var all []byte
	for _, p := range of.all() {
		digest := s.subjects.digest(p.PublicPart, s.frame)
		all = append(all, digest[:]...)
	}
	return all
}

// refuseShared refuses sides that share a row.
func (of sides) refuseShared(v *Values) {
	seen := map[string]string{}
	for _, p := range of.small {
		for i, key := range rowKeys(v, p.features()) {
			seen[key] = fmt.Sprintf("row %d of part %q", i, p.name)
		}
	}
	for _, p := range of.large {
		for i, key := range rowKeys(v, p.features()) {
			if other, ok := seen[key]; ok {
				v.refuse("row %d of part %q equals %s", i, p.name, other)
				return
			}
		}
	}
}

// state states one way: keys, their counts on both sides, and that no bucket has
// both. placed will have the keys. For each part of the larger side it returns the
// bits [κ > 0].
func (h hashing) state(s *Scope, t int, f way, of sides, placed *placement) []relation.ID {
	name := func(p *partTensors) string { return fmt.Sprintf("hash %d of part %q", t, p.name) }
	counts := h.table(s, fmt.Sprintf("buckets %d, smaller side", t))
	for k, p := range of.small {
		s.b.LookUp(counts, h.key(s, p, f, name(p), func(row int) int64 { return placed.small[k][t][row] }))
	}
	chosen := h.table(s, fmt.Sprintf("buckets %d, larger side", t), relation.Rectifier{Gate: true})
	var gates []relation.ID
	for k, p := range of.large {
		key := h.key(s, p, f, name(p), func(row int) int64 { return placed.large[k][t][row] })
		gate := s.witness(name(p)+": chosen", []relation.Axis{p.rowAxis()}, func(v *Values) []int64 {
			out := make([]int64, p.rowAxis().Padded())
			for i, x := range v.real(key) {
				if x > 0 {
					out[i] = 1
				}
			}
			return out
		})
		s.b.LookUp(chosen, key, gate)
		gates = append(gates, gate)
	}
	h.apart(s, t, counts, chosen)
	return gates
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

// Words implements Claim.
func (c *Disjointness) Words(*Subjects) Words {
	return Words{
		Says:      fmt.Sprintf("no row of %s has the features of a row of %s, whatever its labels and attributes", foreign.Quotes(c.Parts), foreign.Quotes(c.From)),
		NotProven: []string{"that rows are not nearly equal; they are compared as committed, so both sides must come from one encoding"},
	}
}
