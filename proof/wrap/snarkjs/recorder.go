package snarkjs

import (
	"context"
	"fmt"
	"path"
	"sync"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// Recorder verifies the wraps of mode zk-groth16 and keeps the files of their SNARKs,
// in the order in which they were verified. It says nothing of a bundle before all of
// that has been verified.
type Recorder struct {
	Wraps wrap.Verifier

	mu     sync.Mutex
	proofs []Named
}

// Named are the files of a proof under a name that a file system takes: what kind of
// proof it is, and which of this kind, from 1.
type Named struct {
	Name  string
	Files Files
}

// Verify implements mode.Wraps.
//
// Soundness: as of wrap.Verify.
func (r *Recorder) Verify(ctx context.Context, n mode.Name, setup *commitments.VerifierSetup, st *statement.Statement, encoded []byte) error {
	if n != mode.ZKGroth16 {
		return fmt.Errorf("snarkjs has no format for proofs of mode %s, but for those of %s: %w", n, mode.ZKGroth16, fault.ErrUsage)
	}
	s, err := r.Wraps.Groth16(ctx, setup, st, encoded)
	if err != nil {
		return err
	}
	files, err := Encode(s)
	if err != nil {
		return err
	}
	kind := path.Base(path.Dir(st.Kind)) // zkaudit/KIND/VERSION
	r.mu.Lock()
	defer r.mu.Unlock()
	r.proofs = append(r.proofs, Named{kind, files})
	return nil
}

// Proofs returns what has been verified.
func (r *Recorder) Proofs() []Named {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := map[string]int{}
	named := make([]Named, len(r.proofs))
	for i, p := range r.proofs {
		count[p.Name]++
		named[i] = Named{fmt.Sprintf("%s-%03d", p.Name, count[p.Name]), p.Files}
	}
	return named
}
