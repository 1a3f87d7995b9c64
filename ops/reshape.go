package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindReshape merges two neighbouring axes of a sample into one, or splits
// one into two; cells keep their row-major order. With o = i·J + j, which is
// what position i of a window reads at offset j,
//
//	merge  Y(o)   = Σ_{i,j} Win(i,j,o)·X(i,j)
//	split  Y(i,j) = Σ_o     Win(i,j,o)·X(o)
//
// of as many entries as there are cells, whatever the sizes are.
//
// Attributes: axis, the first one concerned, counted after the batch axis;
// size, the J of a split, or 0 for a merge. Output: Y, virtual.
const KindReshape graph.Kind = "reshape"

type reshape struct {
	free
	moving
}

func (reshape) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x, axis, size := p.Tensor(n.Inputs[0]), n.Attributes.Int(attrAxis), n.Attributes.Int(attrSize)
	if err := small(x); err != nil {
		return nil, err
	}
	last := len(x.Axes) - 2
	if size == 0 {
		last--
	}
	if axis < 0 || axis > last {
		return nil, malformed("axis %d of %v", axis, sizes(x))
	}
	at := 1 + axis
	axes := append([]relation.Axis(nil), x.Axes[:at]...)
	switch whole := x.Axes[at].Size; {
	case whole > maxMapped || size == 0 && x.Axes[at+1].Size > maxMapped/whole:
		return nil, malformed("axis of more than %d", maxMapped)
	case size == 0:
		axes = append(append(axes, Units(whole*x.Axes[at+1].Size)), x.Axes[at+2:]...)
	case size > 0 && whole%size == 0:
		axes = append(append(axes, Units(whole/size), Units(size)), x.Axes[at+1:]...)
	default:
		return nil, malformed("axis of %d in parts of %d", whole, size)
	}
	return []graph.Tensor{{Name: "value", Axes: axes, Format: x.Format, Role: graph.Virtual}}, nil
}

func (reshape) Forward(s *Step, n *graph.Node) error {
	copy(s.small(n.Outputs[0]), s.small(n.Inputs[0]))
	return nil
}

// Gradient: the other way round.
func (reshape) Gradient(r *Reverse, n *graph.Node) error {
	axis, inner := n.Attributes.Int(attrAxis), 0
	if n.Attributes.Int(attrSize) == 0 {
		inner = r.Tensor(n.Inputs[0]).Axes[2+axis].Size
	}
	return transported(r, n, graph.Attributes{attrAxis: {int64(axis)}, attrSize: {int64(inner)}})
}

func (reshape) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	axis := n.Attributes.Int(attrAxis)
	merge := n.Attributes.Int(attrSize) == 0
	parts, whole := n.Inputs[0], n.Outputs[0]
	if !merge {
		parts, whole = whole, parts
	}
	outer, inner := c.Program.Tensor(parts).Axes[1+axis], c.Program.Tensor(parts).Axes[2+axis]
	w := relation.Window{Positions: outer.Size, Offsets: inner.Size, Stride: inner.Size, Dilation: 1, Size: outer.Size * inner.Size}
	win := c.Relation.Public(fmt.Sprintf("axes of %d and %d", outer.Size, inner.Size), w, outer, inner, c.Program.Tensor(whole).Axes[1+axis])

	// Labels of Y stand; those of X are new where the axes differ.
	labels := c.Labels(n.Outputs[0])
	at := 2 + axis
	var from []relation.Label
	var wholeLabel, outerLabel, innerLabel relation.Label
	if merge {
		wholeLabel, outerLabel, innerLabel = labels[at], "i", "j"
		from = append(append(append(from, labels[:at]...), "i", "j"), labels[at+1:]...)
	} else {
		wholeLabel, outerLabel, innerLabel = "o", labels[at], labels[at+1]
		from = append(append(append(from, labels[:at]...), "o"), labels[at+2:]...)
	}
	return []relation.Term{relation.Times(relation.Int(1),
		relation.At(win, outerLabel, innerLabel, wholeLabel), relation.At(c.ID(n.Inputs[0]), from...))}
}
