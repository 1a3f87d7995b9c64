package run

import (
	"context"
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/train"
)

// forgeDir holds what Forge makes.
const forgeDir = "forge"

// Forge writes the bundle of a dishonest trainer, for demonstrations and tests
// of the verifier: execute returns, segment by segment, what is claimed to be
// the execution of the run, and proofs are forced whether that is true or not.
// The statement is that of the honest run. The bundle is not checked.
func (d *Directory) Forge(ctx context.Context, execute func(*train.Run, *ops.Tables) ([]*train.Trace, error)) error {
	j, err := d.prepare()
	if err != nil {
		return err
	}
	d.progress.Start("train, dishonestly", 0)
	traces, err := execute(j.run, d.tables)
	d.progress.Finish()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(d.file(forgeDir)); err != nil {
		return fmt.Errorf("discard %s: %w: %w", forgeDir, fault.ErrInput, err)
	}
	if err := d.stage(forgeDir); err != nil {
		return err
	}
	w := &proving{directory: d, job: j, stage: forgeDir, source: claimed(traces), force: true}
	var id [32]byte
	if err := w.begin(ctx, id); err != nil {
		return err
	}
	if err := w.segments(ctx); err != nil {
		return err
	}
	encoded, err := w.bundle.Marshal()
	if err != nil {
		return err
	}
	return artefact.WriteFile(d.file(BundleFile), encoded, artefact.PublicMode)
}

// claimed is an execution that somebody says took place.
type claimed []*train.Trace

func (c claimed) weights(i int) (train.Weights, error) {
	if i == 0 {
		return c[0].Before, nil
	}
	return c[i-1].After, nil
}

func (c claimed) trace(_ context.Context, i int) (*train.Trace, error) { return c[i], nil }
