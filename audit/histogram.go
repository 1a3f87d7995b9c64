package audit

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// maxGroups bounds the groups of a histogram.
const maxGroups = 1 << relation.MaxTableLog

// histogram counts how often each key 0 … groups−1 occurs on the real cells of
// the tensors:
//
//	m(g) = #{x : key(x) = g},   m(g) = 0 for g >= groups
//
// The keys are looked up in a table of their own, 0 … 2^k − 1, whose
// multiplicities are m: the argument for the lookups is the argument for the
// counts, and that every key is below 2^k follows too. The table has no
// repeated row, so m is determined.
func (s *Scope) histogram(name string, groups int, keys ...relation.ID) relation.ID {
	if groups < 1 || groups > maxGroups {
		s.fail("histogram of %s: %d groups, want 1 to %d: %w", name, groups, maxGroups, fault.ErrUnsupported)
		return relation.None
	}
	size := 1 << bits.Len(uint(groups-1))
	table := s.b.Table("histogram of "+name, 0, size)
	for _, key := range keys {
		s.b.LookUp(table, key)
	}
	m := s.b.System().Tables[table].Count
	axis := s.axes(m)[0]
	s.fill(func(v *Values) {
		counts := make([]int64, size)
		for _, key := range keys {
			for _, g := range v.real(key) {
				if g < 0 || g >= int64(groups) {
					v.refuse("%s: code %d is outside the vocabulary of %d", s.name(key), g, groups)
				}
				if g >= 0 && g < int64(size) {
					counts[g]++
				}
			}
		}
		v.set(m, counts)
	})
	if groups < size {
		inside := s.b.Mask(relation.Axis{Name: axis.Name, Size: groups})
		s.b.Equation(name+" outside the vocabulary", []relation.Axis{axis}, []relation.Label{"g"},
			relation.Times(relation.Int(1), relation.At(m, "g")),
			relation.Times(relation.Int(-1), relation.At(inside, "g"), relation.At(m, "g")))
	}
	return m
}

// real returns the cells of a tensor outside the padding, in order.
func (v *Values) real(id relation.ID) []int64 {
	axes, cells := v.scope.axes(id), v.of(id)
	switch len(axes) {
	case 1:
		return cells[:axes[0].Size]
	case 2:
		var out []int64
		for i := range axes[0].Size {
			row := cells[i*axes[1].Padded():]
			out = append(out, row[:axes[1].Size]...)
		}
		return out
	}
	return cells
}
