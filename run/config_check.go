package run

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// check returns fault.ErrUsage, a fault.Setting, for a choice that makes no
// sense by itself. Whether choices fit model and data shows when they are used.
func (c *Config) check() error {
	switch {
	case c.Model.File == "":
		return badSetting("model.file", "missing")
	case c.Model.batchAxisError() != nil:
		return &fault.Setting{Key: "model.batch_axis", Err: c.Model.batchAxisError()}
	case len(c.Data) == 0:
		return badSetting("data", "no files")
	case c.Test.Rows < 0:
		return badSetting("test.rows", "%d", c.Test.Rows)
	case c.Schedule.Order == "shuffled" && c.Schedule.Seed == "":
		return badSetting("schedule.seed", "a shuffled order needs a public seed")
	}
	for _, check := range []func() error{c.checkTraining, c.checkInitial, c.checkProof, c.checkParts, c.checkNames, c.checkColumns, c.checkWithout, c.checkWords} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// badSetting refuses the value of a setting.
func badSetting(key, format string, args ...any) error {
	return &fault.Setting{Key: key, Err: fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrUsage)}
}

// checkTraining checks how long is trained, in which steps, and at which rate.
func (c *Config) checkTraining() error {
	t := &c.Training
	switch {
	case t.Batch < 1:
		return badSetting("training.batch", "%d", t.Batch)
	case t.SegmentSteps < 1:
		return badSetting("training.segment_steps", "%d", t.SegmentSteps)
	case (t.Epochs > 0) == (t.Steps > 0) || t.Epochs < 0 || t.Steps < 0:
		return fault.Advise(fmt.Errorf("%d epochs and %d steps: %w", t.Epochs, t.Steps, fault.ErrUsage), "give %s or %s, and 0 for the other", "training.epochs", "training.steps")
	case (t.Rate != "") == (len(t.Rates) > 0):
		return fault.Advise(fmt.Errorf("a learning rate, and one per epoch: %w", fault.ErrUsage), "give %s or %s", "training.rate", "training.rates")
	}
	return nil
}

// checkInitial checks where the weights come from.
func (c *Config) checkInitial() error {
	w := &c.Initial
	switch {
	case w.From == "seed" && w.Seed == "":
		return badSetting("initial_weights.seed", "missing")
	case (w.From == fromRun) != (w.Run != ""):
		return badSetting("initial_weights.run", "%q, from is %q: name the directory of a run that is continued, and no other", w.Run, w.From)
	case w.From == fromRun && w.Publish:
		return badSetting("initial_weights.publish", "weights of another run stay under its commitments")
	}
	return nil
}

// checkProof checks that mode, setup and size of rows go together.
func (c *Config) checkProof() error {
	p := &c.Proof
	switch {
	case p.RowBits < commitments.MinRowBits || p.RowBits > commitments.MaxRowBits:
		return badSetting("proof.row_bits", "%d, want %d to %d", p.RowBits, commitments.MinRowBits, commitments.MaxRowBits)
	case mode.Name(p.Mode).Check() != nil:
		return badSetting("proof.mode", "%q, want one of %q", p.Mode, mode.Names())
	case p.Setup == "":
		return badSetting("proof.setup", `missing: "transparent" needs nothing`)
	case p.Setup == TransparentSetup && mode.Name(p.Mode).Wrapped():
		return badSetting("proof.setup", "mode %s needs powers of tau: a file, or %q for the INSECURE ones", p.Mode, DevelopmentSetup)
	case p.Setup == TransparentSetup && p.RowBits > commitments.MaxTransparentBits:
		return badSetting("proof.row_bits", "%d, a transparent setup has rows of at most 2^%d cells", p.RowBits, commitments.MaxTransparentBits)
	}
	return nil
}

// checkColumns checks how the columns of a table are read.
func (c *Config) checkColumns() error {
	_, err := c.Columns.layout().Table("", c.Columns.Format)
	return err
}

// checkWithout checks the rows that the schedule leaves out, as far as parts are not read.
func (c *Config) checkWithout() error {
	_, err := c.without(nil)
	return err
}

