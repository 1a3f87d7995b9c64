package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Ordered returns the public values of a training as whoever orders it knows them, from
// a model's file, the choices of its training and the parts that their owners give away:
// the statement that Job.Statement makes of the same, but for the run's id, its context
// and the commitments to the initial weights, which there are not yet. No other file of
// the configuration is read, and no part is verified.
func Ordered(model string, c *Config, parts []*bundle.PartFile) (*bundle.Statement, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("a training on no part: %w", fault.ErrUsage)
	}
	if c.Initial.From == fromRun { // its result is in no file that is read here
		return nil, fmt.Errorf("contracts do not follow what a run continues: order a training from a seed or a model: %w", fault.ErrUnsupported)
	}
	m, err := readModelAt(model, c)
	if err != nil {
		return nil, err
	}
	if err := m.checkTrainable(); err != nil {
		return nil, err
	}
	setup, rowBits := parts[0].Setup, parts[0].RowBits
	public := make([]*bundle.PublicPart, len(parts))
	for i, p := range parts {
		if p.Setup != setup || p.RowBits != rowBits {
			return nil, fmt.Errorf("parts 0 and %d are committed with different setups: %w", i, fault.ErrUsage)
		}
		public[i] = p.Public()
	}
	spec, err := specOf(c, committedRows(public, setup, rowBits))
	if err != nil {
		return nil, err
	}
	rates, err := c.ratesOf(m.rates, spec)
	if err != nil {
		return nil, err
	}
	initial, err := m.initialWeights(&c.Initial)
	if err != nil {
		return nil, err
	}
	s := terms(c, m, spec, rates, initial, public, nil)
	s.Setup, s.RowBits = setup, rowBits
	return s, nil
}
