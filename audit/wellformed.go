package audit

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
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
	var lists []string // what holds, each once with the parts that it holds of
	of := map[string][]string{}
	for _, name := range c.Parts {
		var attributes []string
		for _, a := range s.Parts[name].Attributes {
			attributes = append(attributes, fmt.Sprintf("%s (%s)", foreign.Quote(a.Name), count(len(a.Entries), "value")))
		}
		list := enumerated(attributes)
		if of[list] == nil {
			lists = append(lists, list)
		}
		of[list] = append(of[list], name)
	}
	for i, list := range lists {
		lists[i] = fmt.Sprintf("every row of %s has attributes in their vocabulary: %s", foreign.Quotes(of[list]), list)
	}
	return Words{Says: strings.Join(lists, "; ")}
}
