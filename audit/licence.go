package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Licence says that an attribute of every row is one of the allowed values:
// m(g) = 0 for all others.
type Licence struct {
	Parts     []string `toml:"parts"`
	Attribute string   `toml:"attribute"`
	Allowed   []string `toml:"allowed"`
}

// State implements Claim.
func (c *Licence) State(s *Scope) {
	parts := s.partsOf(c.Parts)
	m, all := s.groupCounts("tags", parts, []string{c.Attribute})
	if s.err != nil {
		return
	}
	if len(c.Allowed) == 0 {
		s.usage("allowed lists nothing: no row would do")
		return
	}
	tags := all.outer
	allowed := map[string]bool{}
	for _, a := range c.Allowed {
		allowed[a] = true
	}
	forbidden := make([]int64, s.axes(m)[0].Padded())
	var among []int
	for g, tag := range tags {
		if allowed[tag] {
			among = append(among, g)
		} else {
			forbidden[g] = 1
		}
		delete(allowed, tag)
	}
	for _, tag := range sortedKeys(allowed) {
		s.usage("no row can have %s %s: in the vocabulary %s", foreign.Quote(c.Attribute), foreign.Quote(tag), thereAre(tags))
	}
	s.group(parts, []string{c.Attribute}, among, 0)
	if len(among) == len(tags) {
		return // being in the vocabulary is enough
	}
	s.zeroWhere("forbidden tags", m, forbidden)
	s.fill(func(v *Values) {
		for g, n := range v.of(m) {
			if g < len(tags) && forbidden[g] == 1 && n > 0 {
				v.refuse("%d row(s) have %s %s", n, foreign.Quote(c.Attribute), foreign.Quote(tags[g]))
			}
		}
	})
}

// Words implements Claim.
func (c *Licence) Words(*Subjects) Words {
	return Words{
		Says:      fmt.Sprintf("every row of %s has %s among: %s", foreign.Quotes(c.Parts), foreign.Quote(c.Attribute), foreign.Quotes(c.Allowed)),
		NotProven: []string{"that the tags are true, or that the licences allow this use"},
	}
}
