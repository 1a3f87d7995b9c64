package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindReluN1To1 is A = min(max(z, −1), 1), G = [−1 < z < 1].
const KindReluN1To1 graph.Kind = "relu n1 to 1"

type reluN1To1 struct{ activation }

func (reluN1To1) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, bit())
}

// Bounds: −1 <= A <= 1, as far as 16 bits reach, and a bit.
func (reluN1To1) Bounds(b *Bounding, n *graph.Node) []Bound {
	f := b.p.Tensor(n.Outputs[0]).Format
	one := int64(1) << f.Fraction
	return []Bound{{of(f).meet(Interval{-one, one}), false}, {unsigned(1), false}}
}

func (reluN1To1) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.ReLUN1To1(spec.input)
	return t, tables.MinInput, err
}

// Gradient: dZ = G ⊙ dA; the derivative at −1 and at 1 is 0.
func (reluN1To1) Gradient(r *Reverse, n *graph.Node) error { return gradientBits(r, n) }
