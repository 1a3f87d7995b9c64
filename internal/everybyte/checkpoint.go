package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/train"
)

// checkpointReader trains the run of the vectors once more. A checkpoint, the one between
// its two segments, is read as whoever proves them reads it: the first must end in its
// weights, the second begin with them.
func (v *vectors) checkpointReader(ctx context.Context, s *subject) error {
	again, err := v.retrained()
	if err != nil {
		return err
	}
	home, err := os.MkdirTemp("", "everybyte")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	tables := ops.NewTables()
	trainer, err := train.New(again, tables)
	if err != nil {
		return err
	}
	checkpoints := train.NewCheckpoints(home, again)
	if _, err := trainer.Train(ctx, checkpoints, nil); err != nil {
		return err
	}
	var files [3][]byte
	for i := range files {
		if files[i], err = os.ReadFile(checkpoints.Path(i)); err != nil {
			return err
		}
	}
	s.file = files[1]
	s.read = func(ctx context.Context, dir string, file []byte) (meaning [32]byte, err error) {
		trainer, err := train.New(again, tables)
		if err != nil {
			return meaning, err
		}
		c := train.NewCheckpoints(dir, again)
		for i, cells := range [][]byte{files[0], file, files[2]} {
			if _, err := private(dir, filepath.Base(c.Path(i)), cells); err != nil {
				return meaning, err
			}
		}
		if _, err := trainer.Trace(ctx, c, 0); err != nil {
			return meaning, err
		}
		trace, err := trainer.Trace(ctx, c, 1)
		if err != nil {
			return meaning, err
		}
		h := encode.NewHash("checkpoint")
		for _, id := range network.WeightTensors(again.Program) {
			h.Ints(trace.Before[id])
		}
		return h.Sum(), nil
	}
	return nil
}

// retrained is the run of the vectors in mode validity.
func (v *vectors) retrained() (*train.Run, error) {
	c, err := run.ReadConfig(filepath.Join(v.dir, "run/run.toml"))
	if err != nil {
		return nil, err
	}
	stated, err := run.ReadStated(filepath.Join(v.dir, "flowers.tflite"), c)
	if err != nil {
		return nil, err
	}
	part, err := bundle.ReadPart(filepath.Join(v.dir, "run/commit/part-000.part"))
	if err != nil {
		return nil, err
	}
	o, err := owner.ReadPartOpening(filepath.Join(v.dir, "run/commit/part-000.opening"), part)
	if err != nil {
		return nil, err
	}
	d, err := o.Recipe.Read(filepath.Join(v.dir, "flowers.csv"), "")
	if err != nil {
		return nil, err
	}
	order, err := schedule.New(v.plain.Statement.Schedule)
	if err != nil {
		return nil, err
	}
	rows, err := train.NewScheduledRows(stated.Network.Program(), order, d)
	if err != nil {
		return nil, err
	}
	return &train.Run{
		Program: stated.Network.Program(), Rates: v.plain.Statement.RatesOf(0, v.plain.Statement.Steps()), Segment: v.plain.Statement.Segment, Initial: stated.Initial, Rows: rows,
	}, nil
}
