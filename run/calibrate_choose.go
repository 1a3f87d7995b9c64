package run

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/zkaudit/zkaudit/drift"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// leastSteps are those that rates are tried for, if the run has as many; otherwise for a
// quarter of it.
const leastSteps = 200

// mostRates bounds how many rates are tried.
const mostRates = 9

// chooseRates tries rates in shorter runs in float64, from half of the one that was set to
// twice it and on in the direction in which the loss falls, and returns those that train,
// the one with the least loss on the rows trained on first.
func (c *calibration) chooseRates() ([]string, error) {
	set := c.config.Training.Rate
	if c.options.KeepRate || set == "" {
		return []string{set}, nil
	}
	for _, factor := range []string{"0.5", "1", "2"} {
		if err := c.tryRate(set, factor); err != nil {
			return nil, err
		}
	}
	for _, factor := range []string{"0.5", "2"} {
		for len(c.r.Rates) < mostRates && c.improves(factor) {
			if err := c.tryRate(c.edge(factor).Rate, factor); err != nil {
				return nil, err
			}
		}
	}
	trained := slices.DeleteFunc(slices.Clone(c.r.Rates), func(t RateTrial) bool { return t.Loss == nil })
	if len(trained) == 0 {
		return nil, &fault.Setting{Key: "training.rate", Err: fmt.Errorf("at no rate from %s to %s is the loss of a run in float64 a number: %w", c.r.Rates[0].Rate, c.r.Rates[len(c.r.Rates)-1].Rate, fault.ErrUsage)}
	}
	slices.SortStableFunc(trained, func(a, b RateTrial) int {
		return cmp.Or(cmp.Compare(c.beforeEdge(a.Rate), c.beforeEdge(b.Rate)), cmp.Compare(*a.Loss, *b.Loss))
	})
	var rates []string
	for _, t := range trained {
		rates = append(rates, t.Rate)
	}
	return rates, nil
}

// beforeEdge is 1 of a rate twice which does not train, and 0 of others, which are taken
// first.
func (c *calibration) beforeEdge(rate string) int {
	for i := range c.r.Rates[:len(c.r.Rates)-1] {
		if c.r.Rates[i].Rate == rate && c.r.Rates[i+1].Loss == nil {
			return 1
		}
	}
	return 0
}

// edge is the trial of the largest rate, or of the least.
func (c *calibration) edge(factor string) *RateTrial {
	if factor == "2" {
		return &c.r.Rates[len(c.r.Rates)-1]
	}
	return &c.r.Rates[0]
}

// improves reports whether a rate at the edge is the best so far, or where rates are to
// fall, whether it is none that trains.
func (c *calibration) improves(factor string) bool {
	e := c.edge(factor)
	if e.Loss == nil {
		return factor != "2"
	}
	return !slices.ContainsFunc(c.r.Rates, func(t RateTrial) bool { return t.Loss != nil && *t.Loss < *e.Loss })
}

// tryRate tries a rate times a factor, in its place among those tried.
func (c *calibration) tryRate(rate, factor string) error {
	rate, err := times(rate, factor)
	if err != nil {
		return err
	}
	t := RateTrial{Rate: rate}
	if t.Loss, err = c.lossAt(rate); err != nil {
		return err
	}
	at := len(c.r.Rates)
	if factor == "0.5" {
		at = 0
	}
	c.r.Rates = slices.Insert(c.r.Rates, at, t)
	return nil
}

// times is the product of two decimals, without trailing zeros.
func times(a, b string) (string, error) {
	x, _, err := apd.NewFromString(a)
	if err != nil {
		return "", &fault.Setting{Key: "training.rate", Err: fmt.Errorf("%q: %w", a, fault.ErrUsage)}
	}
	y, _, err := apd.NewFromString(b)
	if err != nil {
		return "", fmt.Errorf("factor %q: %w", b, fault.ErrUsage)
	}
	if _, err := apd.BaseContext.WithPrecision(64).Mul(x, x, y); err != nil {
		return "", fmt.Errorf("%s times %s: %w", a, b, fault.ErrUsage)
	}
	x.Reduce(x)
	return x.Text('f'), nil
}

