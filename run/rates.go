package run

import (
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// RateConfig says how the learning rate changes from step to step; see
// number.RateText.
type RateConfig struct {
	WarmUp int    `toml:"warm_up"` // steps
	Decay  string `toml:"decay"`   // "none", "step" or "cosine"
	Every  int    `toml:"every"`   // steps
	Factor string `toml:"factor"`
	Floor  string `toml:"floor"`
	// Shift is the precision of rates, multiples of 1/2^Shift over a batch; 0: the
	// finest. It decides with the formats how many fraction bits weights have.
	Shift int `toml:"shift"`
}

// rates reads the learning rate.
func (c *Config) rates() (*number.RatePlan, error) {
	p, err := number.ParseRatePlan(number.RateText{
		Rate: c.Training.Rate, Rates: c.Training.Rates,
		WarmUp: c.Rate.WarmUp, Decay: number.Decay(c.Rate.Decay), Every: c.Rate.Every, Factor: c.Rate.Factor, Floor: c.Rate.Floor, Shift: c.Rate.Shift,
	}, c.Training.Batch)
	if err != nil {
		return nil, &fault.Setting{Key: c.rateKey(), Err: err}
	}
	return p, nil
}

// rateKey is the setting to change where a learning rate is refused.
func (c *Config) rateKey() string {
	changes := c.Rate
	changes.Shift = 0
	switch {
	case changes != RateConfig{} && changes != RateConfig{Decay: string(number.NoDecay)}:
		return "learning_rate"
	case len(c.Training.Rates) > 0:
		return "training.rates"
	}
	return "training.rate"
}

// ratesOf returns the numerators of all steps of a run.
func (c *Config) ratesOf(p *number.RatePlan, spec schedule.Spec) ([]int64, error) {
	order, err := schedule.New(spec)
	if err != nil {
		return nil, err
	}
	rates := make([]int64, order.Steps())
	for s := range rates {
		if rates[s], err = p.At(s, len(rates), order.Epoch(s)); err != nil {
			return nil, &fault.Setting{Key: c.rateKey(), Err: err}
		}
	}
	return rates, nil
}

// statedRates returns the rates as a statement has them: one, if the program
// has one.
func statedRates(p *graph.Program, rates []int64) []int64 {
	if p.Optimizer.Kind == graph.ConstantSGD {
		return rates[:1]
	}
	return rates
}

// effectiveRates returns the learning rates of a run in decimal: one, one for each
// epoch, or in words how those of its steps go.
func (j *Job) effectiveRates() []string {
	p := j.Run.Program
	rates, ok := j.model.rates.ByEpoch()
	if !ok {
		return []string{number.DescribeRates(j.Run.Rates, j.model.rates.Shift, p.Batch)}
	}
	var texts []string
	for _, r := range rates {
		texts = append(texts, r.Effective(p.Batch))
	}
	return texts
}

// clip returns the limit of errors in units of their format, 0 if there is none.
func (c *Config) clip() (int, error) {
	if c.Training.Clip == "" {
		return 0, nil
	}
	limit, err := number.ParseExact(c.Training.Clip, c.Formats.Error)
	if err != nil {
		return 0, &fault.Setting{Key: "training.clip", Err: err}
	}
	return int(limit), nil
}

// smoothing returns what each class of a program gets of a label, at its errors'
// fraction bits: the multiple of 1/2^f_g nearest to smoothing over classes.
func (c *Config) smoothing(p *graph.Program) (int, error) {
	classes := p.Tensor(p.Label).Units()
	off, err := number.ParseShare(c.Training.Smoothing, classes, p.Fractions.Error)
	if err != nil {
		return 0, &fault.Setting{Key: "training.smoothing", Err: err}
	}
	return int(off), nil
}
