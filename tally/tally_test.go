package tally

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// three is a round of participants with 12, 6 + 4 and 10 committed rows, of which the
// second has used 8.
func three() *aggregate.Report {
	return &aggregate.Report{Mode: "zk", Context: "federation", Participants: []aggregate.ParticipantFacts{
		{Statement: "s1", Samples: 12, Dataset: []string{"a"}, Rows: []int{12}},
		{Statement: "s2", Samples: 8, Dataset: []string{"b", "c"}, Rows: []int{6, 4}},
		{Statement: "s3", Samples: 10, Dataset: []string{"d"}, Rows: []int{10}},
	}}
}

var sexes = bundle.Vocabulary{Name: "sex", Entries: []string{"F", "M"}}

// counted is a claim about the rows of parts, by their digests, which are their names.
func counted(g audit.Grouped, parts ...string) audit.Finding {
	if g.Attributes == nil {
		g.Attributes, g.Groups = []bundle.Vocabulary{sexes}, []int{0, 1}
	}
	return audit.Finding{Kind: "diversity", Says: "it counts rows of " + strings.Join(parts, " and "), Parts: parts, Claim: &audit.Diversity{}, Grouped: &g}
}

func licensed(groups []int, parts ...string) audit.Finding {
	g := &audit.Grouped{Attributes: []bundle.Vocabulary{{Name: "tag", Entries: []string{"x", "y", "z"}}}, Groups: groups}
	return audit.Finding{Kind: "licence", Says: "it has tags", Parts: parts, Claim: &audit.Licence{}, Grouped: g}
}

func updated(run string, most audit.Decimal) audit.Finding {
	return audit.Finding{Kind: "update", Says: "it moves", Runs: []string{run}, Claim: &audit.Update{AtMost: most}}
}

// said is the report of an audit with some claims, called by its digest.
func said(digest string, claims ...audit.Finding) *audit.Report {
	r := &audit.Report{Digest: digest, Context: "federation", Claims: claims}
	for i := range claims {
		for _, name := range claims[i].Parts {
			r.Parts = append(r.Parts, audit.PartFacts{Name: name, Digest: name})
		}
		for _, name := range claims[i].Runs {
			r.Runs = append(r.Runs, audit.RunFacts{Name: name, Digest: name})
		}
	}
	return r
}

// told is what the report of a round says once audits are added.
func told(t *testing.T, audits ...*audit.Report) (*aggregate.Report, error) {
	t.Helper()
	tally := New(three(), nil)
	for _, r := range audits {
		tally.Add(r)
	}
	return tally.round, tally.Finish()
}

