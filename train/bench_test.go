package train

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/bench/floatstep"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// BenchmarkStep runs the whole exact step, softmax, limbs and metrics
// included, on the network of package floatstep, in turn with the float64
// step. The ratio is to stay below 3.
func BenchmarkStep(b *testing.B) {
	s := shape{batch: floatstep.Batch, inputs: floatstep.Inputs, hidden: floatstep.Hidden, units: floatstep.Units, shift: 16}
	n, f := newNetwork(b, s, graph.ConstantSGD), floatstep.New()
	fixed := func(x []float64, fraction int) []int64 {
		cells := make([]int64, len(x))
		for i, v := range x {
			cells[i] = int64(math.Round(math.Ldexp(v, fraction)))
		}
		return cells
	}
	fw := n.p.Tensor(n.w1).Format.Fraction // of both layers: features and activations have the same
	initial := Weights{n.w1: fixed(f.W1, fw), n.b1: fixed(f.B1, fw), n.w2: fixed(f.W2, fw), n.b2: fixed(f.B2, fw)}
	rows := fixedRows{input: [][]int32{nil}, label: [][]int32{make([]int32, s.batch*s.units)}}
	for _, v := range fixed(f.X, testFractions.Feature) {
		rows.input[0] = append(rows.input[0], int32(v))
	}
	for i := range s.batch {
		rows.label[0][i*s.units+i%s.units] = 1
	}
	run := &Run{Program: n.p, Rates: []int64{20}, Segment: 1, Initial: initial, Rows: rows}
	trainer := newTrainer(b, run)
	for _, traced := range []bool{false, true} {
		name, trace := "train", (*ops.Trace)(nil)
		if traced {
			name, trace = "trace", ops.NewTrace(n.p, 1)
		}
		b.Run(name, func(b *testing.B) {
			var exact, float time.Duration
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				if err := trainer.segment(context.Background(), 0, trace, func(Progress) {}); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				f.Step(20.0 / (1 << 16))
				exact, float = exact+middle.Sub(start), float+time.Since(middle)
			}
			b.ReportMetric(float64(exact.Nanoseconds())/float64(b.N), "ns/op")
			b.ReportMetric(float64(float.Nanoseconds())/float64(b.N), "ns/float-step")
			b.ReportMetric(float64(exact)/float64(float), "×float")
		})
	}
}
