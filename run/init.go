package run

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"os"
	"path/filepath"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// ConfigFile is the name of a run's configuration in its directory.
const ConfigFile = "run.toml"

// DefaultTestRows asks Init to choose how many rows are held out.
const DefaultTestRows = -1

// Init makes a run directory and writes its run.toml. Choices that c leaves
// empty (for Test.Rows: DefaultTestRows) are made from the model and the data,
// which are read and must fit. File names in c are relative to the working
// directory. A directory that has a run.toml is refused.
func Init(dir string, c *Config) (*Survey, error) {
	if err := refuseConfigured(dir); err != nil {
		return nil, err
	}
	found, err := c.complete()
	if err != nil {
		return nil, err
	}
	return found, c.writeTo(dir)
}

// Survey is what Init has found in the data: how the rows of each part are
// divided, and what their owner should know, and do.
type Survey struct {
	Parts   []Division
	Remarks []error
}

// Division says how many rows of a part are trained on and how many held out:
// fewer or more than were asked for where equal rows stay on one side.
type Division struct {
	Part    string `json:"part"`
	Trained int    `json:"trained"`
	Held    int    `json:"held_out"`
}

// refuseConfigured refuses a directory that has a run.toml.
func refuseConfigured(dir string) error {
	path := filepath.Join(dir, ConfigFile)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already; edit it, or choose another directory: %w", path, fault.ErrUsage)
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w: %w", path, fault.ErrInput, err)
	}
	return nil
}

// writeTo makes the run directory and writes its run.toml. Requires names
// relative to the working directory.
func (c *Config) writeTo(dir string) error {
	if err := artefact.MakeFolder(dir, 0o755); err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	if err := c.relocate(dir); err != nil {
		return err
	}
	return writeConfig(filepath.Join(dir, ConfigFile), c)
}

// relocate makes file names relative to the run directory.
func (c *Config) relocate(dir string) error {
	base, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("run directory: %w: %w", fault.ErrInput, err)
	}
	for _, name := range c.files() {
		if *name == "" || filepath.IsAbs(*name) {
			continue
		}
		abs, err := filepath.Abs(*name)
		if err == nil {
			*name, err = filepath.Rel(base, abs)
		}
		if err != nil {
			return fmt.Errorf("path %s: %w: %w", *name, fault.ErrInput, err)
		}
	}
	return nil
}

// files are the names of files in a run's choices, "" where there is none.
func (c *Config) files() []*string {
	names := []*string{&c.Model.File, &c.Columns.Encoding, &c.Audit.Ledger, &c.Initial.Run}
	for i := range c.Data {
		names = append(names, &c.Data[i].File, &c.Data[i].Labels, &c.Data[i].Part, &c.Data[i].Opening)
	}
	if c.Proof.setupFile() {
		names = append(names, &c.Proof.Setup)
	}
	return names
}

// fallback sets an empty choice.
func fallback[T comparable](choice *T, value T) {
	var zero T
	if *choice == zero {
		*choice = value
	}
}

// complete makes the choices that are left open. Requires names relative to
// the working directory.
func (c *Config) complete() (*Survey, error) {
	fallback(&c.Model.BatchAxis, autoAxis)
	f, normalise := network.DefaultFormats(), "standard"
	if a, err := ReadArchitecture(c.Model.File, c.Model.BatchAxis); err == nil && a.TakesIndices() {
		f, normalise = a.DefaultFormats(), "none"
	}
	fallback(&c.Formats.Feature, f.Feature)
	fallback(&c.Formats.Activation, f.Activation)
	fallback(&c.Formats.Error, f.Error)
	fallback(&c.Rate.Decay, string(number.NoDecay))
	fallback(&c.Schedule.Order, "shuffled")
	if c.Schedule.Order == "shuffled" {
		fallback(&c.Schedule.Seed, "zkaudit-1")
	}
	fallback(&c.Schedule.Tail, "drop")
	fallback(&c.Test.From, "spread")
	fallback(&c.Initial.From, "seed")
	if c.Initial.From != fromRun {
		fallback(&c.Initial.Seed, "zkaudit-1")
	}
	fallback(&c.Proof.Mode, string(mode.Default))
	if mode.Name(c.Proof.Mode).Wrapped() {
		fallback(&c.Proof.Setup, DevelopmentSetup)
	}
	fallback(&c.Proof.Setup, TransparentSetup)
	if err := c.completeColumns(normalise); err != nil {
		return nil, err
	}
	return c.fit()
}

