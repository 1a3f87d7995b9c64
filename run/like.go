package run

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// InitLike makes a run directory whose run.toml has every choice of d, and
// takes d's committed parts as they are: file names point to d's rows, parts
// and openings, and nothing is committed anew. Rows held out in d are no rows
// of its parts. The new run leaves out the rows named, in the notation of
// schedule.ParseRows, beside those that d leaves out. d itself stays as it is.
//
// Errors wrap fault.ErrUsage: d is not committed, or has changed since; there
// are no such rows; too few rows are left; or no claim could compare the two
// runs afterwards (see audit.Counterpart).
func (d *Directory) InitLike(dir string, without []string) (*Config, error) {
	j, err := d.jobFor(dir)
	if err != nil {
		return nil, err
	}
	c := d.like(without)
	spec, err := specOf(c, committedRows(publicParts(j.Parts), j.Setup.ID, j.Setup.RowBits))
	if err != nil {
		return nil, err
	}
	if len(without) > 0 {
		if err := j.comparable(d.Config, c, spec, without); err != nil {
			return nil, err
		}
	}
	return c, c.writeTo(dir)
}

// jobFor returns the job of a run whose choices a new run in dir takes over. Errors are
// those of InitLike.
func (d *Directory) jobFor(dir string) (*Job, error) {
	if err := refuseConfigured(dir); err != nil {
		return nil, err
	}
	j, err := d.Job()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Path, err)
	}
	return j, d.unchanged(j)
}

// unchanged refuses a run of which training has begun with other choices.
func (d *Directory) unchanged(j *Job) error {
	var trained TrainRecord
	found, err := d.readRecord(trainDir, &trained)
	if err != nil {
		return err
	}
	if digest := j.Run.Digest(); found && trained.Run != hex.EncodeToString(digest[:]) {
		return fmt.Errorf("model, data or choices in %s have changed since training: undo that first: %w", d.file(ConfigFile), fault.ErrUsage)
	}
	return nil
}

// like returns the choices of the run, with the parts it has committed, and
// more rows left out. Names are relative to the working directory.
func (d *Directory) like(without []string) *Config {
	c := *d.Config
	c.Schedule.Without = slices.Concat(c.Schedule.Without, without)
	c.Data = nil
	for i, files := range d.Config.Data {
		name, _ := d.Config.names(i)
		files.Name, files.Constants = name, nil
		files.Part, files.Opening = d.file(commitDir, name+".part"), d.file(commitDir, name+".opening")
		c.Data = append(c.Data, files)
		c.Data[i].File = within(d.Path, files.File)
		if files.Labels != "" {
			c.Data[i].Labels = within(d.Path, files.Labels)
		}
	}
	c.Test.Rows, c.Test.Commit = 0, false // held out before the parts were committed
	c.Audit.Ledger = d.Ledger()           // they are the same rows
	c.Model.File = within(d.Path, c.Model.File)
	if c.Initial.Run != "" {
		c.Initial.Run = within(d.Path, c.Initial.Run)
	}
	if c.Columns.Encoding != "" {
		c.Columns.Encoding = within(d.Path, c.Columns.Encoding)
	}
	if c.Proof.setupFile() {
		c.Proof.Setup = within(d.Path, c.Proof.Setup)
	}
	return &c
}

// comparable refuses a second run that no counterfactual claim could compare
// with this one: better now than when it is proven. c and spec are those of the
// second run, which leaves out more rows.
func (j *Job) comparable(own, c *Config, spec schedule.Spec, without []string) error {
	more := *c
	more.Schedule.Without = without
	rows, err := more.without(spec.Parts)
	if err != nil {
		return err
	}
	rates, err := c.ratesOf(j.model.rates, spec)
	if err != nil {
		return err
	}
	p, n := j.Run.Program, j.model.step.Network
	first := &audit.PublicRun{Program: p, ProgramDigest: n.Digest(), Training: &audit.Training{Schedule: j.spec, Rates: statedRates(p, j.Run.Rates), Origin: originOf(&own.Initial, p, j.Run.Initial, j.from)}}
	if j.from != nil { // both start under its commitments
		first.Training.Initial = j.from.result.Final()
	}
	second := &audit.PublicRun{Program: p, ProgramDigest: n.Digest(), Training: &audit.Training{
		Schedule: spec, Rates: statedRates(p, rates), Origin: first.Training.Origin, Initial: first.Training.Initial,
	}}
	if err := audit.Counterpart(first, second, rows); err != nil {
		return fmt.Errorf("no claim could compare the two runs afterwards: %v: %w", fault.Text(err, nil), fault.ErrUsage)
	}
	if err := first.CountReads(); err != nil {
		return err
	}
	if first.Reads(rows) == 0 {
		return fmt.Errorf("no claim could compare the two runs afterwards: the first reads none of these rows anyway: %w", fault.ErrUsage)
	}
	return nil
}
