package run

import (
	"context"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/drift"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/train"
)

// Target is what formats are chosen for.
type Target string

// For accuracy the finest formats that do not overflow are taken, for speed those whose
// segments have the fewest cells to prove.
const (
	ForAccuracy Target = "accuracy"
	ForSpeed    Target = "speed"
)

// CalibrateOptions say what Calibrate may change, and how long it may take.
type CalibrateOptions struct {
	Target   Target
	KeepRate bool
	Steps    int // of a run at most; 0: all
	Seeds    int // initial weights that float64 is compared from; 0: 1
}

// CalibrationRecord says what Calibrate has tried and found. Like losses and accuracies
// while training, it tells of the data.
type CalibrationRecord struct {
	Target  Target        `json:"target"`
	Steps   int           `json:"steps"`
	Was     Settings      `json:"was"`
	Chosen  Settings      `json:"chosen"`
	Rates   []RateTrial   `json:"rates,omitempty"`
	Formats []FormatTrial `json:"formats"`
	// Agrees says whether the exact run ends where the one in float64 does, with what is
	// chosen: Drift says by how much they differ.
	Agrees bool   `json:"agrees"`
	Drift  *Drift `json:"drift"`
}

// Settings are those that Calibrate chooses.
type Settings struct {
	Formats FormatConfig `json:"formats"`
	Rate    string       `json:"rate,omitempty"` // "": one for each epoch
}

// RateTrial is a run in float64 at one rate.
type RateTrial struct {
	Rate string `json:"rate"`
	// Loss is the mean over the last quarter of the steps; nil where it is no number.
	Loss *float64 `json:"loss"`
}

// FormatTrial is an exact run in some formats.
type FormatTrial struct {
	Rate    string       `json:"rate,omitempty"`
	Formats FormatConfig `json:"formats"`
	Cells   int64        `json:"cells"`            // committed and looked up by a segment
	Fails   string       `json:"fails,omitempty"`  // where it overflows; or why it cannot be proven
	Result  *Scores      `json:"result,omitempty"` // at the end, the mean over the seeds: see Drift.Rows
	Float   *Scores      `json:"float"`            // of the runs in float64
	Agrees  bool         `json:"agrees"`
}

// Drift is how far the exact run in the chosen formats is from one in float64 with the
// same initial weights and rows in the same order.
type Drift struct {
	Seeds  int          `json:"seeds"`
	Rows   int          `json:"rows"`  // held out; 0: scores are those of the last steps
	Exact  Scores       `json:"exact"` // means over the seeds
	Float  Scores       `json:"float"`
	Curve  []Pair       `json:"curve"`  // of the first seed, as are layers
	Layers []LayerDrift `json:"layers"` // that make something
}

// Pair is a point of both curves.
type Pair struct {
	Step  int    `json:"step"`
	Exact Scores `json:"exact"`
	Float Scores `json:"float"`
}

// LayerDrift is by how much a layer's integers differ from its real numbers, over the rows
// of the first step, with the weights before and after training.
type LayerDrift struct {
	Layer        int              `json:"layer"`
	Kind         string           `json:"kind"`
	Fraction     int              `json:"fraction_bits"`
	Before       drift.Difference `json:"before"`
	After        drift.Difference `json:"after"`
	Largest      float64          `json:"largest"`       // value in float64, over all steps
	LargestError float64          `json:"largest_error"` // and back-propagated error
}

// Tolerance is by how much accuracies may differ: half a point, or one row.
func Tolerance(rows int) float64 { return max(0.005, 1/float64(rows)) }

// By what share of it, or by how much, losses may differ: with accuracies that agree, and
// where there are none.
const (
	besideAccuracy, besideAccuracyLeast = 0.1, 0.02
	lossAlone, lossAloneLeast           = 0.02, 0.001
)

// agrees compares the ends of exact runs with those of runs in float64. An exact run may
// be the better one.
func agrees(exact, real *Scores, rows int) bool { return near(exact, real, rows, 1) }