// completeColumns makes the choices about files that are left open.
func (c *Config) completeColumns(normalise string) error {
	fallback(&c.Columns.Header, "auto")
	fallback(&c.Columns.Separator, recipe.Auto)
	fallback(&c.Columns.DecimalComma, recipe.Auto)
	fallback(&c.Columns.Thousands, recipe.Auto)
	fallback(&c.Columns.Normalise, normalise)
	fallback(&c.Columns.NormaliseTargets, "none")
	fallback(&c.Columns.Impute, "none")
	if len(c.Data) == 0 {
		return fmt.Errorf("no data given: %w", fault.ErrUsage)
	}
	if c.Columns.Format == "" {
		format, err := data.FormatOf(c.Data[0].File)
		if err != nil {
			return fmt.Errorf("data: %w", err)
		}
		c.Columns.Format = format.Name
	}
	return nil
}

// fit makes the choices that depend on the model and the data.
func (c *Config) fit() (*Survey, error) {
	trial := *c
	fallback(&trial.Training.Batch, 1)
	if len(c.Training.Rates) == 0 {
		fallback(&trial.Training.Rate, "1")
	}
	m, err := readModel(".", &trial)
	if err != nil {
		return nil, err
	}
	if err := m.checkTrainable(); err != nil {
		return nil, err
	}
	p := m.program()
	c.Training.Loss, c.Training.Labels = string(p.Loss.Kind), string(p.Loss.Labels)
	if len(c.Training.Rates) == 0 {
		fallback(&c.Training.Rate, defaultRate(p.Loss.Kind))
	}
	fallback(&c.Initial.Scheme, string(schemeFor(p)))
	if c.Test.Rows == DefaultTestRows {
		trial.Test.Rows = 0
		all, err := readDataset(".", &trial, p)
		if err != nil {
			return nil, err
		}
		c.Test.Rows = all.holdOutDefault()
	}
	trial.Test = c.Test
	d, err := readDataset(".", &trial, p)
	if err != nil {
		return nil, err
	}
	if _, err := c.without(d.trained()); err != nil {
		return nil, err
	}
	parts, rows := c.divisions(d)
	t := &c.Training
	if t.Batch == 0 {
		t.Batch = min(64, max(4, 1<<bits.Len(uint(rows/16))), rows)
	}
	if t.Batch > rows {
		return nil, fault.Advise(fmt.Errorf("a batch of %d, there are %d rows to train on: %w", t.Batch, rows, fault.ErrUsage), "lower %s", "training.batch")
	}
	if t.Epochs == 0 && t.Steps == 0 {
		perEpoch := rows / t.Batch
		t.Epochs = max(2, (defaultSteps(p.Loss.Kind)+perEpoch-1)/perEpoch)
	}
	found := &Survey{Parts: parts, Remarks: d.remarks}
	if err := c.tellLayout(d, found); err != nil {
		return nil, err
	}
	return found, c.size(d.trained())
}

// tellLayout states how the files are laid out that an encoding was fitted to,
// and remarks on what is unusual.
func (c *Config) tellLayout(d *dataset, found *Survey) error {
	if c.Columns.Format != data.CSV || c.Columns.Encoding != "" || d.recipes[0] == nil || d.imported[0] != nil {
		return nil
	}
	l, err := data.LayoutOf(d.recipes[0].Encoding)
	if err != nil {
		return err
	}
	if told := c.Columns; told.Separator == recipe.Auto && l.Separator != ',' || told.DecimalComma == recipe.Auto && l.DecimalComma || told.Thousands == recipe.Auto && l.Thousands != data.NoMark {
		found.Remarks = append(found.Remarks, fault.Advise(fmt.Errorf("%s is read with %s, as its beginning tells", c.Data[0].File, l), "say otherwise by %s, %s and %s", "columns.separator", "columns.decimal_comma", "columns.thousands"))
	}
	if c.Columns.Separator, c.Columns.DecimalComma = data.SeparatorName(l.Separator), "no"; l.DecimalComma {
		c.Columns.DecimalComma = "yes"
	}
	c.Columns.Thousands = data.MarkName(l.Thousands)
	return nil
}

