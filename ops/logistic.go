package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
)

// KindLogistic is A = σ(z) = 1/(1 + e^−z), G = σ(z)(1 − σ(z)) at 14 fraction
// bits.
const KindLogistic graph.Kind = "logistic"

type logistic struct{ activation }

func (logistic) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, number.Format{Bits: 16, Fraction: derivativeFraction})
}

// Gradient: dZ = G ⊙ dA, rounded.
func (logistic) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
