package mode

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// Verifier checks proofs. It is safe for concurrent use.
type Verifier struct {
	Setup *commitments.VerifierSetup
	Wraps Wraps // nil verifies no proof of a wrapped mode
}

// Wraps verifies the proofs of wrapped modes, under the conditions of Verify. It
// is safe for concurrent use.
type Wraps interface {
	Verify(ctx context.Context, n Name, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error
}

// Verify checks an encoded proof of a statement.
//
// Soundness: see the functions of package verifier, and those of what verifies
// wraps. The mode must come from what the caller trusts, not from the proof.
//
// Errors wrap fault.ErrVersion for a mode that the verifier does not know.
func (v *Verifier) Verify(ctx context.Context, n Name, st *statement.Statement, encoded []byte) error {
	b := v.NewBatch()
	if err := b.add(ctx, n, st.Kind, st, encoded); err != nil {
		return err
	}
	return b.Check()
}

// Batch verifies several proofs, whose equations between points it decides
// together. It is not safe for concurrent use.
type Batch struct {
	verifier *Verifier
	points   *commitments.Batch
	keys     []Keys // of the wraps verified
}

// NewBatch returns a batch without proofs.
func (v *Verifier) NewBatch() *Batch {
	return &Batch{verifier: v, points: v.Setup.NewBatch(rand.Reader)}
}

// Add checks an encoded proof of a statement, but for what it leaves to Check.
// place is what errors call it.
//
// Soundness: as of Verify, and no proof counts before Check has returned nil.
func (b *Batch) Add(ctx context.Context, n Name, place string, st *statement.Statement, encoded []byte) error {
	if err := b.add(ctx, n, place, st, encoded); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	return nil
}

func (b *Batch) add(ctx context.Context, n Name, place string, st *statement.Statement, encoded []byte) error {
	v := b.verifier
	if err := n.Check(); err != nil {
		return err
	}
	switch n {
	case Validity:
		return verifier.Add(b.points, place, v.Setup, st, encoded)
	case ZK:
		return verifier.AddCommitted(b.points, place, v.Setup, st, encoded)
	}
	if v.Wraps == nil {
		return fmt.Errorf("proofs of mode %s are not verified here: %w", n, fault.ErrVersion)
	}
	if err := v.Wraps.Verify(ctx, n, v.Setup, st, encoded); err != nil {
		return err
	}
	var keys Keys
	if h, ok := v.Wraps.(KeyHolder); ok {
		keys = h.KeysOf(ctx, n, v.Setup, st.Layout)
	}
	if !slices.Contains(b.keys, keys) {
		b.keys = append(b.keys, keys)
	}
	return nil
}

// Keys tells where the keys come from that wraps were verified with, each origin once.
func (b *Batch) Keys() []Keys { return b.keys }

// Check decides what the proofs left, and names one that is false.
func (b *Batch) Check() error { return b.points.Check() }
