package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Chain finds what a bundle continues among the files that the flags name.
type Chain struct {
	// From names bundles, or directories of them.
	From []string

	// What the program brings.
	Read   func(path string) (*bundle.Bundle, error)
	Verify func(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor) (*bundle.Report, error)
}

// Flags adds --from.
func (c *Chain) Flags(f *pflag.FlagSet) {
	f.StringArrayVar(&c.From, "from", nil, "the bundle of a run that BUNDLE continues, or that one of these continues: once for each, in any order; a directory stands for the bundles in it that are needed")
}

// Predecessor verifies what a bundle continues, and what that continues, as far as it
// is given; nil where the bundle continues nothing that is given. Errors are those of
// bundle.Follow.
func (c *Chain) Predecessor(ctx context.Context, b *bundle.Bundle) (*bundle.Predecessor, error) {
	if len(c.From) == 0 {
		return nil, nil
	}
	required, spare, err := c.steps()
	if err != nil {
		return nil, err
	}
	from, err := bundle.Follow(ctx, predecessors(b.Statement), required, spare)
	if err != nil || len(from) == 0 {
		return nil, fault.Verdict(err)
	}
	return from[0], nil
}

// predecessors are the results that a run starts from: one, or none.
func predecessors(s *bundle.Statement) [][32]byte {
	if s.Origin.Kind != bundle.Continued {
		return nil
	}
	return [][32]byte{s.Origin.Predecessor}
}

// steps reads the files: those that are named, and those of directories.
func (c *Chain) steps() (required, spare []bundle.Step, err error) {
	for _, path := range c.From {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
		}
		if !info.IsDir() {
			step, err := c.step(path)
			if err != nil {
				return nil, nil, err
			}
			required = append(required, step)
			continue
		}
		within, err := c.bundlesIn(path)
		if err != nil {
			return nil, nil, err
		}
		spare = append(spare, within...)
	}
	return required, spare, nil
}

// bundlesIn returns the bundles in a directory. Other files may lie beside them, and
// so may bundles that cannot be read: a chain that needs one says that it is missing.
func (c *Chain) bundlesIn(dir string) ([]bundle.Step, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	var steps []bundle.Step
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		h, framed, err := HeaderOf(path)
		if err != nil || !framed || h.Kind != bundle.Kind() {
			continue
		}
		step, err := c.step(path)
		if errors.Is(err, fault.ErrResources) {
			return nil, err
		}
		if err == nil {
			steps = append(steps, step)
		}
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("%s: no bundle is in it: %w", dir, fault.ErrInput)
	}
	return steps, nil
}

// step reads a bundle, and keeps of it what a chain is found by: it is read again when
// it is its turn, so that one bundle is in memory at a time.
func (c *Chain) step(path string) (bundle.Step, error) {
	b, err := c.Read(path)
	if err != nil {
		return nil, err
	}
	result, err := b.Result()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return &runStep{chain: c, path: path, result: result.Digest(), from: slices.Clone(predecessors(b.Statement))}, nil
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
