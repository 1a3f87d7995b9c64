package ops

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// AxisMap is a public linear map of one axis of samples, counted after the batch
// axis, to one with Size entries,
//
//	Y(…, o, …) = Σ_{e: Out_e = o} Value_e·X(…, In_e, …).
//
// Operators that select cells, repeat, pad, pool and resize are such maps of
// several axes at once (KindSelect, KindAxisSum).
type AxisMap struct {
	Axis, Size int
	Entries    []AxisEntry
}

// AxisEntry is one product of an AxisMap.
type AxisEntry struct {
	Out, In int
	Value   int64
}

// maxGain bounds what axis maps multiply a cell by, so that 64 bits hold the
// sums.
const maxGain = 1 << 40

// Attributes of a node with axis maps: the axes, ascending, the size of each in
// Y, how many entries each has, and these, as triples of Out, In and Value.
const (
	attrAxes    = "axes"
	attrSizes   = "sizes"
	attrCounts  = "counts"
	attrEntries = "entries"
)

// MapAxes appends Y, the maps of distinct axes of X, at the fraction bits of X
// and so many more, which is what the entries' values are at. It is free to
// prove if each cell of Y is one of X or 0; otherwise it is an accumulator.
func MapAxes(b *graph.Builder, name string, x graph.TensorID, fraction int, maps ...AxisMap) (graph.TensorID, error) {
	maps = slices.SortedFunc(slices.Values(maps), func(m, n AxisMap) int { return cmp.Compare(m.Axis, n.Axis) })
	a, kind := graph.Attributes{}, KindAxisSum
	if fraction == 0 && !slices.ContainsFunc(maps, func(m AxisMap) bool { return !m.selects() }) {
		kind = KindSelect
	} else {
		a[attrFraction] = []int64{int64(fraction)}
	}
	for _, m := range maps {
		a[attrAxes] = append(a[attrAxes], int64(m.Axis))
		a[attrSizes] = append(a[attrSizes], int64(m.Size))
		a[attrCounts] = append(a[attrCounts], int64(len(m.Entries)))
		for _, e := range m.Entries {
			a[attrEntries] = append(a[attrEntries], int64(e.Out), int64(e.In), e.Value)
		}
	}
	return appendOne(b, graph.Node{Name: name, Kind: kind, Inputs: []graph.TensorID{x}, Attributes: a})
}

// Mapped returns how many entries of maps the nodes of a program list.
func Mapped(p *graph.Program) int {
	n := 0
	for i := range p.Nodes {
		n += len(p.Nodes[i].Attributes[attrEntries]) / 3
	}
	return n
}

// axisMaps returns the maps of a node whose input has the given axes.
func axisMaps(n *graph.Node, axes []relation.Axis) ([]AxisMap, error) {
	list, sizes, counts, entries := n.Attributes[attrAxes], n.Attributes[attrSizes], n.Attributes[attrCounts], n.Attributes[attrEntries]
	if len(list) == 0 || len(sizes) != len(list) || len(counts) != len(list) {
		return nil, malformed("%d axes, %d sizes, %d counts", len(list), len(sizes), len(counts))
	}
	var maps []AxisMap
	for i, axis := range list {
		if axis < 0 || axis >= int64(len(axes)-1) || i > 0 && axis <= list[i-1] {
			return nil, malformed("axes %v of %d", list, len(axes)-1)
		}
		m := AxisMap{Axis: int(axis), Size: int(sizes[i])}
		from := axes[1+axis].Size
		if m.Size < 1 || m.Size > maxMapped || from > maxMapped {
			return nil, malformed("an axis of %d is mapped to one of %d, at most %d can be", from, sizes[i], maxMapped)
		}
		if counts[i] < 0 || counts[i] > int64(len(entries)/3) {
			return nil, malformed("%d entries of axis %d", counts[i], axis)
		}
		for ; len(m.Entries) < int(counts[i]); entries = entries[3:] {
			e := AxisEntry{int(entries[0]), int(entries[1]), entries[2]}
			if e.Out < 0 || e.Out >= m.Size || e.In < 0 || e.In >= from || max(e.Value, -e.Value) > maxGain {
				return nil, malformed("entry %+v of an axis of %d mapped to %d", e, from, m.Size)
			}
			m.Entries = append(m.Entries, e)
		}
		maps = append(maps, m)
	}
	if len(entries) != 0 {
		return nil, malformed("%d numbers after the entries", len(entries))
	}
	return maps, nil
}

