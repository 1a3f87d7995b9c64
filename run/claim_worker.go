package run

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// ClaimWorker proves claims of an audit whose directory is elsewhere. It is not safe for
// concurrent use.
//
// Randomness is drawn anew for each attempt (protocol, section 19): nothing that could
// continue a proof is shipped.
type ClaimWorker struct {
	shipped *shippedClaims
	helper  *audit.Helper
	digest  [32]byte
	held    int64 // bytes of cells, as they came and as they are held
	proven  int   // the last claim that was
}

// NewClaimWorker prepares for the claims of a shipped audit. Errors wrap
// fault.ErrMalformed, fault.ErrVersion (another setup or format) or fault.ErrResources.
func NewClaimWorker(encoded []byte, o WorkerOptions) (*ClaimWorker, error) {
	s, err := decodeClaims(encoded)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{TransparentSetup, DevelopmentSetup}, s.setup) || s.audit.Mode.Wrapped() {
		return nil, fmt.Errorf("claims with setup %s in mode %s cannot be proven on other machines: %w", fault.Quote(s.setup), s.audit.Mode, fault.ErrVersion)
	}
	setup, err := CachedSetup(o.CacheDir, s.setup, s.audit.RowBits)
	if err != nil {
		return nil, err
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	s.in.Mode, s.in.By, s.in.Arena, s.in.Memory = s.audit.Mode, &proving.Prover{Setup: setup, Rand: o.Rand}, o.Arena, o.Memory
	sent, held := s.sizes()
	w := &ClaimWorker{shipped: s, held: sent + held}
	if w.digest, err = claimsID(s.audit); err != nil {
		return nil, err
	}
	w.helper, err = audit.NewHelper(s.audit, s.in)
	return w, err
}

// Describe says what audit it is, for logs: nothing that its bundle does not say.
func (w *ClaimWorker) Describe() string {
	return fmt.Sprintf("an audit to work for: %d claim(s), mode %s, %x", w.helper.Claims(), w.shipped.audit.Mode, w.digest[:8])
}

// Proven says which claim it has proven last, for logs: nothing that the audit's bundle
// does not say. Requires that it has proven one.
func (w *ClaimWorker) Proven() string { return claimName(w.helper.Name(w.proven)) }

// Prove proves a shipped claim. Errors wrap fault.ErrMalformed, fault.ErrResources where
// it does not fit the memory, and those of proving it.
func (w *ClaimWorker) Prove(ctx context.Context, input []byte) ([]byte, error) {
	c, err := decodeClaim(input, w.helper.Claims())
	if err != nil {
		return nil, err
	}
	w.proven = c.claim
	return w.helper.Prove(ctx, c.claim, c.digest, w.held)
}

func claimName(name string) string { return fmt.Sprintf("claim %q", name) }
