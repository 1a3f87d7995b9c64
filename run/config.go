package run

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/train"
)

// Config is the content of run.toml: every choice of a run. Paths are relative
// to the run directory.
type Config struct {
	Model   ModelConfig  `toml:"model"`
	Data    []DataConfig `toml:"data"`
	Columns ColumnConfig `toml:"columns"`
	// Vocabulary fixes what values attributes may have, by name, so that parts
	// committed apart agree; the others have the values found in all files.
	Vocabulary map[string][]string `toml:"vocabulary"`
	Test       TestConfig          `toml:"test"`
	Training   TrainingConfig      `toml:"training"`
	Formats    FormatConfig        `toml:"formats"`
	Schedule   ScheduleConfig      `toml:"schedule"`
	Initial    InitialConfig       `toml:"initial_weights"`
	Proof      ProofConfig         `toml:"proof"`
	Audit      AuditConfig         `toml:"audit"`
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
	// Name is what claims call the part, and its files are called; "": part-000.
	Name   string `toml:"name"`
	File   string `toml:"file"`
	Labels string `toml:"labels"` // IDX only
	// Part and Opening name a part that its owner has committed, and what opens
	// it: File is then read as she read it, and is not committed again.
	Part    string `toml:"part"`
	Opening string `toml:"opening"`
	// Constants are attributes with one value for all rows: owner, licence.
	Constants map[string]string `toml:"constants"`
}

// ColumnConfig says how cells become integers; the same for all parts.
type ColumnConfig struct {
	Format string `toml:"format"` // "csv" or "idx"
	Header string `toml:"header"` // "auto", "yes" or "no"
	// Separator is "auto", or as data.ParseSeparator takes it.
	Separator        string   `toml:"separator"`
	DecimalComma     string   `toml:"decimal_comma"` // "auto", "yes" or "no"
	Features         []string `toml:"features"`
	Categorical      []string `toml:"categorical"`
	Targets          []string `toml:"targets"`
	Classes          []string `toml:"classes"`
	Normalise        string   `toml:"normalise"` // "none", "minmax" or "standard"
	NormaliseTargets string   `toml:"normalise_targets"`
	Reconstruct      bool     `toml:"reconstruct"` // targets are the features
	Attributes       []string `toml:"attributes"`  // committed for audits; no features unless named there, too
	// MissingAsCategory takes a missing cell of a category for the category "?".
	MissingAsCategory bool `toml:"missing_as_category"`
	// Encoding is a file that says how cells become integers, as commit writes
	// it; "" fits one to the files.
	Encoding string `toml:"encoding"`
	// PublishEncoding puts it in the public part files: an outsider can then
	// encode a record of her own. Normalisation tells of the rows it was
	// fitted on.
	PublishEncoding bool `toml:"publish_encoding"`
}

// TestConfig says which rows are held out.
type TestConfig struct {
	Rows int    `toml:"rows"` // of every part
	From string `toml:"from"` // "end" or "spread"
	// GroupDuplicates puts rows with equal features, of all parts, on one side.
	GroupDuplicates bool `toml:"group_duplicates"`
	// Commit commits the rows held out, too, as parts that audits name.
	Commit bool `toml:"commit"`
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
	// Without are rows that are never read, in the notation of
	// schedule.ParseRows: rows of a part as committed, held-out rows not counted.
	Without []string `toml:"without"`
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

// AuditConfig is what audits keep.
type AuditConfig struct {
	// Ledger is the file that records what audits have released; "": LedgerFile
	// in the run directory. Directories that have parts in common share one, or
	// each would grant its own budget of bits about the same rows.
	Ledger string `toml:"ledger"`
}

const maxConfig = 1 << 20

// DevelopmentSRS is the value of ProofConfig.SRS that asks for the INSECURE
// string.
const DevelopmentSRS = "development"

// ReadConfig reads and checks run.toml. A key it does not know is refused.
func ReadConfig(path string) (_ *Config, err error) {
	defer fault.Catch(&err, ConfigFile, fault.ErrInput)
	text, err := artefact.ReadFile(path, maxConfig)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w (zkaudit init makes one)", err)
	}
	if err != nil {
		return nil, err
	}
	if err := artefact.CheckTOML(text); err != nil { // verify --with reads that of a prover
		return nil, fmt.Errorf("%s: %v: %w", path, fault.Text(err, nil), fault.ErrUsage)
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

// Check returns fault.ErrUsage, a fault.Setting, for a choice that makes no
// sense by itself. Whether choices fit model and data shows when they are used.
func (c *Config) Check() error {
	bad := func(key string, format string, args ...any) error {
		return &fault.Setting{Key: key, Err: fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrUsage)}
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
		return &fault.Setting{Key: "model.batch_axis", Err: c.Model.batchAxisError()}
	case len(c.Data) == 0:
		return bad("data", "no files")
	case c.Test.Rows < 0:
		return bad("test.rows", "%d", c.Test.Rows)
	case t.Batch < 1:
		return bad("training.batch", "%d", t.Batch)
	case t.SegmentSteps < 1:
		return bad("training.segment_steps", "%d", t.SegmentSteps)
	case (t.Epochs > 0) == (t.Steps > 0) || t.Epochs < 0 || t.Steps < 0:
		return fault.Advise(fmt.Errorf("%d epochs and %d steps: %w", t.Epochs, t.Steps, fault.ErrUsage), "give %s or %s, and 0 for the other", "training.epochs", "training.steps")
	case (t.Rate != "") == (len(t.Rates) > 0):
		return fault.Advise(fmt.Errorf("a learning rate, and one per epoch: %w", fault.ErrUsage), "give %s or %s", "training.rate", "training.rates")
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
	for i := range c.Data {
		if err := c.checkData(i); err != nil {
			return err
		}
	}
	if err := c.checkNames(); err != nil {
		return err
	}
	if _, err := c.Columns.layout().CSV(""); err != nil {
		return err
	}
	if _, err := c.without(nil); err != nil {
		return err
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

// checkData checks one [[data]] table.
func (c *Config) checkData(i int) error {
	d := &c.Data[i]
	bad := func(format string, args ...any) error {
		return fmt.Errorf("data %d: %s: %w", i+1, fmt.Sprintf(format, args...), fault.ErrUsage)
	}
	switch {
	case d.File == "":
		return bad("no file")
	case c.Columns.Format == "idx" && d.Labels == "" && !c.Columns.Reconstruct:
		return fault.Advise(bad("%s is idx and needs a file of labels", foreign.Quote(d.File)), "give it by %s", "data.labels")
	case c.Columns.Format != "idx" && d.Labels != "":
		return fault.Advise(bad("a file of labels goes with idx"), "name the columns to predict by %s", "columns.targets")
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

// layout is how CSV files are laid out.
func (c *ColumnConfig) layout() recipe.Layout {
	return recipe.Layout{Header: c.Header, Separator: c.Separator, DecimalComma: c.DecimalComma}
}

func normalisations() []string { return []string{"none", "minmax", "standard"} }
