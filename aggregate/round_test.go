package aggregate_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// participant is what one of them sends to the aggregator.
type participant struct {
	bundle *bundle.Bundle
	model  *owner.TrainedModel
	file   []byte // the trained .tflite
}

// change is how a run differs from that of the other participants.
type change func(c *run.Config)

// trained makes the run of a participant in a folder of its own: 6 steps on rows that
// no other one has, of which the number tells how many there are.
func trained(dir string, number int, changes ...change) (*participant, error) {
	d, err := opened(dir, number, changes...)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	ctx := context.Background()
	if _, err := d.Train(ctx, false); err != nil {
		return nil, err
	}
	if _, err := d.Prove(ctx, false); err != nil {
		return nil, err
	}
	return sent(dir)
}

// opened makes a run whose rows are committed.
func opened(dir string, number int, changes ...change) (*run.Directory, error) {
	layer := func(inputs, units int, f tflite.Activation) tflite.DenseLayer {
		return tflite.DenseLayer{Units: units, Activation: f, Weights: make([]float32, inputs*units), Bias: make([]float32, units)}
	}
	m, err := tflite.NewDense("small", []tflite.DenseLayer{layer(3, 5, tflite.ActRelu), layer(5, 2, tflite.ActNone)}, 3, true)
	if err != nil {
		return nil, err
	}
	model, err := tflite.Marshal(m)
	if err != nil {
		return nil, err
	}
	var rows strings.Builder
	for i := range 8 + 4*number {
		fmt.Fprintf(&rows, "%d,%d,%d,%s\n", (i+number)%7, i%5, i%3, []string{"no", "yes"}[(i*3+number)%7/4])
	}
	for name, text := range map[string][]byte{"m.tflite": model, "rows.csv": []byte(rows.String())} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return nil, err
		}
	}
	c := &run.Config{
		Model:    run.ModelConfig{File: filepath.Join(dir, "m.tflite")},
		Data:     []run.DataConfig{{File: filepath.Join(dir, "rows.csv")}},
		Columns:  run.ColumnConfig{Header: "no"},
		Training: run.TrainingConfig{Batch: 4, Steps: 6},
		Proof:    run.ProofConfig{Mode: "validity", RowBits: 8, Setup: run.DevelopmentSetup, Context: "federation 1"},
	}
	for _, change := range changes {
		change(c)
	}
	if _, err := run.Init(dir, c); err != nil {
		return nil, err
	}
	d, err := run.Open(dir, run.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := d.Commit(context.Background(), false); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// sent reads what a participant sends.
func sent(dir string) (*participant, error) {
	data, err := os.ReadFile(filepath.Join(dir, run.BundleFile))
	if err != nil {
		return nil, err
	}
	p := &participant{}
	if p.bundle, err = bundle.Unmarshal(data); err != nil {
		return nil, err
	}
	opening, err := owner.ReadModelOpening(filepath.Join(dir, "trained.opening"), p.bundle)
	if err != nil {
		return nil, err
	}
	if p.file, err = os.ReadFile(filepath.Join(dir, "trained.tflite")); err != nil {
		return nil, err
	}
	setup, err := setupOf(p.bundle)
	if err != nil {
		return nil, err
	}
	p.model, err = owner.OpenModel(setup, p.bundle, p.file, opening)
	return p, err
}

func setupOf(b *bundle.Bundle) (*commitments.Setup, error) {
	if b.Statement.Mode == "validity" {
		return commitments.NewDevelopment(b.Statement.RowBits)
	}
	return commitments.NewTransparent(b.Statement.RowBits, new(commitments.Generators))
}

// three are the participants of most tests.
func three(t testing.TB) []*participant {
	t.Helper()
	list, err := makeThree()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var makeThree = sync.OnceValues(func() ([]*participant, error) { return participants(3) })

// participants makes so many runs that agree.
func participants(n int, changes ...change) ([]*participant, error) {
	var list []*participant
	for number := range n {
		dir, err := os.MkdirTemp("", "aggregate-test-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		p, err := trained(dir, number+1, changes...)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// one makes a single run.
func one(t testing.TB, number int, changes ...change) *participant {
	t.Helper()
	p, err := trained(t.TempDir(), number, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// contributions are what runs bring, unverified.
func contributions(t testing.TB, list []*participant) []*aggregate.Contribution {
	t.Helper()
	var all []*aggregate.Contribution
	for _, p := range list {
		c, err := aggregate.ContributionOf(p.bundle)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// averager is an honest one, over participants who may be anything.
func averager(t testing.TB, list []*participant) *owner.Averager {
	t.Helper()
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	a := &owner.Averager{By: &proving.Prover{Setup: setup, Rand: rand.Reader}, Setup: setup, Contributions: contributions(t, list), Rand: rand.Reader}
	for _, p := range list {
		a.Models = append(a.Models, p.model)
	}
	return a
}

// average makes a round.
func average(t testing.TB, list []*participant, number int) (*aggregate.File, *owner.TrainedModel) {
	t.Helper()
	f, global, err := averager(t, list).Average(context.Background(), number)
	if err != nil {
		t.Fatal(err)
	}
	return f, global
}

// verified verifies the bundles of participants, and then the round.
func verified(t testing.TB, f *aggregate.File, list []*participant, from ...*bundle.Predecessor) (*aggregate.Report, error) {
	t.Helper()
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	var runs []*bundle.Predecessor
	for _, p := range list {
		options := bundle.Options{AllowInsecure: true}
		if len(from) > 0 {
			options.From = from[0]
		}
		r, err := bundle.Verify(context.Background(), p.bundle, bundle.Expectation{}, setup.Verifier(), options)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r.Predecessor())
	}
	return aggregate.Verify(context.Background(), f, contributions(t, list), runs, setup.Verifier(), aggregate.Options{AllowInsecure: true})
}
