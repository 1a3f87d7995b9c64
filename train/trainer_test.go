package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

func sameWeights(a, b Weights) bool {
	return maps.EqualFunc(a, b, func(x, y []int64) bool { return slices.Equal(x, y) })
}

// fixedRows are rows by step.
type fixedRows struct {
	input, label [][]int32
}

func (r fixedRows) Read(step int, input, label, _ []int32) error {
	copy(input, r.input[step])
	copy(label, r.label[step])
	return nil
}

func randomRows(steps int, s shape) fixedRows {
	rng := rand.New(rand.NewPCG(7, 8))
	var r fixedRows
	for range steps {
		x, y := make([]int32, s.batch*s.inputs), make([]int32, s.batch*s.units)
		for i := range x {
			x[i] = rng.Int32N(1024) - 512
		}
		for b := range s.batch {
			y[b*s.units+rng.IntN(s.units)] = 1
		}
		r.input, r.label = append(r.input, x), append(r.label, y)
	}
	return r
}

// TestTrainAgreesWithRationals compares every weight after every segment, and
// every logit, with the oracle in rational numbers.
func TestTrainAgreesWithRationals(t *testing.T) {
	s := shape{batch: 3, inputs: 5, hidden: 6, units: 3, shift: 7}
	n := newNetwork(t, s, graph.ScheduledSGD)
	initial, err := network.Random(n.p, []byte("oracle"), network.Glorot)
	if err != nil {
		t.Fatal(err)
	}
	rows := randomRows(7, s)
	run := &Run{Program: n.p, Rates: []int64{9, 8, 30, 1, 255, 2, 5}, Segment: 3, Initial: initial, Rows: rows}
	trainer, checkpoints := newTrainer(t, run), NewCheckpoints(t.TempDir(), run)
	if _, err := trainer.Train(context.Background(), checkpoints, nil); err != nil {
		t.Fatal(err)
	}
	o := newOracle(n, s, initial)
	for segment := range run.Segments() {
		trace, err := trainer.Trace(context.Background(), checkpoints, segment)
		if err != nil {
			t.Fatal(err)
		}
		if !sameWeights(trace.Before, o.weights(n)) {
			t.Fatalf("weights before segment %d differ from the oracle's", segment)
		}
		logits := trace.Recorded.Cells[n.p.Loss.Logits]
		if want := 4 * 4 * 4; segment < 2 && len(logits) != want {
			t.Fatalf("%d cells of logits, want %d", len(logits), want)
		}
		for i := range trace.Range.Count {
			step := trace.Range.First + i
			for b, row := range o.step(rows.input[step], rows.label[step], run.Rates[step]) {
				for c, z := range row {
					if got := int64(logits[(i*4+b)*4+c]); got != integer(z, testFractions.Activation) {
						t.Fatalf("step %d, row %d, logit %d is %d, want %v", step, b, c, got, z)
					}
				}
			}
		}
		if !sameWeights(trace.After, o.weights(n)) {
			t.Fatalf("weights after segment %d differ from the oracle's", segment)
		}
	}
}

