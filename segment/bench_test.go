package segment_test

import (
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// digits is 784-128-10 with batch 64.
func digits(b *testing.B) (*graph.Program, map[graph.TensorID][]int64) {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	floats := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = (rng.Float32() - 0.5) / 16
		}
		return v
	}
	m, err := tflite.NewDense("digits", []tflite.DenseLayer{
		{Units: 128, Activation: tflite.ActRelu, Weights: floats(784 * 128), Bias: floats(128)},
		{Units: 10, Weights: floats(1280), Bias: floats(10)},
	}, 784, true)
	if err != nil {
		b.Fatal(err)
	}
	r, err := transpile.Transpile(m, transpile.Options{Batch: 64, Formats: network.DefaultFormats(), RateShift: 10})
	if err != nil {
		b.Fatal(err)
	}
	initial, err := r.Initial(m)
	if err != nil {
		b.Fatal(err)
	}
	return r.Program, initial
}

// BenchmarkStep is one training step, recorded; ns/activation counts the
// 64·138 outputs of layers with weights.
func BenchmarkStep(b *testing.B) {
	p, initial := digits(b)
	buffers, err := ops.NewBuffers(p, initial, ops.NewTables())
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range buffers.Small[p.Input] {
		buffers.Small[p.Input][i] = rng.Int32N(257)
	}
	for s := range p.Batch {
		buffers.Small[p.Label][10*s+s%10] = 1
	}
	trace := ops.NewTrace(p, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := ops.Execute(&ops.Step{Program: p, Buffers: buffers, Rate: 1}); err != nil {
			b.Fatal(err)
		}
		trace.Record(p, 0, buffers)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(64*138), "ns/activation")
}

// BenchmarkBuild states the relations of 64 steps on 4,000 rows.
func BenchmarkBuild(b *testing.B) {
	p, _ := digits(b)
	run := segment.PublicInputs{}
	for s := range 64 {
		run.Rates = append(run.Rates, 1)
		for slot := range p.Batch {
			run.Rows = append(run.Rows, schedule.Ref{Row: int32((s*64 + slot) % 4000)})
		}
	}
	tables := ops.NewTables()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := segment.Build(p, segment.Shape{Steps: 64, PartRows: []int{4000}}, run, tables); err != nil {
			b.Fatal(err)
		}
	}
}
