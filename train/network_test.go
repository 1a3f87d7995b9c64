package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// perceptron is a multilayer perceptron with one hidden layer of ReLU and
// softmax cross-entropy, assembled operator by operator.
type perceptron struct {
	p              *graph.Program
	w1, b1, w2, b2 graph.TensorID
}

type shape struct{ batch, inputs, hidden, units, shift int }

var testFractions = graph.Fractions{Feature: 8, Activation: 8, Error: 10}

func newNetwork(tb testing.TB, s shape, kind graph.OptimizerKind) perceptron {
	tb.Helper()
	f := testFractions
	b := graph.NewBuilder("perceptron", s.batch, f)
	axis := func(name string, n int) relation.Axis { return relation.Axis{Name: name, Size: n} }
	batch, inputs, hidden, units := axis("batch", s.batch), axis("input", s.inputs), axis("hidden", s.hidden), axis("class", s.units)
	add := func(name string, role graph.Role, width, fraction int, axes ...relation.Axis) graph.TensorID {
		return b.Add(graph.Tensor{Name: name, Role: role, Axes: axes, Format: number.Format{Bits: width, Fraction: fraction}})
	}
	must := func(id graph.TensorID, err error) graph.TensorID {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return id
	}
	dense := func(name string, x, w, bias graph.TensorID) graph.TensorID {
		out, err := ops.Append(b, graph.Node{Name: name, Kind: ops.KindFullyConnected, Inputs: []graph.TensorID{x, w, bias}})
		if err != nil {
			tb.Fatal(err)
		}
		return must(ops.Rescale(b, name+" rounded", out[0], f.Activation))
	}
	fw1, fw2 := f.Feature+f.Error+s.shift, f.Activation+f.Error+s.shift
	x := add("features", graph.Input, 16, f.Feature, batch, inputs)
	y := add("classes", graph.Label, 2, 0, batch, units)
	n := perceptron{p: b.Program()}
	n.w1, n.b1 = add("hidden/kernel", graph.Weight, 63, fw1, inputs, hidden), add("hidden/bias", graph.Weight, 63, fw1, hidden)
	n.w2, n.b2 = add("output/kernel", graph.Weight, 63, fw2, hidden, units), add("output/bias", graph.Weight, 63, fw2, units)
	a := must(ops.Activation(b, ops.KindRelu, "relu", dense("hidden", x, n.w1, n.b1), f.Activation))
	logits := dense("output", a, n.w2, n.b2)
	probability, dz, err := ops.SoftmaxCrossEntropy(b, logits, y)
	if err != nil {
		tb.Fatal(err)
	}
	n.p.Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Logits: logits, Prediction: probability}
	n.p.Optimizer = graph.Optimizer{Kind: kind, Shift: s.shift}
	if err := ops.Differentiate(b, logits, dz); err != nil {
		tb.Fatal(err)
	}
	if n.p, err = ops.Finish(n.p); err != nil {
		tb.Fatal(err)
	}
	return n
}

// moons returns two interleaved half circles with noise, which no straight
// line separates.
func moons(rows int, seed uint64) *data.Dataset {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := &data.Dataset{Rows: rows, Width: 2, Shape: []int{2}, FractionBits: testFractions.Feature,
		Labels: data.Labels{Kind: data.OneHot, Classes: []string{"upper", "lower"}}}
	for range rows {
		class, angle := rng.Int32N(2), math.Pi*rng.Float64()
		x, y := math.Cos(angle), math.Sin(angle)
		if class == 1 {
			x, y = 1-x, 0.5-y
		}
		for _, v := range []float64{x, y} {
			d.Features = append(d.Features, int32(math.Round(256*(v+0.1*rng.NormFloat64()))))
		}
		d.Labels.Class = append(d.Labels.Class, class)
	}
	return d
}

// moonRun trains on moons: 16 hidden units, batches of 16.
func moonRun(tb testing.TB, steps, segment int) (*Run, perceptron) {
	tb.Helper()
	rate, _, err := number.ParseRate("0.5", 16)
	if err != nil {
		tb.Fatal(err)
	}
	n := newNetwork(tb, shape{batch: 16, inputs: 2, hidden: 16, units: 2, shift: rate.K}, graph.ConstantSGD)
	w, err := network.Random(n.p, []byte("moons"), network.He)
	if err != nil {
		tb.Fatal(err)
	}
	const rows = 300
	s, err := schedule.New(schedule.Spec{Parts: schedule.Parts{rows}, Batch: 16, Steps: steps, Order: schedule.Shuffled,
		Tail: schedule.Wrap, Seed: "moons", Commitments: make([][32]byte, 1)})
	if err != nil {
		tb.Fatal(err)
	}
	source, err := NewScheduledRows(n.p, s, moons(rows, 1))
	if err != nil {
		tb.Fatal(err)
	}
	return &Run{Program: n.p, Rates: ConstantRate(rate, steps), Segment: segment, Initial: w, Rows: source}, n
}

func newTrainer(tb testing.TB, run *Run) *Trainer {
	tb.Helper()
	trainer, err := New(run, ops.NewTables())
	if err != nil {
		tb.Fatal(err)
	}
	return trainer
}