// TestTracePadsWithZeros: real cells are where they belong, the rest is 0.
func TestTracePadsWithZeros(t *testing.T) {
	s := shape{batch: 3, inputs: 5, hidden: 6, units: 3, shift: 7}
	n := newNetwork(t, s, graph.ConstantSGD)
	initial, err := network.Random(n.p, []byte("pad"), network.He)
	if err != nil {
		t.Fatal(err)
	}
	rows := randomRows(3, s)
	run := &Run{Program: n.p, Rates: []int64{9, 9, 9}, Segment: 3, Initial: initial, Rows: rows}
	trainer, checkpoints := newTrainer(t, run), NewCheckpoints(t.TempDir(), run)
	if _, err := trainer.Train(context.Background(), checkpoints, nil); err != nil {
		t.Fatal(err)
	}
	trace, err := trainer.Trace(context.Background(), checkpoints, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, cells := range trace.Recorded.Cells {
		tensor := &n.p.Tensors[i]
		if want := tensor.Role.PerSample() && tensor.Role.Small(); (cells != nil) != want {
			t.Errorf("tensor %q (%v) has %d cells", tensor.Name, tensor.Role, len(cells))
		}
	}
	want := make([]int32, 4*4*8)
	for step := range 3 {
		for b := range s.batch {
			copy(want[(step*4+b)*8:], rows.input[step][b*s.inputs:(b+1)*s.inputs])
		}
	}
	if got := trace.Recorded.Cells[n.p.Input]; !slices.Equal(got, want) {
		t.Errorf("features are traced as %d, want %d", got, want)
	}
}

func TestLearnsMoons(t *testing.T) {
	run, _ := moonRun(t, 400, 100)
	test := moons(500, 2)
	tables := ops.NewTables()
	before, err := Evaluate(context.Background(), run.Program, tables, run.Initial, test)
	if err != nil {
		t.Fatal(err)
	}
	var first, last Progress
	w, err := newTrainer(t, run).Train(context.Background(), NewCheckpoints(t.TempDir(), run), func(p Progress) {
		if p.Step == 1 {
			first = p
		}
		if p.Step != last.Step+1 || p.Steps != 400 || p.Segment != last.Step/100 {
			t.Fatalf("after step %d: %+v", last.Step, p)
		}
		last = p
	})
	if err != nil {
		t.Fatal(err)
	}
	after, err := Evaluate(context.Background(), run.Program, tables, w, test)
	if err != nil {
		t.Fatal(err)
	}
	if after.Accuracy < 0.93 || after.Loss > before.Loss/2 || last.Batch.Loss > first.Batch.Loss {
		t.Errorf("held-out %+v → %+v, batches %+v → %+v", before, after, first.Batch, last.Batch)
	}
	t.Logf("held-out %+v → %+v", before, after)
}

// TestEvaluateCountsEachRowOnce: 17 rows in batches of 16 weigh the same.
func TestEvaluateCountsEachRowOnce(t *testing.T) {
	run, _ := moonRun(t, 1, 1)
	d := moons(17, 3)
	evaluate := func(from, to int) Metrics {
		part, err := d.Slice(from, to)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Evaluate(context.Background(), run.Program, ops.NewTables(), run.Initial, part)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	all, first, last := evaluate(0, 17), evaluate(0, 16), evaluate(16, 17)
	if diff := all.Loss*17 - first.Loss*16 - last.Loss; diff > 1e-9 || diff < -1e-9 {
		t.Errorf("loss %v of 17 rows, %v of 16 and %v of the last", all.Loss, first.Loss, last.Loss)
	}
	if diff := all.Accuracy*17 - first.Accuracy*16 - last.Accuracy; diff > 1e-9 || diff < -1e-9 {
		t.Errorf("accuracy %v of 17 rows, %v of 16 and %v of the last", all.Accuracy, first.Accuracy, last.Accuracy)
	}
}

// TestDeterminism: the number of threads changes nothing, in weights and
// traces.
func TestDeterminism(t *testing.T) {
	type result struct {
		w     Weights
		trace *Trace
	}
	var results []result
	for _, procs := range []int{1, 2, 5} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		run, _ := moonRun(t, 20, 8)
		trainer, checkpoints := newTrainer(t, run), NewCheckpoints(t.TempDir(), run)
		w, err := trainer.Train(context.Background(), checkpoints, nil)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := trainer.Trace(context.Background(), checkpoints, 1)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, result{w, trace})
	}
	for _, r := range results[1:] {
		if !sameWeights(r.w, results[0].w) || !sameWeights(r.trace.After, results[0].trace.After) {
			t.Error("weights depend on the number of threads")
		}
		for i, cells := range r.trace.Recorded.Cells {
			if !slices.Equal(cells, results[0].trace.Recorded.Cells[i]) {
				t.Errorf("tensor %d depends on the number of threads", i)
			}
		}
	}
}

// TestResumeEqualsUninterrupted: from every checkpoint, and after dying at
// every step with a half-written file left behind.
func TestResumeEqualsUninterrupted(t *testing.T) {
	const steps, segment = 11, 4
	run, _ := moonRun(t, steps, segment)
	dir := t.TempDir()
	whole := NewCheckpoints(dir, run)
	want, err := newTrainer(t, run).Train(context.Background(), whole, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last, err := whole.Last(); last != 3 || err != nil {
		t.Fatalf("last checkpoint %d, %v, want 3", last, err)
	}
	for last := 3; last >= 0; last-- {
		for i := last + 1; i <= 3; i++ {
			if err := os.Remove(whole.Path(i)); err != nil {
				t.Fatal(err)
			}
		}
		done := 0
		got, err := moonTrainer(t, steps, segment).Train(context.Background(), whole, func(Progress) { done++ })
		if err != nil || !sameWeights(got, want) {
			t.Fatalf("from checkpoint %d: %v, or other weights", last, err)
		}
		if expected := steps - min(last*segment, steps); done != expected {
			t.Fatalf("from checkpoint %d: %d steps, want %d", last, done, expected)
		}
	}
	for die := range steps {
		checkpoints := NewCheckpoints(t.TempDir(), run)
		ctx, cancel := context.WithCancel(context.Background())
		_, err := moonTrainer(t, steps, segment).Train(ctx, checkpoints, func(p Progress) {
			if p.Step == die+1 {
				cancel()
			}
		})
		cancel()
		if die < steps-1 && !errors.Is(err, context.Canceled) && (die+1)%segment != 0 {
			t.Fatalf("cancelled at step %d: %v", die, err)
		}
		half := filepath.Join(filepath.Dir(checkpoints.Path(0)), ".zkaudit-77.tmp")
		if err := os.WriteFile(half, []byte("zkaudit"), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := moonTrainer(t, steps, segment).Train(context.Background(), checkpoints, nil)
		if err != nil || !sameWeights(got, want) {
			t.Fatalf("after dying at step %d: %v, or other weights", die, err)
		}
	}
}

func moonTrainer(t *testing.T, steps, segment int) *Trainer {
	t.Helper()
	run, _ := moonRun(t, steps, segment)
	return newTrainer(t, run)
}

func TestDamagedCheckpoints(t *testing.T) {
	run, n := moonRun(t, 6, 2)
	checkpoints := NewCheckpoints(t.TempDir(), run)
	if _, err := newTrainer(t, run).Train(context.Background(), checkpoints, nil); err != nil {
		t.Fatal(err)
	}
	// A checkpoint that is well formed, but not what the segment computes.
	w, err := checkpoints.Load(2)
	if err != nil {
		t.Fatal(err)
	}
	w[n.b2][0]++
	if err := checkpoints.Save(2, w); err != nil {
		t.Fatal(err)
	}
	_, err = newTrainer(t, run).Trace(context.Background(), checkpoints, 1)
	if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "output/bias") || !strings.Contains(err.Error(), "weights-000002") {
		t.Errorf("wrong checkpoint after the segment: %v", err)
	}
	raw, err := os.ReadFile(checkpoints.Path(3))
	if err != nil {
		t.Fatal(err)
	}
	raw[200] ^= 1
	if err := os.WriteFile(checkpoints.Path(3), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = newTrainer(t, run).Train(context.Background(), checkpoints, nil)
	if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "weights-000003") {
		t.Errorf("damaged last checkpoint: %v", err)
	}
	if _, err := newTrainer(t, run).Trace(context.Background(), checkpoints, 3); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("segment after the run: %v", err)
	}
}

