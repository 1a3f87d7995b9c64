package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindLogistic is A = σ(z) = 1/(1 + e^−z), G = σ(z)(1 − σ(z)) at 14 fraction
// bits.
const KindLogistic graph.Kind = "logistic"

type logistic struct{ activation }

func (logistic) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, number.Format{Bits: 16, Fraction: derivativeFraction})
}

// Bounds: 0 <= σ <= 1 and 0 <= σ' <= 1/4, rounded.
func (logistic) Bounds(b *Bounding, n *graph.Node) []Bound {
	f := b.p.Tensor(n.Outputs[0]).Format.Fraction
	return []Bound{{Interval{0, 1 << f}, false}, {Interval{0, 1 << (derivativeFraction - 2)}, false}}
}

func (logistic) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.Logistic(spec.input, spec.output, spec.derivative)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA, rounded.
func (logistic) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
