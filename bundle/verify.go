package bundle

import (
	"context"
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// Options of a verification.
type Options struct {
	// Wraps verifies the proofs of wrapped modes; nil for none of them.
	Wraps mode.Wraps
	// AllowInsecure accepts the development setup, with which anyone can forge.
	AllowInsecure bool
	// MaxMemory is how much memory the verification may take, in bytes; 0 stands
	// for memory.Default. What a statement asks for is estimated first.
	MaxMemory int64
	// From is what a continued run starts from, as the caller has verified it; nil:
	// not given, and reported as not checked. That it is what the run names is
	// checked here.
	From *Predecessor
	// Progress is told how many of the proofs have been checked; may be nil.
	Progress func(done, total int)
}

// Verify checks the bundle against what is expected of it, then every
// certificate and every segment's proof. The systems that proofs are about are
// derived from the statement, never from a proof. A continued run must start from the
// predecessor given; the predecessor's own proofs are the caller's to check first.
//
// Errors wrap fault.ErrRejected (a proof or an expectation is false),
// fault.ErrMalformed (a proof is no proof of its statement's shape),
// fault.ErrVersion (another setup or other keys, or an insecure setup that is not
// allowed), or are ctx's. They name the proof and the check that failed. Where
// the verifier's own machine fails there is no verdict: fault.ErrInput,
// fault.ErrResources, or an error of no kind.
//
// Soundness: an accepted bundle shows what Report.Proven says, under what
// Report.Assumed says. The caller must still look at Report.Unpinned: unless it
// is empty the bundle may be about another training than the caller means; at
// Report.NotChecked, and trust the setup (protocol, section 16).
func Verify(ctx context.Context, b *Bundle, expect Expectation, setup *commitments.VerifierSetup, opts Options) (_ *Report, err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	if err := b.Check(); err != nil {
		return nil, err
	}
	s := b.Statement
	if setup.ID != s.Setup || setup.RowBits != s.RowBits {
		return nil, fmt.Errorf("the bundle was made with setup %x of rows of 2^%d cells, verifying with %x of 2^%d: %w",
			s.Setup[:8], s.RowBits, setup.ID[:8], setup.RowBits, fault.ErrVersion)
	}
	if setup.Insecure && !opts.AllowInsecure {
		return nil, fmt.Errorf("the bundle was made with the INSECURE development setup: anyone can forge such proofs; --allow-insecure-setup verifies it all the same: %w", fault.ErrVersion)
	}
	report, err := newReport(b, setup)
	if err != nil {
		return nil, fault.OfFile(err)
	}
	if err := report.follow(b, opts.From); err != nil {
		return nil, err
	}
	report.Proven = proven(s, &report.Facts, report.before)
	if err := expect.compare(s, report); err != nil {
		return nil, err
	}
	if opts.MaxMemory == 0 {
		opts.MaxMemory = memory.Default
	}
	if err := b.Memory().Check("verifying this bundle", opts.MaxMemory); err != nil {
		return nil, err
	}
	claims, err := NewClaims(s, ops.NewTables())
	if err != nil {
		return nil, fault.OfFile(err)
	}
	v := newVerification(ctx, b, setup, opts)
	if err := v.certificates(b, claims); err != nil {
		return nil, falseProof(err)
	}
	before := s.Trained()
	for i, seg := range b.Segments {
		first, count := s.Range(i)
		place := fmt.Sprintf("segment %d of %d (steps %d to %d)", i+1, len(b.Segments), first, first+count-1)
		_, st, err := claims.Segment(i, v.digests, s.Before(before), seg.After)
		if err = fault.OfFile(err); err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		if err := v.proof(place, st, seg.Proof); err != nil {
			return nil, falseProof(err)
		}
		before = seg.After
	}
	if err := v.batch.Check(); err != nil {
		return nil, falseProof(err)
	}
	report.Assumed = s.Mode.Assumed(setup.Kind, v.batch.Keys()...)
	report.assumeChain()
	return report, nil
}

// falseProof says that a proof which is refused is false.
func falseProof(err error) error {
	if errors.Is(err, fault.ErrRejected) {
		return fmt.Errorf("the proof is false: %w", err)
	}
	return err
}

func newVerification(ctx context.Context, b *Bundle, setup *commitments.VerifierSetup, opts Options) *verification {
	verifier := &mode.Verifier{Setup: setup, Wraps: opts.Wraps}
	return &verification{
		ctx: ctx, mode: b.Statement.Mode, total: len(b.Datasets) + 1 + len(b.Segments), progress: opts.Progress,
		batch: verifier.NewBatch(),
	}
}

// verification is the state of one call of Verify.
type verification struct {
	ctx         context.Context
	mode        mode.Name
	batch       *mode.Batch
	digests     [][32]byte // of the certificates
	done, total int
	progress    func(done, total int)
}

func (v *verification) certificates(b *Bundle, claims *Claims) error {
	for i, encoded := range b.Datasets {
		place := fmt.Sprintf("certificate of dataset part %d", i)
		of, err := claims.Dataset(i)
		if err = fault.OfFile(err); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		v.digests = append(v.digests, DatasetDigest(of, encoded))
		if err := v.count(VerifyDataset(v.ctx, v.batch, v.mode, place, of, encoded)); err != nil {
			return err
		}
	}
	const place = "certificate of the initial weights"
	_, st, err := claims.Weights()
	if err = fault.OfFile(err); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	v.digests = append(v.digests, CertificateDigest(b.Weights, st))
	return v.proof(place, st, b.Weights)
}

func (v *verification) proof(place string, st *statement.Statement, encoded []byte) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	return v.count(v.batch.Add(v.ctx, v.mode, place, st, encoded))
}

// count tells of one more thing that has been looked at, unless err says otherwise.
func (v *verification) count(err error) error {
	if err != nil {
		return err
	}
	v.done++
	if v.progress != nil {
		v.progress(v.done, v.total)
	}
	return nil
}
