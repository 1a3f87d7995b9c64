package verify

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// steps are the files of a chain: those that are named, and those of directories.
type steps struct {
	chain    *Chain
	required []bundle.Step
	spare    []bundle.Step // one for each result
	runs     map[[32]byte]string
	sizes    map[[32]byte]size // of what ends with each result
	// participants are the results of those of the round that is verified; none: it is a run.
	participants [][32]byte
	unverified   []string // rounds that lack participants: why, for people
	aside        asides
}

// steps reads the files: bundles first, without which nobody can tell what rounds end
// with. A file of a directory that cannot be read is set aside: others may lie there, and
// a chain that needs one says that it is missing.
func (c *Chain) steps() (*steps, error) {
	s := &steps{chain: c, runs: map[[32]byte]string{}, sizes: map[[32]byte]size{}}
	named, within, err := c.files()
	if err != nil {
		return nil, err
	}
	spare := map[[32]byte]*copies{}
	for _, isRound := range []bool{false, true} {
		for _, path := range named {
			step, err := s.step(path, isRound)
			if err != nil {
				return nil, err
			}
			if step != nil {
				s.required = append(s.required, step)
			}
		}
		for _, path := range within {
			step, err := s.step(path, isRound)
			switch {
			case err != nil:
				s.setAside(path, err)
			case step == nil:
			case spare[step.Result()] == nil:
				of := &copies{steps: s, list: []bundle.Step{step}}
				spare[step.Result()], s.spare = of, append(s.spare, of)
			default:
				of := spare[step.Result()]
				of.list = append(of.list, step)
			}
		}
	}
	return s, nil
}

// files lists those that are named, and the bundles and rounds in directories.
func (c *Chain) files() (named, within []string, err error) {
	for _, path := range c.From {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
		}
		if !info.IsDir() {
			named = append(named, path)
			continue
		}
		found, err := artefactsIn(path, bundle.Kind(), aggregate.Kind())
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			return nil, nil, fmt.Errorf("%s: no bundle is in it: %w", path, fault.ErrInput)
		}
		within = append(within, found...)
	}
	return named, within, nil
}

// step reads a bundle, or a round, and keeps of it what a chain is found by: it is read
// again when it is its turn, so that one is in memory at a time. It returns nil for a file
// of the other kind.
func (s *steps) step(path string, isRound bool) (bundle.Step, error) {
	h, framed, err := HeaderOf(path)
	if err != nil {
		return nil, err
	}
	if is := framed && h.Kind == aggregate.Kind(); is != isRound {
		return nil, nil
	}
	if isRound {
		return s.round(path)
	}
	b, err := s.chain.Read(path)
	if err != nil {
		return nil, err
	}
	result, err := b.Result()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	digest := result.Digest()
	if s.runs[digest] == "" {
		s.runs[digest] = path
	}
	s.sizes[digest] = s.sizes[digest].or(sizeOfRun(path, b, result))
	return &runStep{steps: s, path: path, result: digest, from: slices.Clone(predecessors(b.Statement))}, nil
}

// round reads a round. What it ends with takes the network of its participants, or of
// another run of the chain, which is the same.
func (s *steps) round(path string) (bundle.Step, error) {
	if s.chain.Rounds == nil {
		return nil, fmt.Errorf("%s is a round of federated training, which is not followed here: %w", path, fault.ErrUsage)
	}
	f, err := s.chain.Rounds.Read(path)
	if err != nil {
		return nil, err
	}
	network := s.chain.network
	for _, digest := range f.Results() {
		if s.runs[digest] == "" {
			continue
		}
		b, err := s.chain.Read(s.runs[digest])
		if err != nil {
			return nil, err
		}
		network = b.Statement.Network
		break
	}
	if network == nil {
		return nil, fmt.Errorf("%s is a round of which no participant was given; --from names their bundles, too: %w", path, fault.ErrUsage)
	}
	result, err := f.Result(network)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	digest := result.Digest()
	s.sizes[digest] = s.sizes[digest].or(sizeOfRound(path, f, result))
	return &roundStep{steps: s, path: path, result: digest, from: f.Results()}, nil
}

// contributions reads the bundles with the given results again.
func (s *steps) contributions(results [][32]byte) ([]*aggregate.Contribution, error) {
	var list []*aggregate.Contribution
	for _, digest := range results {
		b, err := s.chain.Read(s.runs[digest])
		if err != nil {
			return nil, err
		}
		c, err := aggregate.ContributionOf(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.runs[digest], fault.Verdict(err))
		}
		c.Name = s.runs[digest]
		if len(list) > 0 {
			c.Share(list[0])
		}
		list = append(list, c)
	}
	return list, nil
}

