package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

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
		if s.subjects.digest(p.PublicPart, s.frame) != run.Parts[i] {
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
		parts = append(parts, fmt.Sprintf("%s (%s%s, read %s, %.2f %% of all reading)", foreign.Quote(name), count(run.Rows[i], "row"), left, count(int(run.Used[i]), "time"), 100*share.ratio()))
	}
	return Words{
		Says: fmt.Sprintf("training run %s was trained on exactly these committed parts: %s", foreign.Quote(c.Run), enumerated(parts)), Shares: shares,
		NotProven: append([]string{"what a row was worth to the model: shares count how often rows were read"}, run.inherited(c.Run)...),
	}
}
