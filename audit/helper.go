package audit

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// Helper proves claims of somebody else's Errand, of which it has all that is public, and
// what opens the commitments that its jobs are about. It is not safe for concurrent use.
//
// It states a claim as a verifier does, and computes its cells anew: of what a proof takes
// nothing travels but cells of commitments and what blinds them, and randomness is drawn
// anew for each proof (protocol, section 19).
type Helper struct {
	audit    *Bundle
	in       *Inputs
	subjects *Subjects
	tables   *ops.Tables
}

// NewHelper prepares for the jobs of an errand, given its audit. Of in it reads By, Parts,
// Runs, Models, Arena and Memory; parts and runs may have other cells than those
// that jobs open missing. Errors wrap fault.ErrMalformed where something that claims are
// about is not there, or is another thing, or fault.ErrVersion for another setup.
func NewHelper(b *Bundle, in *Inputs) (*Helper, error) {
	if setup := in.By.CommittedWith(); setup.ID != b.Setup || setup.RowBits != b.RowBits {
		return nil, fmt.Errorf("the setup is %x here, the audit has %x: %w", setup.ID[:8], b.Setup[:8], fault.ErrVersion)
	}
	for name := range b.Parts {
		if in.Parts[name] == nil {
			return nil, fmt.Errorf("part %q is not there: %w", name, fault.ErrMalformed)
		}
	}
	for name, digest := range b.Runs {
		if in.Runs[name] == nil || in.Runs[name].Digest != digest {
			return nil, fmt.Errorf("run %q is not there, or is another one: %w", name, fault.ErrMalformed)
		}
	}
	for name, id := range b.Models {
		if in.Models[name] == nil || in.Models[name].ModelID != id {
			return nil, fmt.Errorf("public model %q is not there, or is another one: %w", name, fault.ErrMalformed)
		}
	}
	return &Helper{audit: b, in: in, subjects: in.subjects(), tables: ops.NewTables()}, nil
}

// Prove proves a claim of the audit, by its number, which must be stated as the digest
// says (bundle.ClaimDigest); held is how many bytes the process holds for all claims.
// Errors wrap fault.ErrMalformed where there is no such claim, or none that needs a proof,
// fault.ErrInput where it is stated otherwise, fault.ErrResources where the proof does not
// fit the memory, and fault.ErrRejected if the claim is false.
func (h *Helper) Prove(ctx context.Context, claim int, digest [32]byte, held int64) (proof []byte, err error) {
	defer fault.Catch(&err, "claim", fault.ErrInput)
	if claim < 0 || claim >= len(h.audit.Claims) {
		return nil, fmt.Errorf("claim %d of %d: %w", claim, len(h.audit.Claims), fault.ErrMalformed)
	}
	c := &h.audit.Claims[claim]
	st, err := state(&h.audit.Frame, &c.Item, h.subjects, c.Released, h.tables)
	if err != nil {
		return nil, err
	}
	if st.statement == nil {
		return nil, fmt.Errorf("claim %q follows from public values, there is no proof of it: %w", c.Name, fault.ErrMalformed)
	}
	if bundle.ClaimDigest(st.statement) != digest {
		return nil, fmt.Errorf("claim %q is stated otherwise here than where it was asked for: one of the two machines errs: %w", c.Name, fault.ErrInput)
	}
	need := st.need(h.in.By)
	need.Add("what the claims share", held, 1)
	if err := need.Within(fmt.Sprintf("proving claim %s on this worker", fault.Quote(c.Name)), h.in.Memory, ""); err != nil {
		return nil, err
	}
	if h.in.Memory.Bytes > 0 {
		h.subjects.forwards.lower(int(h.in.Memory.Bytes-need.Bytes()) / traceBytes)
	}
	_, proof, err = st.prove(ctx, h.in.By, h.in.Arena)
	return proof, err
}

// Name is that of a claim, by its number.
func (h *Helper) Name(claim int) string { return h.audit.Claims[claim].Name }

// Claims says how many claims the audit has.
func (h *Helper) Claims() int { return len(h.audit.Claims) }
