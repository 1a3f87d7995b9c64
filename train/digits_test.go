package train

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// TestLearnsDigits trains 784-128-10 on 4,000 digits of MNIST in exact
// integers with f_a = 8 and f_g = 10, judges it on 1,000 others, and compares
// it with float64 from the same weights on the same rows.
func TestLearnsDigits(t *testing.T) {
	root := os.Getenv("ZKAUDIT_FIXTURES")
	if root == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set")
	}
	file := func(name string) string { return filepath.Join(root, "data", name) }
	all, err := data.LoadIDX(file("mnist5k-images-idx3-ubyte.gz"), file("mnist5k-labels-idx1-ubyte.gz"),
		data.ArrayOptions{FractionBits: testFractions.Feature, Classes: 10})
	if err != nil {
		t.Fatal(err)
	}
	training, test, err := all.Split(4000, 1000)
	if err != nil {
		t.Fatal(err)
	}
	rate, effective, err := number.ParseRate("0.125", 64)
	if err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t, shape{batch: 64, inputs: 784, hidden: 128, units: 10, shift: rate.K}, graph.ConstantSGD)
	spec := schedule.Spec{Parts: schedule.Parts{4000}, Batch: 64, Order: schedule.Shuffled, Seed: "digits", Commitments: make([][32]byte, 1)}
	spec.Steps = spec.StepsFor(4)
	s, err := schedule.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := NewScheduledRows(n.p, s, training)
	if err != nil {
		t.Fatal(err)
	}
	initial, err := network.Random(n.p, []byte("digits"), network.Glorot)
	if err != nil {
		t.Fatal(err)
	}
	run := &Run{Program: n.p, Rates: ConstantRate(rate, spec.Steps), Segment: 64, Initial: initial, Rows: rows}
	start := time.Now()
	w, err := newTrainer(t, run).Train(context.Background(), NewCheckpoints(t.TempDir(), run), nil)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	m, err := Evaluate(context.Background(), n.p, ops.NewTables(), w, test)
	if err != nil {
		t.Fatal(err)
	}
	float := newFloatDigits(run, n)
	for step := range run.Steps() {
		if err := float.step(rows, step, 0.125/64); err != nil {
			t.Fatal(err)
		}
	}
	want := float.accuracy(test)
	if m.Accuracy < 0.86 || math.Abs(m.Accuracy-want) > 0.01 {
		t.Errorf("accuracy %v on held-out digits, float64 has %v", m.Accuracy, want)
	}
	t.Logf("rate %s, %d steps in %v, checkpoints included; held-out loss %.4f, accuracy %.3f (float64 %.3f)",
		effective, spec.Steps, took, m.Loss, m.Accuracy, want)
}

// floatDigits is the network in float64, one row at a time.
type floatDigits struct {
	s              shape
	w1, b1, w2, b2 []float64
}

func newFloatDigits(run *Run, n perceptron) *floatDigits {
	real := func(id graph.TensorID) []float64 {
		values := make([]float64, len(run.Initial[id]))
		for i, v := range run.Initial[id] {
			values[i] = math.Ldexp(float64(v), -n.p.Tensor(id).Format.Fraction)
		}
		return values
	}
	return &floatDigits{s: shape{batch: n.p.Batch, inputs: 784, hidden: 128, units: 10}, w1: real(n.w1), b1: real(n.b1), w2: real(n.w2), b2: real(n.b2)}
}

// forward returns the activations of the hidden layer and the logits.
func (f *floatDigits) forward(x []int32) (a, z []float64) {
	a, z = slices.Clone(f.b1), slices.Clone(f.b2)
	for k, v := range x {
		if v != 0 {
			for j := range a {
				a[j] += float64(v) / 256 * f.w1[k*len(a)+j]
			}
		}
	}
	for k := range a {
		a[k] = max(a[k], 0)
		for c := range z {
			z[c] += a[k] * f.w2[k*len(z)+c]
		}
	}
	return a, z
}

func (f *floatDigits) step(rows Rows, step int, rate float64) error {
	input, label := make([]int32, f.s.batch*f.s.inputs), make([]int32, f.s.batch*f.s.units)
	if err := rows.Read(step, input, label, nil); err != nil {
		return err
	}
	old := *f // gradients are those at the weights before the step
	f.w1, f.b1, f.w2, f.b2 = slices.Clone(f.w1), slices.Clone(f.b1), slices.Clone(f.w2), slices.Clone(f.b2)
	for b := range f.s.batch {
		x := input[b*f.s.inputs : (b+1)*f.s.inputs]
		a, z := old.forward(x)
		norm := 0.0
		for _, v := range z {
			norm += math.Exp(v)
		}
		d1 := make([]float64, len(a))
		for c, v := range z {
			d2 := math.Exp(v)/norm - float64(label[b*f.s.units+c])
			f.b2[c] -= rate * d2
			for k := range a {
				d1[k] += d2 * old.w2[k*len(z)+c]
				f.w2[k*len(z)+c] -= rate * a[k] * d2
			}
		}
		for j := range d1 {
			if a[j] == 0 {
				d1[j] = 0
			}
			f.b1[j] -= rate * d1[j]
		}
		for k, v := range x {
			if v != 0 {
				for j := range d1 {
					f.w1[k*len(d1)+j] -= rate * float64(v) / 256 * d1[j]
				}
			}
		}
	}
	return nil
}

func (f *floatDigits) accuracy(d *data.Dataset) float64 {
	right := 0
	for row := range d.Rows {
		if _, z := f.forward(d.Row(row)); largest(z) == int(d.Labels.Class[row]) {
			right++
		}
	}
	return float64(right) / float64(d.Rows)
}
