package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindRotate is Y(…, o, …) = X(…, (o + by) mod size, …) on one axis.
//
// Attributes: axis; by >= 0. Output: Y, virtual.
const KindRotate graph.Kind = "rotate"

const attrBy = "by"

type rotate struct {
	free
	moving
}

func (rotate) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if by := n.Attributes.Int(attrBy); by < 0 || by > graph.MaxSize {
		return nil, malformed("rotation by %d", by)
	}
	return inferAxisMap(p, n)
}

func rotation(n *graph.Node) func(o, size int) int {
	by := n.Attributes.Int(attrBy)
	return func(o, size int) int { return (o + by) % size }
}

func (rotate) Forward(s *Step, n *graph.Node) error { return forwardAxisMap(s, n, rotation(n)) }

// Gradient: the rotation back.
func (rotate) Gradient(r *Reverse, n *graph.Node) error {
	axis := n.Attributes.Int(attrAxis)
	size := r.Tensor(n.Inputs[0]).Axes[1+axis].Size
	back := (size - n.Attributes.Int(attrBy)%size) % size
	return transported(r, n, graph.Attributes{attrAxis: {int64(axis)}, attrBy: {int64(back)}})
}

func (rotate) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return defineAxisMap(c, n, rotation(n))
}
