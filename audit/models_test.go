package audit

import (
	crand "crypto/rand"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// perceptron is a dense network with random weights and one hidden layer.
func perceptron(t testing.TB, seed uint64, inputs, hiddenUnits, outputs int, loss graph.LossKind) (*graph.Program, map[graph.TensorID][]int64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 9))
	floats := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = 2*rng.Float32() - 1
		}
		return v
	}
	m, err := tflite.NewDense("net", []tflite.DenseLayer{
		{Units: hiddenUnits, Activation: tflite.ActRelu, Weights: floats(inputs * hiddenUnits), Bias: floats(hiddenUnits)},
		{Units: outputs, Weights: floats(hiddenUnits * outputs), Bias: floats(outputs)},
	}, inputs, loss == graph.SoftmaxCrossEntropy)
	if err != nil {
		t.Fatal(err)
	}
	fractions := network.DefaultFormats()
	fractions.Feature = 4
	r, err := transpile.Transpile(m, transpile.Options{Batch: 3, Formats: fractions, RateShift: 6, Loss: loss})
	if err != nil {
		t.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	return r.Program, initial
}

// train adds a run with committed weights, as if it had ended with them.
func (w *world) train(name string, p *graph.Program, cells map[graph.TensorID][]int64) *OwnedRun {
	w.t.Helper()
	r := &OwnedRun{PublicRun: PublicRun{Program: p, Setup: w.setup.ID, RowBits: w.setup.RowBits, Digest: [32]byte{byte(len(name)), name[0]}}, OwnedModel: &owner.TrainedModel{Cells: cells, Mode: w.frame.Mode}}
	for _, id := range network.WeightTensors(p) {
		padded := ops.Pad(p.Tensor(id).Axes, cells[id])
		blind, err := commitments.RandomScalars(crand.Reader, w.setup.Rows(len(padded)))
		if err != nil {
			w.t.Fatal(err)
		}
		rows, err := w.setup.CommitInt64(padded, blind)
		if err != nil {
			w.t.Fatal(err)
		}
		r.Weights, trained(r).Blinding = append(r.Weights, rows), append(trained(r).Blinding, blind)
	}
	w.subjects.Runs[name], w.subjects.OwnedRuns[name] = &r.PublicRun, r
	return r
}

// outputs runs the whole training program forward, batch by batch: another
// path than the claims take. It returns a tensor's cells, row by row.
func outputs(t *testing.T, p *graph.Program, cells map[graph.TensorID][]int64, d *data.Dataset, of graph.TensorID) [][]int32 {
	t.Helper()
	b, err := ops.NewBuffers(p, cells, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	var out [][]int32
	for row := range d.Rows {
		for slot := range p.Batch {
			copy(b.Small[p.Input][slot*d.Width:], d.Row(row))
		}
		if err := ops.Predict(&ops.Step{Program: p, Buffers: b}); err != nil {
			t.Fatal(err)
		}
		units := p.Tensor(of).Units()
		out = append(out, append([]int32{}, b.Small[of][:units]...))
	}
	return out
}

// outcome is the confusion matrix of a classifier by attribute, counted here.
type outcome struct {
	count map[[3]int]int64 // group, truth, predicted
	right int64
	rows  int64
}

func outcomes(t *testing.T, r *OwnedRun, parts ...*data.Dataset) outcome {
	t.Helper()
	o := outcome{count: map[[3]int]int64{}}
	for _, d := range parts {
		for row, z := range outputs(t, r.Program, trained(r).Cells, d, r.Program.Loss.Logits) {
			best := 0
			for c := range z {
				if z[c] > z[best] {
					best = c
				}
			}
			truth := int(d.Labels.Class[row])
			o.count[[3]int{int(d.Attributes[0].Codes[row]), truth, best}]++
			o.rows++
			if truth == best {
				o.right++
			}
		}
	}
	return o
}

// classified is a world with a model of three classes and two test parts.
func classified(t testing.TB) (w *world, run *OwnedRun, parts []*data.Dataset) {
	t.Helper()
	w = newWorld(t)
	rng := rand.New(rand.NewPCG(5, 6))
	p, cells := perceptron(t, 3, 5, 6, 3, graph.SoftmaxCrossEntropy)
	run = w.train("net", p, cells)
	parts = []*data.Dataset{
		dataset(rng, 5, 3, "sex", sexes, repeat(5, 8)),
		dataset(rng, 5, 3, "sex", sexes, repeat(17, 23)),
	}
	w.commit("north", parts[0], graph.OneHot)
	w.commit("south", parts[1], graph.OneHot)
	return w, run, parts
}
