package audit

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Censorship bounds the share of the items with an attribute value that a
// model classifies in a given way. Of n items, k are: k >= x·n, or k <= x·n.
// x is replaced by the nearest fraction on its side with a denominator of at most
// N (see neighbours), which says the same.
type Censorship struct {
	Model     string   `toml:"model"`
	Parts     []string `toml:"parts"`
	Attribute string   `toml:"attribute"`
	Value     string   `toml:"value"`
	Class     string   `toml:"class"`
	AtLeast   Decimal  `toml:"at_least,omitempty"`
	AtMost    Decimal  `toml:"at_most,omitempty"`
	MinGroup  int64    `toml:"min_group,omitempty"`
	Release
}

// State implements Claim.
func (c *Censorship) State(s *Scope) {
	parts := s.partsOf(c.Parts)
	if c.AtLeast == "" && c.AtMost == "" {
		s.usage("the claim bounds nothing: it needs at_least or at_most")
	}
	if c.Attribute == "" {
		s.usage("the claim names no attribute")
	}
	if s.err != nil {
		return
	}
	f := s.confusion("outcomes", c.Model, parts, c.Attribute)
	if s.err != nil {
		return
	}
	class, value := parts[0].classIndex(c.Class), -1
	for g, name := range f.groups {
		if name == c.Value {
			value = g
		}
	}
	if value < 0 {
		s.noSuch(foreign.Quote(c.Attribute)+" has no value", c.Value, f.groups)
		return
	}
	least := s.smallestGroup(c.MinGroup)
	var items, hits []coefficient
	for y := range f.classes {
		for guess := range f.classes {
			items = append(items, coefficient{f.key(value, y, guess), 1})
		}
		hits = append(hits, coefficient{f.key(value, y, class), 1})
	}
	list := []inequality{{items, -least, func() string {
		return fmt.Sprintf("fewer than %s have %s %s", count(int(least), "item"), foreign.Quote(c.Attribute), foreign.Quote(c.Value))
	}}}
	if c.AtLeast != "" {
		x := s.share("at_least", c.AtLeast)
		if x.Sign() == 0 {
			s.vacuous("at_least", c.AtLeast, "more than 0")
		}
		_, x = neighbours(x, big.NewInt(f.total)) // k/n is a fraction with denominator n <= N
		p, q := x.Num().Int64(), x.Denom().Int64()
		list = append(list, inequality{plus(scaled(q, hits), scaled(-p, items)), 0, func() string {
			return fmt.Sprintf("less than a share of %s is classified %s", c.AtLeast, foreign.Quote(c.Class))
		}})
	}
	if c.AtMost != "" {
		x := s.share("at_most", c.AtMost)
		if x.IsInt() && x.Sign() > 0 {
			s.vacuous("at_most", c.AtMost, "less than 1")
		}
		x, _ = neighbours(x, big.NewInt(f.total))
		p, q := x.Num().Int64(), x.Denom().Int64()
		list = append(list, inequality{plus(scaled(p, items), scaled(-q, hits)), 0, func() string {
			return fmt.Sprintf("more than a share of %s is classified %s", c.AtMost, foreign.Quote(c.Class))
		}})
	}
	s.inequalities("share of items", f.m, f.total, list)
	s.outcomes(f, c.Release, least, value)
}

// Words implements Claim.
func (c *Censorship) Words(s *Subjects) Words {
	var bounds []string
	if c.AtLeast != "" {
		bounds = append(bounds, "at least "+string(c.AtLeast))
	}
	if c.AtMost != "" {
		bounds = append(bounds, "at most "+string(c.AtMost))
	}
	return Words{
		Says: fmt.Sprintf("of the items of %s with %s %s, of which there are at least %d, a share of %s is classified %s by %s",
			foreign.Quotes(c.Parts), foreign.Quote(c.Attribute), foreign.Quote(c.Value), minimumGroup(c.MinGroup), strings.Join(bounds, " and "), foreign.Quote(c.Class), s.called(c.Model)),
		NotProven: []string{"that these items are all there are, or what is done with the classification; that the parts list classes in the order the model was trained with"},
	}
}
