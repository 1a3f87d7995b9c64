package audit

import (
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// zeroWhere says that a tensor with one axis is 0 where a public one is not.
func (s *Scope) zeroWhere(name string, m relation.ID, public []int64) {
	axis := s.axes(m)[0]
	where := s.public(name, public, axis)
	s.b.Equation(name+" do not occur", []relation.Axis{axis}, []relation.Label{"g"},
		relation.Times(relation.Int(1), relation.At(where, "g"), relation.At(m, "g")))
}

// maxMatrix bounds the cells of a public matrix.
const maxMatrix = 1 << 24

// matrix takes memory for a public matrix, or fails and returns nil.
func (s *Scope) matrix(sizes ...int) []int64 {
	cells := 1
	for _, n := range sizes {
		if n > maxMatrix/cells {
			s.fail("a matrix of %v cells for so many groups, at most %d: %w", sizes, maxMatrix, fault.ErrUnsupported)
			return nil
		}
		cells *= n
	}
	return make([]int64, cells)
}

// linear is the tensor V(o) = Σ_g M(o,g)·m(g) over the given axes, with a
// public matrix given by its padded cells.
func (s *Scope) linear(name string, axes []relation.Axis, matrix []int64, m relation.ID) relation.ID {
	groups := s.axes(m)[0]
	p := s.public("matrix of "+name, matrix, append(append([]relation.Axis{}, axes...), groups)...)
	labels := []relation.Label{"a", "b", "c"}[:len(axes)]
	return s.virtual(name, axes, labels, func(v *Values) []int64 {
		counts := v.of(m)
		out := make([]int64, len(matrix)/len(counts))
		for o := range out {
			for g, n := range counts {
				out[o] += matrix[o*len(counts)+g] * n
			}
		}
		return out
	}, relation.Times(relation.Int(1), relation.At(p, append(append([]relation.Label{}, labels...), "g")...), relation.At(m, "g")))
}
