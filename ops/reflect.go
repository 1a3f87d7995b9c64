package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindReflect is Y(…, o, …) = X(…, size − 1 − o, …) on one axis.
//
// Attribute: axis. Output: Y, virtual.
const KindReflect graph.Kind = "reflect"

type reflect struct {
	free
	moving
}

func (reflect) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	return inferAxisMap(p, n)
}

func reflection(o, size int) int { return size - 1 - o }

func (reflect) Forward(s *Step, n *graph.Node) error { return forwardAxisMap(s, n, reflection) }

// Gradient: the same reflection.
func (reflect) Gradient(r *Reverse, n *graph.Node) error { return transported(r, n, n.Attributes) }

func (reflect) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return defineAxisMap(c, n, reflection)
}