// follow verifies what ends with the given results, once it is known that all of it fits
// into memory.
func (s *steps) follow(ctx context.Context, results [][32]byte) ([]*bundle.Predecessor, error) {
	if err := s.need(results).Check("verifying this chain", s.chain.limit()); err != nil {
		return nil, err
	}
	from, err := bundle.Follow(ctx, results, s.required, s.spare)
	if err != nil {
		return nil, fault.Verdict(err)
	}
	if slices.ContainsFunc(from, func(p *bundle.Predecessor) bool { return p == nil || len(p.Chain.Missing()) > 0 }) {
		s.chain.lacks = s.lacks()
	}
	return from, nil
}

// called is what messages call the file that ends with a result.
func (s *steps) called(path string, result [32]byte) string {
	if k := slices.Index(s.participants, result); k >= 0 {
		return aggregate.Called(k, path)
	}
	return "the predecessor " + path
}

// setAside notes that a file of a directory was not used.
func (s *steps) setAside(path string, err error) { s.aside.add(s.chain.Rounds, path, err) }

// lacks says what may be why something is missing.
func (s *steps) lacks() string {
	var text strings.Builder
	for _, why := range s.unverified {
		fmt.Fprintf(&text, "; not verified: %s", why)
	}
	return text.String() + s.aside.perhaps()
}

// copies are files of directories that end with one result: all say the same of
// themselves, and one that is damaged must not stand in the way of one that is whole.
type copies struct {
	steps *steps
	list  []bundle.Step
	told  int // the one that is spoken of
}

func (c *copies) Name() string     { return c.list[c.told].Name() }
func (c *copies) Called() string   { return c.list[c.told].Called() }
func (c *copies) Result() [32]byte { return c.list[0].Result() }
func (c *copies) From() [][32]byte { return c.list[0].From() }

// Verify verifies the first that is valid. Where none is, what stands against one of them
// without saying that it is false is told rather than that another is.
func (c *copies) Verify(ctx context.Context, from []*bundle.Predecessor) (*bundle.Predecessor, error) {
	var told error
	for i, s := range c.list {
		p, err := s.Verify(ctx, from)
		if err == nil && p != nil && p.Result.Digest() != s.Result() {
			err = fmt.Errorf("%s ends with another result than it did: %w", s.Name(), fault.ErrRejected)
		}
		if err == nil {
			c.told = i
			return p, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		if told == nil || fault.ExitCode(told) == fault.ExitRejected && fault.ExitCode(err) != fault.ExitRejected {
			told, c.told = err, i
		}
		if len(c.list) > 1 {
			c.steps.setAside(s.Name(), err)
		}
	}
	return nil, told
}

// runStep is the file of a bundle.
type runStep struct {
	steps  *steps
	path   string
	result [32]byte
	from   [][32]byte
}

func (s *runStep) Name() string     { return s.path }
func (s *runStep) Called() string   { return s.steps.called(s.path, s.result) }
func (s *runStep) Result() [32]byte { return s.result }
func (s *runStep) From() [][32]byte { return s.from }

func (s *runStep) Verify(ctx context.Context, from []*bundle.Predecessor) (*bundle.Predecessor, error) {
	b, err := s.steps.chain.Read(s.path)
	if err != nil {
		return nil, err
	}
	var before *bundle.Predecessor
	if len(from) > 0 {
		before = from[0]
	}
	report, err := s.steps.chain.Verify(ctx, b, before)
	if err != nil {
		return nil, fault.Verdict(err)
	}
	s.steps.runs[s.result] = s.path
	return report.Predecessor(), nil
}

// roundStep is the file of a round.
type roundStep struct {
	steps  *steps
	path   string
	result [32]byte
	from   [][32]byte
}

func (s *roundStep) Name() string     { return s.path }
func (s *roundStep) Called() string   { return s.steps.called(s.path, s.result) }
func (s *roundStep) Result() [32]byte { return s.result }
func (s *roundStep) From() [][32]byte { return s.from }

// Verify returns nil for a round that lacks a participant: its proof is about the weights
// of all of them.
func (s *roundStep) Verify(ctx context.Context, from []*bundle.Predecessor) (*bundle.Predecessor, error) {
	if why := absent(from, s.from); why != "" {
		s.steps.unverified = append(s.steps.unverified, s.path+": "+why)
		return nil, nil
	}
	f, err := s.steps.chain.Rounds.Read(s.path)
	if err != nil {
		return nil, err
	}
	list, err := s.steps.contributions(s.from)
	if err != nil {
		return nil, err
	}
	report, err := s.steps.chain.Rounds.verify(ctx, f, list, from, nil)
	if err != nil {
		return nil, fault.Verdict(err)
	}
	if w := s.steps.chain.Rounds.Witness; w != nil {
		if err := w.RoundBefore(f, report); err != nil {
			return nil, err
		}
	}
	return report.Predecessor(), nil
}

// absent names the first participant of a round who was not verified; "" if all were.
func absent(runs []*bundle.Predecessor, results [][32]byte) string {
	for k, result := range results {
		if runs[k] == nil {
			return fmt.Sprintf("participant %d of %d, whose run has the result %x, was not given; --from names its bundle", k+1, len(results), result)
		}
	}
	return ""
}
