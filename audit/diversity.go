package audit

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Diversity bounds how the rows of parts spread over the groups of an
// attribute, or of a pair of attributes. With N rows in all and m(g) of them
// in group g:
//
//	at_least = x    m(g) >= ⌈x·N⌉ for every listed group
//	at_most = x     m(g) <= ⌊x·N⌋
//	min_count = n   m(g) >= n
//	entropy = h     Σ_g m(g)² <= ⌊N²/2^h⌋
//
// The last bounds the collision entropy −log2 Σ p², which is at most the
// Shannon entropy: that is at least h bits, too.
type Diversity struct {
	Parts      []string `toml:"parts"`
	Attributes []string `toml:"attributes"` // one or two
	// Groups restricts the bounds on single groups to these; of a pair, "a & b".
	Groups   []string `toml:"groups,omitempty"`
	AtLeast  Decimal  `toml:"at_least,omitempty"`
	AtMost   Decimal  `toml:"at_most,omitempty"`
	MinCount int64    `toml:"min_count,omitempty"`
	Entropy  Decimal  `toml:"entropy,omitempty"`   // bits
	MinGroup int64    `toml:"min_group,omitempty"` // that released counts show
	Release
}

// State implements Claim.
func (d *Diversity) State(s *Scope) {
	parts := s.partsOf(d.Parts)
	m, all := s.groupCounts("groups", parts, d.Attributes)
	if s.err != nil {
		return
	}
	if all.size() < 2 {
		s.usage("%s has one value, so that every row has it: well_formed says so", foreign.Quotes(d.Attributes))
		return
	}
	total := totalRows(parts)
	least, most := d.bounds(s, total)
	chosen, bounds := d.chosen(s, all), 0
	for _, bounded := range []bool{least > 0, most < total} {
		if bounded {
			bounds += len(chosen)
		}
	}
	if !s.fitMatrix(bounds, all.size()) {
		return
	}
	var list []inequality
	for _, g := range chosen {
		if least > 0 {
			list = append(list, inequality{counted(g), -least, func() string { return fmt.Sprintf("group %q has fewer than %d of %d rows", all.name(g), least, total) }})
		}
		if most < total {
			list = append(list, inequality{scaled(-1, counted(g)), most, func() string { return fmt.Sprintf("group %q has more than %d of %d rows", all.name(g), most, total) }})
		}
	}
	if len(list) == 0 && (d.Entropy == "" || len(d.Groups) > 0) {
		s.usage("the claim bounds no group: it needs at_least, at_most or min_count; entropy is one of all groups")
	}
	s.inequalities("bounds on groups", m, total, list)
	if d.Entropy != "" {
		d.stateEntropy(s, m, total)
	}
	d.release(s, m, all, chosen, total)
	s.group(parts, d.Attributes, chosen, least)
}

// release publishes the counts of the chosen groups, if the claim says so.
func (d *Diversity) release(s *Scope, m relation.ID, all groups, chosen []int, total int64) {
	names, free := labels{all.size(), all.bytes(), all.name}, all.size()-1
	if d.What != "" && len(chosen) < all.size() {
		m = s.selected("counts of groups", m, chosen)
		names = labels{len(chosen), 0, func(i int) string { return all.name(chosen[i]) }}
		for i := range chosen {
			names.bytes += len(names.name(i))
		}
		free = len(chosen)
	}
	s.counts("groups", d.Release, s.shownGroup(d.MinGroup, d.Release), m, names, total, free)
}

