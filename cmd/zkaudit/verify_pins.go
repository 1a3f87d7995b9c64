package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// runPins are the flags that say which run a verifier means.
type runPins struct{ expect, model, with, batchAxis string }

func (p *runPins) flags(f *pflag.FlagSet) {
	f.StringVar(&p.expect, "expect", "", "TOML file of the values you require")
	f.StringVar(&p.model, "model", "", "the .tflite whose architecture you require")
	f.StringVar(&p.with, "with", "", "a run.toml whose choices of loss, batch, formats and rate you require, with --model")
	f.StringVar(&p.batchAxis, "batch-axis", "", "axis of the model's inputs that counts samples, from 0, or none: the whole input is one sample (default: the model, or --with, tells)")
}

// expectation reads what the flags name.
func (p *runPins) expectation() (e bundle.Expectation, err error) {
	if p.expect != "" {
		if e, err = readExpectation(p.expect, p.batchAxis); err != nil {
			return e, err
		}
	}
	switch {
	case p.with != "" && p.model == "":
		return e, fmt.Errorf("--with states the choices of a model's training: it goes with --model: %w", fault.ErrUsage)
	case p.with != "":
		var stated *run.Stated
		if stated, err = statedBy(p.model, p.with, p.batchAxis); err == nil {
			e.Network, e.Rates, e.Initial = stated.Network, stated.Rates, stated.Initial
		}
	case p.model != "" && e.Forward != nil:
		err = fmt.Errorf("%s and --model both name a model; state one: %w", p.expect, fault.ErrUsage)
	case p.model != "":
		e.Forward, err = run.ReadArchitecture(p.model, p.batchAxis)
	case p.batchAxis != "" && e.Model == nil:
		return e, fmt.Errorf("--batch-axis goes with --model: %w", fault.ErrUsage)
	}
	return e, err
}

// readExpectation reads an expectation with the model that it names.
func readExpectation(path, batchAxis string) (bundle.Expectation, error) {
	e, err := bundle.ReadExpectation(path)
	if err == nil && e.Model != nil {
		if e.Forward, err = run.ReadArchitecture(*e.Model, batchAxis); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	return e, err
}

// statedBy reads what a model and a run.toml say is trained, and how.
func statedBy(model, with, batchAxis string) (*run.Stated, error) {
	c, err := run.ReadConfig(with)
	if err != nil {
		return nil, err
	}
	if batchAxis != "" {
		c.Model.BatchAxis = batchAxis
	}
	return run.ReadStated(model, c)
}
