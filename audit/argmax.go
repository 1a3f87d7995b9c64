package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// predicted is the class that a model predicts for every row of an input: the
// first maximum of the logits, or, of a single logit, whether it is above 0. A
// public model with several outputs counts as one that predicts classes.
func (s *Scope) predicted(model string, input relation.ID) (codes relation.ID, classes int) {
	z := s.inference(model, input, logits)
	if s.err != nil {
		return relation.None, 0
	}
	name := fmt.Sprintf("class of %s by model %q", s.name(input), model)
	m := s.model(model)
	loss := m.Loss
	units := s.axes(z)[1].Size
	if id, ok := s.b.Named(name); ok {
		return id, max(2, units)
	}
	switch {
	case loss.Labels == graph.OneHot && units < 2:
		s.usage("%s has one class, and predicts it of every row", s.subjects.called(model))
		return relation.None, 0
	case loss.Labels == graph.OneHot, m.public != nil && units > 1: // files do not say what labels they were trained on
		return s.argmax(name, z), units
	case loss.Labels == graph.Bits && units == 1 && loss.Kind != graph.MeanSquaredError:
		return s.above(name, z), 2
	}
	s.usage("model %q, of %d output(s) for labels %q with %q, predicts no class", model, units, loss.Labels, loss.Kind)
	return relation.None, 0
}

// argmax is the index of the first maximum of every row of z, 16-bit integers:
// u(i,c) are bits with
//
//	Σ_c u(i,c) = 1,  m(i) = Σ_c u(i,c)·z(i,c)
//	m(i) − z(i,c) − Σ_{k>c} u(i,k) in [0, 2^16)
//
// so the chosen class is at least as high as all, and higher than all before.
func (s *Scope) argmax(name string, z relation.ID) relation.ID {
	axes := s.axes(z)
	rows, classes := axes[0], axes[1]
	width := classes.Padded()
	u := s.witness(name+": choice", axes, func(v *Values) []int64 {
		cells, out := v.of(z), make([]int64, rows.Padded()*width)
		for i := range rows.Size {
			best := 0
			for c := range classes.Size {
				if cells[i*width+c] > cells[i*width+best] {
					best = c
				}
			}
			out[i*width+best] = 1
		}
		return out
	})
	s.b.Unsigned(u, 1)
	one, out := relation.Int(1), []relation.Label{"i"}
	inside := relation.At(s.b.Mask(classes), "c")
	s.b.Equation(name+": one choice", axes[:1], out,
		relation.Times(one, inside, relation.At(u, "i", "c")),
		relation.Times(relation.Int(-1), relation.At(s.b.Mask(rows), "i")))
	maximum := s.virtual(name+": maximum", axes[:1], out,
		relation.Times(one, inside, relation.At(u, "i", "c"), relation.At(z, "i", "c")))
	s.notBelow(name, z, u, maximum)
	if classes.Size > maxGroups {
		s.fail("%d classes, at most %d: %w", classes.Size, maxGroups, fault.ErrUnsupported)
		return maximum
	}
	return s.combine(name, u, counting(classes.Size))
}

// notBelow says that the maximum is one, and the first.
func (s *Scope) notBelow(name string, z, u, maximum relation.ID) {
	axes := s.axes(z)
	classes := axes[1]
	terms := []relation.Term{
		relation.Times(relation.Int(1), relation.At(maximum, "i"), relation.At(s.b.Mask(classes), "c")),
		relation.Times(relation.Int(-1), relation.At(z, "i", "c")),
	}
	if classes.Size > 1 {
		later := s.b.Public("later class of "+classes.Name, &relation.Filter{Rates: s.ones(classes.Size)}, // [c < k < classes] at (k,c)
			relation.Axis{Name: classes.Name, Size: classes.Size}, classes)
		terms = append(terms, relation.Times(relation.Int(-1), relation.At(later, "k", "c"), relation.At(u, "i", "k")))
	}
	s.b.Unsigned(s.virtual(name+": gap", axes, []relation.Label{"i", "c"}, terms...), 16)
}

// above is the bit [z(i,0) > 0] of every row.
func (s *Scope) above(name string, z relation.ID) relation.ID {
	rows, width := s.axes(z)[0], s.axes(z)[1].Padded()
	value := s.combine(name+": logit", z, []int64{1})
	bit := s.witness(name, []relation.Axis{rows}, func(v *Values) []int64 {
		out := make([]int64, rows.Padded())
		for i := range rows.Size {
			if v.of(z)[i*width] > 0 {
				out[i] = 1
			}
		}
		return out
	})
	s.b.LookUp(s.b.Table("sign", -1<<15, 1<<16, relation.Rectifier{Gate: true}), value, bit)
	return bit
}
