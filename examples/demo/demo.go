package demo

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/run/forgery"
	"github.com/zkaudit/zkaudit/train"
)

// Summary is what a demonstration has shown.
type Summary struct {
	Directory string            `json:"directory,omitempty"`
	Cheat     Cheat             `json:"cheat,omitempty"`
	Commit    *run.CommitRecord `json:"commit"`
	Training  *run.TrainRecord  `json:"training,omitempty"`
	Report    *bundle.Report    `json:"report,omitempty"`
	Rejection string            `json:"rejection,omitempty"`
	Bytes     int               `json:"bundle_bytes"`
	// Audit are the claims proven on top.
	Audit      *audit.Report `json:"audit,omitempty"`
	AuditBytes int           `json:"audit_bytes,omitempty"`
	Seconds    Times         `json:"seconds"`
}

// Times are the seconds that each part took.
type Times struct {
	Setup  float64 `json:"setup"`
	Commit float64 `json:"commit"`
	Train  float64 `json:"train"`
	Prove  float64 `json:"prove"`
	Verify float64 `json:"verify"`
	Audit  float64 `json:"audit,omitempty"`
	Check  float64 `json:"audit_verify,omitempty"`
}

// Run makes a run in an empty directory, from data to the verified bundle and
// to an audit of both. If the trainer cheats, the error wraps
// fault.ErrRejected, and the summary says how far it came.
func Run(ctx context.Context, dir string, m mode.Name, cheat Cheat, o run.Options) (*Summary, error) {
	if err := cheat.Check(); err != nil {
		return nil, err
	}
	s := &Summary{Cheat: cheat}
	if err := s.Seconds.clock(&s.Seconds.Setup, func() error { return setUp(dir, m) }); err != nil {
		return nil, err
	}
	d, err := run.Open(dir, o)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := s.Seconds.clock(&s.Seconds.Commit, func() error {
		s.Commit, err = d.Commit(ctx, false)
		return err
	}); err != nil {
		return nil, err
	}
	if cheat == NoCheat {
		err = s.honest(ctx, d)
	} else {
		err = s.dishonest(ctx, d, o.Progress)
	}
	if err != nil {
		return s, err
	}
	trained, err := s.verify(ctx, dir, m, o.CacheDir, d.Keys())
	if err != nil {
		return s, err
	}
	if err := s.Seconds.clock(&s.Seconds.Audit, func() error { return s.audit(ctx, d, o.Progress) }); err != nil {
		return s, err
	}
	return s, s.Seconds.clock(&s.Seconds.Check, func() error { return s.verifyAudit(ctx, dir, m, trained, o.CacheDir, d.Keys()) })
}

func (*Times) clock(seconds *float64, what func() error) error {
	start := time.Now()
	err := what()
	*seconds = time.Since(start).Seconds()
	return err
}

func (s *Summary) honest(ctx context.Context, d *run.Directory) error {
	err := s.Seconds.clock(&s.Seconds.Train, func() (err error) {
		s.Training, err = d.Train(ctx, false)
		return err
	})
	if err != nil {
		return err
	}
	return s.Seconds.clock(&s.Seconds.Prove, func() error {
		_, err := d.Prove(ctx, false)
		return err
	})
}

func (s *Summary) dishonest(ctx context.Context, d *run.Directory, progress run.Progress) error {
	if progress != nil {
		progress.Start("train, dishonestly, and forge", 0)
		defer progress.Finish()
	}
	return s.Seconds.clock(&s.Seconds.Prove, func() error {
		return forgery.Write(ctx, d, func(r *train.Run, t *ops.Tables) ([]*train.Trace, error) { return s.Cheat.execute(r, t) })
	})
}

// maxBundle bounds the demonstration's bundle.
const maxBundle = 64 << 20

// verify does what an auditor does who has the bundle and nothing else.
func (s *Summary) verify(ctx context.Context, dir string, m mode.Name, cacheDir string, keys *wrap.Cache) (b *bundle.Bundle, err error) {
	data, err := artefact.ReadFile(filepath.Join(dir, run.BundleFile), maxBundle)
	if err != nil {
		return nil, err
	}
	s.Bytes = len(data)
	err = s.Seconds.clock(&s.Seconds.Verify, func() error {
		if b, err = bundle.Unmarshal(data); err != nil {
			return err
		}
		setup, err := commitments.SetupOf(cacheDir, b.Statement.RowBits, b.Statement.Setup)
		if err != nil {
			return err
		}
		expect, err := s.expectation(dir, m)
		if err != nil {
			return err
		}
		s.Report, err = bundle.Verify(ctx, b, expect, setup, bundle.Options{AllowInsecure: m.Wrapped(), Wraps: wrap.Verifier{Cache: keys}})
		return err
	})
	if s.Cheat == NoCheat {
		return b, err
	}
	if err == nil {
		return nil, fmt.Errorf("the verifier ACCEPTED a cheater's bundle (%s): this is a defect, please report it", s.Cheat)
	}
	if errors.Is(err, fault.ErrRejected) {
		s.Rejection = err.Error()
	}
	return nil, err
}

// expectation is what the auditor of the demonstration requires, from sources
// of its own: the dataset's owner, the seeds it drew, the terms of the deal, the
// model and how it is to be trained.
func (s *Summary) expectation(dir string, m mode.Name) (bundle.Expectation, error) {
	stated, err := run.ReadStated(filepath.Join(dir, modelFile), &run.Config{
		Training: run.TrainingConfig{Batch: batch, Rate: rate},
		Formats:  run.FormatConfig{Feature: 8, Activation: 8, Error: 10},
	})
	if err != nil {
		return bundle.Expectation{}, err
	}
	var dataset []string
	for _, part := range s.Commit.Parts {
		dataset = append(dataset, part.Digest)
	}
	order, seed, origin, originSeed, scheme, context := "shuffled", "drawn by the auditor", "seed", "drawn by the auditor, too", "he", "demo"
	count, proofs, tail, without := steps, string(m), "drop", []string{}
	return bundle.Expectation{
		Network: stated.Network, Rates: stated.Rates, OriginScheme: &scheme,
		Mode: &proofs, Tail: &tail, Without: &without,
		Dataset: &dataset, Order: &order, Seed: &seed, Origin: &origin, OriginSeed: &originSeed,
		Steps: &count, Context: &context,
	}, nil
}
