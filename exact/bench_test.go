package exact

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// The benchmark network is a multilayer perceptron 784-128-10 on batches of
// 64 rows without a single zero among the inputs. Both steps run forward with
// ReLU, take y − t as the error, run backward and update all parameters.
const (
	benchBatch, benchIn, benchHidden, benchOut = 64, 784, 128, 10
	fractionActivation, fractionError, rateLog = 8, 10, 16
	fractionWeight                             = fractionActivation + fractionError + rateLog
)

func matrix(rows, cols int, data []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

type floatNet struct{ x, w1, b1, w2, b2, a1, z2, d1, ones []float64 }

func newFloatNet() *floatNet {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int, scale float64) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = scale * (2*rng.Float64() - 1)
		}
		return s
	}
	net := &floatNet{
		x:  random(benchBatch*benchIn, 1),
		w1: random(benchIn*benchHidden, 0.05), b1: make([]float64, benchHidden),
		w2: random(benchHidden*benchOut, 0.1), b2: make([]float64, benchOut),
		a1: make([]float64, benchBatch*benchHidden), z2: make([]float64, benchBatch*benchOut),
		d1: make([]float64, benchBatch*benchHidden), ones: make([]float64, benchBatch),
	}
	for i := range net.ones {
		net.ones[i] = 1
	}
	return net
}

// step is what a careful float64 program does: nothing is allocated, and the
// gradients are accumulated into the weights by the matrix product itself.
func (n *floatNet) step(rate float64) {
	x, w1, w2 := matrix(benchBatch, benchIn, n.x), matrix(benchIn, benchHidden, n.w1), matrix(benchHidden, benchOut, n.w2)
	a1, z2, d1 := matrix(benchBatch, benchHidden, n.a1), matrix(benchBatch, benchOut, n.z2), matrix(benchBatch, benchHidden, n.d1)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, w1, 0, a1)
	for i := range n.a1 {
		n.a1[i] = max(n.a1[i]+n.b1[i%benchHidden], 0)
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, a1, w2, 0, z2)
	for i := range n.z2 {
		n.z2[i] += n.b2[i%benchOut]
		if i%benchOut == i/benchOut%benchOut {
			n.z2[i]--
		}
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, z2, w2, 0, d1)
	for i, a := range n.a1 {
		if a <= 0 {
			n.d1[i] = 0
		}
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, -rate, a1, z2, 1, w2)
	blas64.Gemm(blas.Trans, blas.NoTrans, -rate, x, d1, 1, w1)
	ones := blas64.Vector{N: benchBatch, Data: n.ones, Inc: 1}
	blas64.Gemv(blas.Trans, -rate, z2, ones, 1, blas64.Vector{N: benchOut, Data: n.b2, Inc: 1})
	blas64.Gemv(blas.Trans, -rate, d1, ones, 1, blas64.Vector{N: benchHidden, Data: n.b1, Inc: 1})
}

type exactNet struct {
	x, z1, a1, z2, d1 []int32
	w1, w2            *Weights
	b1, b2            []int64
	v1, v2, u         Accumulator
	limbs1, limbs2    [][]int32
	extra             int // fraction bits of weights beyond fractionWeight
}

func newExactNet() *exactNet {
	f := newFloatNet()
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
		x:  fixed32(f.x, fractionActivation),
		z1: make([]int32, len(f.a1)), a1: make([]int32, len(f.a1)), z2: make([]int32, len(f.z2)), d1: make([]int32, len(f.d1)),
		w1: NewWeights(benchIn, benchHidden, fixed64(f.w1)), b1: fixed64(f.b1),
		w2: NewWeights(benchHidden, benchOut, fixed64(f.w2)), b2: fixed64(f.b2),
	}
	for range 3 { // a shift of 34 bits leaves limbs of 16, 16 and 2
		n.limbs1 = append(n.limbs1, make([]int32, len(f.a1)))
		n.limbs2 = append(n.limbs2, make([]int32, len(f.z2)))
	}
	return n
}

func (n *exactNet) step(tb testing.TB, rate int64) {
	check := func(bad int, err error) {
		if bad >= 0 || err != nil {
			tb.Fatal(bad, err)
		}
	}
	n.v1.MulInto(n.x, benchBatch, n.w1)
	n.v1.AddBias(n.b1, fractionActivation)
	check(n.v1.Rescale(fractionWeight+n.extra, n.z1, n.limbs1), nil)
	for i, z := range n.z1 {
		n.a1[i] = max(z, 0)
	}
	n.v2.MulInto(n.a1, benchBatch, n.w2)
	n.v2.AddBias(n.b2, fractionActivation)
	check(n.v2.Rescale(fractionWeight+n.extra, n.z2, n.limbs2), nil)
	for i := range n.z2 { // the error, from f_a to f_g fraction bits
		if i%benchOut == i/benchOut%benchOut {
			n.z2[i] -= 1 << fractionActivation
		}
		n.z2[i] <<= fractionError - fractionActivation
	}
	n.u.MulTransposed(n.z2, benchBatch, n.w2)
	check(n.u.Rescale(fractionWeight+n.extra, n.d1, n.limbs1), nil)
	for i, z := range n.z1 {
		if z <= 0 {
			n.d1[i] = 0
		}
	}
	check(-1, GradientStep(n.w2, n.a1, n.z2, benchBatch, rate))
	check(-1, GradientStep(n.w1, n.x, n.d1, benchBatch, rate))
	check(-1, BiasStep(n.b2, n.z2, benchBatch, rate<<fractionActivation))
	check(-1, BiasStep(n.b1, n.d1, benchBatch, rate<<fractionActivation))
}

func BenchmarkFloatStep(b *testing.B) {
	n := newFloatNet()
	b.ReportAllocs()
	for b.Loop() {
		n.step(20.0 / (1 << rateLog))
	}
}

// BenchmarkExactStep reports, beside its own time, the ratio to the float64
// step measured in the same run: "×float" is to stay below 3. Weights up to
// 0.1 need one piece; larger ones, as under a small learning rate, two.
func BenchmarkExactStep(b *testing.B) {
	for _, bench := range []struct {
		name  string
		scale int64
	}{{"pieces=1", 1}, {"pieces=2", 1 << 10}} {
		b.Run(bench.name, func(b *testing.B) {
			n := newExactNet()
			for _, w := range []*Weights{n.w1, n.w2} {
				for i := range w.cells {
					w.cells[i] *= bench.scale
				}
				w.Refresh()
			}
			n.extra = bits.Len64(uint64(bench.scale)) - 1
			b.ReportAllocs()
			for b.Loop() {
				n.step(b, 20)
			}
			if got := len(n.w1.pieces); fmt.Sprintf("pieces=%d", got) != bench.name {
				b.Fatalf("used %d pieces", got)
			}
			exact, f := b.Elapsed(), newFloatNet()
			start := time.Now()
			for range b.N {
				f.step(20.0 / (1 << rateLog))
			}
			b.ReportMetric(float64(exact)/float64(time.Since(start)), "×float")
		})
	}
}
