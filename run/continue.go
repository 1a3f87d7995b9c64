package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// InitContinued makes a run directory that continues the run of d, which must be
// proven: its model is what d has trained, and its initial weights are d's final ones,
// under d's commitments. What must agree for that is taken from d: formats, mode, setup
// and the size of rows; so are, where c leaves them open, loss, batch, rate and
// momentum, how columns become numbers, and the data: then the parts that d has
// committed, as they are. All other choices are those of Init. File names in c are
// relative to the working directory. d itself stays as it is.
//
// Errors wrap fault.ErrUsage for a choice that d's weights do not allow.
func (d *Directory) InitContinued(dir string, c *Config) (*Survey, error) {
	if err := refuseConfigured(dir); err != nil {
		return nil, err
	}
	if c.Initial != (InitialConfig{}) || c.Model.File != "" || c.Proof.Mode != "" || c.Proof.Setup != "" || c.Proof.RowBits != 0 {
		return nil, fmt.Errorf("model, initial weights, mode, setup and the size of rows are those of the run that is continued: %w", fault.ErrUsage)
	}
	from, err := readContinued(d.Path)
	if err != nil {
		return nil, err
	}
	setup, err := d.Setup()
	if err != nil {
		return nil, err
	}
	if err := d.handOver(c); err != nil {
		return nil, err
	}
	if err := d.keepPrecision(c); err != nil {
		return nil, err
	}
	found, err := c.complete()
	if err != nil {
		return nil, err
	}
	m, err := readModel(".", c)
	if err != nil {
		return nil, err
	}
	if err := from.fits(m, d.Mode(), setup); err != nil {
		return nil, err
	}
	initial, err := m.initialWeights(&c.Initial)
	if err != nil {
		return nil, err
	}
	if _, err := from.committed(setup, m.program(), initial); err != nil {
		return nil, err
	}
	return found, c.writeTo(dir)
}

// handOver sets the choices that a run which continues this one has of it.
func (d *Directory) handOver(c *Config) error {
	own := d.Config
	c.Initial = InitialConfig{From: fromRun, Run: d.Path}
	c.Model.File = d.file(modelFile)
	fallback(&c.Model.BatchAxis, own.Model.BatchAxis)
	fallback(&c.Formats.Feature, own.Formats.Feature)
	fallback(&c.Formats.Activation, own.Formats.Activation)
	fallback(&c.Formats.Error, own.Formats.Error)
	c.Proof.Mode, c.Proof.RowBits, c.Proof.Setup = own.Proof.Mode, own.Proof.RowBits, own.Proof.Setup
	if own.Proof.setupFile() {
		c.Proof.Setup = within(d.Path, own.Proof.Setup)
	}
	t := &c.Training
	fallback(&t.Loss, own.Training.Loss)
	fallback(&t.Labels, own.Training.Labels)
	fallback(&t.Batch, own.Training.Batch)
	if t.Rate == "" && len(t.Rates) == 0 {
		if t.Rate = own.Training.Rate; t.Rate == "" {
			t.Rate = own.Training.Rates[len(own.Training.Rates)-1]
		}
	}
	if t.Momentum == "" {
		t.Momentum, t.Nesterov = own.Training.Momentum, own.Training.Nesterov
	}
	if len(c.Data) == 0 {
		like := d.like(nil)
		c.Data, c.Columns, c.Vocabulary, c.Test, c.Audit = like.Data, like.Columns, like.Vocabulary, like.Test, like.Audit
		return nil
	}
	if c.Vocabulary == nil {
		c.Vocabulary = own.Vocabulary
	}
	return d.handOverColumns(c)
}

// handOverColumns makes columns of other files the numbers that those of this run are,
// unless c says otherwise.
func (d *Directory) handOverColumns(c *Config) error {
	format := c.Columns.Format
	if chosen := c.Columns; !reflect.DeepEqual(chosen, ColumnConfig{Format: format}) {
		return nil
	}
	c.Columns = d.like(nil).Columns
	c.Columns.Format, c.Columns.Separator, c.Columns.DecimalComma, c.Columns.Thousands = format, "", "", ""
	fitted := d.file(commitDir, encodingFile)
	if _, err := os.Lstat(fitted); err == nil {
		c.Columns.Encoding = fitted
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	return nil
}

// keepPrecision chooses the precision of rates with which weights have the fraction
// bits that they have in this run: a rate, a response and an error each add theirs.
func (d *Directory) keepPrecision(c *Config) error {
	m, err := d.readModel()
	if err != nil {
		return err
	}
	was := m.step.Network.Choices()
	bits := was.RateShift + was.Formats.Error - c.Formats.Error
	if was.Momentum != nil {
		bits += was.Momentum.Bits
	}
	momentum, err := c.Training.momentum()
	if err != nil {
		return err
	}
	if momentum != nil {
		bits -= momentum.Bits
	}
	if bits < 1 {
		err := fmt.Errorf("the weights of the run that is continued have no fraction bits left for a rate: %w", fault.ErrUsage)
		return fault.Advise(err, "lower %s or do without %s", "formats.error", "training.momentum")
	}
	c.Rate.Shift = bits
	if _, err := c.rates(); err != nil {
		return fault.Advise(err, "the weights of the run that is continued fix this precision: for larger rates raise %s, for smaller ones lower it", "formats.error")
	}
	return nil
}