// defaultRate is smaller where the gradient of an output grows with its
// distance from the target; that of a cross-entropy is at most 1.
func defaultRate(loss graph.LossKind) string {
	if loss == graph.MeanSquaredError {
		return "0.03"
	}
	return "0.1"
}

// defaultSteps is how many steps are taken at least: at a smaller rate, more.
func defaultSteps(loss graph.LossKind) int {
	if loss == graph.MeanSquaredError {
		return 1000
	}
	return 200
}

// holdOutDefault is how many rows of every part are held out where nobody says:
// a fifth of the smallest, none of parts that are small. Imported parts hold
// none out.
func (d *dataset) holdOutDefault() int {
	smallest, own := math.MaxInt, 0
	for i, part := range d.train {
		if d.imported[i] == nil {
			smallest, own = min(smallest, part.Rows), own+1
		}
	}
	if smallest < 20 || own == 0 {
		return 0
	}
	return smallest / 5
}

// divisions say how a dataset is divided, and how many rows are trained on.
func (c *Config) divisions(d *dataset) (parts []Division, trained int) {
	for i, part := range d.train {
		name, _ := c.names(i)
		division := Division{Part: name, Trained: part.Rows}
		if d.test[i] != nil {
			division.Held = d.test[i].Rows
		}
		parts, trained = append(parts, division), trained+part.Rows
	}
	return parts, trained
}

func schemeFor(p *graph.Program) network.Scheme {
	for i := range p.Nodes {
		if k := p.Nodes[i].Kind; k == ops.KindRelu || k == ops.KindRelu6 {
			return network.He
		}
	}
	return network.Glorot
}

// size chooses the row size, and the steps of a segment where nobody did, and
// refuses what cannot be proven.
func (c *Config) size(parts schedule.Parts) error {
	fallback(&c.Proof.RowBits, commitments.DefaultRowBits)
	chosen := *c
	fallback(&chosen.Training.SegmentSteps, 1)
	if err := chosen.check(); err != nil {
		return err
	}
	m, err := readModel(".", &chosen)
	if err != nil {
		return err
	}
	s, err := c.segmenting(m, parts)
	if err != nil {
		return err
	}
	given := c.Training.SegmentSteps
	if given == 0 {
		given = s.choose()
	}
	c.Training.SegmentSteps = c.restart(s.steps, given, c.Training.SegmentSteps != 0)
	return s.check(c.Training.SegmentSteps)
}

// segmenting is about the segments of the run that is configured, on parts of so
// many rows.
func (c *Config) segmenting(m *model, parts schedule.Parts) (*segmenting, error) {
	spec := schedule.Spec{Batch: c.Training.Batch, Steps: c.Training.Steps, Parts: parts}
	if c.Schedule.Tail == schedule.Wrap.String() {
		spec.Tail = schedule.Wrap
	}
	var err error
	if spec.Without, err = c.without(parts); err != nil {
		return nil, err
	}
	if spec.Steps == 0 {
		spec.Steps = spec.StepsFor(c.Training.Epochs)
	}
	if _, whole := m.rates.ByEpoch(); !whole {
		if _, err := c.ratesOf(m.rates, spec); err != nil {
			return nil, err
		}
	}
	initial, err := m.initialWeights(&c.Initial)
	if err != nil {
		return nil, err
	}
	return &segmenting{
		program: m.program(), parts: parts, steps: max(1, spec.Steps), bits: initialBits(initial),
		mode: mode.Name(c.Proof.Mode), rowBits: c.Proof.RowBits, tables: ops.NewTables(),
	}, nil
}
