package prover

import (
	"iter"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// Phase is a part of the work of making a proof.
type Phase int

// The phases of a proof, in the order in which they begin.
const (
	Committing Phase = iota // to witness tensors and the mask row
	Script                  // the verifier's side, and what hides the conversation
	Lookups                 // the lookup tree and its sumchecks
	Tables                  // of sumchecks
	Sums                    // rounds of sumchecks
	Evaluating              // tensors at points
	Folding                 // tensors to the rows that are opened
	Reducing                // these rows to one point
	Opening                 // the evaluation proof
	phases
)

// String names the phase.
func (p Phase) String() string {
	return [phases]string{"committing", "script", "lookups", "tables", "sums", "evaluating", "folding", "reducing", "opening"}[p]
}

// Phases iterates over all phases.
func Phases() iter.Seq[Phase] {
	return func(yield func(Phase) bool) {
		for p := range phases {
			if !yield(p) {
				return
			}
		}
	}
}

// Durations are how long each phase of a proof took.
type Durations struct {
	Of [phases]time.Duration

	now   Phase
	since time.Time // when the phase began; the zero time: none has
}

// begin ends the phase that is under way, begins another, and returns the first.
func (t *Durations) begin(p Phase) Phase {
	t.end()
	was := t.now
	t.now, t.since = p, time.Now()
	return was
}

// end ends the phase that is under way.
func (t *Durations) end() {
	if !t.since.IsZero() {
		t.Of[t.now] += time.Since(t.since)
		t.since = time.Time{}
	}
}

// Total is the sum over the phases.
func (t *Durations) Total() time.Duration {
	var sum time.Duration
	for _, d := range t.Of {
		sum += d
	}
	return sum
}

// clocked is a peer whose answers are timed.
type clocked struct {
	proof.Peer[fr.Element]
	times *Durations
}

// in begins a phase, and returns what takes up the one before.
func (c *clocked) in(p Phase) func() {
	was := c.times.begin(p)
	return func() { c.times.begin(was) }
}

func (c *clocked) Lookups(alpha, beta fr.Element) {
	defer c.in(Lookups)()
	c.Peer.Lookups(alpha, beta)
}

func (c *clocked) Fractions(layer int) [4]fr.Element {
	defer c.in(Lookups)()
	return c.Peer.Fractions(layer)
}

func (c *clocked) Layer(layer int, point []proof.Coord, lambda fr.Element) {
	defer c.in(Lookups)()
	c.Peer.Layer(layer, point, lambda)
}

func (c *clocked) LayerRound() [2]fr.Element {
	defer c.in(Lookups)()
	return c.Peer.LayerRound()
}

func (c *clocked) LayerBind(r fr.Element) {
	defer c.in(Lookups)()
	c.Peer.LayerBind(r)
}

func (c *clocked) Evaluate(t relation.ID, point []proof.Coord) fr.Element {
	defer c.in(Evaluating)()
	return c.Peer.Evaluate(t, point)
}

func (c *clocked) TermValue(i *proof.Instance[fr.Element]) fr.Element {
	defer c.in(Tables)()
	return c.Peer.TermValue(i)
}

func (c *clocked) Sum(instances []*proof.Instance[fr.Element], weights []fr.Element) {
	defer c.in(Tables)()
	c.Peer.Sum(instances, weights)
}

func (c *clocked) SumRound(degree int) []fr.Element {
	defer c.in(Sums)()
	return c.Peer.SumRound(degree)
}

func (c *clocked) SumBind(r fr.Element) {
	defer c.in(Sums)()
	c.Peer.SumBind(r)
}

func (c *clocked) Reduction(groups []*proof.Group[fr.Element], weights []fr.Element) {
	defer c.in(Folding)()
	c.Peer.Reduction(groups, weights)
}

func (c *clocked) ReductionRound() [2]fr.Element {
	defer c.in(Reducing)()
	return c.Peer.ReductionRound()
}

func (c *clocked) ReductionBind(r fr.Element) {
	defer c.in(Reducing)()
	c.Peer.ReductionBind(r)
}

func (c *clocked) RowValues(n int) []fr.Element {
	defer c.in(Reducing)()
	return c.Peer.RowValues(n)
}
