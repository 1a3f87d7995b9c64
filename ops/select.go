package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindSelect makes each cell of Y one of X, or 0, by public maps of axes
// (AxisMap) with at most one entry of value 1 for each entry of Y's axis: parts,
// padding, repetition.
//
// Input: X. Attributes: those of axis maps. Output: Y, virtual.
const KindSelect graph.Kind = "select"

type selection struct {
	free
	lax
	derived
}

func (selection) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x := p.Tensor(n.Inputs[0])
	if err := small(x); err != nil {
		return nil, err
	}
	maps, err := axisMaps(n, x.Axes)
	if err != nil {
		return nil, err
	}
	for _, m := range maps {
		if !m.selects() {
			return nil, malformed("the map of axis %d does not select", m.Axis)
		}
	}
	axes, err := mappedAxes(x.Axes, maps)
	return []graph.Tensor{{Name: "value", Axes: axes, Format: x.Format, Role: graph.Virtual}}, err
}

// Forward copies the cells: those that no map names stay 0, as they are when a
// step's memory is made.
func (selection) Forward(s *Step, n *graph.Node) error {
	x, y := s.small(n.Inputs[0]), s.small(n.Outputs[0])
	units := s.Program.Tensor(n.Inputs[0]).Units()
	made := s.Program.Tensor(n.Outputs[0]).Units()
	for ; len(x) > 0; x, y = x[units:], y[made:] {
		for _, m := range s.Buffers.moves[s.node] {
			copy(y[m.to:m.to+m.cells], x[m.from:m.from+m.cells])
		}
	}
	return nil
}

// move says that so many cells are copied.
type move struct{ from, to, cells int }

// movesOf lists what a selection copies of a sample: for all entries of the
// mapped axes, the cells of the axes after the last of them.
func movesOf(p *graph.Program, n *graph.Node) []move {
	in, out := p.Tensor(n.Inputs[0]).Axes[1:], p.Tensor(n.Outputs[0]).Axes[1:]
	maps := Maps(p, n)
	last := maps[len(maps)-1].Axis
	list := []move{{cells: 1}}
	for _, a := range in[last+1:] {
		list[0].cells *= a.Size
	}
	// Strides of both tensors, from the last mapped axis to the first.
	from, to := list[0].cells, list[0].cells
	for axis := last; axis >= 0; axis-- {
		entries := identity(in[axis].Size)
		if k := len(maps) - 1; k >= 0 && maps[k].Axis == axis {
			entries, maps = maps[k].Entries, maps[:k]
		}
		next := make([]move, 0, len(list)*len(entries))
		for _, e := range entries {
			for _, m := range list {
				next = append(next, move{m.from + e.In*from, m.to + e.Out*to, m.cells})
			}
		}
		list, from, to = joined(next), from*in[axis].Size, to*out[axis].Size
	}
	return list
}

// joined makes one move of neighbouring ones.
func joined(list []move) []move {
	kept := list[:0]
	for _, m := range list {
		if k := len(kept) - 1; k >= 0 && kept[k].from+kept[k].cells == m.from && kept[k].to+kept[k].cells == m.to {
			kept[k].cells += m.cells
		} else {
			kept = append(kept, m)
		}
	}
	return kept
}

// identity are the entries of an axis that stays.
func identity(size int) []AxisEntry {
	entries := make([]AxisEntry, size)
	for i := range entries {
		entries[i] = AxisEntry{i, i, 1}
	}
	return entries
}

func (selection) Gradient(r *Reverse, n *graph.Node) error { return mappedGradient(r, n) }

// Bounds: cells of X, and 0 where an axis has an entry that no map names.
func (selection) Bounds(b *Bounding, n *graph.Node) []Bound {
	known := b.in(n, 0)
	for _, m := range Maps(b.p, n) {
		if len(m.Entries) < m.Size {
			known = Interval{min(known.Low, 0), max(known.High, 0)}
		}
	}
	return as(known)
}

func (selection) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return defineMapped(c, n)
}
