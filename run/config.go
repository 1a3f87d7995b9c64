package run

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
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
	Rate       RateConfig          `toml:"learning_rate"`
	Formats    FormatConfig        `toml:"formats"`
	Schedule   ScheduleConfig      `toml:"schedule"`
	Initial    InitialConfig       `toml:"initial_weights"`
	Proof      ProofConfig         `toml:"proof"`
	Audit      AuditConfig         `toml:"audit"`
}

// ModelConfig names the model.
type ModelConfig struct {
	File string `toml:"file"`
	// BatchAxis is "auto", "none", or the axis of the inputs that counts samples.
	BatchAxis string   `toml:"batch_axis"`
	Frozen    []string `toml:"frozen"` // weights that are not trained, by name
	// FrozenLayers are layers whose weights are not trained, by number from 0:
	// "0", "2-4".
	FrozenLayers []string `toml:"frozen_layers"`
	// TrainLast, unless it is 0, is how many layers with weights are trained, from
	// the last one back.
	TrainLast int `toml:"train_last"`
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
	Format string `toml:"format"` // one of recipe.Formats
	Header string `toml:"header"` // "auto", "yes" or "no"
	// Separator is "auto", or as data.ParseSeparator takes it.
	Separator        string   `toml:"separator"`
	DecimalComma     string   `toml:"decimal_comma"` // "auto", "yes" or "no"
	Thousands        string   `toml:"thousands"`     // as data.ParseMark takes it
	Features         []string `toml:"features"`
	Categorical      []string `toml:"categorical"`
	Targets          []string `toml:"targets"`
	Classes          []string `toml:"classes"`
	Normalise        string   `toml:"normalise"` // "none", "minmax" or "standard"
	NormaliseTargets string   `toml:"normalise_targets"`
	Reconstruct      bool     `toml:"reconstruct"` // targets are the features
	Attributes       []string `toml:"attributes"`  // committed for audits; no features unless named there, too
	// Impute is the rule that missing cells of features are filled in by: "none",
	// "mean", "median" or "most-frequent".
	Impute string `toml:"impute"`
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
	Clip         string   `toml:"clip"`
	Smoothing    string   `toml:"smoothing"`
	Momentum     string   `toml:"momentum"`
	Nesterov     bool     `toml:"nesterov"`
	// MomentumRestart is after how many steps a momentum begins anew, a divisor of
	// SegmentSteps.
	MomentumRestart int `toml:"momentum_restart"`
	// WeightDecay is what each trained weight loses of itself after SegmentSteps.
	WeightDecay string `toml:"weight_decay"`
	// SampleWeight is the attribute whose values, decimals that Vocabulary lists,
	// weigh the rows; "" is none.
	SampleWeight string `toml:"sample_weight"`
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
	From    string `toml:"from"` // "seed", "model" or "run"
	Run     string `toml:"run"`  // the directory of the run that this one continues
	Seed    string `toml:"seed"`
	Scheme  string `toml:"scheme"`
	Publish bool   `toml:"publish"`
}

// ProofConfig is what proofs are made with.
type ProofConfig struct {
	Mode    string `toml:"mode"`
	RowBits int    `toml:"row_bits"`
	Setup   string `toml:"setup"` // "transparent", "development" or a file
	Context string `toml:"context"`
}

// AuditConfig is what audits keep.
type AuditConfig struct {
	// Ledger is the file that records what audits have released; "": LedgerFile
	// in the run directory. Directories that have parts in common share one, or
	// each would grant its own budget of bits about the same rows.
	Ledger string `toml:"ledger"`
}

const (
	maxConfig = 1 << 20
	// olderSetup is what proof.setup was called before there were transparent
	// setups. Commitments and proofs of such a run cannot be read any more.
	olderSetup = "proof.srs"
)

// Values of ProofConfig.Setup that are no files.
const (
	TransparentSetup = "transparent" // generators that nobody knows a relation between
	DevelopmentSetup = "development" // the INSECURE powers of a public τ
)

// setupFile reports whether the setup is a file.
func (c *ProofConfig) setupFile() bool {
	return c.Setup != TransparentSetup && c.Setup != DevelopmentSetup
}

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
		if slices.ContainsFunc(unknown, func(k toml.Key) bool { return k.String() == olderSetup }) {
			err := fmt.Errorf("%s: key %q: an older zkaudit made this run, and its commitments and proofs are of older formats: %w", path, olderSetup, fault.ErrVersion)
			return nil, fault.Advise(err, "use that one, or start anew with zkaudit init, where the setup is %s", "proof.setup")
		}
		return nil, fmt.Errorf("%s: unknown key %q: %w", path, unknown[0].String(), fault.ErrUsage)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &c, nil
}

// layout is how CSV files are laid out.
func (c *ColumnConfig) layout() recipe.Layout {
	return recipe.Layout{Header: c.Header, Separator: c.Separator, DecimalComma: c.DecimalComma, Thousands: c.Thousands}
}

// rule is what missing cells are filled in by.
func (c *ColumnConfig) rule() encoding.Rule {
	if c.Impute == "none" {
		return encoding.NoRule
	}
	return encoding.Rule(c.Impute)
}

func imputations() []string {
	return []string{"", "none", string(encoding.Mean), string(encoding.Median), string(encoding.MostFrequent)}
}

func normalisations() []string { return []string{"none", "minmax", "standard"} }
