package run

import (
	"context"
	"time"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/estimate"
	"github.com/zkaudit/zkaudit/proof/prover"
)

// Estimate says what a run takes before any of it: each stage in a process of its own,
// whatever of it is done already.
type Estimate struct {
	Stages       []StageEstimate `json:"stages"`
	Steps        int             `json:"steps"`
	Segments     int             `json:"segments"`
	SegmentSteps int             `json:"segment_steps"`
	Segment      float64         `json:"segment_seconds"` // of the longest
	Bundle       int64           `json:"bundle_bytes"`
	Seconds      float64         `json:"seconds"`      // of the owner's stages
	Memory       int64           `json:"memory_bytes"` // of the stage that takes most
	Disk         int64           `json:"disk_bytes"`   // of all stages
	// Fits is nil if the machine has the memory and the disk; else it says what is
	// missing, and what would fit.
	Fits error `json:"-"`
}

// StageEstimate is what a stage takes.
type StageEstimate struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Memory  int64   `json:"memory_bytes"` // at the peak
	Disk    int64   `json:"disk_bytes"`   // that it writes
}

// estimation is an Estimate under way.
type estimation struct {
	*Directory
	prices  *estimate.Prices
	kind    commitments.Kind
	job     *Job
	pieces  []piece
	trained int // of pieces; the others are held out
	stand   *standIns
	public  []*bundle.PublicPart // of pieces

	text                   int64          // bytes of the files of rows, unpacked
	reading, step, waiting float64        // seconds: reading the data, a training step, before the first step
	certificates           [][]byte       // of parts that are trained on
	certified              []*prover.Work // of their proofs
	r                      Estimate
}

// Machine measures the machine for Estimate, unless that was done before, or again says
// so. It takes some fifteen seconds.
func (d *Directory) Machine(ctx context.Context, again bool) (*estimate.Machine, error) {
	setup, err := commitments.NewTransparent(commitments.DefaultRowBits, commitments.CachedGenerators(d.cacheDir))
	if err != nil {
		return nil, err
	}
	begun := false
	defer func() {
		if begun {
			d.progress.Finish()
		}
	}()
	return estimate.Cached(ctx, d.cacheDir, again, setup, func(done, of int) {
		if !begun {
			d.progress.Start("measure this machine", of)
			begun = true
		}
		d.progress.Advance(done, "")
	})
}

// Estimate says what the run takes on a machine with these prices. It reads model and
// data, executes a few training steps, and writes nothing.
func (d *Directory) Estimate(ctx context.Context, prices *estimate.Prices) (*Estimate, error) {
	e := &estimation{Directory: d, prices: prices, stand: &standIns{rowBits: d.Config.Proof.RowBits}}
	start := time.Now()
	m, rows, err := d.read()
	if err != nil {
		return nil, err
	}
	if err := m.checkTrainable(); err != nil {
		return nil, err
	}
	e.reading = time.Since(start).Seconds()
	for _, bytes := range tableBytes(d.Path, d.Config) {
		e.text += bytes
	}
	setup, err := d.Setup()
	if err != nil {
		return nil, err
	}
	e.kind = setup.Kind
	parts, tests := d.pieces(rows)
	e.pieces, e.trained = append(parts, tests...), len(parts)
	for i := range e.pieces {
		e.public = append(e.public, e.stand.part(&e.pieces[i], m.program().Loss.Labels))
	}
	order := committedRows(e.public[:e.trained], setup.ID, setup.RowBits)
	if e.job, err = uncommitted(d.Config, m, rows, order); err != nil {
		return nil, err
	}
	e.job.Setup = setup
	if e.job.from, err = d.continues(); err != nil {
		return nil, err
	}
	for _, stage := range []func(context.Context) error{e.commit, e.train, e.prove} {
		if err := stage(ctx); err != nil {
			return nil, err
		}
	}
	e.r.Fits = e.fits()
	return &e.r, nil
}

// add adds a stage of an owner's.
func (e *estimation) add(s StageEstimate) {
	e.r.Stages = append(e.r.Stages, s)
	e.r.Seconds += s.Seconds
	e.r.Memory = max(e.r.Memory, s.Memory)
	e.r.Disk += s.Disk
}

// fits returns fault.ErrResources where a stage does not fit this machine.
func (e *estimation) fits() error {
	if err := e.fitsCommit(e.job.rows, e.pieces, e.job.Run.Program.Loss.Labels); err != nil {
		return err
	}
	if err := e.fitsTraining(e.job); err != nil {
		return err
	}
	if err := e.fitsProving(e.job); err != nil {
		return err
	}
	left, known := e.space(e.Path)
	if known && e.r.Disk > left {
		return e.fitsDisk("the run", e.r.Disk, "move the directory")
	}
	return nil
}
