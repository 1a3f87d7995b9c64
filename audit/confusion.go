package audit

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// confusion counts the rows of parts by attribute value a (if one is named),
// true class y and predicted class ŷ: key (a·C + y)·C + ŷ.
type confusion struct {
	m       relation.ID
	groups  []string // values of the attribute, or one
	classes int
	names   []string // of the classes
	total   int64
}

// key returns the cell of m for a group, a true class and a predicted one.
func (c *confusion) key(group, truth, predicted int) int {
	return (group*c.classes+truth)*c.classes + predicted
}

// size returns the number of keys.
func (c *confusion) size() int { return len(c.groups) * c.classes * c.classes }

func (s *Scope) confusion(name, model string, parts []*partTensors, attribute string) *confusion {
	c := &confusion{groups: []string{""}, total: totalRows(parts)}
	var codes []relation.ID
	if attribute != "" {
		codes, c.groups = s.attributeOf(parts, attribute)
	}
	var keys []relation.ID
	for i, p := range parts {
		if s.err != nil {
			return c
		}
		truth := p.class()
		s.fits(model, p)
		guess, classes := s.predicted(model, p.features())
		if s.err == nil && classes != p.classes() {
			s.usage("model %q has %d classes, part %q has %d", model, classes, p.name, p.classes())
		}
		if !slices.Equal(p.Classes, parts[0].Classes) {
			s.usage("parts %q and %q call classes differently", p.name, parts[0].name)
		}
		if s.err == nil && classes > maxGroups/classes/len(c.groups) {
			s.fail("%d groups and %d classes are too many: %w", len(c.groups), classes, fault.ErrUnsupported)
		}
		if s.err != nil {
			return c
		}
		c.classes = classes
		tensors, weights := []relation.ID{truth, guess}, []int64{int64(classes), 1}
		if codes != nil {
			tensors, weights = append(tensors, codes[i]), append(weights, int64(classes*classes))
		}
		keys = append(keys, s.sum(fmt.Sprintf("%s: key of part %q", name, p.name), tensors, weights))
	}
	for y := range c.classes {
		c.names = append(c.names, parts[0].className(y))
	}
	c.m = s.histogram(name, c.size(), keys...)
	return c
}

// label is what a key is called.
func (c *confusion) label(key int) string {
	guess, truth, group := c.names[key%c.classes], c.names[key/c.classes%c.classes], c.groups[key/c.classes/c.classes]
	text := fmt.Sprintf("true %s, predicted %s", foreign.Quote(truth), foreign.Quote(guess))
	if group != "" {
		text = foreign.Quote(group) + ": " + text
	}
	return text
}

// labels are those of all keys.
func (c *confusion) labels() labels {
	pair, own := c.classes*c.classes, 0
	for _, name := range c.names {
		own += 2 * c.classes * len(foreign.Quote(name))
	}
	total := len(c.groups) * (own + pair*len("true , predicted "))
	for _, g := range c.groups {
		total += pair * (len(foreign.Quote(g)) + len(": "))
	}
	return labels{c.size(), total, c.label}
}

// of returns the counts of some groups, in order: those of the others stay out of
// what is published.
func (c *confusion) of(s *Scope, groups []int) *confusion {
	if len(groups) == len(c.groups) {
		return c
	}
	some := *c
	some.groups = nil
	var keys []int
	for _, g := range groups {
		some.groups = append(some.groups, c.groups[g])
		for y := range c.classes {
			for guess := range c.classes {
				keys = append(keys, c.key(g, y, guess))
			}
		}
	}
	some.m = s.selected("outcomes of groups", c.m, keys)
	return &some
}

// selected is the tensor of some cells of one with one axis.
func (s *Scope) selected(name string, of relation.ID, cells []int) relation.ID {
	var m matrix
	for out, in := range cells {
		m.add(out, in, 1)
	}
	return s.linear(name, relation.Axis{Name: name, Size: len(cells)}, &m, of)
}

// outcomes publishes the counts of some groups, if the release says so.
func (s *Scope) outcomes(c *confusion, r Release, smallest int64, groups ...int) {
	asked := len(s.release.asked)
	free := c.size() - 1 // of all counts, the last is what is left of the rows
	if r.What != "" && len(groups) > 0 && len(groups) < len(c.groups) {
		c = c.of(s, groups)
		free = c.size()
	}
	s.counts("outcomes", r, smallest, c.m, c.labels(), c.total, free)
	for k := asked; k < len(s.release.asked); k++ {
		s.release.asked[k].Groups, s.release.asked[k].Classes = c.groups, c.names
	}
}
