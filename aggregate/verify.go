package aggregate

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Options of a verification.
type Options struct {
	// Wraps verifies the proofs of wrapped modes; nil for none of them.
	Wraps mode.Wraps
	// AllowInsecure accepts the development setup, with which anyone can forge.
	AllowInsecure bool
	// MaxMemory is how much memory the verification may take, in bytes; 0 stands
	// for memory.Default.
	MaxMemory int64
	// Meaning is what CompareMeanings has returned of the contributions; nil: no file of
	// a part was given, and the report says so.
	Meaning *Meaning
}

// pointBytes is what a committed row takes: in the file, decoded, encoded again to be
// hashed, folded.
const pointBytes = 256

// Verify checks that a round is the average of the given contributions, each with what
// the verification of its bundle has returned (bundle.Report.Predecessor), in any order:
// they are all that the round counts, and no others; they agree; each counts for the
// rows that its run has read; the number of the round follows that of the one before;
// and the proof holds.
//
// Errors wrap fault.ErrRejected, fault.ErrMalformed, fault.ErrVersion (another setup or
// other keys, or an insecure setup that is not allowed), fault.ErrUnsupported,
// fault.ErrResources, or are ctx's.
//
// Soundness: an accepted round shows what Report.Proven says of runs whose bundles the
// caller has verified, with what these start from where it is no public origin: what
// was not given is in Report.Missing.
func Verify(ctx context.Context, f *File, list []*Contribution, runs []*bundle.Predecessor, setup *commitments.VerifierSetup, opts Options) (_ *Report, err error) {
	defer fault.Catch(&err, "round", fault.ErrMalformed)
	s := f.Statement
	if err := s.Check(); err != nil {
		return nil, err
	}
	if err := s.madeWith(setup, opts.AllowInsecure); err != nil {
		return nil, err
	}
	if opts.MaxMemory == 0 {
		opts.MaxMemory = memory.Default
	}
	if err := f.Memory().Check("verifying this round", opts.MaxMemory); err != nil {
		return nil, err
	}
	if list, runs, err = s.order(list, runs); err != nil {
		return nil, err
	}
	if err := s.compare(list); err != nil {
		return nil, err
	}
	report, err := newReport(f, list, runs, setup)
	if err != nil {
		return nil, err
	}
	report.Meaning = opts.Meaning
	report.describe(f)
	_, st, err := s.Claim(list)
	if err != nil {
		return nil, err
	}
	verifier := &mode.Verifier{Setup: setup, Wraps: opts.Wraps}
	batch := verifier.NewBatch()
	if err = batch.Add(ctx, s.Mode, "the average", st, f.Proof); err == nil {
		err = batch.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("the proof of the round: %w", err)
	}
	report.assume(s.Mode.Assumed(setup.Kind, batch.Keys()...), runs)
	return report, nil
}

// madeWith returns fault.ErrVersion unless the setup is that of the round, and may be.
func (s *Statement) madeWith(setup *commitments.VerifierSetup, insecure bool) error {
	if setup.ID != s.Setup || setup.RowBits != s.RowBits {
		return fmt.Errorf("the round was made with setup %x of rows of 2^%d cells, verifying with %x of 2^%d: %w",
			s.Setup[:8], s.RowBits, setup.ID[:8], setup.RowBits, fault.ErrVersion)
	}
	if setup.Insecure && !insecure {
		return fmt.Errorf("the round was made with the INSECURE development setup: anyone can forge such proofs; --allow-insecure-setup verifies it all the same: %w", fault.ErrVersion)
	}
	return nil
}

// Memory estimates what verifying the round takes beside its participants' bundles.
func (f *File) Memory() *memory.Need {
	need, points := &memory.Need{}, 0
	for _, rows := range f.Statement.Global {
		points += len(rows)
	}
	need.Add("commitments", int64(points), pointBytes*3) // averages, rests, and one sum
	need.Add("the proof", int64(len(f.Proof)), 2)
	return need
}

// LinkBytes estimates what the chain of a verified round keeps of it, beside its result.
func (f *File) LinkBytes() int64 {
	const participant = 2 * (64 + 16 + 32) // digests, as text and as bytes, and where they are
	return bundle.MinLinkBytes + participant*int64(len(f.Statement.Participants))
}