// Maps returns the axis maps of a KindSelect or KindAxisSum of a valid program.
func Maps(p *graph.Program, n *graph.Node) []AxisMap {
	maps, err := axisMaps(n, p.Tensor(n.Inputs[0]).Axes)
	if err != nil {
		panic(err) // Infer has refused it
	}
	return maps
}

// selects reports whether each entry of Y's axis is one of X's, or none.
func (m *AxisMap) selects() bool {
	seen := make([]bool, m.Size)
	for _, e := range m.Entries {
		if e.Value != 1 || seen[e.Out] {
			return false
		}
		seen[e.Out] = true
	}
	return true
}

// transposed is the map of gradients, from Y's axis to X's of the given size.
func (m *AxisMap) transposed(size int) AxisMap {
	t := AxisMap{Axis: m.Axis, Size: size}
	for _, e := range m.Entries {
		t.Entries = append(t.Entries, AxisEntry{e.In, e.Out, e.Value})
	}
	return t
}

// bound returns what is known of Y's cells, given X's.
func (m *AxisMap) bound(x Interval) Interval {
	cells := make([]Interval, m.Size)
	for _, e := range m.Entries {
		cells[e.Out] = cells[e.Out].plus(x.times(Interval{e.Value, e.Value}))
	}
	y := cells[0]
	for _, c := range cells[1:] {
		y = Interval{min(y.Low, c.Low), max(y.High, c.High)}
	}
	return y
}

// mappedAxes are the axes of Y; it fails for a sample of too many cells.
func mappedAxes(axes []relation.Axis, maps []AxisMap) ([]relation.Axis, error) {
	axes = slices.Clone(axes)
	for _, m := range maps {
		axes[1+m.Axis] = Units(m.Size)
	}
	cells := 1
	for _, a := range axes[1:] {
		if a.Size > graph.MaxSize/cells {
			return nil, malformed("samples of more than %d cells", graph.MaxSize)
		}
		cells *= a.Size
	}
	return axes, nil
}

// mappedGradient gives X the gradient of Y by the transposed maps.
func mappedGradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	axes := r.Tensor(n.Inputs[0]).Axes
	var maps []AxisMap
	for _, m := range Maps(r.Program(), n) {
		maps = append(maps, m.transposed(axes[1+m.Axis].Size))
	}
	dx, err := MapAxes(r.Builder, n.Name+" backward", d, n.Attributes.Int(attrFraction), maps...)
	if err != nil {
		return err
	}
	if r.Tensor(dx).Role == graph.Accumulator {
		if dx, err = Rescale(r.Builder, n.Name+" backward rounded", dx, r.format().Fraction); err != nil {
			return err
		}
	}
	r.Add(n.Inputs[0], dx)
	return nil
}

// defineMapped is Y(o…) = Σ_x Π M_i(o_i, x_i)·X(x…): the maps are 0 outside the
// real cells, so the sum needs no mask.
func defineMapped(c *Context, n *graph.Node) []relation.Term {
	x, y := c.Program.Tensor(n.Inputs[0]), c.Program.Tensor(n.Outputs[0])
	labels := c.Labels(n.Inputs[0])
	var factors []relation.Factor
	for i, m := range Maps(c.Program, n) {
		id := c.axisMap(fmt.Sprintf("map of axis %d of %s", m.Axis, n.Name), m, y.Axes[1+m.Axis], x.Axes[1+m.Axis])
		from := relation.Label(fmt.Sprintf("x%d", i))
		factors = append(factors, relation.At(id, labels[2+m.Axis], from))
		labels[2+m.Axis] = from
	}
	return []relation.Term{times(1, []relation.Factor{relation.At(c.ID(n.Inputs[0]), labels...)}, factors...)}
}

// axisMap returns the public tensor of a map.
func (c *Context) axisMap(name string, m AxisMap, out, in relation.Axis) relation.ID {
	src := &relation.AxisMap{}
	for _, e := range m.Entries {
		src.Out, src.In, src.Value = append(src.Out, int32(e.Out)), append(src.In, int32(e.In)), append(src.Value, e.Value)
	}
	return c.Relation.Public(name, src, out, in)
}
