package run

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/train"
)

// TrainRecord says what Train has made. Losses and accuracies are floats for
// people to look at; nothing is proven about them.
type TrainRecord struct {
	Run        string   `json:"run"`    // digest of everything that decides the weights
	RunID      string   `json:"run_id"` // random, in the statement
	Steps      int      `json:"steps"`
	Epochs     int      `json:"epochs"`
	Segments   int      `json:"segments"`
	Parameters int      `json:"parameters"`
	Rates      []string `json:"effective_rates"`
	Curve      []Point  `json:"curve"`
	Before     *Scores  `json:"before,omitempty"` // on the rows held out
	After      *Scores  `json:"after,omitempty"`
	Model      string   `json:"model"` // file of the trained weights
	Seconds    float64  `json:"seconds"`
}

// Point is the mean of the metrics over the steps up to Step, since the point
// before.
type Point struct {
	Step int `json:"step"`
	Scores
}

// Scores are metrics that JSON can write.
type Scores struct {
	Loss     float64  `json:"loss"`
	Accuracy *float64 `json:"accuracy,omitempty"` // nil where labels are values
}

func scoresOf(m train.Metrics) Scores {
	s := Scores{Loss: m.Loss}
	if !math.IsNaN(m.Accuracy) {
		s.Accuracy = &m.Accuracy
	}
	return s
}

// Train executes the run in exact integers and writes checkpoints and the
// trained model. It continues where an earlier call stopped; if choices or
// data have changed since, it fails with fault.ErrUsage unless restart is set,
// which discards training and proofs. A value outside its format is
// fault.ErrOverflow and names the choice that widens it.
func (d *Directory) Train(ctx context.Context, restart bool) (*TrainRecord, error) {
	j, err := d.Job()
	if err != nil {
		return nil, err
	}
	if err := d.fitsTraining(j); err != nil {
		return nil, err
	}
	if err := d.trainingFits(j); err != nil {
		return nil, err
	}
	if restart {
		if err := d.discard(trainDir); err != nil {
			return nil, err
		}
	}
	if err := d.stage(trainDir); err != nil {
		return nil, err
	}
	r, err := d.trainRecord(j)
	if err != nil {
		return nil, err
	}
	trainer, err := train.New(j.Run, d.tables)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	d.progress.Start("train", j.Run.Steps())
	final, err := trainer.Train(ctx, train.NewCheckpoints(d.file(trainDir), j.Run), d.curve(r, j))
	d.progress.Finish()
	if errors.Is(err, fault.ErrOverflow) {
		return nil, fault.Advise(err, "zkaudit calibrate finds settings that fit")
	} else if err != nil {
		return nil, err
	}
	r.Seconds += time.Since(start).Seconds()
	if err := d.score(ctx, j, r, final); err != nil {
		return nil, err
	}
	exported, err := j.model.export(final)
	if err != nil {
		return nil, err
	}
	if err := artefact.WriteFile(d.file(modelFile), exported, artefact.PrivateMode); err != nil {
		return nil, err
	}
	return r, d.writeRecord(trainDir, r)
}

// trainRecord returns the record of the run, begun now or earlier.
func (d *Directory) trainRecord(j *Job) (*TrainRecord, error) {
	digest := j.Run.Digest()
	var r TrainRecord
	found, err := d.readRecord(trainDir, &r)
	if err != nil {
		return nil, err
	}
	if found {
		if r.Run != hex.EncodeToString(digest[:]) {
			return nil, fmt.Errorf("model, data or choices in %s have changed since training began; undo that, or start over with zkaudit train --restart: %w", ConfigFile, fault.ErrUsage)
		}
		return &r, nil
	}
	var id [32]byte
	if _, err := io.ReadFull(d.rand, id[:]); err != nil {
		return nil, fmt.Errorf("run id: %w: %w", fault.ErrResources, err)
	}
	r = TrainRecord{
		Run: hex.EncodeToString(digest[:]), RunID: hex.EncodeToString(id[:]),
		Steps: j.Run.Steps(), Epochs: j.schedule.Epoch(j.Run.Steps()-1) + 1, Segments: j.Run.Segments(), Rates: j.effectiveRates(), Model: modelFile,
	}
	for _, cells := range j.Run.Initial {
		r.Parameters += len(cells)
	}
	return &r, d.writeRecord(trainDir, &r)
}

// curve returns the callback that reports progress and keeps about 20 points
// of the curve.
func (d *Directory) curve(r *TrainRecord, j *Job) func(train.Progress) {
	every := max(1, (j.Run.Steps()+19)/20)
	var loss, accuracy float64
	count := 0
	return func(p train.Progress) {
		loss, accuracy, count = loss+p.Batch.Loss, accuracy+p.Batch.Accuracy, count+1
		note := fmt.Sprintf("loss %.3f", loss/float64(count))
		if !math.IsNaN(accuracy) {
			note += fmt.Sprintf(", accuracy %.1f %%", 100*accuracy/float64(count))
		}
		d.progress.Advance(p.Step, note)
		if p.Step%every == 0 || p.Step == p.Steps {
			m := train.Metrics{Loss: loss / float64(count), Accuracy: accuracy / float64(count)}
			r.Curve = append(r.Curve, Point{Step: p.Step, Scores: scoresOf(m)})
			loss, accuracy, count = 0, 0, 0
		}
	}
}

// score evaluates the weights before and after on the rows held out.
func (d *Directory) score(ctx context.Context, j *Job, r *TrainRecord, final train.Weights) error {
	held, err := j.rows.held()
	if err != nil || held == nil {
		return err
	}
	for _, side := range []struct {
		weights train.Weights
		scores  **Scores
	}{{j.Run.Initial, &r.Before}, {final, &r.After}} {
		m, err := train.Evaluate(ctx, j.Run.Program, d.tables, side.weights, held)
		if err != nil {
			return fmt.Errorf("rows held out: %w", err)
		}
		s := scoresOf(m)
		*side.scores = &s
	}
	return nil
}
