package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// continuing makes a run that continues the one in dir.
func continuing(t testing.TB, dir string, c Config) (string, error) {
	t.Helper()
	d := open(t, dir, nil)
	defer d.Close()
	next := filepath.Join(t.TempDir(), "next")
	_, err := d.InitContinued(next, &c)
	return next, err
}

func bundleOf(t testing.TB, dir string) *bundle.Bundle {
	t.Helper()
	b, err := bundle.Unmarshal(readFile(t, filepath.Join(dir, BundleFile)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestContinue goes from a proven run to one that continues it, with other rows, rate
// and frozen layers, to one like that without some rows, and to a third.
func TestContinue(t *testing.T) {
	dir := proven(t)
	before := files(t, dir)
	more := filepath.Join(t.TempDir(), "more.csv")
	write(t, more, rowsOf(24, 3))
	c := Config{Data: []DataConfig{{File: more}}, Columns: ColumnConfig{Header: "no"}, Training: TrainingConfig{Steps: 6, Rate: "0.05"}, Model: ModelConfig{TrainLast: 1}}
	next, err := continuing(t, dir, c)
	if err != nil {
		t.Fatal(err)
	}
	_, report := all(t, next)
	first, second := bundleOf(t, dir), bundleOf(t, next)
	result, err := first.Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Begins(second.Statement); err != nil {
		t.Error(err)
	}
	if f := report.Facts; f.Origin != "continued" || f.Steps != 6 || len(f.Frozen) != 2 || f.Rate == "0.1" || len(report.Unpinned) != 1 {
		t.Errorf("facts %+v, unpinned %q", f, report.Unpinned)
	}
	setup, err := commitments.SetupOf(generators, first.Statement.RowBits, first.Statement.Setup)
	if err != nil {
		t.Fatal(err)
	}
	options := bundle.Options{AllowInsecure: true}
	r, err := bundle.Verify(context.Background(), first, bundle.Expectation{}, setup, options)
	if err != nil {
		t.Fatal(err)
	}
	options.From = r.Predecessor()
	expect, err := bundle.ReadExpectation(filepath.Join(next, ExpectationFile))
	if err != nil {
		t.Fatal(err)
	}
	if r, err = bundle.Verify(context.Background(), second, expect, setup, options); err != nil || len(r.Unpinned) != 0 || len(r.Chain.Links()) != 2 {
		t.Errorf("with its predecessor: %v", err)
	}
	third, err := continuing(t, next, Config{Training: TrainingConfig{Steps: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, report := all(t, third); report.Facts.Dataset[0] != r.Facts.Dataset[0] || len(report.Facts.Frozen) != 0 {
		t.Errorf("the third run has facts %+v", report.Facts)
	}
	counterpart, err := like(t, next, "part-000:5")
	if err != nil {
		t.Fatal(err)
	}
	all(t, counterpart)
	if other := bundleOf(t, counterpart); result.Begins(other.Statement) != nil {
		t.Error("a run like one that continues another does not continue it")
	}
	for path, text := range files(t, dir) {
		if before[path] != text {
			t.Errorf("%s has changed", path)
		}
	}
}

// TestContinueRefuses: what the weights of a run do not allow, and files that are not
// what they are taken for.
func TestContinueRefuses(t *testing.T) {
	dir := proven(t)
	steps := TrainingConfig{Steps: 2}
	for name, c := range map[string]struct {
		choices Config
		says    string
	}{
		"a model":            {Config{Training: steps, Model: ModelConfig{File: "m.tflite"}}, "model, initial weights, mode, setup and the size of rows"},
		"initial weights":    {Config{Training: steps, Initial: InitialConfig{From: "seed"}}, "model, initial weights, mode"},
		"a mode":             {Config{Training: steps, Proof: ProofConfig{Mode: "zk"}}, "model, initial weights, mode"},
		"a setup":            {Config{Training: steps, Proof: ProofConfig{Setup: TransparentSetup}}, "model, initial weights, mode"},
		"rows of cells":      {Config{Training: steps, Proof: ProofConfig{RowBits: 9}}, "model, initial weights, mode"},
		"a rate out of size": {Config{Training: TrainingConfig{Steps: 2, Rate: "9"}}, "in this precision rates go from"},
		"finer activations":  {Config{Training: steps, Formats: FormatConfig{Activation: 9}}, "fraction bits in the model that is continued"},
		"no bits for a rate": {Config{Training: TrainingConfig{Steps: 2, Momentum: "0.9"}, Formats: FormatConfig{Error: 14}}, "in this precision rates go from"},
		"a momentum no word": {Config{Training: TrainingConfig{Steps: 2, Momentum: "much"}}, "much"},
	} {
		next, err := continuing(t, dir, c.choices)
		if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if exists(next) {
			t.Errorf("%s: a directory was made", name)
		}
	}
	if _, err := continuing(t, small(t, nil), Config{Training: steps}); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "must be proven first") {
		t.Errorf("a run that is not proven: %v", err)
	}
	other := proven(t)
	opening := filepath.Join(dir, modelOpeningFile)
	kept := readFile(t, opening)
	all(t, restarted(t, other))
	if err := os.WriteFile(opening, readFile(t, filepath.Join(other, modelOpeningFile)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := continuing(t, dir, Config{Training: steps}); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "that of another run") {
		t.Errorf("the opening of another run: %v", err)
	}
	kept[len(kept)-33-5] ^= 1 // blinding, and the checksum with it
	if err := os.WriteFile(opening, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := continuing(t, dir, Config{Training: steps}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a damaged opening: %v", err)
	}
}

// restarted makes the proofs of a directory anew.
func restarted(t testing.TB, dir string) string {
	t.Helper()
	d := open(t, dir, nil)
	defer d.Close()
	if _, err := d.Prove(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestContinuedFilesBelongTogether: a run that continues another is not proven with a
// model of another training, nor in a mode or setup of its own.
func TestContinuedFilesBelongTogether(t *testing.T) {
	dir := proven(t)
	ctx := context.Background()
	next, err := continuing(t, dir, Config{Training: TrainingConfig{Steps: 2}})
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, next, nil)
	if _, err := d.Commit(ctx, false); err != nil {
		t.Fatal(err)
	}
	d.Close()
	path := filepath.Join(next, ConfigFile)
	config := string(readFile(t, path))
	try := func(old, replacement string) error {
		t.Helper()
		if !strings.Contains(config, old) {
			t.Fatalf("%q is not in %s", old, ConfigFile)
		}
		write(t, path, strings.Replace(config, old, replacement, 1))
		d := open(t, next, nil)
		defer d.Close()
		if _, err := d.Train(ctx, true); err != nil {
			return err
		}
		_, err := d.Prove(ctx, false)
		return err
	}
	further, err := continuing(t, dir, Config{Training: TrainingConfig{Steps: 3}})
	if err != nil {
		t.Fatal(err)
	}
	all(t, further)
	for name, c := range map[string]struct {
		old, replacement string
		kind             error
		says             string
	}{
		"weights of another run": {filepath.Base(dir) + "/" + modelFile, filepath.Base(filepath.Dir(further)) + "/next/" + modelFile, fault.ErrInput, "is not what "},
		"another mode":           {`mode = "validity"`, `mode = "zk"`, fault.ErrUsage, "of mode zk, those of its predecessor of mode validity"},
		"no run":                 {`from = "run"`, `from = "model"`, fault.ErrUsage, "initial_weights.run"},
		"published":              {"publish = false", "publish = true", fault.ErrUsage, "stay under its commitments"},
		"another precision":      {"shift = ", "shift = 1", fault.ErrUsage, ""},
	} {
		if name == "no run" || name == "published" {
			write(t, path, strings.Replace(config, c.old, c.replacement, 1))
			if _, err := Open(next, Options{}); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err := try(c.old, c.replacement); !errors.Is(err, c.kind) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if err := try("", ""); err != nil {
		t.Errorf("as it was: %v", err)
	}
	d = open(t, next, nil)
	defer d.Close()
	if _, err := d.Calibrate(ctx, CalibrateOptions{Target: ForAccuracy}); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("calibrated: %v", err)
	}
	if _, err := Ordered(filepath.Join(dir, modelFile), d.Config, []*bundle.PartFile{{}}); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("ordered: %v", err)
	}
}
