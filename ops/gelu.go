package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindGelu is A = z·Φ(z), G = Φ(z) + z·Φ'(z) at 14 fraction bits, Φ the normal
// distribution; KindGeluApproximate has 2Φ(z) = 1 + tanh(√(2/π)·(z + 0.044715·z³)).
const (
	KindGelu            graph.Kind = "gelu"
	KindGeluApproximate graph.Kind = "gelu approximate"
)

type gelu struct{ activation }

func (gelu) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferUnbounded(p, n)
}

func (gelu) table(spec tableSpec) (tables.Table, int32, error) {
	of := tables.GELU
	if spec.function == KindGeluApproximate {
		of = tables.GELUApproximate
	}
	t, err := of(spec.input, spec.derivative)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA, rounded.
func (gelu) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
