package drift

import (
	"math"

	"gorgonia.org/gorgonia"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// moved is a linear map of a sample whose coefficients are public: it selects cells,
// repeats, moves or adds them.
func (b *builder) moved(n *graph.Node) *gorgonia.Node {
	x, in, out := b.operand(n.Inputs[0]), b.sizes(n.Inputs[0]), b.sizes(n.Outputs[0])
	if b.err != nil {
		return nil
	}
	last := 1
	if len(in) > 0 {
		last = in[len(in)-1]
	}
	var products []product
	add := func(out, in int) { products = append(products, product{int32(out), int32(in), 1}) }
	switch n.Kind {
	case ops.KindSelect, ops.KindAxisSum:
		return b.mapped(x, count(out), productsOf(ops.Maps(b.p, n), in, out, n.Attributes.Int("fraction")))
	case ops.KindReduceSum:
		for i := range count(in) {
			add(i/last, i)
		}
	case ops.KindBroadcast:
		for o := range count(out) {
			add(o, o/(count(out)/count(in)))
		}
	case ops.KindReflect:
		m := ops.AxisMap{Axis: n.Attributes.Int("axis"), Size: in[n.Attributes.Int("axis")]}
		for i := range m.Size {
			m.Entries = append(m.Entries, ops.AxisEntry{Out: i, In: m.Size - 1 - i, Value: 1})
		}
		products = productsOf([]ops.AxisMap{m}, in, out, 0)
	case ops.KindPermute:
		var order []int
		for _, axis := range n.Attributes["order"] {
			order = append(order, int(axis))
		}
		products = permuted(in, order)
	}
	return b.mapped(x, count(out), products)
}

// permuted lists which cell is where after axis i is what axis order[i] was.
func permuted(sizes, order []int) (products []product) {
	strides, at := make([]int, len(sizes)), 1
	for i := len(sizes) - 1; i >= 0; i-- {
		strides[i], at = at, at*sizes[i]
	}
	for o := range count(sizes) {
		from, rest := 0, o
		for i := len(order) - 1; i >= 0; i-- {
			size := sizes[order[i]]
			from, rest = from+rest%size*strides[order[i]], rest/size
		}
		products = append(products, product{int32(o), int32(from), 1})
	}
	return products
}

// productsOf lists the products of maps of axes: for each cell those of one entry of
// each map. Values are at so many fraction bits.
func productsOf(maps []ops.AxisMap, in, out []int, fraction int) (products []product) {
	lists := make([][]ops.AxisEntry, len(in))
	for axis := range in {
		for i := range in[axis] {
			lists[axis] = append(lists[axis], ops.AxisEntry{Out: i, In: i, Value: 1})
		}
	}
	for _, m := range maps {
		lists[m.Axis] = m.Entries
	}
	var walk func(axis, from, to int, value float64)
	walk = func(axis, from, to int, value float64) {
		if axis == len(in) {
			products = append(products, product{int32(to), int32(from), value})
			return
		}
		for _, e := range lists[axis] {
			walk(axis+1, from*in[axis]+e.In, to*out[axis]+e.Out, value*float64(e.Value))
		}
	}
	walk(0, 0, 0, math.Ldexp(1, -fraction))
	return products
}

// concatenate places each input where it stands on its axis, and adds them up.
func (b *builder) concatenate(n *graph.Node) *gorgonia.Node {
	axis, out := n.Attributes.Int("axis"), b.sizes(n.Outputs[0])
	var y *gorgonia.Node
	first := 0
	for _, id := range n.Inputs {
		in := b.sizes(id)
		m := ops.AxisMap{Axis: axis, Size: out[axis]}
		for i := range in[axis] {
			m.Entries = append(m.Entries, ops.AxisEntry{Out: first + i, In: i, Value: 1})
		}
		first += in[axis]
		placed := b.mapped(b.operand(id), count(out), productsOf([]ops.AxisMap{m}, in, out, 0))
		if y == nil {
			y = placed
		} else {
			y = b.two(sum, y, placed)
		}
	}
	return y
}
