package aggregate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/run/forgery"
	"github.com/zkaudit/zkaudit/train"
)

// TestParticipantsAgree: a run that does something else than the first one is not
// averaged with it, and both who averages and who verifies say which.
func TestParticipantsAgree(t *testing.T) {
	list := three(t)
	for name, c := range map[string]struct {
		change change
		says   string
	}{
		"fewer steps":         {func(c *run.Config) { c.Training.Steps = 5 }, "takes 5 steps, not 6"},
		"another rate":        {func(c *run.Config) { c.Training.Rate = "0.02" }, "its learning rate is 0.02001953125, not 0.10009765625"},
		"another batch":       {func(c *run.Config) { c.Training.Batch = 2 }, "another program"},
		"another context":     {func(c *run.Config) { c.Proof.Context = "federation 2" }, "context"},
		"another seed":        {func(c *run.Config) { c.Initial.Seed = "mine" }, "weights of another seed (\"mine\", not "},
		"another scheme":      {func(c *run.Config) { c.Initial.Scheme = "glorot" }, "drawn in another way (\"glorot\", not "},
		"the committed order": {func(c *run.Config) { c.Schedule.Order = "committed" }, "order"},
		"another shuffle":     {func(c *run.Config) { c.Schedule.Seed = "mine" }, "by seed"},
		"another tail":        {func(c *run.Config) { c.Schedule.Tail = "wrap" }, "tails"},
		"another loss":        {func(c *run.Config) { c.Training.Clip = "1" }, "another program"},
		"larger rows":         {func(c *run.Config) { c.Proof.RowBits = 9 }, "setup"},
		"another mode":        {func(c *run.Config) { c.Proof.Mode, c.Proof.Setup = "zk", "" }, "mode"},
		"private weights":     {func(c *run.Config) { c.Initial.From = "model" }, "private"},
	} {
		odd := append(slices.Clone(list[:2]), one(t, 3, c.change))
		err := aggregate.Agree(contributions(t, odd))
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "participant 3") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := aggregate.Agree(contributions(t, list[:1])); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a round of one: %v", err)
	}
}

// TestVerifierComparesParticipants: a round of runs that do not agree is refused,
// though its average is right.
func TestVerifierComparesParticipants(t *testing.T) {
	list := three(t)
	odd := append(slices.Clone(list[:2]), one(t, 3, func(c *run.Config) { c.Training.Steps = 5 }))
	a := averager(t, odd)
	honest := *a.Contributions[2]
	pretended := *honest.Run
	pretended.Schedule.Steps = 6
	honest.Run = &pretended
	a.Contributions[2] = &honest
	f, _, err := a.Average(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verified(t, f, odd); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "participant 3") {
		t.Errorf("a participant with a step less: %v", err)
	}
}

// TestParticipantLies: rows that are not the committed ones, a step that is skipped,
// and weights that are not those of the run.
func TestParticipantLies(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	for name, lie := range map[string]func(r *train.Run, b *ops.Buffers, step int) error{
		"other data": func(r *train.Run, b *ops.Buffers, step int) error {
			if step == 2 {
				b.Small[r.Program.Input][0]++
			}
			return ops.Execute(&ops.Step{Program: r.Program, Buffers: b, Rate: r.Rates[step], Index: step})
		},
		"a step skipped": func(r *train.Run, b *ops.Buffers, step int) error {
			before := weightsOf(r, b)
			if err := ops.Execute(&ops.Step{Program: r.Program, Buffers: b, Rate: r.Rates[step], Index: step}); err != nil || step != 2 {
				return err
			}
			for id, cells := range before {
				if err := b.SetWeight(r.Program, id, cells); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		all := append(slices.Clone(list[:2]), &participant{bundle: dishonest(t, 3, lie)})
		if _, err := verified(t, f, all); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the proof is false") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// dishonest makes the run of a participant that executes steps as it likes, and proves
// it as well as can be.
func dishonest(t *testing.T, number int, step func(r *train.Run, b *ops.Buffers, step int) error) *bundle.Bundle {
	t.Helper()
	dir := t.TempDir()
	d, err := opened(dir, number)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = forgery.Write(context.Background(), d, func(r *train.Run, tables *ops.Tables) ([]*train.Trace, error) {
		b, err := ops.NewBuffers(r.Program, r.Initial, tables)
		if err != nil {
			return nil, err
		}
		trace := &train.Trace{Range: r.Range(0), Rates: r.Rates, Recorded: ops.NewTrace(r.Program, r.Steps()), Before: weightsOf(r, b)}
		for k := range r.Steps() {
			if err := r.Rows.Read(k, b.Small[r.Program.Input], b.Small[r.Program.Label], nil); err != nil {
				return nil, err
			}
			if err := step(r, b, k); err != nil {
				return nil, err
			}
			trace.Recorded.Record(r.Program, k, b)
		}
		trace.After = weightsOf(r, b)
		return []*train.Trace{trace}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, run.BundleFile))
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func weightsOf(r *train.Run, b *ops.Buffers) train.Weights {
	w := train.Weights{}
	for _, id := range network.WeightTensors(r.Program) {
		w[id] = slices.Clone(b.Weight(id))
	}
	return w
}

// TestOtherWeightsAreSent: a model that is not the one committed at the end of the run,
// or an opening of another one, is seen before anything is averaged.
func TestOtherWeightsAreSent(t *testing.T) {
	list := three(t)
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	own := &owner.ModelOpening{Blinding: list[0].model.Blinding}
	if _, err := owner.OpenModel(setup, list[0].bundle, list[0].file, own); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.OpenModel(setup, list[0].bundle, list[1].file, own); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("the weights of another run: %v", err)
	}
	if _, err := owner.OpenModel(setup, list[0].bundle, list[0].file, &owner.ModelOpening{Blinding: list[1].model.Blinding}); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("the opening of another run: %v", err)
	}
}

// TestSharedRows: one who takes part twice, with the same committed rows, is seen.
func TestSharedRows(t *testing.T) {
	dir := t.TempDir()
	first, err := trained(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	again := *first.bundle.Statement
	again.RunID[0]++
	twice := contributions(t, []*participant{first, first})
	twice[1].Run, twice[1].Digest[0] = &again, twice[1].Digest[0]+1
	if err := aggregate.Agree(twice); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "same committed rows") {
		t.Errorf("the same rows in two runs: %v", err)
	}
}
