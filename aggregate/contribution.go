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
	Name    string // of where it came from, for people; may be empty
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
			return fmt.Errorf("%s does not do what %s does: %w: %w", c.called(i), list[0].called(0), fault.ErrRejected, err)
		}
		if differs := list[0].startDiffers(c); differs != "" {
			return fmt.Errorf("%s starts from %s than %s: %w", c.called(i), differs, list[0].called(0), fault.ErrRejected)
		}
	}
	parts := make([][][]bn254.G1Affine, len(list))
	for i, c := range list {
		for k := range c.Run.Parts {
			parts[i] = append(parts[i], c.Run.Parts[k].Tensors()...)
		}
	}
	if i, j, shared := bundle.SharedRow(parts); shared {
		return fmt.Errorf("%s and %s train on the same committed rows, which would count twice: %w", list[i].called(i), list[j].called(j), fault.ErrRejected)
	}
	return nil
}

// called is what messages call the contribution at place i, from 0.
func (c *Contribution) called(i int) string { return Called(i, c.Name) }

// Called is what messages call participant i, from 0, whose name may be empty.
func Called(i int, name string) string {
	if name == "" {
		return fmt.Sprintf("participant %d", i+1)
	}
	return fmt.Sprintf("participant %d (%s)", i+1, name)
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
	case a.Network.Choices().RateShift != b.Network.Choices().RateShift && a.Rate() != b.Rate():
		return fmt.Errorf("its learning rate is %s, not %s", b.Rate(), a.Rate())
	case a.Network.Digest() != b.Network.Digest():
		return fmt.Errorf("it is about another program (architecture, formats, loss or batch size): it should have %s", a.Network.Difference(b.Network))
	case a.Context != b.Context:
		return fmt.Errorf("its context is %s, not %s", fault.Quote(b.Context), fault.Quote(a.Context))
	case a.Steps() != b.Steps():
		return fmt.Errorf("it takes %d steps, not %d", b.Steps(), a.Steps())
	case !slices.Equal(a.Rates, b.Rates):
		return fmt.Errorf("its learning rate is %s, not %s", b.Rate(), a.Rate())
	case x.Order != y.Order || x.Tail != y.Tail || x.Seed != y.Seed:
		return fmt.Errorf("it reads its rows in %v order by seed %s, epoch tails: %v, not %v by %s, %v", y.Order, fault.Quote(y.Seed), y.Tail, x.Order, fault.Quote(x.Seed), x.Tail)
	case b.Origin.Kind == bundle.Private:
		return fmt.Errorf("its initial weights are private, so that nobody can tell whether they are those of the others")
	}
	return nil
}

// startDiffers says from what else d starts, so that "than c" follows; "" if both start
// from the same weights.
func (c *Contribution) startDiffers(d *Contribution) string {
	a, b := &c.Run.Origin, &d.Run.Origin
	switch {
	case a.Kind != b.Kind:
		return fmt.Sprintf("weights of another origin (%v, not %v)", b.Kind, a.Kind)
	case a.Predecessor != b.Predecessor:
		return fmt.Sprintf("another result (%x, not %x)", b.Predecessor, a.Predecessor)
	case a.Seed != b.Seed:
		return fmt.Sprintf("weights of another seed (%s, not %s)", fault.Quote(b.Seed), fault.Quote(a.Seed))
	case a.Scheme != b.Scheme:
		return fmt.Sprintf("weights drawn in another way (%s, not %s)", fault.Quote(b.Scheme), fault.Quote(a.Scheme))
	case a.Bits != b.Bits:
		return fmt.Sprintf("weights of another size (below 2^%d, not 2^%d)", b.Bits, a.Bits)
	case !bytes.Equal(a.Encode(), b.Encode()):
		return "other published weights"
	case b.Kind == bundle.Continued && c.Run.Initial.Digest() != d.Run.Initial.Digest():
		return "other commitments to the same result"
	}
	return ""
}
