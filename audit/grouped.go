package audit

import (
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
)

// Grouped is what a claim says of how the rows of its parts spread over groups, as
// whoever adds up takes it. Diversity says how many rows some groups have, Licence that
// all others have none.
type Grouped struct {
	Attributes []bundle.Vocabulary // that rows are grouped by: one, or a pair
	Groups     []int               // that the claim is about, in order: see Values
	Least      int64               // rows that each of Groups has at least
	// Released are counts of Groups, each rounded down to a multiple of Round; nil
	// where the claim releases none.
	Released []int64
	Round    int64
}

// Values are those of the attributes that the rows of a group have: of a pair, group g
// has the first value number g div n, and the second number g mod n, where n is the
// size of the second vocabulary. Requires one of Groups.
func (g *Grouped) Values(group int) []string {
	var values []string
	for _, a := range slices.Backward(g.Attributes) {
		values = append(values, a.Entries[group%len(a.Entries)])
		group /= len(a.Entries)
	}
	slices.Reverse(values)
	return values
}

// group keeps what a claim says of groups, once it is stated.
func (s *Scope) group(parts []*partTensors, attributes []string, groups []int, least int64) {
	if s.err != nil {
		return
	}
	g := &Grouped{Groups: groups, Least: least}
	for _, name := range attributes {
		k, err := attributeOf(parts[0].PublicPart, name)
		if err != nil {
			s.fail("%w", err)
			return
		}
		g.Attributes = append(g.Attributes, parts[0].Attributes[k])
	}
	for _, r := range s.release.asked {
		g.Released, g.Round = r.Values, r.round
	}
	s.grouped = g
}

// Line is the claim in one line, with what it releases.
func (f *Finding) Line() string {
	line := f.Says
	for i := range f.Released {
		line += "; released: " + f.Released[i].text()
	}
	return line
}
