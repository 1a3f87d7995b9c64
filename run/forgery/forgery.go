// Package forgery makes the bundle of a dishonest trainer, for demonstrations
// and for tests of the verifier: the statement of an honest run, and proofs,
// as good as package forger's are, of an execution that may be another.
// Nothing that proves, audits or verifies imports it (package architecture).
package forgery

import (
	"context"
	"crypto/rand"
	"path/filepath"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/train"
)

// Execution returns, segment by segment, what is claimed to be the execution
// of a run.
type Execution func(*train.Run, *ops.Tables) ([]*train.Trace, error)

// Write writes the bundle about a claimed execution to the directory of a run
// whose dataset is committed. It is not checked.
func Write(ctx context.Context, d *run.Directory, execute Execution) error {
	j, err := d.Job()
	if err != nil {
		return err
	}
	tables := ops.NewTables()
	traces, err := execute(j.Run, tables)
	if err != nil {
		return err
	}
	b, err := forge(ctx, d, j, traces, tables)
	if err != nil {
		return err
	}
	encoded, err := b.Marshal()
	if err != nil {
		return err
	}
	return artefact.WriteFile(filepath.Join(d.Path, run.BundleFile), encoded, artefact.PublicMode)
}

// forge proves, as far as can be, that a job was executed as the traces say.
func forge(ctx context.Context, d *run.Directory, j *run.Job, traces []*train.Trace, tables *ops.Tables) (*bundle.Bundle, error) {
	p := j.Run.Program
	initial, err := owner.CommitWeights(j.Setup, p, network.WeightTensors(p), traces[0].Before, rand.Reader)
	if err != nil {
		return nil, err
	}
	claims, err := bundle.NewClaims(j.Statement(d.Config, [32]byte{}, initial), tables)
	if err != nil {
		return nil, err
	}
	by := &forger.Prover{Prover: proving.Prover{Setup: j.Setup, Cache: d.Keys(), Rand: rand.Reader}}
	by.Saw(claims.Run.Mode, j.Certificates[0])
	prover := &owner.RunProver{By: by, Claims: claims, Parts: j.Parts}
	b := &bundle.Bundle{Statement: claims.Run, Datasets: j.Certificates}
	if b.Weights, err = prover.CertifyWeights(ctx, initial, traces[0].Before); err != nil {
		return nil, err
	}
	if err := prover.Certified(b.Datasets, b.Weights, initial); err != nil {
		return nil, err
	}
	before := initial.Trained(p)
	for i, trace := range traces {
		after, err := owner.CommitWeights(j.Setup, p, p.OfRole(graph.Weight), trace.After, rand.Reader)
		if err != nil {
			return nil, err
		}
		sys, claim, err := prover.SegmentClaim(i, before, after)
		if err != nil {
			return nil, err
		}
		encoded, err := prover.Segment(ctx, sys, claim, trace, before, after)
		if err != nil {
			return nil, err
		}
		b.Segments = append(b.Segments, bundle.Segment{After: after.Public, Proof: encoded})
		before = after
	}
	return b, nil
}
