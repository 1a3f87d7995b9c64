package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// edit replaces text in a file of the directory.
func edit(t *testing.T, path, old, replacement string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q, %v", path, old, err)
	}
	write(t, path, strings.Replace(string(text), old, replacement, 1))
}

func TestConfigRoundTrip(t *testing.T) {
	c := &Config{
		Model: ModelConfig{File: `odd "name" \ with ü and` + "\t.tflite", Frozen: []string{"a/b", "c"}, FrozenLayers: []string{"0", "2-4"}, TrainLast: 2},
		Data: []DataConfig{
			{Name: "north", File: "x.gz", Labels: "y.gz", Constants: map[string]string{"licence": "CC0 \"1\"", "owner": "A"}},
			{File: "z.gz", Labels: "w.gz", Part: "z.part", Opening: "z.opening", Constants: map[string]string{}},
		},
		Columns: ColumnConfig{Format: "idx", Header: "auto", Thousands: "comma", Impute: "median", Features: []string{}, Categorical: []string{"1"}, Targets: []string{"t"}, Classes: []string{"no", "yes"}, Normalise: "minmax", NormaliseTargets: "none",
			Attributes: []string{"sex", "2"}, MissingAsCategory: true, Encoding: "e.json", PublishEncoding: true},
		Vocabulary: map[string][]string{"sex": {"f", "m"}, "owner 1": {"A", "B"}},
		Test:       TestConfig{Rows: 7, From: "end", GroupDuplicates: true, Commit: true},
		Training: TrainingConfig{Loss: "mean_squared_error", Labels: "values", Batch: 8, Epochs: 3, SegmentSteps: 16,
			Rates: []string{"0.5", "0.25"}, Clip: "0.5", Smoothing: "0.1", Momentum: "0.9", Nesterov: true, MomentumRestart: 16, WeightDecay: "0.01", SampleWeight: "sex"},
		Rate:     RateConfig{WarmUp: 4, Decay: "step", Every: 5, Factor: "0.5", Floor: "0.01"},
		Formats:  FormatConfig{Feature: 7, Activation: 8, Error: 9},
		Schedule: ScheduleConfig{Order: "shuffled", Seed: "s", Tail: "wrap", Without: []string{"north:5", "part-001:10-19"}},
		Initial:  InitialConfig{From: "model", Scheme: "he", Publish: true},
		Proof:    ProofConfig{Mode: "validity", RowBits: 10, Setup: "development", Context: "c"},
	}
	path := filepath.Join(t.TempDir(), ConfigFile)
	if err := writeConfig(path, c); err != nil {
		t.Fatal(err)
	}
	back, err := ReadConfig(path)
	if err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("%+v\nwant %+v\n%v", back, c, err)
	}
}

func TestConfigErrors(t *testing.T) {
	dir := small(t, nil)
	path := filepath.Join(dir, ConfigFile)
	original, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, replacement, place string }{
		{"batch = 4", "batch = 0", "training.batch"},
		{"batch = 4", "batsch = 4", "batsch"},
		{`order = "shuffled"`, `order = "random"`, "schedule.order"},
		{"epochs = 0", "epochs = 2", "epochs"},
		{`rate = "0.1"`, `rate = ""`, "rate"},
		{"row_bits = 8", "row_bits = 60", "row_bits"},
		{"without = []", `without = ["part-000:7-5"]`, "schedule.without"},
		{"without = []", `without = ["nobody:7"]`, "schedule.without"},
		{`from = "seed"`, `from = "stars"`, "initial_weights.from"},
		{`labels = ""`, `labels = "x"`, "data 1"},
		{`setup = "transparent"`, `setup = ""`, "proof.setup"},
		{"[proof]", "[proof", ConfigFile},
	} {
		write(t, path, strings.Replace(string(original), test.old, test.replacement, 1))
		if _, err := Open(dir, Options{}); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), test.place) {
			t.Errorf("%s: %v", test.replacement, err)
		}
	}
	write(t, path, strings.Replace(string(original), "setup = ", "srs = ", 1))
	if _, err := Open(dir, Options{}); fault.ExitCode(err) != fault.ExitVersion || !strings.Contains(err.Error(), "older zkaudit") || !strings.Contains(err.Error(), "proof.setup") {
		t.Errorf("a run of an older zkaudit: %v", err)
	}
	if _, err := Open(t.TempDir(), Options{}); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "zkaudit init") {
		t.Errorf("no run.toml: %v", err)
	}
}

// TestOlderFiles: proofs and weights that an older zkaudit has made are neither
// taken nor passed over.
func TestOlderFiles(t *testing.T) {
	d := &Directory{}
	path := filepath.Join(t.TempDir(), "file")
	for name, test := range map[string]struct {
		kind    artefact.Kind
		version uint32
		load    func() error
	}{
		"proof":   {ProofKind(), proofVersion, func() error { _, err := d.loadProof(path, [32]byte{1}); return err }},
		"weights": {WeightsKind(), weightsVersion, func() error { _, err := d.loadWeights(path, [32]byte{1}, nil, nil, new(commitments.Setup)); return err }},
	} {
		for _, of := range []struct{ change, code int }{{0, fault.ExitOK}, {-1, fault.ExitVersion}, {1, fault.ExitVersion}} {
			h := artefact.Header{Kind: test.kind, Version: uint32(int(test.version) + of.change), Statement: [32]byte{1}}
			if err := artefact.WriteFile(path, artefact.Encode(h, nil), artefact.PrivateMode); err != nil {
				t.Fatal(err)
			}
			if err := test.load(); fault.ExitCode(err) != of.code || err != nil && !strings.Contains(err.Error(), "delete") {
				t.Errorf("%s, version changed by %d: %v", name, of.change, err)
			}
		}
	}
}

