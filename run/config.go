package run

import (
	"errors"
	"fmt"
	"os"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/train"
)

// Config is the content of run.toml: every choice of a run. Paths are relative
// to the run directory.
type Config struct {
	Model    ModelConfig    `toml:"model"`
	Data     []DataConfig   `toml:"data"`
	Columns  ColumnConfig   `toml:"columns"`
	Test     TestConfig     `toml:"test"`
	Training TrainingConfig `toml:"training"`
	Formats  FormatConfig   `toml:"formats"`
	Schedule ScheduleConfig `toml:"schedule"`
	Initial  InitialConfig  `toml:"initial_weights"`
	Proof    ProofConfig    `toml:"proof"`
}

// ModelConfig names the model.
type ModelConfig struct {
	File string `toml:"file"`
	// BatchAxis is "auto", or the axis of the input that counts samples.
	BatchAxis string   `toml:"batch_axis"`
	Frozen    []string `toml:"frozen"` // weights that are not trained
}

// DataConfig names the files of one dataset part.
type DataConfig struct {
	File   string `toml:"file"`
	Labels string `toml:"labels"` // IDX only
}

// ColumnConfig says how cells become integers; the same for all parts.
type ColumnConfig struct {
	Format           string   `toml:"format"` // "csv" or "idx"
	Header           string   `toml:"header"` // "auto", "yes" or "no"
	Features         []string `toml:"features"`
	Categorical      []string `toml:"categorical"`
	Targets          []string `toml:"targets"`
	Classes          []string `toml:"classes"`
	Normalise        string   `toml:"normalise"` // "none", "minmax" or "standard"
	NormaliseTargets string   `toml:"normalise_targets"`
	Reconstruct      bool     `toml:"reconstruct"` // targets are the features
}

// TestConfig says which rows are held out.
type TestConfig struct {
	Rows int    `toml:"rows"` // of every part
	From string `toml:"from"` // "end" or "spread"
}

// TrainingConfig is the optimizer's side of a run.
type TrainingConfig struct {
	Loss         string   `toml:"loss"`
	Labels       string   `toml:"labels"`
	Batch        int      `toml:"batch"`
	Epochs       int      `toml:"epochs"`
	Steps        int      `toml:"steps"`
	SegmentSteps int      `toml:"segment_steps"`
	Rate         string   `toml:"rate"`
	Rates        []string `toml:"rates"` // one per epoch
}

// FormatConfig holds the fraction bits.
type FormatConfig struct {
	Feature    int `toml:"feature"`
	Activation int `toml:"activation"`
	Error      int `toml:"error"`
}

// ScheduleConfig is the order of rows.
type ScheduleConfig struct {
	Order string `toml:"order"`
	Seed  string `toml:"seed"`
	Tail  string `toml:"tail"`
}

// InitialConfig says where the initial weights come from.
type InitialConfig struct {
	From    string `toml:"from"` // "seed" or "model"
	Seed    string `toml:"seed"`
	Scheme  string `toml:"scheme"`
	Publish bool   `toml:"publish"`
}

// ProofConfig is what proofs are made with.
type ProofConfig struct {
	Mode    string `toml:"mode"`
	RowBits int    `toml:"row_bits"`
	SRS     string `toml:"srs"` // "development" or a file
	Context string `toml:"context"`
}

const maxConfig = 1 << 20

// DevelopmentSRS is the value of ProofConfig.SRS that asks for the INSECURE
// string.
const DevelopmentSRS = "development"

// ReadConfig reads and checks run.toml. A key it does not know is refused.
func ReadConfig(path string) (*Config, error) {
	text, err := artefact.ReadFile(path, maxConfig)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w (zkaudit init makes one)", err)
	}
	if err != nil {
		return nil, err
	}
	var c Config
	meta, err := toml.Decode(string(text), &c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %v", path, fault.ErrUsage, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: unknown key %q: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &c, nil
}

// Check returns fault.ErrUsage, naming the key, for a choice that makes no
// sense by itself. Whether choices fit model and data shows when they are used.
func (c *Config) Check() error {
	bad := func(key string, format string, args ...any) error {
		return fmt.Errorf("%s: %s: %w", key, fmt.Sprintf(format, args...), fault.ErrUsage)
	}
	oneOf := func(key, value string, allowed ...string) error {
		for _, a := range allowed {
			if value == a {
				return nil
			}
		}
		return bad(key, "%q, want one of %q", value, allowed)
	}
	t := &c.Training
	switch {
	case c.Model.File == "":
		return bad("model.file", "missing")
	case c.Model.batchAxisError() != nil:
		return bad("model.batch_axis", "%v", c.Model.batchAxisError())
	case len(c.Data) == 0:
		return bad("data", "no files")
	case c.Test.Rows < 0:
		return bad("test.rows", "%d", c.Test.Rows)
	case t.Batch < 1:
		return bad("training.batch", "%d", t.Batch)
	case t.SegmentSteps < 1:
		return bad("training.segment_steps", "%d", t.SegmentSteps)
	case (t.Epochs > 0) == (t.Steps > 0) || t.Epochs < 0 || t.Steps < 0:
		return bad("training", "epochs = %d and steps = %d: give one of them, the other 0", t.Epochs, t.Steps)
	case (t.Rate != "") == (len(t.Rates) > 0):
		return bad("training", "give rate, or rates (one per epoch), and not both")
	case c.Proof.RowBits < commitments.MinRowBits || c.Proof.RowBits > commitments.MaxRowBits:
		return bad("proof.row_bits", "%d, want %d to %d", c.Proof.RowBits, commitments.MinRowBits, commitments.MaxRowBits)
	case mode.Name(c.Proof.Mode).Check() != nil:
		return bad("proof.mode", "%q, want one of %q", c.Proof.Mode, mode.Names())
	case c.Proof.SRS == "":
		return bad("proof.srs", `missing: give a file, or "development" for the INSECURE one`)
	case c.Schedule.Order == "shuffled" && c.Schedule.Seed == "":
		return bad("schedule.seed", "a shuffled order needs a public seed")
	case c.Initial.From == "seed" && c.Initial.Seed == "":
		return bad("initial_weights.seed", "missing")
	}
	for i, d := range c.Data {
		if d.File == "" || (c.Columns.Format == "idx") != (d.Labels != "") && !c.Columns.Reconstruct {
			return bad(fmt.Sprintf("data %d", i+1), "idx needs file and labels, csv file only")
		}
	}
	for _, choice := range []struct {
		key, value string
		allowed    []string
	}{
		{"columns.format", c.Columns.Format, []string{"csv", "idx"}},
		{"columns.header", c.Columns.Header, []string{"auto", "yes", "no"}},
		{"columns.normalise", c.Columns.Normalise, normalisations()},
		{"columns.normalise_targets", c.Columns.NormaliseTargets, normalisations()},
		{"test.from", c.Test.From, []string{"end", "spread"}},
		{"schedule.order", c.Schedule.Order, []string{"committed", "shuffled"}},
		{"schedule.tail", c.Schedule.Tail, []string{"drop", "wrap"}},
		{"initial_weights.from", c.Initial.From, []string{"seed", "model"}},
		{"initial_weights.scheme", c.Initial.Scheme, []string{string(train.He), string(train.Glorot)}},
	} {
		if err := oneOf(choice.key, choice.value, choice.allowed...); err != nil {
			return err
		}
	}
	return nil
}

func normalisations() []string { return []string{"none", "minmax", "standard"} }
