package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/tflite"
)

// generators is where all tests of the package find the generators that the first
// of them has derived.
var generators string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "zkaudit-run-test-")
	if err != nil {
		panic(err)
	}
	generators = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// writeModel writes a perceptron with the given units; weights are a pattern
// of small numbers.
func writeModel(t testing.TB, path string, softmax bool, inputs int, units ...int) {
	t.Helper()
	var layers []tflite.DenseLayer
	from := inputs
	for i, n := range units {
		l := tflite.DenseLayer{Units: n, Weights: make([]float32, from*n), Bias: make([]float32, n)}
		for k := range l.Weights {
			l.Weights[k] = float32((k*7+i)%11-5) / 16
		}
		if i < len(units)-1 {
			l.Activation = tflite.ActRelu
		}
		layers, from = append(layers, l), n
	}
	m, err := tflite.NewDense("m", layers, inputs, softmax)
	if err != nil {
		t.Fatal(err)
	}
	data, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(data))
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rowsOf returns lines of three features and a class.
func rowsOf(n, offset int) string {
	var b strings.Builder
	for i := offset; i < offset+n; i++ {
		fmt.Fprintf(&b, "%d,%d,%d,%s\n", i%7, i%5, i%3, []string{"no", "yes"}[i%7/4])
	}
	return b.String()
}

// small makes a run directory of a small classifier: 12 steps in segments of 5.
func small(t testing.TB, change func(c *Config)) string {
	t.Helper()
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m.tflite"), true, 3, 5, 2)
	write(t, filepath.Join(dir, "a.csv"), rowsOf(30, 0))
	c := &Config{
		Model:    ModelConfig{File: filepath.Join(dir, "m.tflite")},
		Data:     []DataConfig{{File: filepath.Join(dir, "a.csv")}},
		Columns:  ColumnConfig{Header: "no"},
		Training: TrainingConfig{Batch: 4, Steps: 12, SegmentSteps: 5},
		Test:     TestConfig{Rows: 6},
		Proof:    ProofConfig{Mode: "validity", RowBits: 8},
	}
	if change != nil {
		change(c)
	}
	if _, err := Init(dir, c); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t testing.TB, dir string, p Progress) *Directory {
	t.Helper()
	d, err := Open(dir, Options{Progress: p, CacheDir: generators})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// all runs all stages and verifies the bundle.
func all(t testing.TB, dir string) (*TrainRecord, *bundle.Report) {
	t.Helper()
	d := open(t, dir, nil)
	defer d.Close()
	ctx := context.Background()
	if _, err := d.Commit(ctx, false); err != nil {
		t.Fatal(err)
	}
	r, err := d.Train(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prove(ctx, false); err != nil {
		t.Fatal(err)
	}
	report, err := check(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r, report
}

// provenFiles are the files of a directory that all stages have run in.
var provenFiles struct {
	once sync.Once
	text map[string]string
	mode map[string]os.FileMode
}

// proven returns a copy of the directory of small, trained and proven, for tests
// that begin with what a whole run leaves.
func proven(t testing.TB) string {
	t.Helper()
	made := &provenFiles
	made.once.Do(func() {
		dir := small(t, nil)
		config := filepath.Join(dir, ConfigFile)
		write(t, config, strings.ReplaceAll(string(readFile(t, config)), dir+"/", "")) // so that it can be moved
		all(t, dir)
		made.text, made.mode = map[string]string{}, map[string]os.FileMode{}
		for path, text := range files(t, dir) {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			made.text[name], made.mode[name] = text, info.Mode()
		}
	})
	dir := t.TempDir()
	for name, text := range made.text {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), made.mode[name]); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// check verifies the bundle of a directory against its expect.toml.
func check(dir string) (*bundle.Report, error) {
	data, err := os.ReadFile(filepath.Join(dir, BundleFile))
	if err != nil {
		return nil, err
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	setup, err := commitments.SetupOf(generators, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return nil, err
	}
	var expect bundle.Expectation
	if path := filepath.Join(dir, ExpectationFile); exists(path) {
		if expect, err = bundle.ReadExpectation(path); err != nil {
			return nil, err
		}
	}
	return bundle.Verify(context.Background(), b, expect, setup, bundle.Options{AllowInsecure: true})
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestStages(t *testing.T) {
	dir := small(t, nil)
	r, report := all(t, dir)
	if r.Steps != 12 || r.Segments != 3 || r.After == nil || len(report.NotChecked) != 0 {
		t.Errorf("record %+v, not checked %q", r, report.NotChecked)
	}
	// Secrets are their owner's alone; what is published is readable.
	for pattern, mode := range map[string]os.FileMode{
		"commit/*.opening": 0o600, "train/*.ckpt": 0o600, "prove/*.committed": 0o600, "*/record.json": 0o600, modelFile: 0o600,
		"commit/*.part": 0o644, "prove/*.proof": 0o644, BundleFile: 0o644,
	} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Errorf("%s: no files, %v", pattern, err)
		}
		for _, name := range names {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), mode)
			}
		}
	}
	exported, err := os.ReadFile(filepath.Join(dir, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := tflite.Parse(exported)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := tflite.ExactWeights(m); err != nil || len(w) != 4 {
		t.Errorf("%d exact weights in %s, %v", len(w), modelFile, err)
	}
}

// TestVariants proves and verifies runs with other choices.
func TestVariants(t *testing.T) {
	for name, test := range map[string]struct {
		change func(c *Config)
		origin string
	}{
		"private model":    {func(c *Config) { c.Initial.From = "model" }, "private"},
		"published model":  {func(c *Config) { c.Initial.From, c.Initial.Publish = "model", true }, "published"},
		"frozen layer":     {func(c *Config) { c.Initial.From, c.Model.Frozen = "model", []string{"m/dense_0/weights"} }, "private"},
		"rates per epoch":  {func(c *Config) { c.Training.Rates = []string{"0.2", "0.1"} }, "seed"},
		"committed order":  {func(c *Config) { c.Schedule.Order, c.Schedule.Tail = "committed", "wrap" }, "seed"},
		"epochs":           {func(c *Config) { c.Training.Steps, c.Training.Epochs = 0, 2 }, "seed"},
		"parts":            {func(c *Config) { c.Data = append(c.Data, c.Data[0]) }, "seed"},
		"held out at end":  {func(c *Config) { c.Test = TestConfig{Rows: 3, From: "end"} }, "seed"},
		"reconstruction":   {func(c *Config) { c.Columns.Reconstruct, c.Columns.Features = true, []string{"1", "2", "3"} }, "seed"},
		"one long segment": {func(c *Config) { c.Training.SegmentSteps = 100 }, "seed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := small(t, func(c *Config) {
				if test.change(c); c.Columns.Reconstruct {
					writeModel(t, c.Model.File, false, 3, 4, 3)
				}
			})
			if _, report := all(t, dir); report.Facts.Origin != test.origin {
				t.Errorf("origin %q, want %q", report.Facts.Origin, test.origin)
			}
		})
	}
}

