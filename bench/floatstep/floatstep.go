// Package floatstep is the yardstick of exact training: one step of stochastic
// gradient descent in float64, as a careful program on gonum does it. Nothing
// is allocated during a step, and gradients are accumulated into the weights
// by the matrix product itself.
//
// The network is a multilayer perceptron 784-128-10 with ReLU on batches of 64
// rows, without a single zero among the inputs; its error is y − t.
package floatstep

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// The shape of the network.
const (
	Batch  = 64
	Inputs = 784
	Hidden = 128
	Units  = 10
)

// Net is the network with its buffers, all row-major.
type Net struct {
	X      []float64 // Batch × Inputs
	W1, B1 []float64 // Inputs × Hidden, Hidden
	W2, B2 []float64 // Hidden × Units, Units

	a1, z2, d1, ones []float64
}

// New returns a network with random inputs in (−1, 1) and small random
// weights, the same on every call.
func New() *Net {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int, scale float64) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = scale * (2*rng.Float64() - 1)
		}
		return s
	}
	n := &Net{
		X:  random(Batch*Inputs, 1),
		W1: random(Inputs*Hidden, 0.05), B1: make([]float64, Hidden),
		W2: random(Hidden*Units, 0.1), B2: make([]float64, Units),
		a1: make([]float64, Batch*Hidden), z2: make([]float64, Batch*Units),
		d1: make([]float64, Batch*Hidden), ones: make([]float64, Batch),
	}
	for i := range n.ones {
		n.ones[i] = 1
	}
	return n
}

func matrix(rows, cols int, data []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// Step runs forward, backward and updates all parameters; row i belongs to
// class i mod Units. The rate is the one divided by the batch size.
func (n *Net) Step(rate float64) {
	x, w1, w2 := matrix(Batch, Inputs, n.X), matrix(Inputs, Hidden, n.W1), matrix(Hidden, Units, n.W2)
	a1, z2, d1 := matrix(Batch, Hidden, n.a1), matrix(Batch, Units, n.z2), matrix(Batch, Hidden, n.d1)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, w1, 0, a1)
	for i := range n.a1 {
		n.a1[i] = max(n.a1[i]+n.B1[i%Hidden], 0)
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, a1, w2, 0, z2)
	for i := range n.z2 {
		n.z2[i] += n.B2[i%Units]
		if i%Units == i/Units%Units {
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
	ones := blas64.Vector{N: Batch, Data: n.ones, Inc: 1}
	blas64.Gemv(blas.Trans, -rate, z2, ones, 1, blas64.Vector{N: Units, Data: n.B2, Inc: 1})
	blas64.Gemv(blas.Trans, -rate, d1, ones, 1, blas64.Vector{N: Hidden, Data: n.B1, Inc: 1})
}
