package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindAbs is A = |z|, G = 1, 0 or −1, the sign of z.
const KindAbs graph.Kind = "abs"

type absolute struct{ activation }

func (absolute) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferActivation(p, n, bit()) // its format holds −1 as well
}

func (absolute) table(tableSpec) (tables.Table, int32, error) {
	return tables.Abs(), tables.MinInput + 1, nil
}

// Bounds: the table's values and signs.
func (absolute) Bounds(*Bounding, *graph.Node) []Bound {
	return []Bound{{unsigned(15), false}, {Interval{-1, 1}, false}}
}

// Confines: the table has a row for each integer of 16 bits but the least.
func (absolute) Confines(*Bounding, *graph.Node, int) (Interval, bool) {
	return Interval{-1<<15 + 1, 1<<15 - 1}, true
}

// Gradient: dZ = G ⊙ dA; the derivative at 0 is 0.
func (absolute) Gradient(r *Reverse, n *graph.Node) error { return gradientCurve(r, n) }
