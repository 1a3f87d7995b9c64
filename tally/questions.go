package tally

import (
	"crypto/sha256"
	"slices"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/encode"
)

// Questions that claims of several participants answer together.
const (
	counts  = "diversity" // how many rows each group has
	licence = "licence"
	update  = "update"
)

// question is what claims of several participants answer.
type question struct {
	kind       string
	key        [32]byte
	attributes []bundle.Vocabulary // of counts and licences
	groups     []int               // of counts
	answers    [][]answer          // by participant
	apart      []bool              // by participant: answered of other parts than its run's
}

// answer is what one claim says.
type answer struct {
	grouped *audit.Grouped // of counts and licences
	atMost  audit.Decimal  // of updates
}

// answer keeps what a claim about one participant says of a question.
func (t *Tally) answer(c *claim, k int) {
	var asked *question
	var a answer
	switch said := c.finding.Claim.(type) {
	case *audit.Update:
		asked, a.atMost = &question{kind: update}, said.AtMost
	case *audit.Diversity:
		if g := c.finding.Grouped; g.Least > 0 || g.Released != nil {
			asked, a.grouped = &question{kind: counts, attributes: g.Attributes, groups: g.Groups}, g
		}
	case *audit.Licence:
		g := c.finding.Grouped
		asked, a.grouped = &question{kind: licence, attributes: g.Attributes}, g
	}
	if asked == nil {
		return
	}
	q := t.question(asked)
	if q.kind != update && !t.exactly(c, k) {
		q.apart[k] = true
		return
	}
	if a.grouped != nil { // one copy of a vocabulary is enough
		g := *a.grouped
		g.Attributes, a.grouped = q.attributes, &g
	}
	q.answers[k] = append(q.answers[k], a)
}

// question returns the one that is asked, which others may have answered.
func (t *Tally) question(asked *question) *question {
	b := encode.Text(encode.Domain("zkaudit/question/v1"), asked.kind)
	b = encode.Int(b, len(asked.attributes))
	for _, v := range asked.attributes {
		b = encode.Texts(encode.Text(b, v.Name), v.Entries)
	}
	asked.key = sha256.Sum256(encode.Ints(b, asked.groups))
	for _, q := range t.questions {
		if q.key == asked.key {
			return q
		}
	}
	asked.answers, asked.apart = make([][]answer, len(t.own)), make([]bool, len(t.own))
	t.questions = append(t.questions, asked)
	return asked
}

// whole reports whether the groups are all that there are: every row is in one of them,
// since an audit proves that its codes are in the vocabularies.
func (q *question) whole() bool {
	all := 1
	for _, v := range q.attributes {
		all *= len(v.Entries)
	}
	for i, g := range q.groups {
		if g != i {
			return false
		}
	}
	return len(q.groups) == all
}

// with and without are the participants that have answered, and that have not.
func (t *Tally) with(q *question) []int {
	return slices.DeleteFunc(t.all(), func(k int) bool { return len(q.answers[k]) == 0 })
}

func (t *Tally) without(q *question) []int {
	return slices.DeleteFunc(t.all(), func(k int) bool { return len(q.answers[k]) > 0 })
}