func TestStagesInOrder(t *testing.T) {
	d := open(t, small(t, nil), nil)
	if _, err := d.Train(context.Background(), false); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "zkaudit commit") {
		t.Errorf("train first: %v", err)
	}
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prove(context.Background(), false); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "zkaudit train") {
		t.Errorf("prove before train: %v", err)
	}
}

func TestOneProcessPerDirectory(t *testing.T) {
	dir := small(t, nil)
	d := open(t, dir, nil)
	if _, err := Open(dir, Options{}); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "another zkaudit") {
		t.Errorf("second process: %v", err)
	}
	d.Close()
	again, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// TestStaleInputs changes something after a stage; the next one refuses.
func TestStaleInputs(t *testing.T) {
	ctx := context.Background()
	dir := small(t, nil)
	csv, toml := filepath.Join(dir, "a.csv"), filepath.Join(dir, ConfigFile)
	stage := func(run func(d *Directory) error) error {
		d := open(t, dir, nil)
		defer d.Close()
		return run(d)
	}
	commit := func(d *Directory) error { _, err := d.Commit(ctx, false); return err }
	training := func(d *Directory) error { _, err := d.Train(ctx, false); return err }
	prove := func(d *Directory) error { _, err := d.Prove(ctx, false); return err }
	fails := func(what string, run func(d *Directory) error) {
		t.Helper()
		if err := stage(run); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "--restart") {
			t.Errorf("%s: %v", what, err)
		}
	}
	works := func(run func(d *Directory) error) {
		t.Helper()
		if err := stage(run); err != nil {
			t.Fatal(err)
		}
	}
	works(commit)
	edit(t, csv, "1,1,1,no", "1,1,2,no")
	fails("commit after a changed row", commit)
	fails("train after a changed row", training)
	edit(t, csv, "1,1,2,no", "1,1,1,no")
	works(training)
	edit(t, toml, `rate = "0.1"`, `rate = "0.2"`)
	fails("train with another rate", training)
	fails("prove with another rate", prove)
	edit(t, toml, `rate = "0.2"`, `rate = "0.1"`)
	works(prove)
	edit(t, toml, `rate = "0.1"`, `rate = "0.2"`)
	works(func(d *Directory) error { _, err := d.Train(ctx, true); return err })
	works(prove)
	if _, err := check(dir); err != nil {
		t.Error(err)
	}
}

func TestDamagedFiles(t *testing.T) {
	ctx := context.Background()
	dir := proven(t)
	for _, name := range []string{
		"commit/part-000.part", "commit/part-000.opening",
		"train/weights-000001.ckpt", "prove/weights-000002.committed", "prove/segment-000001.proof", "prove/initial-weights.certificate",
	} {
		path := filepath.Join(dir, name)
		original, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		damaged := append([]byte(nil), original...)
		damaged[len(damaged)/2] ^= 1
		if err := os.WriteFile(path, damaged, info.Mode()); err != nil {
			t.Fatal(err)
		}
		d := open(t, dir, nil)
		if _, err := d.Prove(ctx, false); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s damaged: %v", name, err)
		}
		d.Close()
		if err := os.WriteFile(path, original, info.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "commit/part-000.opening")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	d := open(t, dir, nil)
	if _, err := d.Prove(ctx, false); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "0600") {
		t.Errorf("opening readable by others: %v", err)
	}
}

func TestInitRefuses(t *testing.T) {
	dir := t.TempDir()
	model, csv := filepath.Join(dir, "m.tflite"), filepath.Join(dir, "a.csv")
	writeModel(t, model, true, 3, 5, 2)
	write(t, csv, rowsOf(30, 0))
	for name, test := range map[string]struct {
		change func(c *Config)
		kind   error
		says   string
	}{
		"missing model":  {func(c *Config) { c.Model.File += "x" }, fault.ErrInput, "m.tflitex"},
		"no model":       {func(c *Config) { c.Model.File = csv }, fault.ErrMalformed, "TFL3"},
		"missing data":   {func(c *Config) { c.Data[0].File += "x" }, fault.ErrInput, "a.csvx"},
		"other width":    {func(c *Config) { c.Columns.Features = []string{"1", "2"} }, fault.ErrInput, "features"},
		"large batch":    {func(c *Config) { c.Training.Batch = 31 }, fault.ErrUsage, "batch"},
		"all held out":   {func(c *Config) { c.Test.Rows = 30 }, fault.ErrUsage, "held out"},
		"rate":           {func(c *Config) { c.Training.Rate = "fast" }, fault.ErrUsage, "rate"},
		"loss":           {func(c *Config) { c.Training.Loss = "hinge" }, fault.ErrUsage, "hinge"},
		"values for one": {func(c *Config) { c.Training.Labels = "values" }, fault.ErrInput, `line 1, column 4: "no" is not a number`},
		"all frozen": {func(c *Config) {
			c.Model.Frozen = []string{"m/dense_0/weights", "m/dense_0/bias", "m/dense_1/weights", "m/dense_1/bias"}
		}, fault.ErrUnsupported, "train"},
	} {
		c := &Config{Model: ModelConfig{File: model}, Data: []DataConfig{{File: csv}}, Columns: ColumnConfig{Header: "no"}, Test: TestConfig{Rows: DefaultTestRows}}
		test.change(c)
		run := filepath.Join(dir, "run")
		if _, err := Init(run, c); !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
		if exists(run) {
			t.Fatalf("%s: a directory was left behind", name)
		}
	}
	if _, err := Init(small(t, nil), &Config{}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("second run.toml: %v", err)
	}
}
