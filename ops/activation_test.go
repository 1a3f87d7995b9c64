package ops_test

import (
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

func activationKinds() []graph.Kind {
	return []graph.Kind{ops.KindRelu, ops.KindRelu6, ops.KindTanh, ops.KindLogistic, ops.KindReluN1To1, ops.KindLeakyRelu, ops.KindElu, ops.KindHardSwish, ops.KindGelu, ops.KindGeluApproximate, ops.KindAbs}
}

// Values are the function at the exact input, rounded once.
func TestActivationValues(t *testing.T) {
	functions := map[graph.Kind]func(float64) (value, derivative float64){
		ops.KindRelu:      func(x float64) (float64, float64) { return max(x, 0), step(x > 0) },
		ops.KindRelu6:     func(x float64) (float64, float64) { return min(max(x, 0), 6), step(0 < x && x < 6) },
		ops.KindReluN1To1: func(x float64) (float64, float64) { return min(max(x, -1), 1), step(-1 < x && x < 1) },
		ops.KindLeakyRelu: func(x float64) (float64, float64) { return leaky(x), leakyAlpha + (1-leakyAlpha)*step(x > 0) },
		ops.KindElu:       func(x float64) (float64, float64) { return elu(x), math.Exp(min(x, 0)) },
		ops.KindHardSwish: func(x float64) (float64, float64) {
			c := min(max(x+3, 0), 6)
			return x * c / 6, c/6 + x/6*step(0 < c && c < 6)
		},
		ops.KindGelu: func(x float64) (float64, float64) {
			phi := math.Erfc(-x/math.Sqrt2) / 2
			return gelu(x), phi + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
		},
		ops.KindGeluApproximate: func(x float64) (float64, float64) {
			k := math.Sqrt(2 / math.Pi)
			th := math.Tanh(k * (x + 0.044715*x*x*x))
			return geluApproximate(x), (1+th)/2 + x/2*(1-th*th)*k*(1+3*0.044715*x*x)
		},
		ops.KindAbs:  func(x float64) (float64, float64) { return math.Abs(x), step(x > 0) - step(x < 0) },
		ops.KindTanh: func(x float64) (float64, float64) { y := math.Tanh(x); return y, 1 - y*y },
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

// leakyAlpha is the α of leaky rectifiers in tests.
const leakyAlpha = 0.3125

func leaky(x float64) float64 { return max(x, leakyAlpha*x) }

func elu(x float64) float64 { return max(x, math.Expm1(min(x, 0))) }

func hardSwish(x float64) float64 { return x * min(max(x+3, 0), 6) / 6 }

func gelu(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }

func geluApproximate(x float64) float64 {
	return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

func step(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
