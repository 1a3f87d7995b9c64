package run

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// sampleWeightBits are the fraction bits of the weights of rows.
const sampleWeightBits = 8

// weighed returns by what the errors of rows are multiplied, nil for nothing.
func (c *Config) weighed() (*ops.Weighed, error) {
	name := c.Training.SampleWeight
	if name == "" {
		return nil, nil
	}
	bad := func(format string, args ...any) error {
		return &fault.Setting{Key: "training.sample_weight", Err: fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrUsage)}
	}
	column := slices.Index(c.Columns.Attributes, name)
	if column < 0 {
		return nil, bad("%s is none of the attributes %q", fault.Quote(name), c.Columns.Attributes)
	}
	values := c.Vocabulary[name]
	if len(values) == 0 {
		return nil, bad("list the values that %s may have: %s = [\"0.5\", \"1\"] in [vocabulary]", fault.Quote(name), name)
	}
	w := &ops.Weighed{Columns: len(c.Columns.Attributes), Column: column, Bits: sampleWeightBits}
	if len(c.Data) > 0 {
		w.Columns += len(c.Data[0].Constants)
	}
	for _, value := range values {
		weight, err := number.ParseWeight(value, sampleWeightBits)
		if err != nil {
			return nil, bad("the value %s of %s: %v", fault.Quote(value), fault.Quote(name), fault.Text(err, nil))
		}
		w.Weights = append(w.Weights, weight)
	}
	return w, nil
}

// weighs reports whether the weights of rows are those of the parts' attribute:
// parts that somebody else has committed may have another vocabulary.
func (c *Config) weighs(parts []*data.Dataset) error {
	w, err := c.weighed()
	if w == nil {
		return err
	}
	name := c.Training.SampleWeight
	for i, part := range parts {
		if len(part.Attributes) != w.Columns || part.Attributes[w.Column].Name != name || !slices.Equal(part.Attributes[w.Column].Vocabulary, c.Vocabulary[name]) {
			return &fault.Setting{Key: "training.sample_weight", Err: fmt.Errorf("part %d has no attribute %s of the values %q in the place of column %d of %d: %w", i, fault.Quote(name), c.Vocabulary[name], w.Column+1, w.Columns, fault.ErrUsage)}
		}
	}
	return nil
}