// lossAt returns the mean loss over the last quarter of the steps; nil if it is no
// number, or the rate none that can be proven.
func (c *calibration) lossAt(rate string) (*float64, error) {
	config := c.config
	config.Training.Rate = rate
	config.Training.Epochs, config.Training.Steps = 0, min(c.r.Steps, max(leastSteps, c.r.Steps/4))
	t, err := c.trial(&config)
	if unfit(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	float, err := c.inFloat(t, fmt.Sprintf("float64, rate %s", rate))
	if err != nil {
		return nil, err
	}
	last := float.Curve[len(float.Curve)*3/4:]
	sum := 0.0
	for _, p := range last {
		if !finite(p.Metrics) {
			return nil, nil
		}
		sum += p.Loss
	}
	sum /= float64(len(last))
	return &sum, nil
}

// unfit reports whether settings cannot be proven, as against files that are wrong.
func unfit(err error) bool {
	return errors.Is(err, fault.ErrUsage) || errors.Is(err, fault.ErrOverflow) || errors.Is(err, fault.ErrUnsupported)
}

// outcome is an exact run that does not overflow, and how far it is from float64.
type outcome struct {
	trial FormatTrial
	drift *Drift
}

// mostTries bounds how many formats are tried at a rate that cost less than the finest.
const mostTries = 12

// chooseFormatsAt chooses formats for a rate: the finest whose exact run does not overflow,
// or for speed the cheapest that agree as these do. It returns nil where all overflow.
func (c *calibration) chooseFormatsAt(rate string) (*outcome, error) {
	c.config.Training.Rate = rate
	t, err := c.trial(&c.config)
	if unfit(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	float, err := c.inFloat(t, "float64")
	if err != nil {
		return nil, err
	}
	if c.want = scoresAt(float); math.IsNaN(c.want.Loss) || math.IsInf(c.want.Loss, 0) {
		return nil, nil
	}
	candidates, err := c.candidates(float)
	if err != nil {
		return nil, err
	}
	finest, err := c.finest(candidates)
	if err != nil || finest == nil || !finest.trial.Agrees || c.options.Target == ForAccuracy {
		return finest, err
	}
	return c.cheapest(candidates, finest)
}

// finest takes the finest formats whose exact run does not overflow.
func (c *calibration) finest(candidates []candidate) (*outcome, error) {
	list := slices.SortedStableFunc(slices.Values(candidates), func(f, g candidate) int { return cmp.Compare(fineness(g), fineness(f)) })
	for len(list) > 0 {
		f := list[0]
		found, err := c.tryFormats(&f)
		if err != nil || found.drift != nil {
			return found, err
		}
		list = slices.DeleteFunc(list[1:], func(g candidate) bool { return f.overflows(&g) })
	}
	return nil, nil
}

// cheapest takes the formats with the fewest cells that agree, and the finest if none of
// some do.
func (c *calibration) cheapest(candidates []candidate, finest *outcome) (*outcome, error) {
	list := slices.DeleteFunc(slices.Clone(candidates), func(f candidate) bool { return f.Cells >= finest.trial.Cells })
	slices.SortStableFunc(list, func(f, g candidate) int {
		return cmp.Or(cmp.Compare(f.Cells, g.Cells), cmp.Compare(fineness(g), fineness(f)))
	})
	for i := range list[:min(len(list), mostTries)] {
		found, err := c.tryFormats(&list[i])
		if err != nil || found.trial.Agrees {
			return found, err
		}
	}
	return finest, nil
}

// nothingFits says of all that was tried what was wrong with the last.
func (c *calibration) nothingFits() error {
	if len(c.r.Formats) == 0 {
		return &fault.Setting{Key: "training.rate", Err: fmt.Errorf("%s: the loss of the run in float64 is no number, or nothing can be proven of it: %w", c.config.Training.Rate, fault.ErrUsage)}
	}
	r := c.r.Formats[len(c.r.Formats)-1]
	return fmt.Errorf("%d formats tried, and in none the run ends; the last, of features, activations and errors with %d, %d and %d fraction bits, at rate %s: %s: %w",
		len(c.r.Formats), r.Formats.Feature, r.Formats.Activation, r.Formats.Error, r.Rate, r.Fails, fault.ErrUsage)
}

// candidate are formats to be tried.
type candidate struct {
	FormatTrial
	failing string // the setting that an overflow names
}

// overflows reports whether what overflows in f does in g, too: formats at least as fine.
func (f *candidate) overflows(g *candidate) bool {
	switch f.failing {
	case "formats.feature":
		return g.Formats.Feature >= f.Formats.Feature
	case "formats.activation":
		return g.Formats.Activation >= f.Formats.Activation
	case "formats.error":
		return g.Formats.Error >= f.Formats.Error
	}
	return false
}

// tryFormats makes the exact run in some formats, and compares it from each seed with
// one in float64. A run that overflows has no drift.
func (c *calibration) tryFormats(f *candidate) (*outcome, error) {
	config := c.config
	config.Formats, f.Rate, f.Float = f.Formats, c.config.Training.Rate, c.want
	task := fmt.Sprintf("formats %d %d %d, ", f.Formats.Feature, f.Formats.Activation, f.Formats.Error)
	d, err := c.compare(&config, task)
	if err != nil {
		if err := f.failed(err); err != nil {
			return nil, err
		}
	} else {
		f.Result, f.Float = &d.Exact, &d.Float
		f.Agrees = agrees(f.Result, f.Float, d.Rows)
	}
	c.r.Formats = append(c.r.Formats, f.FormatTrial)
	return &outcome{f.FormatTrial, d}, nil
}

// failed keeps why formats cannot be used, and returns any other error.
func (f *candidate) failed(err error) error {
	if !unfit(err) {
		return err
	}
	f.Fails = fault.Text(err, nil)
	var advice *fault.Advice
	if errors.As(err, &advice) && errors.Is(err, fault.ErrOverflow) && len(advice.Keys) > 0 {
		f.failing = advice.Keys[0]
	}
	return nil
}

// featuresAreFixed reports whether the format of features is not to be chosen: they are
// committed in it, or are indices.
func (c *calibration) featuresAreFixed() (bool, error) {
	if c.config.Formats.Feature == 0 || slices.ContainsFunc(c.config.Data, func(part DataConfig) bool { return part.Part != "" }) {
		return true, nil
	}
	var made CommitRecord
	return c.readRecord(commitDir, &made)
}

// candidates lists formats that are within what the run in float64 has reached, with room
// to spare, and provable.
func (c *calibration) candidates(float *drift.Trace) ([]candidate, error) {
	activation, back := 0.0, 0.0
	for _, l := range float.Layers {
		activation, back = max(activation, l.Largest), max(back, l.LargestError)
	}
	finest := FormatConfig{Feature: c.config.Formats.Feature, Activation: c.fractionFor(activation), Error: c.fractionFor(back)}
	features := []int{finest.Feature}
	if fixed, err := c.featuresAreFixed(); err != nil {
		return nil, err
	} else if !fixed {
		features = featureFractions(finest.Feature)
	}
	var list []candidate
	for _, x := range features {
		for _, a := range stepsDown(finest.Activation, 3) {
			for _, e := range stepsDown(finest.Error, 4) {
				list = append(list, candidate{FormatTrial: FormatTrial{Formats: FormatConfig{x, a, e}}})
			}
		}
	}
	return c.provable(list)
}

// fractionFor returns the fraction bits at which twice a magnitude fits 16 bits, from 0 to
// 12; four times, where training will read rows in another order.
func (c *calibration) fractionFor(largest float64) int {
	room := 4.0
	if c.committed {
		room = 2
	}
	for f := 12; f > 0; f-- {
		if room*math.Ldexp(largest, f) < 1<<15 {
			return f
		}
	}
	return 0
}

// featureFractions lists fraction bits of features: coarser ones make rows equal that are
// not, finer ones than were set, or than the default, are not asked for.
func featureFractions(set int) (list []int) {
	for _, f := range []int{set, network.DefaultFormats().Feature, 6, 4} {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

// stepsDown lists so many numbers of fraction bits from the finest one down, two apart.
func stepsDown(finest, n int) (list []int) {
	for f := finest; f >= 0 && len(list) < n; f -= 2 {
		list = append(list, f)
	}
	return list
}

// provable leaves out what cannot be proven and counts the cells of the rest.
func (c *calibration) provable(list []candidate) ([]candidate, error) {
	var kept []candidate
	var last error
	for _, f := range list {
		config := c.config
		config.Formats = f.Formats
		t, err := c.trial(&config)
		if err == nil {
			f.Cells, err = t.cells(&config)
		}
		if err == nil {
			kept = append(kept, f)
		} else if last = err; !unfit(err) {
			return nil, err
		}
	}
	if len(kept) == 0 {
		return nil, last
	}
	return kept, nil
}

func fineness(f candidate) int { return f.Formats.Feature + f.Formats.Activation + f.Formats.Error }

// compare makes both runs from each seed and says how they differ.
func (c *calibration) compare(with *Config, task string) (*Drift, error) {
	d := &Drift{Seeds: max(1, c.options.Seeds)}
	if with.Initial.From != "seed" {
		d.Seeds = 1
	}
	var exactEnds, floatEnds []*Scores
	for seed := range d.Seeds {
		config := *with
		if seed > 0 {
			config.Initial.Seed = fmt.Sprintf("%s, %d", config.Initial.Seed, seed)
		}
		t, err := c.trial(&config)
		if err != nil {
			return nil, err
		}
		exact, err := c.exact(t, fmt.Sprintf("%sexactly, seed %d of %d", task, seed+1, d.Seeds))
		if err != nil {
			return nil, err
		}
		float, err := c.inFloat(t, fmt.Sprintf("%sfloat64, seed %d of %d", task, seed+1, d.Seeds))
		if err != nil {
			return nil, err
		}
		if seed == 0 {
			d.Rows = t.held()
			d.curves(exact, float)
		}
		exactEnds, floatEnds = append(exactEnds, scoresAt(exact)), append(floatEnds, scoresAt(float))
	}
	d.Exact, d.Float = meanOf(exactEnds), meanOf(floatEnds)
	return d, nil
}

// curves takes in the curves and the layers of both runs.
func (d *Drift) curves(exact, float *drift.Trace) {
	for i, p := range exact.Curve {
		d.Curve = append(d.Curve, Pair{p.Step, scoresOf(p.Metrics), scoresOf(float.Curve[i].Metrics)})
	}
	for i, l := range exact.Layers {
		f := &float.Layers[i]
		d.Layers = append(d.Layers, LayerDrift{
			Layer: l.Index, Kind: string(l.Kind), Fraction: l.Fraction,
			Before: drift.Differ(l.Before, f.Before), After: drift.Differ(l.After, f.After),
			Largest: f.Largest, LargestError: f.LargestError,
		})
	}
}

func meanOf(list []*Scores) (mean Scores) {
	n, accuracy := float64(len(list)), 0.0
	for _, s := range list {
		if mean.Loss += s.Loss / n; s.Accuracy != nil {
			accuracy += *s.Accuracy / n
		}
	}
	if list[0].Accuracy != nil {
		mean.Accuracy = &accuracy
	}
	return mean
}
