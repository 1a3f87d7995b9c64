package drift

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/train"
)

// drawn are rows of a step that its number decides: of three classes, told apart by where
// their large features stand.
type drawn struct{ p *graph.Program }

func (r drawn) Read(step int, input, label, _ []int32) error {
	rng := rand.New(rand.NewPCG(uint64(step), 7))
	features, classes := r.p.Tensor(r.p.Input).Units(), r.p.Tensor(r.p.Label).Units()
	clear(label)
	for row := range r.p.Batch {
		class := rng.IntN(classes)
		label[row*classes+class] = 1
		for i := range features {
			v := rng.IntN(1 << 11)
			if i%classes == class {
				v += 1 << 11
			}
			input[row*features+i] = int32(v)
		}
	}
	return nil
}

// subject is a run of a small network, with rows held out that fill no batch.
func subject(t *testing.T, steps, segment int, change func(*network.Choices)) *Subject {
	t.Helper()
	c := choices()
	c.Batch = 4
	if change != nil {
		change(&c)
	}
	a := network.Architecture{
		Input:   []int{12},
		Weights: []network.Weight{{Shape: []int{12, 8}}, {Shape: []int{8}}, {Shape: []int{8, 3}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{8}},
			{Kind: network.Tanh, Inputs: []int{1}},
			{Kind: network.Reshape, Inputs: []int{2}, Shape: []int{8}},
			{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{2}, Shape: []int{3}},
			{Kind: network.Softmax, Inputs: []int{4}},
		},
	}
	n, err := network.New(a, c)
	if err != nil {
		t.Fatal(err)
	}
	p := n.Program()
	initial, err := network.Random(p, []byte("drift"), network.Glorot)
	if err != nil {
		t.Fatal(err)
	}
	held := &data.Dataset{Rows: 6, Width: 12, FractionBits: 12, Labels: data.Labels{Kind: data.OneHot, Classes: []string{"a", "b", "c"}, Class: make([]int32, 6)}}
	rows := newBatch(p)
	for r := range held.Rows {
		if err := (drawn{p}).Read(1000+r, rows.input, rows.label, nil); err != nil {
			t.Fatal(err)
		}
		held.Features = append(held.Features, rows.input[:12]...)
		for class, v := range rows.label[:3] {
			if v == 1 {
				held.Labels.Class[r] = int32(class)
			}
		}
	}
	run := &train.Run{Program: p, Rates: make([]int64, steps), Segment: segment, Initial: initial, Rows: drawn{p}}
	for i := range run.Rates {
		run.Rates[i] = 6
	}
	return &Subject{Network: n, Run: run, Held: held, Tables: tables}
}

// distance is the largest difference between the weights of two runs.
func distance(a, b *Trace) (most float64) {
	for i := range a.Weights {
		for k, v := range a.Weights[i] {
			most = max(most, math.Abs(v-b.Weights[i][k]))
		}
	}
	return most
}

// TestRuns: whatever the updates take beside the gradient, both runs end alike; and the
// choices make a difference that is far larger than rounding.
func TestRuns(t *testing.T) {
	plain := float(t, subject(t, 24, 6, nil))
	for name, change := range map[string]func(*network.Choices){
		"plain": nil,
		"momentum": func(c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{8, 6, 3}, Bits: 3, Restart: 3}
		},
		"decay": func(c *network.Choices) { c.Decay = &graph.Decay{N: 1, Shift: 4, Every: 6} },
	} {
		t.Run(name, func(t *testing.T) {
			s := subject(t, 24, 6, change)
			exact, err := s.Exact(context.Background(), func(int) {})
			if err != nil {
				t.Fatal(err)
			}
			f := float(t, s)
			if d := distance(exact, f); d > 0.002 {
				t.Errorf("weights differ by %v", d)
			}
			if d := distance(plain, f); change != nil && d < 0.02 {
				t.Errorf("weights differ by %v from those of a plain run", d)
			}
			alike(t, exact, f)
		})
	}
}

func float(t *testing.T, s *Subject) *Trace {
	t.Helper()
	var steps []int
	f, err := s.Float(context.Background(), func(step int) { steps = append(steps, step) })
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != s.Run.Steps() || steps[len(steps)-1] != s.Run.Steps() {
		t.Errorf("told of the steps %v", steps)
	}
	return f
}

// alike compares curves, rows held out, and layers of two runs.
func alike(t *testing.T, exact, f *Trace) {
	t.Helper()
	if len(exact.Curve) != 24 || len(f.Curve) != 24 || f.Curve[23].Step != 24 {
		t.Fatalf("curves of %d and %d points", len(exact.Curve), len(f.Curve))
	}
	for i := range exact.Curve {
		if math.Abs(exact.Curve[i].Loss-f.Curve[i].Loss) > 0.01 {
			t.Errorf("step %d: loss %v exactly, %v in float64", i, exact.Curve[i].Loss, f.Curve[i].Loss)
		}
	}
	if first, last := f.Curve[0].Loss, f.Curve[23].Loss; last > first/2 {
		t.Errorf("loss falls from %v to %v: nothing is learned", first, last)
	}
	if exact.Held == nil || f.Held == nil || math.Abs(exact.Held.Loss-f.Held.Loss) > 0.01 || exact.Held.Accuracy != f.Held.Accuracy {
		t.Errorf("held out: %+v exactly, %+v in float64", exact.Held, f.Held)
	}
	var layers []int
	for i, l := range f.Layers {
		layers = append(layers, l.Index)
		if before, after := Differ(exact.Layers[i].Before, l.Before), Differ(exact.Layers[i].After, l.After); before.Largest > 0.005 || after.Largest > 0.05 || after.Largest == 0 {
			t.Errorf("layer %d differs by %+v before and %+v after", l.Index, before, after)
		}
		if l.Largest < largest(l.After) || l.LargestError <= 0 || l.LargestError > 2 {
			t.Errorf("layer %d: values to %v, errors to %v", l.Index, l.Largest, l.LargestError)
		}
	}
	if len(layers) != 3 || layers[0] != 0 || layers[1] != 1 || layers[2] != 3 {
		t.Errorf("layers %v make something", layers)
	}
}

// TestRunsEnd: a run that overflows names the layer, the step and the setting, one that
// diverges in float64 is no number, and both stop when they are told to.
func TestRunsEnd(t *testing.T) {
	s := subject(t, 24, 6, func(c *network.Choices) { c.RateShift = 0 })
	for i := range s.Run.Rates {
		s.Run.Rates[i] = 200
	}
	_, err := s.Exact(context.Background(), func(int) {})
	if !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), "FULLY_CONNECTED") || !strings.HasPrefix(err.Error(), "step ") || !strings.Contains(err.Error(), "lower formats.activation") {
		t.Errorf("exactly: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Exact(ctx, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("exactly, cancelled: %v", err)
	}
	if _, err := s.Float(ctx, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("in float64, cancelled: %v", err)
	}
}

func TestDiffer(t *testing.T) {
	if d := Differ([]float64{1, 2, 4}, []float64{1, 2, 2}); d.Largest != 2 || math.Abs(d.Mean-2/math.Sqrt(3)) > 1e-12 || math.Abs(d.Share-2.0/3) > 1e-12 {
		t.Errorf("%+v", d)
	}
	if d := Differ([]float64{0.5}, []float64{0}); d.Share != 0 || d.Mean != 0.5 {
		t.Errorf("of zeros: %+v", d)
	}
}