// order puts contributions into the order of the round's participants. Errors wrap
// fault.ErrRejected where one is missing, or is not of the round.
func (s *Statement) order(list []*Contribution, runs []*bundle.Predecessor) ([]*Contribution, []*bundle.Predecessor, error) {
	if len(list) != len(runs) {
		return nil, nil, fmt.Errorf("%d contributions, %d verified runs: %w", len(list), len(runs), fault.ErrUsage)
	}
	at := map[[32]byte]int{}
	for i, p := range s.Participants {
		at[p.Result] = i
	}
	contributions, verified := make([]*Contribution, len(s.Participants)), make([]*bundle.Predecessor, len(s.Participants))
	for i, c := range list {
		k, of := at[c.Digest]
		switch {
		case !of:
			return nil, nil, fmt.Errorf("a run with the result %x was given, which the round does not count: %w", c.Digest, fault.ErrRejected)
		case contributions[k] != nil:
			return nil, nil, fmt.Errorf("participant %d was given twice: %w", k+1, fault.ErrUsage)
		case runs[i] == nil || runs[i].Result.Digest() != c.Digest:
			return nil, nil, fmt.Errorf("participant %d: what was verified is another run: %w", k+1, fault.ErrUsage)
		}
		contributions[k], verified[k] = c, runs[i]
	}
	for k, c := range contributions {
		if c == nil {
			return nil, nil, fmt.Errorf("the round counts a run with the result %x (participant %d of %d), which was not given: %w", s.Participants[k].Result, k+1, len(contributions), fault.ErrRejected)
		}
	}
	return contributions, verified, nil
}

// compare checks that the participants agree with one another, and the statement with
// them. Requires contributions in the order of participants.
func (s *Statement) compare(list []*Contribution) error {
	if err := Agree(list); err != nil {
		return err
	}
	run := list[0].Run
	differ := func(format string, args ...any) error {
		return fmt.Errorf("the round is not what its participants have made: %s: %w", fmt.Sprintf(format, args...), fault.ErrRejected)
	}
	switch {
	case s.Mode != run.Mode:
		return differ("its proof is of mode %s, theirs are of mode %s; all proofs about one commitment are of one mode", s.Mode, run.Mode)
	case s.Setup != run.Setup || s.RowBits != run.RowBits:
		return differ("its setup is %x of rows of 2^%d cells, theirs %x of 2^%d", s.Setup[:8], s.RowBits, run.Setup[:8], run.RowBits)
	case s.Context != run.Context:
		return differ("its context is %s, theirs %s", fault.Quote(s.Context), fault.Quote(run.Context))
	}
	for k, c := range list {
		if n := s.Participants[k].Samples; n != c.Samples {
			return differ("participant %d counts for %d rows, its run has read %d", k+1, n, c.Samples)
		}
	}
	return nil
}

// Next returns the number of the round that a contribution is one to, given the chain
// of its run: the first round starts from what is no round, and any other follows the
// one that it starts from. It fails with fault.ErrUsage where that is not in the chain.
func Next(c *Contribution, chain *bundle.Chain) (int, error) {
	n, known := next(startOf(c.Run), chain)
	if !known {
		return 0, fmt.Errorf("participants start from the result %s, and what ends with it was not given, so that nobody can tell which round this is; --from names it: %w", startOf(c.Run), fault.ErrUsage)
	}
	return n, nil
}

func next(start string, chains ...*bundle.Chain) (n int, known bool) {
	if start == "" {
		return 1, true
	}
	for _, c := range chains {
		if before := c.Before(start); before != nil {
			return before.Round + 1, true
		}
	}
	return 0, false
}

// round checks the number of the round against the chains of its participants. Where what
// these start from is missing, nothing can be said of its number.
func (s *Statement) round(start string, chains []*bundle.Chain) error {
	if n, known := next(start, chains...); known && s.Round != n {
		return fmt.Errorf("the round says that it is number %d, by what its participants start from it is number %d: %w", s.Round, n, fault.ErrRejected)
	}
	return nil
}

// startOf returns the result that the participants start from, "" for a public origin.
func startOf(run *bundle.Statement) string {
	if run.Origin.Kind != bundle.Continued {
		return ""
	}
	return hex.EncodeToString(run.Origin.Predecessor[:])
}