// across are the sentences about all participants but for the first, which is of rows.
func across(t *testing.T, audits ...*audit.Report) []string {
	t.Helper()
	r, err := told(t, audits...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range r.Audited.Across[1:] {
		lines = append(lines, s.Says)
	}
	return lines
}

// TestSums: what each participant says adds up, whatever names are chosen and in which
// order.
func TestSums(t *testing.T) {
	released := func(round int64, counts ...int64) audit.Grouped {
		return audit.Grouped{Released: counts, Round: round}
	}
	least := func(n int64) audit.Grouped { return audit.Grouped{Least: n} }
	const fewer = "; these are counts of committed rows, not of rows used: the run of participant 2 has used fewer"
	pair := func(g audit.Grouped) audit.Grouped {
		g.Attributes = []bundle.Vocabulary{{Name: "p", Entries: []string{"u", "u & v"}}, {Name: "q", Entries: []string{"v & w", "w"}}}
		g.Groups = []int{0, 3}
		return g
	}
	for name, test := range map[string]struct {
		audits []*audit.Report
		want   []string
	}{
		"exact counts": {[]*audit.Report{said("1", counted(released(1, 5, 7), "a")), said("2", counted(released(1, 4, 6), "c", "b")), said("3", counted(released(1, 1, 9), "d"))},
			[]string{`all 3 participants: of their 32 committed rows, by "sex": "F" 10, "M" 22` + fewer}},
		"rounded ones": {[]*audit.Report{said("1", counted(released(5, 5, 5), "a")), said("2", counted(released(1, 4, 6), "b", "c")), said("3", counted(released(10, 0, 0), "d"))},
			[]string{`all 3 participants: of their 32 committed rows, by "sex": "F" 10 to 20, "M" 12 to 22` + fewer}},
		"no more than there are": {[]*audit.Report{said("1", counted(released(10, 0, 10), "a")), said("2", counted(released(1, 4, 6), "b", "c")), said("3", counted(released(10, 0, 10), "d"))},
			[]string{`all 3 participants: of their 32 committed rows, by "sex": "F" 4 to 6, "M" 26 to 28` + fewer}},
		"bounds": {[]*audit.Report{said("1", counted(least(2), "a")), said("2", counted(least(3), "b", "c")), said("3", counted(least(1), "d"))},
			[]string{`all 3 participants: of their 32 committed rows, by "sex": "F" at least 6, "M" at least 6` + fewer}},
		"a bound and counts": {[]*audit.Report{said("1", counted(least(2), "a")), said("2", counted(released(1, 4, 6), "b", "c")), said("3", counted(released(1, 1, 9), "d"))},
			[]string{`all 3 participants: of their 32 committed rows, by "sex": "F" at least 7, "M" at least 17` + fewer}},
		"a better bound than a count": {[]*audit.Report{said("1", counted(audit.Grouped{Least: 3, Released: []int64{0, 0}, Round: 10}, "a")), said("3", counted(released(1, 1, 9), "d"))},
			[]string{`participants 1 and 3 of 3: of their 22 committed rows, by "sex": "F" 4 to 10, "M" 12 to 18; NOT SHOWN of participant 2: there is none`}},
		"several claims of one": {[]*audit.Report{said("1", counted(released(10, 0, 0), "a"), counted(least(2), "a")), said("4", counted(released(6, 0, 6), "a")), said("3", counted(released(1, 1, 9), "d"))},
			[]string{`participants 1 and 3 of 3: of their 22 committed rows, by "sex": "F" 4 to 6, "M" 16 to 18; NOT SHOWN of participant 2: there is none`}},
		"pairs whose names are alike": {[]*audit.Report{said("1", counted(pair(released(1, 5, 7)), "a")), said("3", counted(pair(released(1, 1, 9)), "d"))},
			[]string{`participants 1 and 3 of 3: of their 22 committed rows, by "p", "q": "u" & "v & w" 6, "u & v" & "w" 16; NOT SHOWN of participant 2: there is none`}},
		"licences": {[]*audit.Report{said("1", licensed([]int{0, 1}, "a"), licensed([]int{1, 2}, "a")), said("2", licensed([]int{2}, "b", "c")), said("3", licensed([]int{1}, "d"))},
			[]string{`all 3 participants: every committed row has "tag" among: "y", "z"`}},
		"updates": {[]*audit.Report{said("1", updated("s1", "3"), updated("s1", "2.50"), updated("s1", "2.6")), said("2", updated("s2", "2.5")), said("3", updated("s3", "10")), said("4", updated("s3", "2.7"))},
			[]string{`all 3 participants: each run changes its trainable weights by a Euclidean norm of at most 2.7`}},
		"the smallest of one": {[]*audit.Report{said("1", updated("s1", "4"), updated("s1", "2"), updated("s1", "3"))},
			[]string{`participant 1 of 3: each run changes its trainable weights by a Euclidean norm of at most 2; NOT SHOWN of participants 2 and 3: there is none`}},
		"the last of one": {[]*audit.Report{said("1", updated("s1", "4"), updated("s1", "3"), updated("s1", "2"))},
			[]string{`participant 1 of 3: each run changes its trainable weights by a Euclidean norm of at most 2; NOT SHOWN of participants 2 and 3: there is none`}},
		"the first is the largest": {[]*audit.Report{said("1", updated("s1", "3")), said("2", updated("s2", "2.5"))},
			[]string{`participants 1 and 2 of 3: each run changes its trainable weights by a Euclidean norm of at most 3; NOT SHOWN of participant 3: there is none`}},
		"no bound on groups": {[]*audit.Report{said("1", counted(audit.Grouped{}, "a"))}, nil},
	} {
		if got := across(t, test.audits...); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%s", name, cmp.Diff(test.want, got))
		}
	}
}

