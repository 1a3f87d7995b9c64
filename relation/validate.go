package relation

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Limits of a system. They bound what a verifier does for a statement.
const (
	MaxTensors  = 1 << 14
	MaxLog      = 34 // variables of one tensor, and of one sumcheck
	MaxDegree   = 4  // tables multiplied in one sumcheck
	MaxTableLog = 20
	MaxStride   = 1 << 20 // of a window, and its dilation
	MaxWindow   = 1 << 22 // entries of a window, and cells of each of its axes

	MaxEquations = 1 << 14
	MaxLookups   = 1 << 15
	MaxTables    = 1 << 12
	MaxTerms     = 1 << 17 // of all sums
)

// Validate reports whether the system is well formed: shapes agree, the
// definitions are acyclic, and every sum is one the argument can prove.
// Protocol, section 4.
func (s *System) Validate() error {
	if err := s.validateCounts(); err != nil {
		return fmt.Errorf("system %s has %w", s.Name, err)
	}
	for i := range s.Tensors {
		if err := s.validateTensor(ID(i)); err != nil {
			return fmt.Errorf("system %s, tensor %q: %w", s.Name, s.Tensors[i].Name, err)
		}
	}
	for i := range s.Equations {
		e := &s.Equations[i]
		if err := validateAxes(e.Axes); err != nil {
			return fmt.Errorf("system %s, equation %q: %w", s.Name, e.Name, err)
		}
		if err := s.validateSum(&e.Sum, e.Axes, ID(len(s.Tensors))); err != nil {
			return fmt.Errorf("system %s, equation %q: %w", s.Name, e.Name, err)
		}
	}
	return s.validateLookups()
}

// validateCounts refuses a system that is too large, before anything else of it
// is looked at.
func (s *System) validateCounts() error {
	terms := 0
	for i := range s.Tensors {
		if s.Tensors[i].Sum != nil {
			terms += len(s.Tensors[i].Sum.Terms)
		}
	}
	for i := range s.Equations {
		terms += len(s.Equations[i].Sum.Terms)
	}
	for _, c := range []struct {
		what     string
		n, limit int
	}{
		{"tensors", len(s.Tensors), MaxTensors}, {"equations", len(s.Equations), MaxEquations}, {"lookups", len(s.Lookups), MaxLookups},
		{"tables", len(s.Tables), MaxTables}, {"terms", terms, MaxTerms},
	} {
		if c.n > c.limit {
			return fmt.Errorf("%d %s, limit %d: %w", c.n, c.what, c.limit, fault.ErrUnsupported)
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fault.ErrMalformed)...)
}

func validateAxes(axes []Axis) error {
	if err := validateSizes(axes); err != nil {
		return err
	}
	log := 0
	for _, a := range axes {
		log += a.Log()
	}
	if log > MaxLog {
		return invalid("2^%d cells", log)
	}
	return nil
}

func validateSizes(axes []Axis) error {
	for _, a := range axes {
		if a.Size < 1 || a.Log() > MaxLog {
			return invalid("axis %s has size %d", a.Name, a.Size)
		}
	}
	return nil
}

// validateShape checks the axes of a tensor. A selection has as many entries as
// there are slots, and is never laid out: the product of its axes, some 2^35
// for a million rows, is no number of cells that anybody holds. Nor is a window,
// whose entries and axes have bounds of their own: a sumcheck lays out the axes
// that it binds, and no more than 2^MaxLog cells of them.
func (t *Tensor) validateShape() error {
	if _, sparse := t.Source.(Window); sparse && t.Kind == Public {
		return validateSizes(t.Axes)
	}
	if _, sparse := t.Source.(*Selection); sparse && t.Kind == Public {
		if len(t.Axes) > 0 {
			if err := validateAxes(t.Axes[:len(t.Axes)-1]); err != nil { // the slots
				return err
			}
		}
		return validateSizes(t.Axes)
	}
	return validateAxes(t.Axes)
}

func (s *System) validateTensor(id ID) error {
	t := &s.Tensors[id]
	if err := t.validateShape(); err != nil {
		return err
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
		if n := p.Variables(); n > MaxLog {
			return invalid("term %d binds %d variables in one sumcheck, limit %d", i, n, MaxLog)
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
	if t.Coeff.IsZero() {
		// The value of a sum's last term follows from the others through
		// the inverse of its coefficient.
		return invalid("coefficient 0")
	}
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
		if err := s.validateTable(&s.Tables[i]); err != nil {
			return fmt.Errorf("system %s, table %q: %w", s.Name, s.Tables[i].Name, err)
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
		for _, c := range l.Columns {
			if !s.has(c) {
				return invalid("lookup %d in table %q: no tensor %d", i, t.Name, c)
			}
			if !sameAxes(s.Tensors[c].Axes, s.Tensors[l.Columns[0]].Axes) {
				return invalid("lookup %d in table %q: columns differ in shape", i, t.Name)
			}
		}
	}
	return nil
}

// validateTable checks that the rows are what the prover and the meaning of a
// lookup take them for: public, found from their first cell, and no others
// than the first Rows.
func (s *System) validateTable(t *Table) error {
	if t.Log > MaxTableLog || t.Rows < 1 || t.Rows > 1<<t.Log {
		return invalid("%d rows of 2^%d", t.Rows, t.Log)
	}
	if len(t.Columns) == 0 || !s.has(t.Count) || s.Tensors[t.Count].Kind != Witness || s.Tensors[t.Count].Log() != t.Log {
		return invalid("no columns, or counts that are no witness of 2^%d cells", t.Log)
	}
	for k, c := range t.Columns {
		if !s.has(c) || s.Tensors[c].Kind != Public || s.Tensors[c].Log() != t.Log {
			return invalid("column %d is not public with 2^%d cells", k, t.Log)
		}
		at, ok := s.Tensors[c].integer()
		if !ok {
			return invalid("column %d holds %T", k, s.Tensors[c].Source)
		}
		if _, ok := s.Tensors[c].Source.(Rectifier); ok && t.Offset != -1<<(t.Log-1) {
			return invalid("column %d is the rectifier from −2^%d, the table starts at %d", k, t.Log-1, t.Offset)
		}
		for i := range 1 << t.Log {
			if i >= t.Rows && at(i) != at(0) {
				return invalid("column %d: row %d is beyond the last and no copy of row 0", k, i)
			}
			if k == 0 && i < t.Rows && at(i) != t.Offset+int64(i) {
				return invalid("row %d starts with %d, not %d", i, at(i), t.Offset+int64(i))
			}
		}
	}
	return nil
}

func (s *System) has(id ID) bool { return id >= 0 && int(id) < len(s.Tensors) }

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
