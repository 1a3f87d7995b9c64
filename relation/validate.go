package relation

import (
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
)

// Limits of a system. They bound what a verifier does for a statement.
const (
	MaxTensors  = 1 << 14
	MaxLog      = 34 // variables of one tensor
	MaxDegree   = 4  // tables multiplied in one sumcheck
	MaxTableLog = 20
)

// Validate reports whether the system is well formed: shapes agree, the
// definitions are acyclic, and every sum is one the argument can prove.
func (s *System) Validate() error {
	if len(s.Tensors) > MaxTensors {
		return fmt.Errorf("system %s has %d tensors, limit %d: %w", s.Name, len(s.Tensors), MaxTensors, fault.ErrUnsupported)
	}
	for i := range s.Tensors {
		if err := s.validateTensor(ID(i)); err != nil {
			return fmt.Errorf("system %s, tensor %q: %w", s.Name, s.Tensors[i].Name, err)
		}
	}
	for i := range s.Equations {
		e := &s.Equations[i]
		if err := s.validateSum(&e.Sum, e.Axes, ID(len(s.Tensors))); err != nil {
			return fmt.Errorf("system %s, equation %q: %w", s.Name, e.Name, err)
		}
	}
	return s.validateLookups()
}

func invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fault.ErrMalformed)...)
}

func (s *System) validateTensor(id ID) error {
	t := &s.Tensors[id]
	for _, a := range t.Axes {
		if a.Size < 1 || a.Log() > MaxLog {
			return invalid("axis %s has size %d", a.Name, a.Size)
		}
	}
	if t.Log() > MaxLog {
		return invalid("2^%d cells", t.Log())
	}
	if (t.Kind == Public) != (t.Source != nil) || (t.Kind == Virtual) != (t.Sum != nil) {
		return invalid("kind %v with the wrong definition", t.Kind)
	}
	switch t.Kind {
	case Virtual:
		return s.validateSum(t.Sum, t.Axes, id)
	case Public:
		return validateSource(t)
	case Witness, External:
		return nil
	}
	return invalid("kind %d", t.Kind)
}

func validateSource(t *Tensor) error {
	axes, cells := 1, -1
	switch src := t.Source.(type) {
	case Mask:
		if t.Axes[0].Padded() < src.Size || src.Size < 1 {
			return invalid("mask of %d cells on an axis of %d", src.Size, t.Axes[0].Padded())
		}
	case Index, Rectifier:
	case *Values:
		axes, cells = len(t.Axes), len(src.Cells)
	case *Filter:
		axes = len(t.Axes)
		if axes > 2 {
			return invalid("filter on %d axes", axes)
		}
	case *Selection:
		axes = 3
	case *AxisMap:
		axes = 2
	}
	if len(t.Axes) != axes {
		return invalid("source %T on %d axes", t.Source, len(t.Axes))
	}
	if cells >= 0 && cells != t.Cells() {
		return invalid("%d values for %d cells", cells, t.Cells())
	}
	return nil
}

// validateSum checks one sum whose output has the given axes; its factors
// must come before the tensor `before`.
func (s *System) validateSum(sum *Sum, axes []Axis, before ID) error {
	if len(sum.Out) != len(axes) {
		return invalid("%d output labels for %d axes", len(sum.Out), len(axes))
	}
	for i := range sum.Terms {
		t := &sum.Terms[i]
		logs := map[Label]int{}
		for k, l := range sum.Out {
			if _, twice := logs[l]; twice {
				return invalid("output label %s twice", l)
			}
			logs[l] = axes[k].Log()
		}
		if err := s.validateTerm(t, logs, before); err != nil {
			return fmt.Errorf("term %d: %w", i, err)
		}
		p := s.Plan(sum, t)
		if p.Degree() > MaxDegree {
			return invalid("term %d multiplies %d tables, limit %d", i, p.Degree(), MaxDegree)
		}
		for _, l := range sum.Out {
			if !mentions(t, l) {
				return invalid("term %d does not mention output label %s; broadcast with a mask", i, l)
			}
		}
	}
	return nil
}

func (s *System) validateTerm(t *Term, logs map[Label]int, before ID) error {
	for _, f := range t.Factors {
		if f.Tensor < 0 || f.Tensor >= before {
			return invalid("factor %d is not defined before its use", f.Tensor)
		}
		ft := &s.Tensors[f.Tensor]
		if len(f.Labels) != len(ft.Axes) {
			return invalid("factor %q has %d axes, %d labels", ft.Name, len(ft.Axes), len(f.Labels))
		}
		seen := map[Label]bool{}
		for k, l := range f.Labels {
			if seen[l] {
				return invalid("factor %q repeats label %s", ft.Name, l)
			}
			seen[l] = true
			if n, ok := logs[l]; ok && n != ft.Axes[k].Log() {
				return invalid("factor %q: label %s has 2^%d cells, not 2^%d", ft.Name, l, ft.Axes[k].Log(), n)
			}
			logs[l] = ft.Axes[k].Log()
		}
	}
	return nil
}

func mentions(t *Term, l Label) bool {
	for _, f := range t.Factors {
		for _, m := range f.Labels {
			if m == l {
				return true
			}
		}
	}
	return false
}

func (s *System) validateLookups() error {
	for i := range s.Tables {
		t := &s.Tables[i]
		if t.Log > MaxTableLog {
			return invalid("table %q has 2^%d rows", t.Name, t.Log)
		}
		for _, c := range append([]ID{t.Count}, t.Columns...) {
			if s.Tensors[c].Log() != t.Log {
				return invalid("table %q: column %q has another length", t.Name, s.Tensors[c].Name)
			}
		}
	}
	for i, l := range s.Lookups {
		if l.Table < 0 || l.Table >= len(s.Tables) {
			return invalid("lookup %d in table %d", i, l.Table)
		}
		t := &s.Tables[l.Table]
		if len(l.Columns) != len(t.Columns) {
			return invalid("lookup %d gives %d columns to table %q of %d", i, len(l.Columns), t.Name, len(t.Columns))
		}
		for _, c := range l.Columns[1:] {
			if !sameAxes(s.Tensors[c].Axes, s.Tensors[l.Columns[0]].Axes) {
				return invalid("lookup %d in table %q: columns differ in shape", i, t.Name)
			}
		}
	}
	return nil
}

func sameAxes(a, b []Axis) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Size != b[i].Size {
			return false
		}
	}
	return true
}
