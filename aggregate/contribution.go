package aggregate

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Contribution is what the run of a participant brings to a round.
type Contribution struct {
	Run     *bundle.Statement
	Result  *bundle.Result
	Digest  [32]byte // of Result
	Samples int64    // rows that its steps have read, each counted once
}

// ContributionOf returns what a run brings to a round. It counts the rows that the
// schedule of its statement names; errors are those of bundle.Check.
//
// Soundness: the bundle is not verified here.
func ContributionOf(b *bundle.Bundle) (_ *Contribution, err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	result, err := b.Result()
	if err != nil {
		return nil, err
	}
	order, err := schedule.New(b.Statement.Schedule)
	if err != nil {
		return nil, fault.OfFile(err)
	}
	samples, err := order.Used()
	if err != nil {
		return nil, fault.OfFile(err)
	}
	return &Contribution{Run: b.Statement, Result: result, Digest: result.Digest(), Samples: samples}, nil
}

// Share makes c hold what is large, and the same in another contribution, as that one
// does, so that a thousand participants who start from one published model are not a
// thousand copies of it in memory.
func (c *Contribution) Share(with *Contribution) {
	if with.Run.Network.Digest() == c.Run.Network.Digest() {
		c.Run.Network = with.Run.Network
	}
	if slices.EqualFunc(with.Run.Origin.Cells, c.Run.Origin.Cells, slices.Equal[[]int64]) {
		c.Run.Origin.Cells = with.Run.Origin.Cells
	}
	if slices.Equal(with.Run.Rates, c.Run.Rates) {
		c.Run.Rates = with.Run.Rates
	}
}

// Agree returns fault.ErrRejected, naming a participant and what differs, unless
// all contributions may be averaged: runs of the same program, mode and setup,
// made for the same context, from the same weights, of the same number of steps,
// rates and order, and no committed rows in two of them.
//
// That the weights they start from are the same is shown by an origin that is
// public, or by commitments that are the same points.
func Agree(list []*Contribution) error {
	if len(list) < 2 {
		return fmt.Errorf("a round of %d participant(s), want at least 2: %w", len(list), fault.ErrUsage)
	}
	for i, c := range list {
		if err := list[0].agrees(c); err != nil {
			return fmt.Errorf("participant %d does not do what participant 1 does: %w: %w", i+1, fault.ErrRejected, err)
		}
	}
	parts := make([][][]bn254.G1Affine, len(list))
	for i, c := range list {
		for k := range c.Run.Parts {
			parts[i] = append(parts[i], c.Run.Parts[k].Tensors()...)
		}
	}
	if i, j, shared := bundle.SharedRow(parts); shared {
		return fmt.Errorf("participants %d and %d train on the same committed rows, which would count twice: %w", i+1, j+1, fault.ErrRejected)
	}
	return nil
}

// agrees says what differs, without a kind of fault.
func (c *Contribution) agrees(d *Contribution) error {
	a, b := c.Run, d.Run
	x, y := &a.Schedule, &b.Schedule
	switch {
	case a.Mode != b.Mode:
		return fmt.Errorf("its proofs are of mode %s, not %s", b.Mode, a.Mode)
	case a.Setup != b.Setup || a.RowBits != b.RowBits:
		return fmt.Errorf("it was made with setup %x of rows of 2^%d cells, not %x of 2^%d", b.Setup[:8], b.RowBits, a.Setup[:8], a.RowBits)
	case a.Network.Digest() != b.Network.Digest():
		return fmt.Errorf("it is about another program (architecture, formats, loss or batch size): it should have %s", a.Network.Difference(b.Network))
	case a.Context != b.Context:
		return fmt.Errorf("its context is %s, not %s", fault.Quote(b.Context), fault.Quote(a.Context))
	case a.Steps() != b.Steps():
		return fmt.Errorf("it takes %d steps, not %d", b.Steps(), a.Steps())
	case !slices.Equal(a.Rates, b.Rates):
		return fmt.Errorf("its learning rates are others")
	case x.Order != y.Order || x.Tail != y.Tail || x.Seed != y.Seed:
		return fmt.Errorf("it reads its rows in %v order by seed %s, epoch tails: %v, not %v by %s, %v", y.Order, fault.Quote(y.Seed), y.Tail, x.Order, fault.Quote(x.Seed), x.Tail)
	case b.Origin.Kind == bundle.Private:
		return fmt.Errorf("its initial weights are private, so that nobody can tell whether they are those of the others")
	case !bytes.Equal(a.Origin.Encode(), b.Origin.Encode()):
		return fmt.Errorf("it starts from other weights (origin %v, not %v, or of another seed or digest)", b.Origin.Kind, a.Origin.Kind)
	case b.Origin.Kind == bundle.Continued && a.Initial.Digest() != b.Initial.Digest():
		return fmt.Errorf("it starts from other commitments than it says")
	}
	return nil
}
