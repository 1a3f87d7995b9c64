package verify

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Rounds verifies rounds of federated training, with the chains that lead to them.
type Rounds struct {
	// Expect is what is required of the run of every participant of a round that is
	// verified for itself; Dataset lists the parts of all of them.
	Expect bundle.Expectation
	// Audits names audits of participants, or directories of them.
	Audits []string
	// Parts are files of participants' parts, whose meanings are compared; none: nothing is.
	Parts []*bundle.PartFile
	// Witness is told of what holds, for whoever states it to others; nil: nobody.
	Witness Witness

	// What the program brings.
	Limit    int64 // of memory, in bytes
	Insecure bool
	Note     func(format string, args ...any) // tells people of files that are not used; nil: nobody
	Another  func(path string, data []byte, want string) error
	Accepts  func(mode.Name) error // refuses modes; nil for none
	Setup    func(rowBits int, id [32]byte) (*commitments.VerifierSetup, mode.Wraps, error)
	Run      func(ctx context.Context, b *bundle.Bundle, expect bundle.Expectation, from *bundle.Predecessor) (*bundle.Report, error)
}

// Witness is told of each file that was verified for a round, once it has held: not of
// files that are set aside, and not of the round's own.
type Witness interface {
	// Participant is one of the round, compared with what is expected.
	Participant(b *bundle.Bundle, r *bundle.Report) error
	// RunBefore and RoundBefore are what leads to participants.
	RunBefore(b *bundle.Bundle, r *bundle.Report) error
	RoundBefore(f *aggregate.File, r *aggregate.Report) error
	Audit(b *audit.Bundle, r *audit.Report) error
}