func TestCheckpointDirectoryMissing(t *testing.T) {
	run, _ := moonRun(t, 2, 2)
	checkpoints := NewCheckpoints(filepath.Join(t.TempDir(), "missing"), run)
	if _, err := newTrainer(t, run).Train(context.Background(), checkpoints, nil); !errors.Is(err, fault.ErrInput) {
		t.Errorf("got %v", err)
	}
}

func TestOverflowIsNamed(t *testing.T) {
	_, n := moonRun(t, 1, 1)
	fractionOutput := n.p.Tensor(n.w2).Format.Fraction // the shift of the logits
	for _, test := range []struct {
		name   string
		change func(run *Run, n perceptron)
		want   []string
	}{
		{"activation", func(run *Run, n perceptron) {
			for i := range run.Initial[n.w1] {
				run.Initial[n.w1][i] = 200 << run.Program.Tensor(n.w1).Format.Fraction
			}
		}, []string{"step 0", "hidden rounded", "s16.8", "formats.activation", "value "}},
		{"accumulator of 70 bits", func(run *Run, n perceptron) {
			run.Initial[n.b2][1] = 1<<62 - 1
			clear(run.Initial[n.w2])
		}, []string{"step 0", "output rounded", "sample 0, cell 1", "s16.8", fmt.Sprint("value ", 1<<(62+8-fractionOutput))}},
	} {
		run, n := moonRun(t, 4, 2)
		test.change(run, n)
		checkpoints := NewCheckpoints(t.TempDir(), run)
		_, err := newTrainer(t, run).Train(context.Background(), checkpoints, nil)
		if !errors.Is(err, fault.ErrOverflow) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not say %q", test.name, err, want)
			}
		}
		if last, _ := checkpoints.Last(); last != 0 {
			t.Errorf("%s: checkpoint %d after the overflow", test.name, last)
		}
	}
}

func TestRunsThatMakeNoSense(t *testing.T) {
	for name, change := range map[string]func(r *Run, n perceptron){
		"no steps":        func(r *Run, _ perceptron) { r.Rates = nil },
		"no segment":      func(r *Run, _ perceptron) { r.Segment = 0 },
		"rate 0":          func(r *Run, _ perceptron) { r.Rates[1] = 0 },
		"rate 256":        func(r *Run, _ perceptron) { r.Rates[1] = 256 },
		"two rates":       func(r *Run, _ perceptron) { r.Rates[1] = r.Rates[0] - 1 },
		"decay elsewhere": func(r *Run, _ perceptron) { r.Program.Optimizer.Decay = &graph.Decay{N: 1, Shift: 4, Every: 3} },
		"no rows":         func(r *Run, _ perceptron) { r.Rows = nil },
		"missing weights": func(r *Run, n perceptron) { delete(r.Initial, n.b1) },
		"other weights":   func(r *Run, n perceptron) { r.Initial[n.p.Input] = nil },
	} {
		run, n := moonRun(t, 4, 2)
		change(run, n)
		if _, err := New(run, ops.NewTables()); !errors.Is(err, fault.ErrUsage) && !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
