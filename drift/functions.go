package drift

import (
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// pair is a function of a cell and its derivative.
type pair struct{ value, slope func(float64) float64 }

func relu(x float64) float64 { return max(x, 0) }

// step is the derivative of relu, 0 at 0.
func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

func inside(x, low, high float64) float64 { return step(x-low) * step(high-x) }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// functions lists what operators apply to each cell, where it has no parameters.
func functions() map[graph.Kind]pair {
	return map[graph.Kind]pair{
		ops.KindRelu:      {relu, step},
		ops.KindRelu6:     {func(x float64) float64 { return min(relu(x), 6) }, func(x float64) float64 { return inside(x, 0, 6) }},
		ops.KindReluN1To1: {func(x float64) float64 { return min(max(x, -1), 1) }, func(x float64) float64 { return inside(x, -1, 1) }},
		ops.KindElu: {
			func(x float64) float64 { return max(x, math.Expm1(min(x, 0))) },
			func(x float64) float64 { return math.Exp(min(x, 0)) },
		},
		ops.KindHardSwish: {
			func(x float64) float64 { return x * min(relu(x+3), 6) / 6 },
			func(x float64) float64 { return inside(x, -3, 3)*(2*x+3)/6 + step(x-3) },
		},
		ops.KindGelu: {
			func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 },
			func(x float64) float64 {
				return math.Erfc(-x/math.Sqrt2)/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
			},
		},
		ops.KindGeluApproximate: {
			func(x float64) float64 { return x / 2 * (1 + math.Tanh(geluInner(x))) },
			func(x float64) float64 {
				t := math.Tanh(geluInner(x))
				return (1+t)/2 + x/2*(1-t*t)*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
			},
		},
		ops.KindTanh:     {math.Tanh, func(x float64) float64 { t := math.Tanh(x); return 1 - t*t }},
		ops.KindLogistic: {logistic, func(x float64) float64 { return logistic(x) * logistic(-x) }},
		ops.KindExp:      {math.Exp, math.Exp},
		ops.KindAbs:      {math.Abs, func(x float64) float64 { return step(x) - step(-x) }},
		ops.KindSqrt:     {math.Sqrt, func(x float64) float64 { return 1 / (2 * math.Sqrt(x)) }},
	}
}

// geluInner is what the approximate GELU takes the tanh of.
func geluInner(x float64) float64 { return math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }
