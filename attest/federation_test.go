package attest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tally"
)

// federation is a second round of two participants, with the first one, and an audit of
// its second participant: all verified, and the runs of the second round compared.
type federation struct {
	dir           string
	setup         *commitments.VerifierSetup
	first, second []ran // by participant
	before, round *aggregate.File
	beforeReport  *aggregate.Report
	audit         *audit.Bundle
	audited       *audit.Report
	files         map[string][]byte // by name
	secrets       [][]byte
}

// ran is a run that was verified.
type ran struct {
	dir    string
	bundle *bundle.Bundle
	report *bundle.Report
}

var makeFederation = sync.OnceValues(func() (*federation, error) {
	dir, err := os.MkdirTemp("", "attest-round")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // what tests need of it is read
	w := &federation{dir: dir, files: map[string][]byte{}}
	return w, w.make(context.Background())
})

func federationOf(t *testing.T) *federation {
	t.Helper()
	w, err := makeFederation()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *federation) make(ctx context.Context) (err error) {
	if err := writeInputs(w.dir); err != nil {
		return err
	}
	within := func(format string, args ...any) string { return filepath.Join(w.dir, fmt.Sprintf(format, args...)) }
	for k := range 2 {
		c := &run.Config{
			Model: run.ModelConfig{File: within("model.tflite")}, Data: []run.DataConfig{{File: within("table.csv")}},
			Training: run.TrainingConfig{Batch: 8, Steps: 2}, Proof: run.ProofConfig{Mode: "validity", RowBits: 8, Context: hostile},
		}
		if _, err := run.Init(within("a%d", k), c); err != nil {
			return err
		}
		r, err := w.train(ctx, within("a%d", k), nil)
		if err != nil {
			return err
		}
		w.first = append(w.first, *r)
	}
	if w.before, w.beforeReport, err = w.average(ctx, w.first, 1, within("round1")); err != nil {
		return err
	}
	for k := range 2 {
		d, err := run.Open(within("a%d", k), run.Options{})
		if err != nil {
			return err
		}
		_, err = d.InitRound(within("b%d", k), within("round1"))
		d.Close()
		if err != nil {
			return err
		}
		r, err := w.train(ctx, within("b%d", k), w.beforeReport.Predecessor())
		if err != nil {
			return err
		}
		w.second = append(w.second, *r)
	}
	if w.round, _, err = w.average(ctx, w.second, 2, within("round2")); err != nil {
		return err
	}
	for _, name := range []string{"a0/bundle.zka", "a1/bundle.zka", "b0/bundle.zka", "b1/bundle.zka", "round1/aggregate.zka", "round2/aggregate.zka"} {
		if w.files[name], err = os.ReadFile(within("%s", name)); err != nil {
			return err
		}
	}
	if err := w.readSecrets(); err != nil {
		return err
	}
	return w.makeAudit(ctx)
}