// Read reads a round. What is recognised as one and is damaged counts as false.
func (r *Rounds) Read(path string) (*aggregate.File, error) {
	data, err := ReadFile(path, aggregate.MaxBytes, aggregate.BytesPerByte, r.Limit)
	if err != nil {
		return nil, err
	}
	if !aggregate.Recognised(data) {
		return nil, r.Another(path, data, "a round")
	}
	f, err := aggregate.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	if r.Accepts != nil {
		if err := r.Accepts(f.Statement.Mode); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return f, nil
}

// verify verifies a round whose participants' runs are verified, and whose parts mean
// what is given; nil: that is not known.
func (r *Rounds) verify(ctx context.Context, f *aggregate.File, list []*aggregate.Contribution, runs []*bundle.Predecessor, meaning *aggregate.Meaning) (*aggregate.Report, error) {
	setup, wraps, err := r.Setup(f.Statement.RowBits, f.Statement.Setup)
	if err != nil {
		return nil, err
	}
	return aggregate.Verify(ctx, f, list, runs, setup, aggregate.Options{Wraps: wraps, AllowInsecure: r.Insecure, MaxMemory: r.Limit, Meaning: meaning})
}

// expecting returns what verifies runs: those with the given results against what is
// expected, and all others by themselves. unpinned is told what was not compared.
func (r *Rounds) expecting(results [][32]byte, unpinned *pinning) func(context.Context, *bundle.Bundle, *bundle.Predecessor) (*bundle.Report, error) {
	return func(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor) (*bundle.Report, error) {
		result, err := b.Result()
		if err != nil {
			return nil, err
		}
		if !slices.Contains(results, result.Digest()) {
			report, err := r.Run(ctx, b, bundle.Expectation{}, from)
			if err == nil && r.Witness != nil {
				err = r.Witness.RunBefore(b, report)
			}
			return report, err
		}
		expect, err := unpinned.of(b.Statement, r.Expect)
		if err != nil {
			return nil, err
		}
		report, err := r.Run(ctx, b, expect, from)
		if err != nil {
			return nil, err
		}
		unpinned.add(report)
		if r.Witness != nil {
			err = r.Witness.Participant(b, report)
		}
		return report, err
	}
}

// pinning is what has been compared of the runs of a round.
type pinning struct {
	parts    map[string]bool // expected ones that were found
	unpinned []string
	open     []string // values that nobody has compared, the same for all runs
	runs     int
}

// of is what is expected of one run among those of a round: its parts must be among the
// expected ones.
func (p *pinning) of(s *bundle.Statement, e bundle.Expectation) (bundle.Expectation, error) {
	if e.Dataset == nil {
		return e, nil
	}
	var own []string
	for i := range s.Parts {
		digest := s.PartDigest(i)
		own = append(own, hex.EncodeToString(digest[:]))
		if !slices.Contains(*e.Dataset, own[i]) {
			return e, fmt.Errorf("it trains on part %s, which is not among those expected: %w", own[i], fault.ErrRejected)
		}
		p.parts[own[i]] = true
	}
	e.Dataset = &own
	return e, nil
}

// add enters what was not compared of one run.
func (p *pinning) add(r *bundle.Report) {
	for _, what := range r.Unpinned {
		if !slices.Contains(p.unpinned, what) {
			p.unpinned = append(p.unpinned, what)
		}
	}
	if p.runs++; p.runs == 1 {
		p.open = slices.Clone(r.NotChecked)
	}
	p.open = slices.DeleteFunc(p.open, func(line string) bool { return !slices.Contains(r.NotChecked, line) })
}

// whole returns fault.ErrRejected unless every part that is expected was found.
func (p *pinning) whole(e bundle.Expectation) error {
	if e.Dataset == nil {
		return nil
	}
	for _, digest := range *e.Dataset {
		if !p.parts[digest] {
			return fmt.Errorf("expected a participant that trains on part %s, the round has none: %w", digest, fault.ErrRejected)
		}
	}
	return nil
}

// Members are the participants of a round, verified, in its order.
type Members struct {
	Contributions []*aggregate.Contribution
	Runs          []*bundle.Predecessor
	// Unpinned is what decides their runs and was not compared; NotChecked are values
	// that were not, the same for all of them.
	Unpinned, NotChecked []string
	// Meaning is what the files of their parts have shown; nil without any.
	Meaning *aggregate.Meaning
}

// Enter enters what was compared of participants into the report of their round.
func (m *Members) Enter(r *aggregate.Report) {
	r.Unpinned, r.NotChecked = m.Unpinned, m.NotChecked
}

// Members verifies the runs of participants, and what leads to them, against what is
// expected. results are those of the runs. It fails with fault.ErrMissing if the chain's
// files lack one of them: nothing was false, and nothing is shown.
func (r *Rounds) Members(ctx context.Context, c *Chain, results [][32]byte) (*Members, error) {
	unpinned := &pinning{parts: map[string]bool{}, unpinned: []string{}, open: []string{}}
	c.Rounds, c.Verify = r, r.expecting(results, unpinned)
	steps, err := c.steps()
	if err != nil {
		return nil, err
	}
	steps.participants = results
	m := &Members{}
	if m.Runs, err = steps.follow(ctx, results); err != nil {
		return nil, err
	}
	if why := absent(m.Runs, results); why != "" {
		return nil, fmt.Errorf("NOT VERIFIED, as the round is about the runs of all its participants: %s%s: %w", why, c.lacks, fault.ErrMissing)
	}
	if m.Contributions, err = steps.contributions(results); err != nil {
		return nil, err
	}
	if err := unpinned.whole(r.Expect); err != nil {
		return nil, fault.Verdict(err)
	}
	if len(r.Parts) > 0 {
		if m.Meaning, err = aggregate.CompareMeanings(m.Contributions, r.Parts); err != nil {
			return nil, fault.Verdict(err)
		}
	}
	m.Unpinned, m.NotChecked = unpinned.unpinned, unpinned.open
	return m, nil
}

// Verify verifies a round with all that leads to it, as far as the chain's files have
// it. The participants' runs must be among them.
func (r *Rounds) Verify(ctx context.Context, c *Chain, f *aggregate.File) (*aggregate.Report, error) {
	m, err := r.Members(ctx, c, f.Results())
	if err != nil {
		return nil, err
	}
	report, err := r.verify(ctx, f, m.Contributions, m.Runs, m.Meaning)
	if err != nil {
		return nil, fault.Verdict(err)
	}
	m.Enter(report)
	if len(r.Audits) == 0 {
		return report, nil
	}
	aside, err := r.audited(ctx, report, m.Contributions)
	if err == nil && len(report.Audited.Open) > 0 {
		c.lacks += aside.perhaps()
	}
	return report, err
}

// ComparedRound is Compared for a round: what it rests on may not have been given, too.
func ComparedRound(r *aggregate.Report, wanted bool, pins string) error {
	if len(r.Missing) > 0 {
		pins = "--from gives what the round rests on, " + pins
	}
	if r.Audited != nil {
		pins += ", --audit gives what participants say"
	}
	return Compared(r.Open(), wanted, pins)
}
