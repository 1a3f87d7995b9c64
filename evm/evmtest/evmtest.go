// Package evmtest makes small runs that tests take to a chain.
package evmtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// Rows are those of each part that is trained on, and HeldOut those of each that is not.
const (
	Rows    = 100
	HeldOut = 20
)

// Training is a run of 8 steps in 2 segments on 2 parts, part-000 and part-001, with
// what is public about it. Rows held out are test-000 and test-001.
type Training struct {
	Directory    *run.Directory
	Parts        map[string]*bundle.PublicPart
	Certificates map[string][]byte // of the parts

	// Of a run that is proven.
	Bundle *bundle.Bundle
	Run    *audit.PublicRun

	ordered *bundle.Statement
}

// Train makes a run, after a change of its choices. Unless that says otherwise it is of
// mode validity, in which nothing is set up.
func Train(t testing.TB, change func(c *run.Config)) *Training {
	t.Helper()
	tr := Prepare(t, change)
	tr.Prove(t, "")
	return tr
}

// Prepare commits the parts of a run. Nothing is trained yet.
func Prepare(t testing.TB, change func(c *run.Config)) *Training {
	t.Helper()
	dir := t.TempDir()
	c := config(t, dir)
	if change != nil {
		change(c)
	}
	if _, err := run.Init(dir, c); err != nil {
		t.Fatal(err)
	}
	d, err := run.Open(dir, run.Options{CacheDir: filepath.Join(dir, "cache")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	in, err := d.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	tr := &Training{Directory: d, Parts: map[string]*bundle.PublicPart{}, Certificates: in.Certificates}
	for name, p := range in.Parts {
		tr.Parts[name] = p.Public()
	}
	var parts []*bundle.PartFile
	for _, name := range []string{"part-000", "part-001"} {
		part, err := bundle.ReadPart(filepath.Join(dir, "commit", name+".part"))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	if tr.ordered, err = run.Ordered(filepath.Join(dir, "m.tflite"), d.Config, parts); err != nil {
		t.Fatal(err)
	}
	return tr
}

// Prove trains and proves, with a context in the run's statement.
func (tr *Training) Prove(t testing.TB, text string) {
	t.Helper()
	d := tr.Directory
	d.Config.Proof.Context = text
	ctx := context.Background()
	if _, err := d.Train(ctx, false); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prove(ctx, false); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(d.Path, run.BundleFile))
	if err != nil {
		t.Fatal(err)
	}
	if tr.Bundle, err = bundle.Unmarshal(file); err != nil {
		t.Fatal(err)
	}
	if tr.Run, err = audit.RunOf(tr.Bundle); err != nil {
		t.Fatal(err)
	}
}

// config is that of the run, whose files it writes.
func config(t testing.TB, dir string) *run.Config {
	t.Helper()
	layer := func(inputs, units int, f tflite.Activation) tflite.DenseLayer {
		return tflite.DenseLayer{Units: units, Activation: f, Weights: make([]float32, inputs*units), Bias: make([]float32, units)}
	}
	m, err := tflite.NewDense("small", []tflite.DenseLayer{layer(3, 5, tflite.ActRelu), layer(5, 2, tflite.ActNone)}, 3, true)
	if err != nil {
		t.Fatal(err)
	}
	model, err := tflite.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var rows [2]strings.Builder
	for i := range 2 * (Rows + HeldOut) {
		fmt.Fprintf(&rows[i%2], "%d,%d,%d,%s\n", i%7, i%5, i%3, []string{"no", "yes"}[i%7/4])
	}
	for name, content := range map[string][]byte{"m.tflite": model, "a.csv": []byte(rows[0].String()), "b.csv": []byte(rows[1].String())} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &run.Config{
		Model:    run.ModelConfig{File: filepath.Join(dir, "m.tflite")},
		Data:     []run.DataConfig{{File: filepath.Join(dir, "a.csv")}, {File: filepath.Join(dir, "b.csv")}},
		Columns:  run.ColumnConfig{Header: "no"},
		Test:     run.TestConfig{Rows: HeldOut, From: "end", Commit: true},
		Training: run.TrainingConfig{Batch: 8, Steps: 8, SegmentSteps: 4},
		Proof:    run.ProofConfig{Mode: string(mode.Validity), RowBits: 8, Setup: run.DevelopmentSetup},
	}
}

// Ordered is a statement as a buyer makes it who orders the training, in a mode: nothing in it
// comes of the run.
func (tr *Training) Ordered(m mode.Name) *bundle.Statement {
	s := *tr.ordered
	s.Mode, s.Parts, s.Rates = m, slices.Clone(s.Parts), slices.Clone(s.Rates)
	return &s
}

// Accuracy is a claim about the model on the rows held out.
func Accuracy(atLeast audit.Decimal) *audit.Item {
	return &audit.Item{Name: "accuracy", Kind: "performance", Claim: &audit.Performance{
		Model: run.AuditedRun, Parts: []string{"test-000"}, Metric: "accuracy", AtLeast: atLeast,
	}}
}