// checkWords checks settings that are one of few words.
func (c *Config) checkWords() error {
	for _, choice := range []struct {
		key, value string
		allowed    []string
	}{
		{"columns.format", c.Columns.Format, data.FormatNames()},
		{"columns.header", c.Columns.Header, []string{"auto", "yes", "no"}},
		{"columns.normalise", c.Columns.Normalise, normalisations()},
		{"columns.impute", c.Columns.Impute, imputations()},
		{"columns.normalise_targets", c.Columns.NormaliseTargets, normalisations()},
		{"test.from", c.Test.From, []string{"end", "spread"}},
		{"schedule.order", c.Schedule.Order, []string{"committed", "shuffled"}},
		{"schedule.tail", c.Schedule.Tail, []string{"drop", "wrap"}},
		{"initial_weights.from", c.Initial.From, []string{"seed", "model", fromRun}},
		{"initial_weights.scheme", c.Initial.Scheme, []string{string(network.He), string(network.Glorot)}},
	} {
		if !slices.Contains(choice.allowed, choice.value) {
			return badSetting(choice.key, "%q, want one of %q", choice.value, choice.allowed)
		}
	}
	return nil
}

// names returns what a part and the rows held out of it are called.
func (c *Config) names(i int) (part, test string) {
	if name := c.Data[i].Name; name != "" {
		return name, name + "-test"
	}
	return fmt.Sprintf(partPattern, i), fmt.Sprintf(testPattern, i)
}

// checkNames refuses parts that cannot be told apart.
func (c *Config) checkNames() error {
	seen := map[string]bool{}
	for i := range c.Data {
		part, test := c.names(i)
		for _, name := range []string{part, test} {
			if err := foreign.CheckName("a part", name); err != nil {
				return fmt.Errorf("data %d: %v: %w", i+1, fault.Text(err, nil), fault.ErrUsage)
			}
		}
		if seen[part] || seen[test] {
			return fmt.Errorf("data %d: another part is called %q: %w", i+1, part, fault.ErrUsage)
		}
		seen[part], seen[test] = true, true
	}
	return nil
}

// without returns the rows that the schedule leaves out, given the rows of the
// parts; nil: not known yet.
func (c *Config) without(rows []int) ([]schedule.Range, error) {
	list, err := schedule.ParseRows(c.Schedule.Without, func(name string) (int, int, error) {
		for i := range c.Data {
			if part, _ := c.names(i); part == name && rows == nil {
				return i, math.MaxInt32, nil
			} else if part == name {
				return i, rows[i], nil
			}
		}
		return 0, 0, fmt.Errorf("no part is called %q: %w", name, fault.ErrUsage)
	})
	if err != nil {
		return nil, &fault.Setting{Key: "schedule.without", Err: err}
	}
	return list, nil
}

// checkParts checks the [[data]] tables, each by itself and beside the others.
func (c *Config) checkParts() error {
	for i := range c.Data {
		if err := c.checkData(i); err != nil {
			return err
		}
	}
	return nil
}

// checkData checks one [[data]] table.
func (c *Config) checkData(i int) error {
	d := &c.Data[i]
	format, _ := data.FormatNamed(c.Columns.Format) // that there is one is checked elsewhere
	bad := func(format string, args ...any) error {
		return fmt.Errorf("data %d: %s: %w", i+1, fmt.Sprintf(format, args...), fault.ErrUsage)
	}
	switch {
	case d.File == "":
		return bad("no file")
	case format.Labels == data.LabelsBeside && d.Labels == "" && !c.Columns.Reconstruct:
		return fault.Advise(bad("%s is %s and needs a file of labels", foreign.Quote(d.File), format.Name), "give it by %s", "data.labels")
	case (format.Table || format.Labels == data.LabelsWithin) && d.Labels != "":
		return fault.Advise(bad("a file of labels goes with %s and %s", data.IDX, data.Tensor), "name the columns to predict by %s", "columns.targets")
	case (d.Part == "") != (d.Opening == ""):
		return bad("a committed part needs part and opening")
	case d.Part != "" && len(d.Constants) > 0:
		return bad("the attributes of a committed part are its owner's to give")
	case d.Part != "":
		return nil
	}
	for name := range d.Constants {
		if d.Constants[name] == "" {
			return bad("constant %q is empty", name)
		}
	}
	for k := range c.Data {
		if other := &c.Data[k]; other.Part == "" && !slices.Equal(slices.Sorted(maps.Keys(other.Constants)), slices.Sorted(maps.Keys(d.Constants))) {
			return bad("constants differ from those of data %d: give every file the same ones", k+1)
		}
	}
	return nil
}