// TestWhatDoesNotCount: an audit once more, rows twice, rows of others, other questions
// under the same words.
func TestWhatDoesNotCount(t *testing.T) {
	one := func(parts ...string) audit.Finding {
		return counted(audit.Grouped{Released: []int64{5, 7}, Round: 1}, parts...)
	}
	other := func(name string, entries []string, groups ...int) audit.Finding {
		return counted(audit.Grouped{Attributes: []bundle.Vocabulary{{Name: name, Entries: entries}}, Groups: groups, Least: 2}, "d")
	}
	const first = `participant 1 of 3: of their 12 committed rows, by "sex": "F" 5, "M" 7`
	none, apart := "; NOT SHOWN of participants 2 and 3: there is none", "; NOT SHOWN of participant 2: there is none of exactly the parts of its run"
	const only = "; NOT SHOWN of participant 3: there is none"
	unlike := "; NOT SHOWN of participant 2: there is none; NOT SHOWN of participant 3: there is one of other values or groups"
	for name, test := range map[string]struct {
		audits []*audit.Report
		first  string
	}{
		"given twice":                {[]*audit.Report{said("1", one("a")), said("1", one("a"))}, first + none},
		"made twice":                 {[]*audit.Report{said("1", one("a")), said("2", one("a"))}, first + none},
		"a part of another run":      {[]*audit.Report{said("1", one("a"), one("a", "x"))}, first + none},
		"only a part of another run": {[]*audit.Report{said("1", one("a")), said("2", one("x"), one("b", "c", "x"))}, first + only + apart},
		"some of its parts":          {[]*audit.Report{said("1", one("a")), said("2", one("b"))}, first + only + apart},
		"a part twice":               {[]*audit.Report{said("1", one("a")), said("2", one("b", "b"))}, first + only + apart},
		"parts of two":               {[]*audit.Report{said("1", one("a")), said("2", one("b", "c", "d"))}, first + none},
		"of its run and elsewhere":   {[]*audit.Report{said("1", one("a")), said("2", updated("s2", "1"), one("x"))}, first + none},
		"values in another order":    {[]*audit.Report{said("1", one("a")), said("3", other("sex", []string{"M", "F"}, 0, 1))}, first + unlike},
		"a value that looks alike":   {[]*audit.Report{said("1", one("a")), said("3", other("sex", []string{"F", "М"}, 0, 1))}, first + unlike},
		"one value more":             {[]*audit.Report{said("1", one("a")), said("3", other("sex", []string{"F", "M", "X"}, 0, 1))}, first + unlike},
		"other groups":               {[]*audit.Report{said("1", one("a")), said("3", other("sex", []string{"F", "M"}, 0))}, first + unlike},
		"a name that looks alike":    {[]*audit.Report{said("1", one("a")), said("3", other("sеx", []string{"F", "M"}, 0, 1))}, first + none},
	} {
		if got := across(t, test.audits...); got[0] != test.first {
			t.Errorf("%s:\n%s", name, cmp.Diff(test.first, got[0]))
		}
	}
	if got, want := across(t, said("2", one("b"))), []string{`the rows by "sex": of no participant; NOT SHOWN of participants 1 and 3: there is none` + apart}; !slices.Equal(got, want) {
		t.Errorf("answered of no run: %s", cmp.Diff(want, got))
	}
}

