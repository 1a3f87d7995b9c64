package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindClip is Y = min(max(D, −c), c), cell by cell, for an error D: what a layer
// with weights is updated by, and passes on, where errors are clipped.
//
// Input: D, 16 bits. Attribute: limit, c at the fraction bits of D. Output: Y,
// committed. One lookup, of (D, Y), holds both to their ranges.
const KindClip graph.Kind = "clip"

const attrLimit = "limit"

type clip struct {
	training
	witnessed
}

// clippedError returns the gradient of the output of a layer with weights,
// clipped where the optimizer says so.
func (r *Reverse) clippedError(n *graph.Node) (graph.TensorID, error) {
	d, err := r.of(n.Outputs[0])
	c := r.Program().Optimizer.Clip
	if err != nil || c == 0 {
		return d, err
	}
	return appendOne(r.Builder, graph.Node{Name: n.Name + " clipped", Kind: KindClip, Inputs: []graph.TensorID{d}, Attributes: graph.Attributes{attrLimit: {int64(c)}}})
}

func (clip) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	d := p.Tensor(n.Inputs[0])
	if err := small(d); err != nil {
		return nil, err
	}
	if d.Format.Bits != 16 {
		return nil, malformed("error %q has %d bits, the tables are for 16", d.Name, d.Format.Bits)
	}
	if c := n.Attributes.Int(attrLimit); c < 1 || c > graph.MaxClip {
		return nil, malformed("limit %d, want 1 to %d", c, graph.MaxClip)
	}
	return []graph.Tensor{{Name: "value", Axes: d.Axes, Format: number.Format{Bits: 16, Fraction: d.Format.Fraction}, Role: graph.Committed}}, nil
}

func (clip) tableOf(_ *graph.Program, n *graph.Node) tableSpec {
	return tableSpec{function: KindClip, limit: n.Attributes.Int(attrLimit)}
}

func (clip) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.Clip(spec.limit)
	return t, tables.MinInput, err
}

func (clip) Forward(s *Step, n *graph.Node) error {
	table, y := s.Buffers.tables[s.node], s.small(n.Outputs[0])
	for i, d := range s.small(n.Inputs[0]) {
		y[i] = table.at(1, d)
	}
	return nil
}

// Bounds: the table's values are between −c and c.
func (clip) Bounds(_ *Bounding, n *graph.Node) []Bound {
	c := int64(n.Attributes.Int(attrLimit))
	return []Bound{{Interval{-c, c}, false}}
}

// Confines: the table has a row for each integer of 16 bits.
func (clip) Confines(*Bounding, *graph.Node, int) (Interval, bool) { return signed16(), true }

func (clip) Covers(*Bounding, *graph.Node, int) bool { return false }

// Constrain looks (D, Y) up.
func (clip) Constrain(c *Context, n *graph.Node) {
	c.Relation.LookUp(c.relationTable(clip{}.tableOf(c.Program, n)), c.ID(n.Inputs[0]), c.ID(n.Outputs[0]))
}