// interrupter cancels a context when a task has advanced so far.
type interrupter struct {
	silent
	task   string
	at     int
	cancel context.CancelFunc
	now    string
}

func (i *interrupter) Start(task string, _ int) { i.now = task }

func (i *interrupter) Advance(done int, _ string) {
	if i.now == i.task && done == i.at {
		i.cancel()
	}
}

// TestResume interrupts each stage and continues it in another process, so to
// speak. The weights are those of an uninterrupted run, finished proofs are kept.
func TestResume(t *testing.T) {
	dir := small(t, nil)
	for _, stage := range []struct {
		task string
		at   int
		run  func(context.Context, *Directory) error
	}{
		{"commit and certify", 1, func(ctx context.Context, d *Directory) error { _, err := d.Commit(ctx, false); return err }},
		{"train", 7, func(ctx context.Context, d *Directory) error { _, err := d.Train(ctx, false); return err }},
		{"prove", 1, func(ctx context.Context, d *Directory) error { _, err := d.Prove(ctx, false); return err }},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		p := &interrupter{task: stage.task, at: stage.at, cancel: cancel}
		d := open(t, dir, p)
		if err := stage.run(ctx, d); !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: not interrupted: %v", stage.task, err)
		}
		d.Close()
		if stage.task == "prove" {
			break
		}
		d = open(t, dir, nil)
		if err := stage.run(context.Background(), d); err != nil {
			t.Fatalf("%s, continued: %v", stage.task, err)
		}
		d.Close()
	}
	first, err := os.ReadFile(filepath.Join(dir, proveDir, "segment-000000.proof"))
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, dir, nil)
	r, err := d.Prove(context.Background(), false)
	if err != nil || r.Proven != 2 || r.Segments != 3 {
		t.Fatalf("continued: %+v, %v", r, err)
	}
	if again, err := os.ReadFile(filepath.Join(dir, proveDir, "segment-000000.proof")); err != nil || string(again) != string(first) {
		t.Errorf("the finished proof was made again, %v", err)
	}
	if r, err = d.Prove(context.Background(), false); err != nil || r.Proven != 0 {
		t.Errorf("proven again: %+v, %v", r, err)
	}
	if _, err := check(dir); err != nil {
		t.Error(err)
	}
}