// train makes and verifies the run of a directory, and compares it with what it says.
func (w *federation) train(ctx context.Context, dir string, from *bundle.Predecessor) (*ran, error) {
	d, err := run.Open(dir, run.Options{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if _, err := d.Commit(ctx, false); err != nil {
		return nil, err
	}
	if _, err := d.Train(ctx, false); err != nil {
		return nil, err
	}
	if _, err := d.Prove(ctx, false); err != nil {
		return nil, err
	}
	setup, err := d.Setup()
	if err != nil {
		return nil, err
	}
	w.setup = setup.Verifier()
	text, err := os.ReadFile(filepath.Join(dir, run.BundleFile))
	if err != nil {
		return nil, err
	}
	r := &ran{dir: dir}
	if r.bundle, err = bundle.Unmarshal(text); err != nil {
		return nil, err
	}
	r.report, err = w.verify(ctx, r.bundle, from, true)
	return r, err
}

// verify verifies a run, against its own values or nothing.
func (w *federation) verify(ctx context.Context, b *bundle.Bundle, from *bundle.Predecessor, compare bool) (*bundle.Report, error) {
	f, err := b.Facts()
	if err != nil {
		return nil, err
	}
	var expect bundle.Expectation
	if compare {
		expect = bundle.Expectation{
			Program: &f.Program, Dataset: &f.Dataset, Order: &f.Order, Seed: &f.Seed, Tail: &f.Tail, Without: &f.Without, Steps: &f.Steps, Rate: &f.Rate, Origin: &f.Origin,
		}
		if from == nil {
			expect.OriginSeed, expect.OriginScheme = &f.OriginSeed, &f.OriginScheme
		} else {
			expect.Predecessor = &f.Predecessor
		}
	}
	return bundle.Verify(ctx, b, expect, w.setup, bundle.Options{From: from})
}

// average makes and verifies a round.
func (w *federation) average(ctx context.Context, runs []ran, number int, dir string) (*aggregate.File, *aggregate.Report, error) {
	setup, err := commitments.NewTransparent(runs[0].bundle.Statement.RowBits, new(commitments.Generators))
	if err != nil {
		return nil, nil, err
	}
	by := &owner.Averager{By: &proving.Prover{Setup: setup, Rand: rand.Reader}, Setup: setup, Rand: rand.Reader}
	var model []byte
	for _, r := range runs {
		c, err := aggregate.ContributionOf(r.bundle)
		if err != nil {
			return nil, nil, err
		}
		opened, file, err := run.OpenTrained(r.dir, setup, r.bundle)
		if err != nil {
			return nil, nil, err
		}
		by.Contributions, by.Models, model = append(by.Contributions, c), append(by.Models, opened), file
	}
	f, global, err := by.Average(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	if err := run.WriteRound(dir, f, runs[0].bundle.Statement.Network, global, model); err != nil {
		return nil, nil, err
	}
	report, err := w.verifyRound(ctx, f, runs)
	return f, report, err
}

func (w *federation) verifyRound(ctx context.Context, f *aggregate.File, runs []ran) (*aggregate.Report, error) {
	list, from := []*aggregate.Contribution{}, []*bundle.Predecessor{}
	for _, r := range runs {
		c, err := aggregate.ContributionOf(r.bundle)
		if err != nil {
			return nil, err
		}
		list, from = append(list, c), append(from, r.report.Predecessor())
	}
	return aggregate.Verify(ctx, f, list, from, w.setup, aggregate.Options{})
}

// readSecrets collects what opens the second participant's part and the weights of both
// rounds, and the weights.
func (w *federation) readSecrets() error {
	r := w.second[1]
	file, err := bundle.ReadPart(filepath.Join(r.dir, "commit", "part-000.part"))
	if err != nil {
		return err
	}
	part, err := owner.ReadPartOpening(filepath.Join(r.dir, "commit", "part-000.opening"), file)
	if err != nil {
		return err
	}
	model, err := owner.ReadModelOpening(filepath.Join(r.dir, "trained.opening"), r.bundle)
	if err != nil {
		return err
	}
	for _, tensor := range append(part.Blinding, model.Blinding...) {
		for _, scalar := range tensor {
			b := scalar.Bytes()
			w.secrets = append(w.secrets, b[:])
		}
	}
	for _, name := range []string{"b1/trained.tflite", "round1/trained.tflite", "round2/trained.tflite"} {
		trained, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			return err
		}
		for i := 0; i+16 <= len(trained); i += 4 {
			if window := trained[i : i+16]; bytes.Count(window, []byte{0}) < 4 { // floats, not padding
				w.secrets = append(w.secrets, window)
			}
		}
	}
	w.secrets = append(w.secrets, file.Meaning.Nonce[:])
	return nil
}

// makeAudit makes and verifies an audit of the second participant.
func (w *federation) makeAudit(ctx context.Context) error {
	d, err := run.Open(w.second[1].dir, run.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	in, err := d.Inputs()
	if err != nil {
		return err
	}
	asked, err := audit.Parse([]byte(claims))
	if err != nil {
		return err
	}
	asked.Context = hostile
	if w.audit, _, err = audit.Prove(ctx, asked, in); err != nil {
		return err
	}
	text, err := w.audit.Marshal()
	w.files["audit.zka"] = text
	return err
}

// report verifies the second round, with what its participants start from and the audit
// where they are asked for.
func (w *federation) report(t *testing.T, audited bool) *aggregate.Report {
	t.Helper()
	r, err := w.verifyRound(context.Background(), w.round, w.second)
	if err != nil {
		t.Fatal(err)
	}
	if !audited {
		return r
	}
	var list []*aggregate.Contribution
	for _, of := range w.second {
		c, err := aggregate.ContributionOf(of.bundle)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	sums := tally.New(r, list)
	expect, err := sums.Expect(w.audit)
	if err != nil {
		t.Fatal(err)
	}
	w.audited, err = audit.Verify(context.Background(), w.audit, expect, &mode.Verifier{Setup: w.setup}, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sums.Add(w.audited)
	if err := sums.Finish(); err != nil {
		t.Fatal(err)
	}
	return r
}

// seen is evidence of some of what was verified, by name.
func (w *federation) seen(t *testing.T, names ...string) *attest.Evidence {
	t.Helper()
	e := &attest.Evidence{}
	for name, tell := range map[string]func() error{
		"participant 1": func() error { return e.Participant(w.second[0].bundle, w.second[0].report) },
		"participant 2": func() error { return e.Participant(w.second[1].bundle, w.second[1].report) },
		"run 1":         func() error { return e.RunBefore(w.first[0].bundle, w.first[0].report) },
		"run 2":         func() error { return e.RunBefore(w.first[1].bundle, w.first[1].report) },
		"round 1":       func() error { return e.RoundBefore(w.before, w.beforeReport) },
		"audit":         func() error { return e.Audit(w.audit, w.audited) },
	} {
		if !slices.Contains(names, name) {
			continue
		}
		if err := tell(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return e
}

func all() []string { return []string{"participant 1", "participant 2", "run 1", "run 2", "round 1"} }
