package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Chain finds what a bundle continues among the files that the flags name.
type Chain struct {
	// From names bundles and rounds, or directories of them.
	From []string

	// What the program brings.
	Read   func(path string) (*bundle.Bundle, error)
	Verify func(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor) (*bundle.Report, error)
	Rounds *Rounds
}

// Flags adds --from.
func (c *Chain) Flags(f *pflag.FlagSet) {
	f.StringArrayVar(&c.From, "from", nil, "the bundle of a run that BUNDLE continues, or that one of these continues, or a round of federated training: once for each, in any order; a directory stands for those in it that are needed")
}

// Predecessor verifies what a bundle continues, and what that continues, as far as it
// is given; nil where the bundle continues nothing that is given. Errors are those of
// bundle.Follow.
func (c *Chain) Predecessor(ctx context.Context, b *bundle.Bundle) (*bundle.Predecessor, error) {
	if len(c.From) == 0 {
		return nil, nil
	}
	from, err := c.verified(ctx, predecessors(b.Statement))
	if err != nil || len(from) == 0 {
		return nil, err
	}
	return from[0], nil
}

// verified verifies what ends with the given results, as far as it is given: nil for
// what is not.
func (c *Chain) verified(ctx context.Context, results [][32]byte) ([]*bundle.Predecessor, error) {
	steps, err := c.steps()
	if err != nil {
		return nil, err
	}
	from, err := bundle.Follow(ctx, results, steps.required, steps.spare)
	return from, fault.Verdict(err)
}

// predecessors are the results that a run starts from: one, or none.
func predecessors(s *bundle.Statement) [][32]byte {
	if s.Origin.Kind != bundle.Continued {
		return nil
	}
	return [][32]byte{s.Origin.Predecessor}
}

// steps are the files of a chain: those that are named, and those of directories.
type steps struct {
	chain           *Chain
	required, spare []bundle.Step
	runs            map[[32]byte]string // paths of bundles, by result
}

// steps reads the files: bundles first, without which nobody can tell what rounds end
// with.
func (c *Chain) steps() (*steps, error) {
	s := &steps{chain: c, runs: map[[32]byte]string{}}
	named, within, err := c.files()
	if err != nil {
		return nil, err
	}
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
		// Others may lie in directories, and so may some that cannot be read: a chain that
		// needs one says that it is missing.
		for _, path := range within {
			step, err := s.step(path, isRound)
			if errors.Is(err, fault.ErrResources) {
				return nil, err
			}
			if err == nil && step != nil {
				s.spare = append(s.spare, step)
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
	if digest := result.Digest(); s.runs[digest] == "" {
		s.runs[digest] = path
	}
	return &runStep{chain: s.chain, path: path, result: result.Digest(), from: slices.Clone(predecessors(b.Statement))}, nil
}

// round reads a round. What it ends with takes the network of its participants.
func (s *steps) round(path string) (bundle.Step, error) {
	if s.chain.Rounds == nil {
		return nil, fmt.Errorf("%s is a round of federated training, which is not followed here: %w", path, fault.ErrUsage)
	}
	f, err := s.chain.Rounds.Read(path)
	if err != nil {
		return nil, err
	}
	for _, digest := range f.Results() {
		if s.runs[digest] == "" {
			continue
		}
		b, err := s.chain.Read(s.runs[digest])
		if err != nil {
			return nil, err
		}
		result, err := f.Result(b.Statement.Network)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
		}
		return &roundStep{chain: s.chain, steps: s, path: path, result: result.Digest(), from: f.Results()}, nil
	}
	return nil, fmt.Errorf("%s is a round of which no participant was given; --from names their bundles, too: %w", path, fault.ErrUsage)
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
		if len(list) > 0 {
			c.Share(list[0])
		}
		list = append(list, c)
	}
	return list, nil
}

// runStep is the file of a bundle.
type runStep struct {
	chain  *Chain
	path   string
	result [32]byte
	from   [][32]byte
}

func (s *runStep) Name() string     { return s.path }
func (s *runStep) Result() [32]byte { return s.result }
func (s *runStep) From() [][32]byte { return s.from }

func (s *runStep) Verify(ctx context.Context, from []*bundle.Predecessor) (*bundle.Predecessor, error) {
	b, err := s.chain.Read(s.path)
	if err != nil {
		return nil, err
	}
	var before *bundle.Predecessor
	if len(from) > 0 {
		before = from[0]
	}
	report, err := s.chain.Verify(ctx, b, before)
	if err != nil {
		return nil, fault.Verdict(err)
	}
	return report.Predecessor(), nil
}
