package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// atLeastZero is the bit [e >= 0] of every real cell of a tensor with two
// axes, whose cells are integers in [−2^width, 2^width):
//
//	e = Σ_k 2^(16k)·L_k − 2^width·(1 − b),  L in [0, 2^width), b a bit
//
// Padded cells of e are masked away.
func (s *Scope) atLeastZero(name string, e relation.ID, width int) relation.ID {
	axes, labels := s.axes(e), []relation.Label{"i", "c"}
	bit := s.witness(name, axes, func(v *Values) []int64 {
		out := make([]int64, len(v.of(e)))
		eachReal(axes, func(cell int) {
			if v.of(e)[cell] >= 0 {
				out[cell] = 1
			}
		})
		return out
	})
	s.b.Unsigned(bit, 1)
	masks := s.b.Masks(axes, labels)
	terms := []relation.Term{
		relation.Times(relation.Int(1), append(masks[:2:2], relation.At(e, labels...))...),
		relation.Times(relation.Pow2(width), masks...),
		relation.Times(relation.Neg(relation.Pow2(width)), append(masks[:2:2], relation.At(bit, labels...))...),
	}
	var limbs relation.Limbs
	for k := range relation.LimbsOf(width) {
		limbs = append(limbs, s.witness(fmt.Sprintf("%s: limb %d", name, k), axes, func(v *Values) []int64 {
			out := make([]int64, len(v.of(e)))
			eachReal(axes, func(cell int) {
				x := v.of(e)[cell] + (1-v.of(bit)[cell])<<width
				out[cell] = number.Limb(x, k)
			})
			return out
		}))
	}
	s.b.UnsignedLimbs(limbs, width)
	s.b.Equation(name+": sign", axes, labels, append(terms, limbs.Terms(relation.Int(-1), labels...)...)...)
	return bit
}

// rank is the number of classes that beat the true one, per row.
func (s *Scope) rank(name string, z, labels relation.ID) relation.ID {
	axes := s.axes(z)
	classes := axes[1]
	inside := s.b.Mask(classes)
	own := s.virtual(name+": own logit", axes[:1], []relation.Label{"i"},
		relation.Times(relation.Int(1), relation.At(inside, "c"), relation.At(labels, "i", "c"), relation.At(z, "i", "c")))
	later := s.b.Public("later class of "+classes.Name, &relation.Filter{Rates: s.ones(classes.Size)}, relation.Axis{Name: classes.Name, Size: classes.Size}, classes)
	// e = z(i,c) − z(i,y) − 1 + [c < y], [c < y] = Σ_{k>c} L(i,k)
	e := s.virtual(name+": lead", axes, []relation.Label{"i", "c"},
		relation.Times(relation.Int(1), relation.At(z, "i", "c")),
		relation.Times(relation.Int(-1), relation.At(own, "i"), relation.At(inside, "c")),
		relation.Times(relation.Int(-1), s.b.Masks(axes, []relation.Label{"i", "c"})...),
		relation.Times(relation.Int(1), relation.At(later, "k", "c"), relation.At(labels, "i", "k")))
	beats := s.atLeastZero(name+": beats", e, 17)
	return s.combine(name, beats, s.ones(classes.Size))
}
