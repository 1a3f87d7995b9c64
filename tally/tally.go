package tally

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Tally collects what audits say of the participants of a round.
type Tally struct {
	round *aggregate.Report
	list  []*aggregate.Contribution // in the order of participants

	// Participants, from 0, by digests in hexadecimal: of the statements of their runs,
	// and of the parts of these.
	runs, parts map[string]int

	seen      map[string]bool // digests of audits
	own       [][]aggregate.ProvenClaim
	shared    []aggregate.Across // claims about several participants
	questions []*question        // in the order in which they were met
	open      []string
	assumed   []string
	notProven []string
	claims    int
	bits      int
}

// New returns an empty tally of a verified round and its contributions.
func New(round *aggregate.Report, list []*aggregate.Contribution) *Tally {
	t := &Tally{
		round: round, list: make([]*aggregate.Contribution, len(round.Participants)), own: make([][]aggregate.ProvenClaim, len(round.Participants)),
		runs: map[string]int{}, parts: map[string]int{}, seen: map[string]bool{},
	}
	for k, p := range round.Participants {
		t.runs[p.Statement] = k
		for _, digest := range p.Dataset {
			t.parts[digest] = k
		}
		for _, c := range list {
			if hex.EncodeToString(c.Digest[:]) == p.Result {
				t.list[k] = c
			}
		}
	}
	return t
}

// Belongs returns fault.ErrRejected unless all runs that an audit is about are those of
// participants, and it is about one of these, or about a part of one.
func (t *Tally) Belongs(b *audit.Bundle) error {
	for _, name := range slices.Sorted(maps.Keys(b.Runs)) {
		digest := b.Runs[name]
		if _, of := t.runs[hex.EncodeToString(digest[:])]; !of {
			return fmt.Errorf("it is about run %s, statement %x, which no participant of this round has made: %w", foreign.Quote(name), digest, fault.ErrRejected)
		}
	}
	if len(b.Runs)+len(t.within(b)) == 0 {
		return fmt.Errorf("it is about no run of a participant of this round, and about no part of one: %w", fault.ErrRejected)
	}
	return nil
}

// within returns the digests of an audit's parts that are parts of participants, by name.
func (t *Tally) within(b *audit.Bundle) map[string]string {
	parts := map[string]string{}
	for name, p := range b.Parts {
		digest := p.Digest(b.Setup, b.RowBits)
		text := hex.EncodeToString(digest[:])
		if _, of := t.parts[text]; of {
			parts[name] = text
		}
	}
	return parts
}

// Expect returns what audit.Verify must compare an audit with: the mode of the round,
// and runs and parts by their digests. Requires an audit that belongs; errors are those
// of audit.RunWith.
func (t *Tally) Expect(b *audit.Bundle) (audit.Expectation, error) {
	e := audit.Expectation{
		Mode: mode.Name(t.round.Mode), Parts: t.within(b), RunDigests: map[string]string{},
		// The report of the round says what its runs start from, and what of it is missing.
		Followed: map[[32]byte]bool{},
	}
	for name, digest := range b.Runs {
		text := hex.EncodeToString(digest[:])
		c := t.list[t.runs[text]]
		var final bundle.WeightCommitments
		for _, w := range c.Result.Weights {
			final = append(final, w.Rows)
		}
		run, err := audit.RunWith(c.Run, final)
		if err != nil {
			return e, err
		}
		e.Runs, e.RunDigests[name], e.Followed[digest] = append(e.Runs, run), text, true
	}
	return e, nil
}

// Add adds what an audit says that belongs to the round and was verified. The same audit
// counts once.
func (t *Tally) Add(r *audit.Report) {
	if t.seen[r.Digest] {
		return
	}
	t.seen[r.Digest] = true
	digests := map[string]string{}
	for _, p := range r.Parts {
		digests[p.Name] = p.Digest
	}
	runs := map[string]string{}
	for _, run := range r.Runs {
		runs[run.Name] = run.Digest
	}
	owners := t.participants(slices.Collect(maps.Values(runs)), slices.Collect(maps.Values(digests)))
	for i := range r.Claims {
		c := &claim{report: r, finding: &r.Claims[i], runs: named(runs, r.Claims[i].Runs), parts: named(digests, r.Claims[i].Parts)}
		c.of = t.participants(c.runs, c.parts)
		t.add(c, owners)
		t.notProven = append(t.notProven, c.finding.NotProven...)
	}
	for _, what := range r.Unpinned {
		t.open = append(t.open, fmt.Sprintf("%s of an audit of %s", what, listed(owners)))
	}
	t.claims, t.bits = t.claims+len(r.Claims), t.bits+r.Bits
	t.assumed, t.notProven = append(t.assumed, r.Assumed...), append(t.notProven, r.NotProven...)
}

// named returns the digests of names.
func named(digests map[string]string, names []string) []string {
	var list []string
	for _, name := range names {
		list = append(list, digests[name])
	}
	return list
}

// participants are those that have one of the runs, or one of the parts, in order.
func (t *Tally) participants(runs, parts []string) []int {
	var of []int
	for _, digest := range runs {
		if k, there := t.runs[digest]; there {
			of = append(of, k)
		}
	}
	for _, digest := range parts {
		if k, there := t.parts[digest]; there {
			of = append(of, k)
		}
	}
	slices.Sort(of)
	return slices.Compact(of)
}

// Finish enters what was added into the report of the round. Errors wrap fault.ErrRejected where audits of one participant
// contradict each other, fault.ErrOverflow where a sum has no int64.
func (t *Tally) Finish() error {
	a := &aggregate.Audited{Open: append([]string{}, t.open...), Claims: t.claims, Bits: t.bits}
	used, committed := int64(0), int64(0)
	for k, p := range t.round.Participants {
		a.Participants = append(a.Participants, aggregate.ParticipantClaims{Participant: k + 1, Used: p.Samples, Committed: t.committed(k), Claims: append([]aggregate.ProvenClaim{}, t.own[k]...)})
		used, committed = used+p.Samples, committed+t.committed(k)
	}
	a.Across = append(a.Across, aggregate.Across{
		Kind: "rows", Of: numbers(t.all()), Without: []int{},
		Says: fmt.Sprintf("all %d participants have used %d of their %d committed rows, as the verifier counts them", len(t.round.Participants), used, committed),
	})
	for _, q := range t.questions {
		s, err := t.sum(q)
		if err != nil {
			return err
		}
		a.Across = append(a.Across, *s)
		if len(s.Without) > 0 {
			a.Open = append(a.Open, fmt.Sprintf("%s of %s", q.words(), listed(t.without(q))))
		}
	}
	a.Across = append(a.Across, t.shared...)
	t.round.Audited = a
	t.round.Assumed, t.round.NotProven = merge(t.round.Assumed, t.assumed), merge(t.round.NotProven, t.notProven)
	t.round.Revealed = append(t.round.Revealed, fmt.Sprintf("by audits of participants: the verdicts and released values of %d claim(s), %d bits as audits count them", t.claims, t.bits))
	return nil
}

// committed is how many rows the parts of a participant's run have.
func (t *Tally) committed(k int) int64 {
	n := int64(0)
	for _, rows := range t.round.Participants[k].Rows {
		n += int64(rows)
	}
	return n
}

// merge appends the lines that are not there yet.
func merge(lines, more []string) []string {
	for _, line := range more {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}