// TestContradictions: what was proven cannot be, and sums that have no number.
func TestContradictions(t *testing.T) {
	released := func(n int64) audit.Finding {
		return counted(audit.Grouped{Released: []int64{n, n}, Round: 1}, "a")
	}
	for name, test := range map[string]struct {
		audits []*audit.Report
		says   string
		kind   error
	}{
		"too few rows":    {[]*audit.Report{said("1", counted(audit.Grouped{Released: []int64{5, 6}, Round: 1}, "a"))}, "audits of participant 1 contradict each other: groups have at least 11 and at most 11 of 12 rows", fault.ErrRejected},
		"too many rows":   {[]*audit.Report{said("1", counted(audit.Grouped{Least: 7}, "a"))}, "audits of participant 1 contradict each other: groups have at least 14 and at most 24 of 12 rows", fault.ErrRejected},
		"more than all":   {[]*audit.Report{said("1", counted(audit.Grouped{Least: 13}, "a"))}, "a group has at least 13 and at most 12 rows", fault.ErrRejected},
		"two counts":      {[]*audit.Report{said("1", released(5), released(6))}, "audits of participant 1 contradict each other: a group has at least 6 and at most 5 rows", fault.ErrRejected},
		"no tag":          {[]*audit.Report{said("1", licensed([]int{0}, "a"), licensed([]int{1}, "a"))}, "audits of participant 1 contradict each other: no value", fault.ErrRejected},
		"too many":        {[]*audit.Report{said("1", counted(audit.Grouped{Least: math.MaxInt64}, "a")), said("3", counted(audit.Grouped{Least: 1}, "d"))}, "a group has at least 9223372036854775807 and at most 12 rows", fault.ErrRejected},
		"no number":       {[]*audit.Report{said("1", updated("s1", "1"), updated("s1", "x"))}, "is not a decimal", fault.ErrUsage},
		"no number alone": {[]*audit.Report{said("1", updated("s1", "x"))}, "is not a decimal", fault.ErrUsage},
	} {
		if _, err := told(t, test.audits...); !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	half, all := math.MaxInt64/2, math.MaxInt64
	for name, test := range map[string]struct {
		rows  [3]int // of each participant
		found bool
	}{
		"bounds of one":           {[3]int{all, 10, 10}, true},
		"bounds of the last":      {[3]int{10, 10, half + 1}, true},
		"as much as there may be": {[3]int{half, half, 4}, false},
		"bounds of several":       {[3]int{half, half, 6}, true},
	} {
		r := three()
		for k, n := range test.rows {
			r.Participants[k].Rows = []int{n}
		}
		tally := New(r, nil)
		tally.Add(said("1", counted(audit.Grouped{Least: 1}, "a")))
		tally.Add(said("2", counted(audit.Grouped{Least: 1}, "b", "c")))
		tally.Add(said("3", counted(audit.Grouped{Least: 1}, "d")))
		if err := tally.Finish(); errors.Is(err, fault.ErrOverflow) != test.found || !test.found && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestClaimsAreListed: each once, with the participant that it is about by its digests,
// and with what it is about where that is not what the run was trained on.
func TestClaimsAreListed(t *testing.T) {
	claim := func(says string, runs []string, parts ...string) audit.Finding {
		return audit.Finding{Kind: "performance", Says: says, Runs: runs, Parts: parts, Claim: &audit.Performance{}, NotProven: []string{"what it means"}}
	}
	late := said("4", claim("is late", nil, "d"))
	late.Context = "another \"day\""
	late.Unpinned = []string{`part "x"`, `part "y"`}
	late.Assumed, late.NotProven, late.Bits = []string{"keys"}, []string{"secrecy"}, 3
	r, err := told(t,
		said("1", claim("is right", []string{"s1"}, "x"), claim("is whole", nil, "a"), claim("is half", nil, "b"), claim("is apart", nil, "x")),
		said("2", claim("is half", nil, "b"), claim("is elsewhere", nil, "y", "b"), claim("is both", []string{"s2"}, "c", "d", "z"), claim("is of two", []string{"s1", "s2"}), claim("is strange", []string{"s2", "s9"})),
		said("3", claim("is whole", nil, "a"), claim("is late", nil, "d"), claim("is of both", []string{"s3"}, "d")), late, late)
	if err != nil {
		t.Fatal(err)
	}
	says := func(k int) []string {
		var lines []string
		for _, c := range r.Audited.Participants[k].Claims {
			lines = append(lines, c.Says)
		}
		return lines
	}
	for k, want := range [][]string{
		{"is right; part \"x\", digest x, is not of its run", "is whole (all parts of its run)"},
		{"is half (1 of the 2 parts of its run)", "is elsewhere (1 of the 2 parts of its run); part \"y\", digest y, is not of its run", "is strange"},
		{"is late (all parts of its run)", "is of both (all parts of its run)", `is late (all parts of its run); proven in the context "another \"day\""`},
	} {
		if got := says(k); !slices.Equal(got, want) {
			t.Errorf("participant %d:\n%s", k+1, cmp.Diff(want, got))
		}
	}
	var several []string
	for _, s := range r.Audited.Across {
		several = append(several, s.Says)
	}
	want := []string{
		"all 3 participants have used 30 of their 32 committed rows, as the verifier counts them",
		`participants 1 and 2: is apart; part "x", digest x, is of no participant's run`,
		`participants 2 and 3: is both; run "s2" is that of participant 2; part "c" is of the run of participant 2; part "d" is of the run of participant 3; part "z", digest z, is of no participant's run`,
		`participants 1 and 2: is of two; run "s1" is that of participant 1; run "s2" is that of participant 2`,
	}
	if !slices.Equal(several, want) {
		t.Errorf("across:\n%s", cmp.Diff(want, several))
	}
	if want := []string{`part "x" of an audit of participant 3`, `part "y" of an audit of participant 3`}; !slices.Equal(r.Audited.Open, want) {
		t.Errorf("open: %q", r.Audited.Open)
	}
	if want := []string{"what it means", "secrecy"}; !slices.Equal(r.Assumed, []string{"keys"}) || !slices.Equal(r.NotProven, want) {
		t.Errorf("assumed %q, not proven %q", r.Assumed, r.NotProven)
	}
	if want := "by audits of participants: the verdicts and released values of 13 claim(s), 3 bits as audits count them"; !slices.Equal(r.Revealed, []string{want}) {
		t.Errorf("revealed: %q", r.Revealed)
	}
}

// TestOpenQuestions: what only some have answered is open, in words.
func TestOpenQuestions(t *testing.T) {
	r, err := told(t, said("1", updated("s1", "1"), licensed([]int{0}, "a"), counted(audit.Grouped{Least: 1}, "a")), said("2", licensed([]int{0}, "b", "c")))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"the update of participants 2 and 3", `the values of "tag" of participant 3`, `the rows by "sex" of participants 2 and 3`}
	if !slices.Equal(r.Audited.Open, want) || !slices.Equal(r.Open(), want) {
		t.Errorf("open:\n%s", cmp.Diff(want, r.Audited.Open))
	}
	for i, of := range [][2][]int{{{1, 2, 3}, nil}, {{1}, {2, 3}}, {{1, 2}, {3}}, {{1}, {2, 3}}} {
		if s := r.Audited.Across[i]; !slices.Equal(s.Of, of[0]) || !slices.Equal(s.Without, of[1]) {
			t.Errorf("%s: of %d without %d", s.Says, s.Of, s.Without)
		}
	}
}

// TestQuestionsDiffer: each thing that makes a question another one does, and nothing of
// one can be taken for another.
func TestQuestionsDiffer(t *testing.T) {
	a, b := bundle.Vocabulary{Name: "a", Entries: []string{"x"}}, bundle.Vocabulary{Name: "b", Entries: []string{"x"}}
	zeros := bundle.Vocabulary{Name: "\x00\x00\x00\x00\x00\x00\x00\x00"}
	all := New(three(), nil)
	for i, q := range []question{
		{kind: counts}, {kind: licence}, {kind: counts, groups: []int{0}},
		{kind: counts, attributes: []bundle.Vocabulary{a}}, {kind: counts, attributes: []bundle.Vocabulary{b}},
		{kind: counts, attributes: []bundle.Vocabulary{a, b}}, {kind: counts, attributes: []bundle.Vocabulary{b, b}}, {kind: counts, attributes: []bundle.Vocabulary{a, a}},
		{kind: counts, attributes: []bundle.Vocabulary{zeros}, groups: make([]int, 5)}, {kind: counts, groups: []int{0, 0, 5, 0, 0, 0, 0, 0}},
	} {
		again := q
		if first := all.question(&q); len(all.questions) != i+1 || all.question(&again) != first {
			t.Errorf("question %d is another one", i)
		}
	}
}

// TestVocabulariesAreKeptOnce: of a thousand participants with a long vocabulary, one copy
// stays.
func TestVocabulariesAreKeptOnce(t *testing.T) {
	all := New(three(), nil)
	for _, part := range []string{"a", "d"} {
		g := audit.Grouped{Attributes: []bundle.Vocabulary{{Name: "sex", Entries: slices.Clone(sexes.Entries)}}, Groups: []int{0}, Least: 1}
		all.Add(said(part, counted(g, part)))
	}
	q := all.questions[0]
	for _, k := range []int{0, 2} {
		if &q.answers[k][0].grouped.Attributes[0] != &q.attributes[0] {
			t.Errorf("participant %d has a copy", k+1)
		}
	}
}

// TestManyParticipants: a list ends.
func TestManyParticipants(t *testing.T) {
	of := make([]int, 70)
	for k := range of {
		of[k] = k
	}
	if text := listed(of); !strings.HasSuffix(text, ", 63, 64 and 6 more") {
		t.Error(text)
	}
	groups := make([]aggregate.GroupRows, 66)
	if text := groupsIn(groups); !strings.HasSuffix(text, ", and 2 groups more") {
		t.Error(text)
	}
}
