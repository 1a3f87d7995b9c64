package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindHardSwish is A = z·c/6 for c = min(max(z + 3, 0), 6), and
// G = c/6 + z·[0 < c < 6]/6 at 14 fraction bits.
const KindHardSwish graph.Kind = "hard swish"

type hardSwish struct{ activation }

func (hardSwish) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferUnbounded(p, n)
}

func (hardSwish) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.HardSwish(spec.input, spec.derivative)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA, rounded; the derivative is 0 at −3 and 1 at 3.
func (hardSwish) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
