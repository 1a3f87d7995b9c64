package verify

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/network"
)

// Chain finds what a bundle continues among the files that the flags name.
type Chain struct {
	// From names bundles and rounds, or directories of them.
	From []string

	// What the program brings.
	Read   func(path string) (*bundle.Bundle, error)
	Verify func(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor) (*bundle.Report, error)
	Rounds *Rounds

	network *network.Network // of the run that the chain leads to; nil: not known
	lacks   string
}

// Flags adds --from.
func (c *Chain) Flags(f *pflag.FlagSet) {
	f.StringArrayVar(&c.From, "from", nil, "the bundle of a run that BUNDLE continues, or that one of these continues, or a round of federated training: once for each, in any order; a directory stands for those in it that are needed")
}

// Predecessor verifies what a bundle continues, and what that continues, as far as it
// is given; nil where the bundle continues nothing that is given. Errors are those of
// bundle.Follow, or wrap fault.ErrResources: the chain takes more memory than it may.
func (c *Chain) Predecessor(ctx context.Context, b *bundle.Bundle) (*bundle.Predecessor, error) {
	if len(c.From) == 0 {
		return nil, nil
	}
	c.network = b.Statement.Network
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
	return steps.follow(ctx, results)
}

// Lacking adds to an error, if there is one, what may be why something of the chain is
// missing: files that were set aside, and rounds without all of their participants.
func (c *Chain) Lacking(err error) error {
	if err == nil || c.lacks == "" {
		return err
	}
	return fmt.Errorf("%w%s", err, c.lacks)
}

// predecessors are the results that a run starts from: one, or none.
func predecessors(s *bundle.Statement) [][32]byte {
	if s.Origin.Kind != bundle.Continued {
		return nil
	}
	return [][32]byte{s.Origin.Predecessor}
}
