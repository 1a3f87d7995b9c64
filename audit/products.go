package audit

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// zeroWhere says that a tensor with one axis is 0 where a public one is not.
func (s *Scope) zeroWhere(name string, m relation.ID, public []int64) {
	axis := s.axes(m)[0]
	where := s.public(name, public, axis)
	s.b.Equation(name+" do not occur", []relation.Axis{axis}, []relation.Label{"g"},
		relation.Times(relation.Int(1), relation.At(where, "g"), relation.At(m, "g")))
}

// matrix is a public matrix by its entries: most that claims need are 0 nearly
// everywhere, and would have 2^40 cells.
type matrix struct{ relation.AxisMap }

// add makes an entry of a matrix that is 0 there.
func (m *matrix) add(out, in int, value int64) {
	m.Out, m.In, m.Value = append(m.Out, int32(out)), append(m.In, int32(in)), append(m.Value, value)
}

// fitMatrix refuses inequalities about so many counts that a system could not
// hold their coefficients, before any is made.
func (s *Scope) fitMatrix(rows, columns int) bool {
	if bits.Len(uint(max(rows, 1)-1))+bits.Len(uint(columns-1)) > relation.MaxLog {
		s.fail("%d inequalities about %d groups are too many: %w", rows, columns, fault.ErrUnsupported)
		return false
	}
	return true
}

// sparse adds a public matrix.
func (s *Scope) sparse(name string, m *matrix, out, in relation.Axis) relation.ID {
	s.room(2 * len(m.Value))
	return s.b.Public(name, &m.AxisMap, out, in)
}

// linear is the tensor V(o) = Σ_g M(o,g)·m(g) with a public matrix.
func (s *Scope) linear(name string, axis relation.Axis, m *matrix, of relation.ID) relation.ID {
	p := s.sparse("matrix of "+name, m, axis, s.axes(of)[0])
	return s.virtual(name, []relation.Axis{axis}, []relation.Label{"a"},
		relation.Times(relation.Int(1), relation.At(p, "a", "g"), relation.At(of, "g")))
}

// bilinear is V(o,q) = Σ_g A(o,g)·B(q,g)·m(g): the counts m by two properties of
// what is counted.
func (s *Scope) bilinear(name string, a, b *matrix, axes [2]relation.Axis, of relation.ID) relation.ID {
	counted := s.axes(of)[0]
	first, second := s.sparse(name+" by "+axes[0].Name, a, axes[0], counted), s.sparse(name+" by "+axes[1].Name, b, axes[1], counted)
	return s.virtual(name, axes[:], []relation.Label{"a", "b"},
		relation.Times(relation.Int(1), relation.At(first, "a", "g"), relation.At(second, "b", "g"), relation.At(of, "g")))
}
