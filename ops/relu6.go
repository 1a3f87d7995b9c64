package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindRelu6 is A = min(max(z, 0), 6), G = [0 < z < 6].
const KindRelu6 graph.Kind = "relu6"

type relu6 struct{ activation }

func (relu6) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, bit())
}

func (relu6) Bounds(b *Bounding, n *graph.Node) []Bound { return rectified(b, n) }

func (relu6) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.ReLU6(spec.input)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA; the derivative at 0 and at 6 is 0.
func (relu6) Gradient(r *Reverse, n *graph.Node) error { return gradientBits(r, n) }
