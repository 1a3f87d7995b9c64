package bundle

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Predecessor is a result that the caller has verified, with the chain of
// trainings that it came of: what Options.From gives to Verify. That of a run is
// Report.Predecessor of its own verification.
//
// Soundness: who makes one says that the proofs of everything in it were checked.
type Predecessor struct {
	Result *Result
	// Chain is what was verified; its last link has ended with the result.
	Chain *Chain
	// Assumed is what the proofs of the chain rest on.
	Assumed []string
}

// last is the link that has ended with the result.
func (p *Predecessor) last() *Link { return &p.Chain.link }

// follow checks that the run starts from the predecessor that was given, if one
// was, and enters the chain into the report. Errors wrap fault.ErrRejected.
func (r *Report) follow(b *Bundle, from *Predecessor) error {
	result, err := b.Result()
	if err != nil {
		return err
	}
	digest := result.Digest()
	own := r.Facts.link(hex.EncodeToString(digest[:]))
	r.result, r.Chain = result, NewChain(own)
	if from == nil {
		return nil
	}
	if b.Statement.Origin.Kind != Continued {
		return fmt.Errorf("a predecessor was given, and the initial weights of the run are of another origin (%v): %w", b.Statement.Origin.Kind, fault.ErrRejected)
	}
	if err := from.Result.Begins(b.Statement); err != nil {
		return err
	}
	r.Chain, r.before = NewChain(own, from.Chain), from
	return nil
}

// Predecessor returns what a run that continues this one starts from. Requires a
// report that Verify has returned.
func (r *Report) Predecessor() *Predecessor {
	return &Predecessor{Result: r.result, Chain: r.Chain, Assumed: r.Assumed}
}

// assumeChain adds what the proofs of the chain assume beyond those of the run.
func (r *Report) assumeChain() {
	if r.before == nil {
		return
	}
	for _, line := range r.before.Assumed {
		if !slices.Contains(r.Assumed, line) {
			r.Assumed = append(r.Assumed, line)
		}
	}
}