// chosen returns the groups that bounds are for, in order.
func (d *Diversity) chosen(s *Scope, all groups) []int {
	if len(d.Groups) > all.size() {
		s.usage("%d groups of %d are listed", len(d.Groups), all.size())
		return nil
	}
	var list []int
	find := all.finder()
	for _, name := range d.Groups {
		found := find(name)
		if found == nil {
			s.noSuch("no group", name, all.some())
		}
		list = append(list, found...)
	}
	if len(d.Groups) == 0 {
		for g := range all.size() {
			list = append(list, g)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// bounds returns the least and the largest number of rows of a group.
func (d *Diversity) bounds(s *Scope, total int64) (least, most int64) {
	n := big.NewInt(total)
	if least = d.MinCount; least < 0 {
		s.usage("min_count is negative")
	}
	if d.AtLeast != "" {
		x := s.share("at_least", d.AtLeast)
		if x.Sign() == 0 {
			s.vacuous("at_least", d.AtLeast, "more than 0")
		}
		least = max(least, ceilMul(x, n).Int64())
	}
	most = total
	if d.AtMost != "" {
		if most = floorMul(s.share("at_most", d.AtMost), n).Int64(); most >= total {
			s.vacuous("at_most", d.AtMost, "less than 1")
		}
	}
	return least, most
}

// groupCounts counts the rows of parts by group: for a pair of attributes, the
// key of a row is first·size + second. The codes of a second attribute are
// looked up in their vocabulary, or keys would be ambiguous.
func (s *Scope) groupCounts(what string, parts []*partTensors, attributes []string) (relation.ID, groups) {
	if len(attributes) < 1 || len(attributes) > 2 {
		s.usage("%d attributes, want one or two", len(attributes))
		return relation.None, groups{}
	}
	keys, outer := s.attributeOf(parts, attributes[0])
	all := groups{outer: outer}
	if len(attributes) == 2 {
		first := keys
		second, inner := s.attributeOf(parts, attributes[1])
		if s.err != nil {
			return relation.None, groups{}
		}
		if len(outer) > maxGroups/len(inner) {
			s.fail("%d times %d groups are too many: %w", len(outer), len(inner), fault.ErrUnsupported)
			return relation.None, groups{}
		}
		all.inner = inner
		for i := range parts {
			s.vocabulary(second[i], len(inner))
			keys[i] = s.sum(fmt.Sprintf("pair of part %q", parts[i].name), []relation.ID{first[i], second[i]}, []int64{int64(len(inner)), 1})
		}
	}
	if s.err != nil {
		return relation.None, groups{}
	}
	return s.histogram(what, all.size(), keys...), all
}

// vocabulary says that every code is in [0, size).
func (s *Scope) vocabulary(codes relation.ID, size int) {
	s.b.LookUp(s.b.Table(fmt.Sprintf("vocabulary of %d", size), 0, size), codes)
	s.fill(func(v *Values) {
		for row, c := range v.real(codes) {
			if c < 0 || c >= int64(size) {
				v.refuse("%s, row %d: code %d is outside the vocabulary of %d", s.name(codes), row, c, size)
			}
		}
	})
}

func (d *Diversity) stateEntropy(s *Scope, m relation.ID, total int64) {
	limit, err := collisionLimit(d.Entropy, total)
	if err != nil {
		s.fail("entropy: %w", err)
		return
	}
	if limit >= total*total {
		s.vacuous("entropy", d.Entropy, "more than 0 bits")
		return
	}
	one := relation.Axis{Name: "constraint", Size: 1}
	bound := s.public("limit of Σm²", []int64{limit}, one)
	s.nonNegative("entropy", []relation.Axis{one}, []relation.Label{"q"}, max(1, big.NewInt(limit).BitLen()),
		func(int) string { return fmt.Sprintf("the groups have less than %s bits of entropy", d.Entropy) },
		relation.Times(relation.Int(1), relation.At(bound, "q")),
		relation.Times(relation.Int(-1), relation.At(s.b.Mask(one), "q"), relation.At(m, "g"), relation.At(m, "g")))
}

// collisionLimit returns ⌊N²/2^h⌋. Where h is no integer, N²/2^h is irrational
// and computed to 40 digits more than h has, 20 of them after the point, and as
// many as h has: 10^-18 of the last ones is taken off before rounding down, so that
// the limit is never too high.
func collisionLimit(h Decimal, total int64) (int64, error) {
	r, err := h.rat()
	if err != nil {
		return 0, err
	}
	if r.Cmp(big.NewRat(16, 1)) > 0 {
		return 0, fmt.Errorf("%s bits are more than 16: %w", h, fault.ErrUsage)
	}
	exponent, _, err := apd.NewFromString(string(h))
	if err != nil {
		return 0, err
	}
	ctx := apd.BaseContext.WithPrecision(uint32(40 + len(h)))
	power, n, q := new(apd.Decimal), apd.New(total, 0), new(apd.Decimal)
	if _, err := ctx.Pow(power, apd.New(2, 0), exponent); err != nil {
		return 0, err
	}
	if _, err := ctx.Mul(q, n, n); err != nil {
		return 0, err
	}
	if _, err := ctx.Quo(q, q, power); err != nil {
		return 0, err
	}
	if !r.IsInt() { // 2^h is irrational, power only near it
		if _, err := ctx.Sub(q, q, apd.New(1, int32(-18-len(h)))); err != nil {
			return 0, err
		}
	}
	if _, err := ctx.Floor(q, q); err != nil {
		return 0, err
	}
	return q.Int64()
}

// Words implements Claim.
func (d *Diversity) Words(s *Subjects) Words {
	var says []string
	total := int64(0)
	for _, name := range d.Parts {
		total += int64(s.Parts[name].Rows)
	}
	groups := "every group"
	if len(d.Groups) > 0 {
		groups = "each of " + foreign.Quotes(d.Groups)
	}
	if d.AtLeast != "" {
		says = append(says, fmt.Sprintf("%s has at least a share of %s of the rows%s", groups, d.AtLeast, occurs(d.share(total))))
	}
	if d.AtMost != "" {
		says = append(says, fmt.Sprintf("%s has at most a share of %s of the rows", groups, d.AtMost))
	}
	if d.MinCount > 0 {
		says = append(says, fmt.Sprintf("%s has at least %s%s", groups, count(int(d.MinCount), "row"), occurs(d.MinCount)))
	}
	if d.Entropy != "" {
		says = append(says, fmt.Sprintf("the groups have at least %s bits of entropy (collision entropy, and so Shannon entropy)", d.Entropy))
	}
	return Words{
		Says:      fmt.Sprintf("of the rows of %s, by %s: %s", foreign.Quotes(d.Parts), foreign.Quotes(d.Attributes), strings.Join(says, "; ")),
		NotProven: []string{"that the attributes of rows are true: they are what the data's owner has committed to"},
	}
}

// share is the number of rows that at_least asks for, of so many; 0 for none.
func (d *Diversity) share(total int64) int64 {
	x, err := d.AtLeast.rat()
	if err != nil { // State has refused it
		return 0
	}
	return ceilMul(x, big.NewInt(total)).Int64()
}

// occurs says how little a bound of one row is.
func occurs(least int64) string {
	if least > 1 {
		return ""
	}
	return " (that is, occurs, as each value of a vocabulary does that was read off the rows)"
}
