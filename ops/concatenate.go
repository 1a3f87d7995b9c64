package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindConcatenate is Y(…, o, …) = X_i(…, o − p_i, …) for p_i <= o < p_i + n_i: the
// inputs, of n_i entries on the axis, one after the other.
//
// Inputs: X_i, of one format. Attribute: axis, counted after the batch axis.
// Output: Y, virtual.
const KindConcatenate graph.Kind = "concatenate"

type concatenate struct {
	free
	lax
	derived
}

func (concatenate) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, max(1, len(n.Inputs)), 0); err != nil {
		return nil, err
	}
	first, axis, total := p.Tensor(n.Inputs[0]), 1+n.Attributes.Int(attrAxis), 0
	if axis < 1 || axis >= len(first.Axes) {
		return nil, malformed("axis %d of %v", axis-1, sizes(first))
	}
	for _, id := range n.Inputs {
		x := p.Tensor(id)
		if err := small(x); err != nil {
			return nil, err
		}
		if len(x.Axes) != len(first.Axes) || x.Format != first.Format {
			return nil, malformed("%v in %v after %v in %v", sizes(x), x.Format, sizes(first), first.Format)
		}
		for i, a := range x.Axes {
			if i != axis && a.Size != first.Axes[i].Size {
				return nil, malformed("%v after %v along axis %d", sizes(x), sizes(first), axis-1)
			}
		}
		total += x.Axes[axis].Size
	}
	if total > maxMapped {
		return nil, malformed("an axis of %d, at most %d can be mapped", total, maxMapped)
	}
	axes, err := mappedAxes(first.Axes, []AxisMap{{Axis: axis - 1, Size: total}})
	return []graph.Tensor{{Name: "value", Axes: axes, Format: first.Format, Role: graph.Virtual}}, err
}

// places returns the maps of the inputs to their places in Y.
func (concatenate) places(p *graph.Program, n *graph.Node) []AxisMap {
	axis, at := n.Attributes.Int(attrAxis), 0
	var maps []AxisMap
	for _, id := range n.Inputs {
		m := AxisMap{Axis: axis, Size: p.Tensor(n.Outputs[0]).Axes[1+axis].Size}
		for i := range p.Tensor(id).Axes[1+axis].Size {
			m.Entries = append(m.Entries, AxisEntry{at + i, i, 1})
		}
		maps, at = append(maps, m), at+len(m.Entries)
	}
	return maps
}

func (concatenate) Forward(s *Step, n *graph.Node) error {
	y, at := s.small(n.Outputs[0]), 0
	axes := s.Program.Tensor(n.Outputs[0]).Axes
	run := 1 // cells of Y for one index of the axes before
	for _, a := range axes[1+n.Attributes.Int(attrAxis):] {
		run *= a.Size
	}
	for _, id := range n.Inputs {
		x := s.small(id)
		part := len(x) / (len(y) / run)
		for i := 0; i*run < len(y); i++ {
			copy(y[i*run+at:i*run+at+part], x[i*part:(i+1)*part])
		}
		at += part
	}
	return nil
}

// Gradient: each input has its part of the gradient of Y.
func (o concatenate) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	for i, m := range o.places(r.Program(), n) {
		x := n.Inputs[i]
		if !r.Needs(x) {
			continue
		}
		dx, err := MapAxes(r.Builder, fmt.Sprintf("%s backward %d", n.Name, i), d, 0, m.transposed(len(m.Entries)))
		if err != nil {
			return err
		}
		r.Add(x, dx)
	}
	return nil
}

// Bounds: a cell of one of the inputs.
func (concatenate) Bounds(b *Bounding, n *graph.Node) []Bound {
	known := b.in(n, 0)
	for i := range n.Inputs {
		x := b.in(n, i)
		known = Interval{min(known.Low, x.Low), max(known.High, x.High)}
	}
	return as(known)
}

// Define: Y = Σ_i M_i·X_i, the maps being 0 outside the real cells.
func (o concatenate) Define(c *Context, n *graph.Node, _ int) (terms []relation.Term) {
	axes := c.Program.Tensor(n.Outputs[0]).Axes
	for i, m := range o.places(c.Program, n) {
		id, labels := n.Inputs[i], c.Labels(n.Outputs[0])
		place := c.axisMap(fmt.Sprintf("place %d of %s", i, n.Name), m, axes[1+m.Axis], c.Program.Tensor(id).Axes[1+m.Axis])
		const from = relation.Label("x")
		out := labels[2+m.Axis]
		labels[2+m.Axis] = from
		terms = append(terms, relation.Times(relation.Int(1), relation.At(c.ID(id), labels...), relation.At(place, out, from)))
	}
	return terms
}
