package audit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// TestVerifyRefusesEachDifference: an audit that is true, and one thing that
// the verifier has not asked for.
func TestVerifyRefusesEachDifference(t *testing.T) {
	w, in := inputs(t)
	ctx := context.Background()
	b, _, err := Prove(ctx, parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{SRS: w.srs.Verifier()}
	verify := func(ctx context.Context, b *Bundle, v *mode.Verifier, change func(e *Expectation), o Options) error {
		e := w.expectations(parse(t, claims))
		if change != nil {
			change(&e)
		}
		o.AllowInsecure = true
		_, err := Verify(ctx, b, e, v, o)
		return err
	}
	if err := verify(ctx, b, v, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	last := len(b.Claims) - 1
	for name, test := range map[string]struct {
		change func(e *Expectation)
		says   string
	}{
		"a claim more":      {func(e *Expectation) { e.Claims.Items = append(e.Claims.Items, e.Claims.Items[0]) }, "claims, the audit has"},
		"last claim less":   {func(e *Expectation) { e.Claims.Items = e.Claims.Items[:last] }, "claims, the audit has"},
		"another kind":      {func(e *Expectation) { e.Claims.Items[0].Kind = "x" }, "claim 1 is expected to be"},
		"last claim's kind": {func(e *Expectation) { e.Claims.Items[last].Kind = "x" }, "is expected to be"},
	} {
		if err := verify(ctx, b, v, test.change, Options{}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	longer, err := commitments.DevelopmentVerifierSRS(w.srs.RowBits + 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(ctx, b, &mode.Verifier{SRS: longer}, nil, Options{}); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "the audit was made with SRS") {
		t.Errorf("another SRS: %v", err)
	}
	b.SRS[5] ^= 1
	if err := verify(ctx, b, v, nil, Options{}); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "the audit was made with SRS") {
		t.Errorf("another SRS of as long rows: %v", err)
	}
	b.SRS[5] ^= 1
	if err := verify(ctx, b, v, nil, Options{MaxMemory: 1}); !errors.Is(err, fault.ErrResources) {
		t.Errorf("one byte of memory: %v", err)
	}

	// A claim that has no proof has no bytes of one.
	public := slices.IndexFunc(b.Claims, func(c Proven) bool { return len(c.Proof) == 0 })
	if public < 0 {
		t.Fatal("every claim has a proof")
	}
	b.Claims[public].Proof = []byte{1}
	if err := verify(ctx, b, v, nil, Options{}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("bytes of no proof: %v", err)
	}
	b.Claims[public].Proof = nil

	// Cancelled after any of its proofs, a verification is none.
	for stop := 1; stop <= len(b.Parts)+len(b.Claims); stop++ {
		cancelled, cancel := context.WithCancel(ctx)
		progress := func(done, _ int) {
			if done == stop {
				cancel()
			}
		}
		if err := verify(cancelled, b, v, nil, Options{Progress: progress}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d: %v", stop, err)
		}
		cancel()
	}
}

// TestWhatCannotBeVerifiedIsNotVerified: whatever keeps a proof from being
// looked at, keys or an SRS that are not its own, is no acceptance.
func TestWhatCannotBeVerifiedIsNotVerified(t *testing.T) {
	w, in := inputs(t)
	b, _, err := Prove(context.Background(), parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	longer, err := commitments.DevelopmentVerifierSRS(w.srs.RowBits + 1)
	if err != nil {
		t.Fatal(err)
	}
	e := w.expectations(nil)
	subjects, err := b.subjects(&e)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Claims {
		c := &b.Claims[i]
		if len(c.Proof) == 0 {
			continue
		}
		if err := verifyClaim(context.Background(), &b.Frame, &c.Item, subjects, &mode.Verifier{SRS: longer}, c.Released, c.Proof, ops.NewTables()); !errors.Is(err, fault.ErrVersion) {
			t.Errorf("claim %q with another SRS: %v", c.Name, err)
		}
	}
}
