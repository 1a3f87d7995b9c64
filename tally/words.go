package tally

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// words name a question.
func (q *question) words() string {
	switch q.kind {
	case update:
		return "the update"
	case licence:
		return "the values of " + foreign.Quotes(q.names())
	}
	return "the rows by " + foreign.Quotes(q.names())
}

// names are those of the attributes.
func (q *question) names() []string {
	var names []string
	for _, v := range q.attributes {
		names = append(names, v.Name)
	}
	return names
}

// says is the sentence about a sum.
func (t *Tally) says(q *question, s *aggregate.Across) string {
	with := t.with(q)
	who := "no participant"
	switch {
	case len(s.Without) == 0:
		who = fmt.Sprintf("all %d participants", len(s.Of))
	case len(s.Of) > 0:
		who = fmt.Sprintf("%s of %d", listed(with), len(t.own))
	}
	text := ""
	switch {
	case len(with) == 0:
		text = fmt.Sprintf("%s: of %s", q.words(), who)
	case q.kind == update:
		text = fmt.Sprintf("%s: each run changes its trainable weights by a Euclidean norm of at most %s", who, s.AtMost)
	case q.kind == licence:
		text = fmt.Sprintf("%s: every committed row has %s among: %s", who, foreign.Quotes(q.names()), foreign.Quotes(s.Allowed))
	default:
		text = fmt.Sprintf("%s: of their %d committed rows, by %s: %s", who, t.rowsOf(with), foreign.Quotes(q.names()), groupsIn(s.Groups)) + t.unused(with)
	}
	return text + t.missing(q)
}

// rowsOf is how many rows the parts of participants' runs have.
func (t *Tally) rowsOf(of []int) int64 {
	n := int64(0)
	for _, k := range of {
		n += t.committed(k)
	}
	return n
}

// groupsIn says how many rows groups have.
func groupsIn(groups []aggregate.GroupRows) string {
	var texts []string
	for _, g := range groups[:min(len(groups), foreign.MaxList)] {
		var values []string
		for _, v := range g.Values {
			values = append(values, foreign.Quote(v))
		}
		name := strings.Join(values, " & ")
		switch {
		case g.AtMost == nil:
			texts = append(texts, fmt.Sprintf("%s at least %d", name, g.AtLeast))
		case *g.AtMost == g.AtLeast:
			texts = append(texts, fmt.Sprintf("%s %d", name, g.AtLeast))
		default:
			texts = append(texts, fmt.Sprintf("%s %d to %d", name, g.AtLeast, *g.AtMost))
		}
	}
	if more := len(groups) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d groups more", more))
	}
	return strings.Join(texts, ", ")
}

// unused says that counts are not of the rows that runs have read, where those are fewer.
func (t *Tally) unused(of []int) string {
	fewer := slices.DeleteFunc(slices.Clone(of), func(k int) bool { return t.round.Participants[k].Samples >= t.committed(k) })
	if len(fewer) == 0 {
		return ""
	}
	return fmt.Sprintf("; these are counts of committed rows, not of rows used: the run of %s has used fewer", listed(fewer))
}

// missing says who has not answered a question, and why what there is does not count.
func (t *Tally) missing(q *question) string {
	text := ""
	reasons := []string{"none", "none of exactly the parts of its run", "one of other values or groups"}
	by := make([][]int, len(reasons))
	for _, k := range t.without(q) {
		why := 0
		switch {
		case q.apart[k]:
			why = 1
		case slices.ContainsFunc(t.questions, func(other *question) bool { return other.alike(q) && len(other.answers[k]) > 0 }):
			why = 2
		}
		by[why] = append(by[why], k)
	}
	for why, of := range by {
		if len(of) > 0 {
			text += fmt.Sprintf("; NOT SHOWN of %s: there is %s", listed(of), reasons[why])
		}
	}
	return text
}

// alike reports whether two questions are about attributes of the same names.
func (q *question) alike(other *question) bool {
	return q.kind == other.kind && slices.Equal(q.names(), other.names())
}
