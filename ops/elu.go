package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindElu is A = z where z > 0 and e^z − 1 elsewhere, G = 1 or e^z at 14
// fraction bits.
const KindElu graph.Kind = "elu"

type elu struct{ activation }

func (elu) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferUnbounded(p, n)
}

func (elu) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.ELU(spec.input, spec.derivative)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA, rounded.
func (elu) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
