package exact

import (
	"fmt"
	"math/bits"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/bench/floatstep"
)

// The exact step on the network of package floatstep: the same shapes, inputs
// and weights, the same error y − t.
const (
	fractionActivation, fractionError, rateLog = 8, 10, 16
	fractionWeight                             = fractionActivation + fractionError + rateLog
)

type exactNet struct {
	x, z1, a1, z2, d1 []int32
	w1, w2            *WeightMatrix
	b1, b2            []int64
	v1, v2, u         Accumulator
	limbs1, limbs2    [][]int32
	extra             int // fraction bits of weights beyond fractionWeight
}

func newExactNet() *exactNet {
	f := floatstep.New()
	fixed32 := func(in []float64, fraction int) []int32 {
		out := make([]int32, len(in))
		for i, v := range in {
			out[i] = int32(v * float64(int(1)<<fraction))
		}
		return out
	}
	fixed64 := func(in []float64) []int64 {
		out := make([]int64, len(in))
		for i, v := range in {
			out[i] = int64(v * float64(int(1)<<fractionWeight))
		}
		return out
	}
	n := &exactNet{
		x:  fixed32(f.X, fractionActivation),
		z1: make([]int32, floatstep.Batch*floatstep.Hidden), a1: make([]int32, floatstep.Batch*floatstep.Hidden), z2: make([]int32, floatstep.Batch*floatstep.Units), d1: make([]int32, floatstep.Batch*floatstep.Hidden),
		w1: NewWeightMatrix(floatstep.Inputs, floatstep.Hidden, fixed64(f.W1)), b1: fixed64(f.B1),
		w2: NewWeightMatrix(floatstep.Hidden, floatstep.Units, fixed64(f.W2)), b2: fixed64(f.B2),
	}
	for range 3 { // a shift of 34 bits leaves limbs of 16, 16 and 2
		n.limbs1 = append(n.limbs1, make([]int32, floatstep.Batch*floatstep.Hidden))
		n.limbs2 = append(n.limbs2, make([]int32, floatstep.Batch*floatstep.Units))
	}
	return n
}

func (n *exactNet) step(tb testing.TB, rate int64) {
	check := func(bad int, err error) {
		if bad >= 0 || err != nil {
			tb.Fatal(bad, err)
		}
	}
	n.v1.MulInto(n.x, floatstep.Batch, n.w1)
	n.v1.AddBias(n.b1, fractionActivation)
	check(n.v1.Rescale(fractionWeight+n.extra, LimbBits, n.z1, n.limbs1), nil)
	for i, z := range n.z1 {
		n.a1[i] = max(z, 0)
	}
	n.v2.MulInto(n.a1, floatstep.Batch, n.w2)
	n.v2.AddBias(n.b2, fractionActivation)
	check(n.v2.Rescale(fractionWeight+n.extra, LimbBits, n.z2, n.limbs2), nil)
	for i := range n.z2 { // the error, from f_a to f_g fraction bits
		if i%floatstep.Units == i/floatstep.Units%floatstep.Units {
			n.z2[i] -= 1 << fractionActivation
		}
		n.z2[i] <<= fractionError - fractionActivation
	}
	n.u.MulTransposed(n.z2, floatstep.Batch, n.w2)
	check(n.u.Rescale(fractionWeight+n.extra, LimbBits, n.d1, n.limbs1), nil)
	for i, z := range n.z1 {
		if z <= 0 {
			n.d1[i] = 0
		}
	}
	check(-1, GradientStep(n.w2, n.a1, n.z2, floatstep.Batch, rate))
	check(-1, GradientStep(n.w1, n.x, n.d1, floatstep.Batch, rate))
	check(-1, BiasStep(n.b2, n.z2, floatstep.Batch, rate<<fractionActivation))
	check(-1, BiasStep(n.b1, n.d1, floatstep.Batch, rate<<fractionActivation))
}

func BenchmarkFloatStep(b *testing.B) {
	n := floatstep.New()
	b.ReportAllocs()
	for b.Loop() {
		n.Step(20.0 / (1 << rateLog))
	}
}

// BenchmarkExactStep reports, beside its own time, that of the float64 step
// measured in the same run, and their ratio, which is to stay below 3. Weights up to
// 0.1 need one piece; larger ones, as under a small learning rate, two.
func BenchmarkExactStep(b *testing.B) {
	for _, bench := range []struct {
		name  string
		scale int64
	}{{"pieces=1", 1}, {"pieces=2", 1 << 10}} {
		b.Run(bench.name, func(b *testing.B) {
			n := newExactNet()
			for _, w := range []*WeightMatrix{n.w1, n.w2} {
				for i := range w.cells {
					w.cells[i] *= bench.scale
				}
				w.Refresh()
			}
			n.extra = bits.Len64(uint64(bench.scale)) - 1
			b.ReportAllocs()
			f := floatstep.New()
			var exact, float time.Duration
			for b.Loop() { // in turn, so that both meet the same machine
				start := time.Now()
				n.step(b, 20)
				middle := time.Now()
				f.Step(20.0 / (1 << rateLog))
				exact, float = exact+middle.Sub(start), float+time.Since(middle)
			}
			if got := len(n.w1.pieces); fmt.Sprintf("pieces=%d", got) != bench.name {
				b.Fatalf("used %d pieces", got)
			}
			b.ReportMetric(float64(exact.Nanoseconds())/float64(b.N), "ns/op")
			b.ReportMetric(float64(float.Nanoseconds())/float64(b.N), "ns/float-step")
			b.ReportMetric(float64(exact)/float64(float), "×float")
		})
	}
}