// near is agrees for one of several seeds, whose mean is compared: it may differ by twice
// as much.
func near(exact, real *Scores, rows, seeds int) bool {
	times := float64(min(max(seeds, 1), 2))
	share, least := lossAlone, lossAloneLeast
	if exact.Accuracy != nil && rows > 0 {
		if *exact.Accuracy < *real.Accuracy-times*Tolerance(rows)-1e-9 {
			return false
		}
		share, least = besideAccuracy, besideAccuracyLeast
	}
	return exact.Loss <= real.Loss+times*max(share*math.Abs(real.Loss), least)
}

// Calibrate chooses a learning rate and formats by runs in float64 and exact ones, and
// compares the two. Nothing is committed for it: unless they are already, rows are in the
// order that the schedule has for parts that nobody has committed yet, which is another
// than training's. Errors
// wrap fault.ErrUsage where nothing fits, fault.ErrUnsupported where an operator has no
// form in float64.
func (d *Directory) Calibrate(ctx context.Context, o CalibrateOptions) (*CalibrationRecord, error) {
	if o.Target != ForAccuracy && o.Target != ForSpeed {
		return nil, fmt.Errorf("target %q, want %s or %s: %w", o.Target, ForAccuracy, ForSpeed, fault.ErrUsage)
	}
	if d.Config.Initial.From == fromRun {
		return nil, fmt.Errorf("a run that continues another keeps its formats, and with them the precision of its rates: there is nothing to choose: %w", fault.ErrUnsupported)
	}
	c := &calibration{Directory: d, ctx: ctx, options: o, config: *d.Config, rows: map[[2]int]*dataset{}}
	c.r = &CalibrationRecord{Target: o.Target, Was: c.settings()}
	if err := c.shorten(); err != nil {
		return nil, err
	}
	if err := c.choose(); err != nil {
		return nil, err
	}
	c.r.Chosen = c.settings()
	if err := d.stage(CalibrateDir); err != nil {
		return nil, err
	}
	return c.r, d.writeRecord(CalibrateDir, c.r)
}

// Calibration returns what Calibrate has found for the settings that run.toml has now, or
// nil.
func (d *Directory) Calibration() (*CalibrationRecord, error) {
	var r CalibrationRecord
	found, err := d.readRecord(CalibrateDir, &r)
	if err != nil || !found {
		return nil, err
	}
	if r.Chosen != (Settings{d.Config.Formats, d.Config.Training.Rate}) {
		return nil, nil
	}
	return &r, nil
}

// calibration is a Calibrate under way: config has what is chosen so far.
type calibration struct {
	*Directory
	ctx     context.Context
	options CalibrateOptions
	config  Config
	rows    map[[2]int]*dataset // by fraction bits of features and labels
	want    *Scores             // of the run in float64, with the rate that is tried
	// committed is whether runs read rows in the order of training, whose numbers are
	// then those that are tried.
	committed bool
	r         *CalibrationRecord
}

// ratesInDoubt is at how many rates formats are sought that agree with float64, before
// those are taken that do not.
const ratesInDoubt = 3

// choose takes the best learning rate at which an exact run ends where the one in float64
// does; or else the best at which one ends at all, for which rates below all that were
// tried are tried, too.
func (c *calibration) choose() error {
	rates, err := c.chooseRates()
	if err != nil {
		return err
	}
	var doubtful *outcome
	for i := 0; i < len(rates) && (i < ratesInDoubt || doubtful == nil); i++ {
		found, err := c.chooseFormatsAt(rates[i])
		if err != nil {
			return err
		}
		if found != nil && found.trial.Agrees {
			return c.settle(found)
		}
		if doubtful == nil {
			doubtful = found
		}
	}
	for n := 0; doubtful == nil && len(c.r.Rates) > 0 && n < mostRates; n++ {
		if err := c.tryRate(c.r.Rates[0].Rate, "0.5"); err != nil {
			return err
		}
		if c.r.Rates[0].Loss == nil {
			continue
		}
		if doubtful, err = c.chooseFormatsAt(c.r.Rates[0].Rate); err != nil {
			return err
		}
	}
	if doubtful == nil {
		return c.nothingFits()
	}
	return c.settle(doubtful)
}

// settle takes an outcome.
func (c *calibration) settle(o *outcome) error {
	c.config.Training.Rate, c.config.Formats = o.trial.Rate, o.trial.Formats
	c.r.Agrees, c.r.Drift = o.trial.Agrees, o.drift
	return nil
}

