package tally

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// claim is one of an audit, with digests for the names that it has.
type claim struct {
	report      *audit.Report
	finding     *audit.Finding
	runs, parts []string // digests, in the order of the finding's names
	of          []int    // participants that it is about
}

// add lists a claim with the participant that it is about, and has it answer a question.
// One about rows of nobody is listed with the owners of its audit.
func (t *Tally) add(c *claim, owners []int) {
	of := c.of
	if len(of) == 0 {
		of = owners
	}
	if len(of) != 1 {
		line := fmt.Sprintf("%s: %s%s%s", listed(of), c.finding.Line(), t.whose(c), t.context(c))
		t.shared = append(t.shared, aggregate.Across{Kind: c.finding.Kind, Says: line, Of: numbers(of), Without: []int{}})
		return
	}
	k := of[0]
	says := c.finding.Line() + t.standing(c, k) + t.context(c)
	if !slices.ContainsFunc(t.own[k], func(p aggregate.ProvenClaim) bool { return p.Says == says }) {
		t.own[k] = append(t.own[k], aggregate.ProvenClaim{Audit: c.report.Digest, Kind: c.finding.Kind, Says: says})
	}
	if len(c.of) == 1 {
		t.answer(c, k)
	}
}

// exactly reports whether a claim is about the parts of a participant's run, each once.
func (t *Tally) exactly(c *claim, k int) bool {
	own, named := slices.Clone(t.round.Participants[k].Dataset), slices.Clone(c.parts)
	slices.Sort(own)
	slices.Sort(named)
	return slices.Equal(own, named)
}

// standing says which parts a claim is about, by what the participant's run was trained
// on.
func (t *Tally) standing(c *claim, k int) string {
	own := t.round.Participants[k].Dataset
	within, text := 0, ""
	for i, digest := range c.parts {
		if slices.Contains(own, digest) {
			within++
		} else {
			text += elsewhere(c.finding.Parts[i], digest)
		}
	}
	switch {
	case t.exactly(c, k):
		return " (all parts of its run)"
	case within > 0:
		return fmt.Sprintf(" (%d of the %d parts of its run)", within, len(own)) + text
	}
	return text
}

// whose says of a claim about several participants which run and which part is whose.
func (t *Tally) whose(c *claim) string {
	text := ""
	for i, digest := range c.runs {
		text += fmt.Sprintf("; run %s is that of participant %d", foreign.Quote(c.finding.Runs[i]), t.runs[digest]+1)
	}
	for i, digest := range c.parts {
		if k, there := t.parts[digest]; there {
			text += fmt.Sprintf("; part %s is of the run of participant %d", foreign.Quote(c.finding.Parts[i]), k+1)
		} else {
			text += fmt.Sprintf("; part %s, digest %s, is of no participant's run", foreign.Quote(c.finding.Parts[i]), digest)
		}
	}
	return text
}

// elsewhere says that a part is not one that a participant was trained on.
func elsewhere(name, digest string) string {
	return fmt.Sprintf("; part %s, digest %s, is not of its run", foreign.Quote(name), digest)
}

// context says to which context an audit is bound, if it is not that of the round.
func (t *Tally) context(c *claim) string {
	if c.report.Context == t.round.Context {
		return ""
	}
	return "; proven in the context " + foreign.Quote(c.report.Context)
}

// all are all participants.
func (t *Tally) all() []int {
	var all []int
	for k := range t.round.Participants {
		all = append(all, k)
	}
	return all
}

// numbers are participants counted from 1, as reports do.
func numbers(of []int) []int {
	list := make([]int, len(of))
	for i, k := range of {
		list[i] = k + 1
	}
	return list
}

// listed names participants in a sentence: "participants 1, 2 and 5".
func listed(of []int) string {
	var texts []string
	for _, n := range numbers(of)[:min(len(of), foreign.MaxList)] {
		texts = append(texts, fmt.Sprint(n))
	}
	if more := len(of) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	if len(texts) == 1 {
		return "participant " + texts[0]
	}
	last := len(texts) - 1
	return fmt.Sprintf("participants %s and %s", strings.Join(texts[:last], ", "), texts[last])
}
