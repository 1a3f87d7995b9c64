package audit

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// combine is the linear combination of the columns of a tensor (row, column)
// in every row, with public weights, one per column:
//
//	V(i) = Σ_c w(c)·X(i,c)
//
// w is 0 in the padding, so X may hold anything there.
func (s *Scope) combine(name string, x relation.ID, weights []int64) relation.ID {
	axes := s.axes(x)
	rows, columns := axes[0], axes[1]
	var padded []int64 // nil where there is no room for them
	if columns.Padded() <= maxClaimCells-s.cells {
		padded = make([]int64, columns.Padded())
		copy(padded, weights)
	} else {
		s.room(columns.Padded())
	}
	w := s.public("weights of "+name, padded, columns)
	return s.virtual(name, []relation.Axis{rows}, []relation.Label{"i"},
		relation.Times(relation.Int(1), relation.At(w, "c"), relation.At(x, "i", "c")))
}

// ones returns n times 1, nil where there is no room for them.
func (s *Scope) ones(n int) []int64 {
	if !s.room(n) {
		return nil
	}
	list := make([]int64, n)
	for i := range list {
		list[i] = 1
	}
	return list
}

// unit is 1 at one index and 0 at all others.
func unit(size, at int) []int64 {
	u := make([]int64, size)
	u[at] = 1
	return u
}

func counting(n int) []int64 {
	c := make([]int64, n)
	for i := range c {
		c[i] = int64(i)
	}
	return c
}

// sum is the linear combination Σ_k c_k·T_k of tensors with one axis.
func (s *Scope) sum(name string, tensors []relation.ID, coefficients []int64) relation.ID {
	axis := s.axes(tensors[0])[0]
	var terms []relation.Term
	for k, t := range tensors {
		terms = append(terms, relation.Times(relation.Int(coefficients[k]), relation.At(t, "i")))
	}
	return s.virtual(name, []relation.Axis{axis}, []relation.Label{"i"}, terms...)
}

// attribute returns the codes of an attribute, one per row, and its vocabulary.
func (p *partTensors) attribute(name string) (codes relation.ID, vocabulary []string) {
	k, err := attributeOf(p.PublicPart, name)
	if err != nil {
		p.scope.fail("part %q: %w", p.name, err)
		return relation.None, []string{""}
	}
	tensor := fmt.Sprintf("%s attribute %q", p.label(), name)
	if id, ok := p.scope.b.Named(tensor); ok {
		return id, p.Attributes[k].Entries
	}
	return p.scope.combine(tensor, p.attributes(), unit(len(p.Attributes), k)), p.Attributes[k].Entries
}

// class is the true class of every row: Σ_c c·L(i,c), or the label itself if that
// is a single bit.
func (p *partTensors) class() relation.ID {
	tensor := p.label() + " class"
	if id, ok := p.scope.b.Named(tensor); ok {
		return id
	}
	var weights []int64
	switch {
	case p.LabelKind == graph.OneHot && p.Labels > maxGroups:
		p.scope.fail("part %q: %d classes, at most %d: %w", p.name, p.Labels, maxGroups, fault.ErrUnsupported)
	case p.LabelKind == graph.OneHot:
		weights = counting(p.Labels)
	case p.LabelKind == graph.Bits && p.Labels == 1:
		weights = []int64{1}
	default:
		p.scope.usage("part %q: labels of kind %q (%d columns) are not classes", p.name, p.LabelKind, p.Labels)
	}
	return p.scope.combine(tensor, p.labels(), weights)
}

// classes returns the number of classes.
func (p *partTensors) classes() int {
	if p.LabelKind == graph.Bits {
		return 2
	}
	return p.Labels
}

// className returns how a class is called.
func (p *partTensors) className(c int) string {
	if c < len(p.Classes) {
		return p.Classes[c]
	}
	return fmt.Sprint(c)
}

// classIndex finds a class by its name.
func (p *partTensors) classIndex(name string) int {
	return p.scope.index(fmt.Sprintf("part %q", p.name), name, p.classes(), p.className)
}

// index finds the only class of that name.
func (s *Scope) index(whose, name string, classes int, nameOf func(c int) string) int {
	found := -1
	for c := range classes {
		switch {
		case nameOf(c) != name:
		case found >= 0:
			s.usage("%s has two classes %s", whose, foreign.Quote(name))
		default:
			found = c
		}
	}
	if found < 0 {
		var there []string
		for c := range min(classes, 2*maxNamed) {
			there = append(there, nameOf(c))
		}
		s.noSuch(whose+" has no class", name, there)
		return 0
	}
	return found
}

// attributeOf returns the codes of an attribute in all parts, which must agree
// on its vocabulary.
func (s *Scope) attributeOf(parts []*partTensors, name string) (codes []relation.ID, vocabulary []string) {
	for i, p := range parts {
		c, words := p.attribute(name)
		if i > 0 && !slices.Equal(words, vocabulary) {
			s.usage("parts %q and %q differ in the vocabulary of attribute %q; owners agree on one before they commit ([vocabulary] of run.toml)", parts[0].name, p.name, name)
		}
		codes, vocabulary = append(codes, c), words
	}
	return codes, vocabulary
}

func totalRows(parts []*partTensors) int64 {
	n := int64(0)
	for _, p := range parts {
		n += int64(p.Rows)
	}
	return n
}
