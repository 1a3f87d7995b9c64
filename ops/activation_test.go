package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// activated builds two layers with an activation between them; the first
// layer's values are spread so that relu6 saturates.
func activated(t *testing.T, f graph.Fractions, kind graph.Kind) *graph.Program {
	n := newNet(t, f, 3, 5)
	z := n.dense(n.Program().Input, 6)
	if kind == ops.KindRelu6 {
		z = n.one(ops.KindAdd, nil, z, n.one(ops.KindAdd, nil, z, z))
	}
	return n.train(n.dense(n.activation(kind, z), 3), graph.SoftmaxCrossEntropy)
}

func activationKinds() []graph.Kind {
	return []graph.Kind{ops.KindRelu, ops.KindRelu6, ops.KindTanh, ops.KindLogistic}
}

func TestActivationRelations(t *testing.T) {
	for _, kind := range activationKinds() {
		t.Run(string(kind), func(t *testing.T) { attack(t, activated(t, coarse(), kind), 3) })
	}
}

func TestActivationGradients(t *testing.T) {
	for _, kind := range activationKinds() {
		t.Run(string(kind), func(t *testing.T) { checkGradients(t, activated(t, fine(), kind), 1) })
	}
}

// Values are the function at the exact input, rounded once.
func TestActivationValues(t *testing.T) {
	functions := map[graph.Kind]func(float64) (value, derivative float64){
		ops.KindRelu:  func(x float64) (float64, float64) { return max(x, 0), step(x > 0) },
		ops.KindRelu6: func(x float64) (float64, float64) { return min(max(x, 0), 6), step(0 < x && x < 6) },
		ops.KindTanh:  func(x float64) (float64, float64) { y := math.Tanh(x); return y, 1 - y*y },
		ops.KindLogistic: func(x float64) (float64, float64) {
			y := 1 / (1 + math.Exp(-x))
			return y, y * (1 - y)
		},
	}
	for kind, f := range functions {
		p := activated(t, coarse(), kind)
		x := execute(t, p, 1, 3)
		for i := range p.Nodes {
			n := &p.Nodes[i]
			if n.Kind != kind {
				continue
			}
			z, a, g := x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Outputs[0]], x.buffers.Small[n.Outputs[1]]
			fg := p.Tensor(n.Outputs[1]).Format.Fraction
			for c := range z {
				value, derivative := f(float64(z[c]) / 256)
				if math.Abs(float64(a[c])-value*256) > 0.5+1e-9 || math.Abs(float64(g[c])-math.Ldexp(derivative, fg)) > 0.5+1e-9 {
					t.Errorf("%s(%d/256) is %d/256 with derivative %d·2^-%d", kind, z[c], a[c], g[c], fg)
				}
			}
		}
	}
}

func step(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// At the corners of relu the derivative is that of the side below.
func TestReluCorners(t *testing.T) {
	n := newNet(t, coarse(), 1, 5)
	n.activation(ops.KindRelu, n.Program().Input)
	p := n.Program()
	node := &p.Nodes[0]
	b := &ops.Buffers{Small: [][]int32{{-32768, -1, 0, 1, 32767}, make([]int32, 5), make([]int32, 5)}}
	runNode(t, p, b, node)
	if a, g := b.Small[1], b.Small[2]; !slices.Equal(a, []int32{0, 0, 0, 1, 32767}) || !slices.Equal(g, []int32{0, 0, 0, 1, 1}) {
		t.Errorf("values %v, derivatives %v", a, g)
	}
}