func (c *calibration) settings() Settings {
	return Settings{c.config.Formats, c.config.Training.Rate}
}

// trial is a run that is tried.
type trial struct {
	drift.Subject
	segments *segmenting
}

// trial derives the run of a configuration, without commitments.
func (c *calibration) trial(config *Config) (*trial, error) {
	m, err := readModel(c.Path, config)
	if err != nil {
		return nil, err
	}
	if err := m.checkTrainable(); err != nil {
		return nil, err
	}
	rows, err := c.read(config, m)
	if err != nil {
		return nil, err
	}
	order, committed, err := c.orderOf(rows)
	c.committed = committed
	if err != nil {
		return nil, err
	}
	j, err := uncommitted(config, m, rows, order)
	if err != nil {
		return nil, err
	}
	if err := c.fitsTraining(j); err != nil {
		return nil, err
	}
	t := &trial{}
	t.Run = j.Run
	t.Network, t.Tables = m.step.Network, c.tables
	if t.Held, err = rows.held(); err != nil {
		return nil, err
	}
	t.segments, err = config.segmenting(m, rows.trained())
	return t, err
}

// read reads the rows for a model, once for all that takes them in the same formats.
func (c *calibration) read(config *Config, m *model) (*dataset, error) {
	p := m.program()
	key := [2]int{p.Tensor(p.Input).Format.Fraction, p.Tensor(p.Label).Format.Fraction}
	if c.rows[key] == nil {
		if err := FitsReading(c.Path, config, c.memory); err != nil {
			return nil, err
		}
		rows, err := readDataset(c.Path, config, p)
		if err != nil {
			return nil, err
		}
		c.rows[key] = rows
	}
	return c.rows[key], nil
}

// shorten limits the steps of all runs.
func (c *calibration) shorten() error {
	t, err := c.trial(&c.config)
	if err != nil {
		return err
	}
	c.r.Steps = t.Run.Steps()
	if most := c.options.Steps; most > 0 && most < c.r.Steps {
		if len(c.config.Training.Rates) > 0 {
			return fmt.Errorf("fewer steps than the run has, which has a rate for each epoch: %w", fault.ErrUsage)
		}
		c.config.Training.Epochs, c.config.Training.Steps, c.r.Steps = 0, most, most
	}
	return nil
}

// exact makes an exact run, float one in float64.
func (c *calibration) exact(t *trial, task string) (*drift.Trace, error) {
	c.progress.Start(task, t.Run.Steps())
	defer c.progress.Finish()
	return t.Exact(c.ctx, func(step int) { c.progress.Advance(step, "") })
}

func (c *calibration) inFloat(t *trial, task string) (*drift.Trace, error) {
	c.progress.Start(task, t.Run.Steps())
	defer c.progress.Finish()
	return t.Float(c.ctx, func(step int) { c.progress.Advance(step, "") })
}

// scoresAt are those on the rows held out, or else of the last steps.
func scoresAt(t *drift.Trace) *Scores {
	m := t.Curve[len(t.Curve)-1].Metrics
	if t.Held != nil {
		m = *t.Held
	}
	s := scoresOf(m)
	return &s
}

func (t *trial) held() int {
	if t.Held == nil {
		return 0
	}
	return t.Held.Rows
}

// cells are those that a segment commits to and looks up.
func (t *trial) cells(c *Config) (int64, error) {
	steps := min(c.Training.SegmentSteps, t.segments.steps)
	if err := t.segments.check(steps); err != nil {
		return 0, err
	}
	l, err := t.segments.layout(steps)
	if err != nil {
		return 0, err
	}
	return cellsOf(l), nil
}

func cellsOf(l *proof.Layout) (n int64) {
	for i := range l.System.Tensors {
		if t := &l.System.Tensors[i]; t.Kind == relation.Witness {
			n += 1 << t.Log()
		}
	}
	for _, b := range l.Blocks {
		if b.Lookup >= 0 {
			n += 1 << b.Log
		}
	}
	return n
}

// finite reports whether a metric is a number.
func finite(m train.Metrics) bool { return !math.IsNaN(m.Loss) && !math.IsInf(m.Loss, 0) }
