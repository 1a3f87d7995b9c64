package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindTanh is A = tanh z, G = 1 − tanh² z at 14 fraction bits.
const KindTanh graph.Kind = "tanh"

type tanh struct{ activation }

func (tanh) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, number.Format{Bits: 16, Fraction: derivativeFraction})
}

func (tanh) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.Tanh(spec.input, spec.output, spec.derivative)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA, rounded.
func (tanh) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
