package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// Masked returns the statement of the segment in zero knowledge. Its external
// commitments are not blinded, which costs a multiplication a row.
func (w *Workload) Masked(setup *commitments.Setup) (*statement.Statement, error) {
	return commit(setup, "segment", w.Statement.Layout.System, w.Cells, true)
}

// ProveCommitted makes a proof of the segment in mode zk, as a run does: with
// the commitment to the weights after. It returns the encoded proof and how long
// it took.
func (w *Workload) ProveCommitted(ctx context.Context, setup *commitments.Setup, masked *statement.Statement, arena *poly.Arena) ([]byte, time.Duration, error) {
	start := time.Now()
	for _, id := range w.After {
		if _, err := setup.CommitInt64(w.Cells[id].Large, nil); err != nil {
			return nil, 0, err
		}
	}
	p, err := prover.ProveCommitted(ctx, setup, masked, prover.Secret{Cells: w.Cells, Arena: arena}, rand.Reader)
	if err != nil {
		return nil, 0, err
	}
	encoded, err := p.MarshalBinary()
	return encoded, time.Since(start), err
}

// CheckCommitted verifies a proof of mode zk several times over in one batch, as
// the segments of a bundle are, and returns how long it took.
func CheckCommitted(setup *commitments.VerifierSetup, masked *statement.Statement, encoded []byte, times int) (time.Duration, error) {
	start := time.Now()
	batch := setup.NewBatch(rand.Reader)
	for i := range times {
		if err := verifier.AddCommitted(batch, fmt.Sprint("segment ", i+1), setup, masked, encoded); err != nil {
			return 0, err
		}
	}
	err := batch.Check()
	return time.Since(start), err
}
