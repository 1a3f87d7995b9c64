package audit

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/fault"
)

// WellFormed says that every attribute code of parts is in its vocabulary,
// beyond the 16-bit range that their certificates show.
type WellFormed struct {
	Parts []string `toml:"parts"`
}

// State implements Claim.
func (c *WellFormed) State(s *Scope) {
	for _, p := range s.partsOf(c.Parts) {
		if len(p.Attributes) == 0 {
			s.usage("part %q has no attributes", p.name)
		}
		for _, a := range p.Attributes {
			if codes, vocabulary := p.attribute(a.Name); s.err == nil {
				s.vocabulary(codes, len(vocabulary))
			}
		}
	}
}

// Words implements Claim.
func (c *WellFormed) Words(s *Subjects) Words {
	var lists []string // what holds of parts, each once with the parts of which it does
	of := map[string][]string{}
	for _, name := range c.Parts {
		var attributes []string
		for _, a := range s.Parts[name].Attributes {
			attributes = append(attributes, fmt.Sprintf("%s (%d entries)", a.Name, len(a.Entries)))
		}
		list := strings.Join(attributes, ", ")
		if of[list] == nil {
			lists = append(lists, list)
		}
		of[list] = append(of[list], name)
	}
	for i, list := range lists {
		lists[i] = fmt.Sprintf("every row of %s has attributes in their vocabulary: %s", strings.Join(of[list], ", "), list)
	}
	return Words{Says: strings.Join(lists, "; ")}
}

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
	m, tags := s.groupCounts("tags", parts, []string{c.Attribute})
	if s.err != nil {
		return
	}
	allowed := map[string]bool{}
	for _, a := range c.Allowed {
		allowed[a] = true
	}
	forbidden := make([]int64, s.axes(m)[0].Padded())
	all := true
	for g, tag := range tags {
		if !allowed[tag] {
			forbidden[g], all = 1, false
		}
		delete(allowed, tag)
	}
	for _, tag := range sortedKeys(allowed) {
		s.usage("no row can have %s %q: in the vocabulary %s", c.Attribute, tag, thereAre(tags))
	}
	if all {
		return // being in the vocabulary is enough
	}
	s.zeroWhere("forbidden tags", m, forbidden)
	s.fill(func(v *Values) {
		for g, n := range v.of(m) {
			if g < len(tags) && forbidden[g] == 1 && n > 0 {
				v.refuse("%d row(s) have %s %q", n, c.Attribute, tags[g])
			}
		}
	})
}

// Words implements Claim.
func (c *Licence) Words(*Subjects) Words {
	return Words{
		Says:      fmt.Sprintf("every row of %s has %s among: %s", strings.Join(c.Parts, ", "), c.Attribute, strings.Join(c.Allowed, ", ")),
		NotProven: []string{"that the tags are true, or that the licences allow this use"},
	}
}

// Provenance says that a run's dataset is exactly the named parts, in order,
// and how many rows of each it read: what royalties go by. It follows from the
// run's public schedule and needs no proof of its own.
type Provenance struct {
	Run   string   `toml:"run"`
	Parts []string `toml:"parts"`
}

// State implements Claim.
func (c *Provenance) State(s *Scope) {
	parts, run := s.partsOf(c.Parts), s.run(c.Run)
	if s.err != nil {
		return
	}
	if len(parts) != len(run.Parts) {
		s.fail("the claim is false: the run was trained on %d part(s), the claim names %d: %w", len(run.Parts), len(parts), fault.ErrRejected)
		return
	}
	for i, p := range parts {
		if p.Digest(s.frame.SRS, s.frame.RowBits) != run.Parts[i] {
			s.fail("the claim is false: part %d of the run's dataset is not %q: %w", i, p.name, fault.ErrRejected)
		}
	}
}

// Words implements Claim.
func (c *Provenance) Words(s *Subjects) Words {
	run := s.Runs[c.Run]
	total := int64(0)
	for _, n := range run.Used {
		total += n
	}
	var parts []string
	var shares []Share
	for i, name := range c.Parts {
		share := Share{Name: name, Part: run.Used[i], All: total}
		shares = append(shares, share)
		left := ""
		if n := run.leftOut(i); n > 0 {
			left = fmt.Sprintf(", %d of them left out", n)
		}
		parts = append(parts, fmt.Sprintf("%s (%d rows%s, read %d times, %.2f %% of all reading)", name, run.Rows[i], left, run.Used[i], 100*share.ratio()))
	}
	return Words{
		Says: fmt.Sprintf("training run %q was trained on exactly these committed parts: %s", c.Run, strings.Join(parts, ", ")), Shares: shares,
		NotProven: []string{"what a row was worth to the model: shares count how often rows were read"},
	}
}
