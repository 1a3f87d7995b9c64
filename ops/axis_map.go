package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// An axis map moves the entries of one axis: Y(…, o, …) = X(…, source(o), …).
// Attribute: axis, counted after the batch axis.

const attrAxis = "axis"

// maxMapped bounds the size of an axis that is mapped: the verifier reads every
// entry of the map.
const maxMapped = 1 << 20

// inferAxisMap is the shape rule: Y has the shape and format of X.
func inferAxisMap(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x, axis := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrAxis)
	if err := small(x); err != nil {
		return nil, err
	}
	if axis < 0 || axis >= len(x.Axes)-1 || x.Axes[1+axis].Size > maxMapped {
		return nil, malformed("axis %d of %v", axis, sizes(x))
	}
	return []graph.Tensor{{Name: "value", Axes: x.Axes, Format: x.Format, Role: graph.Virtual}}, nil
}

// forwardAxisMap moves the cells; source gives the entry that o shows on an
// axis of the given size.
func forwardAxisMap(s *Step, n *graph.Node, source func(o, size int) int) error {
	axes, axis := s.Program.Tensor(n.Inputs[0]).Axes, 1+n.Attributes.Int(attrAxis)
	inner := 1
	for _, a := range axes[axis+1:] {
		inner *= a.Size
	}
	size := axes[axis].Size
	x, y := s.small(n.Inputs[0]), s.small(n.Outputs[0])
	for first := 0; first < len(y); first += size * inner {
		for o := range size {
			from := first + source(o, size)*inner
			copy(y[first+o*inner:first+(o+1)*inner], x[from:from+inner])
		}
	}
	return nil
}

// defineAxisMap is Y(…, o, …) = Σ_x M(o,x)·X(…, x, …). M is 0 outside the
// real cells, so the sum needs no mask.
func defineAxisMap(c *Context, n *graph.Node, source func(o, size int) int) []relation.Term {
	axis := n.Attributes.Int(attrAxis)
	a := c.Program.Tensor(n.Inputs[0]).Axes[1+axis]
	m := &relation.AxisMap{}
	for o := range a.Size {
		m.Out = append(m.Out, int32(o))
		m.In = append(m.In, int32(source(o, a.Size)))
		m.Value = append(m.Value, 1)
	}
	id := c.Relation.Public(fmt.Sprintf("map of %s", n.Name), m, a, a)
	labels := c.Labels(n.Inputs[0])
	const from = relation.Label("x")
	out := labels[2+axis]
	labels[2+axis] = from
	return []relation.Term{relation.Times(relation.Int(1), relation.At(id, out, from), relation.At(c.ID(n.Inputs[0]), labels...))}
}
