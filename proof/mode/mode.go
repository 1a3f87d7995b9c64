package mode

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Name names a mode.
type Name string

// The modes.
const (
	ZK        Name = "zk"
	ZKPLONK   Name = "zk-plonk"
	ZKGroth16 Name = "zk-groth16"
	Validity  Name = "validity"
)

// Default is the mode of those who do not choose.
const Default = ZK

// Names lists the modes, the default first.
func Names() []Name { return []Name{ZK, ZKPLONK, ZKGroth16, Validity} }

// Check returns fault.ErrVersion unless the mode is known.
func (n Name) Check() error {
	for _, known := range Names() {
		if n == known {
			return nil
		}
	}
	return fmt.Errorf("mode %q, this version knows %q: %w", n, Names(), fault.ErrVersion)
}

// ZeroKnowledge reports whether proofs of the mode hide the witness. Layouts
// of such a mode are masked.
func (n Name) ZeroKnowledge() bool { return n != Validity }

// Wrapped reports whether proofs of the mode are SNARKs of a verifier.
func (n Name) Wrapped() bool { return n == ZKPLONK || n == ZKGroth16 }

// CheckSize returns fault.ErrResources for a layout of the mode whose
// conversation is too long to be proven.
func (n Name) CheckSize(l *proof.Layout) error {
	switch {
	case n.Wrapped():
		return wrap.CheckSize(l)
	case n == ZK:
		return committed.CheckSize(l)
	}
	return nil
}

// Memory estimates what a proof of the mode about a layout takes: the argument,
// and its wrap.
func (n Name) Memory(l *proof.Layout) *memory.Need {
	need := prover.Memory(l)
	if n.Wrapped() {
		wrap.AddMemory(need, l)
	}
	return need
}

// System returns what wraps the conversations of the mode. PLONK's keys come
// from the given powers, or from the development SRS if there are none.
func (n Name) System(powers *commitments.SRS) wrap.ProofSystem {
	if n == ZKGroth16 {
		return wrap.Groth16{}
	}
	if powers == nil || powers.Insecure {
		return wrap.PLONK{}
	}
	return wrap.PLONK{Strings: powers.KZG}
}

// Prover makes proofs. It is not safe for concurrent use.
type Prover struct {
	SRS   *commitments.SRS
	Cache *wrap.Cache // of wrapping keys; not used in mode validity
	Rand  io.Reader   // cryptographic; not used in mode validity
}

// Prove proves a statement in the given mode, which its layout must fit.
func (p *Prover) Prove(ctx context.Context, n Name, st *statement.Statement, secret prover.Secret) ([]byte, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	if n == Validity {
		made, err := prover.Prove(ctx, p.SRS, st, secret)
		if err != nil {
			return nil, err
		}
		return made.MarshalBinary()
	}
	if n == ZK {
		made, err := prover.ProveCommitted(ctx, p.SRS, st, secret, p.Rand)
		if err != nil {
			return nil, err
		}
		return made.MarshalBinary()
	}
	made, err := wrap.Prove(ctx, p.SRS, st, secret, n.System(p.SRS), p.Cache, p.Rand)
	if err != nil {
		return nil, err
	}
	return made.MarshalBinary()
}

// Verifier checks proofs. It is safe for concurrent use.
type Verifier struct {
	SRS *commitments.VerifierSRS
	// Powers derive PLONK's keys; nil for the development SRS, and where keys
	// are cached.
	Powers *commitments.SRS
	Cache  *wrap.Cache // of wrapping keys; not used in mode validity
}

// Verify checks an encoded proof of a statement.
//
// Soundness: see the functions of package verifier, and wrap.Verify. The mode
// must come from what the caller trusts, not from the proof.
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
}

// NewBatch returns a batch without proofs.
func (v *Verifier) NewBatch() *Batch { return &Batch{v, v.SRS.NewBatch(rand.Reader)} }

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
		return verifier.Add(b.points, place, v.SRS, st, encoded)
	case ZK:
		return verifier.AddCommitted(b.points, place, v.SRS, st, encoded)
	}
	return wrap.Verify(ctx, v.SRS, st, encoded, n.System(v.Powers), v.Cache)
}

// Check decides what the proofs left, and names one that is false.
func (b *Batch) Check() error { return b.points.Check() }
