package ops_test

import (
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// entries makes those of an axis map from a list of (out, in, value).
func entries(list ...[3]int) (e []ops.AxisEntry) {
	for _, v := range list {
		e = append(e, ops.AxisEntry{Out: v[0], In: v[1], Value: int64(v[2])})
	}
	return e
}

// onSplit maps the axes of samples of 2 × 3 and flattens what is made; fraction
// is that of the values.
func onSplit(fraction int, maps ...ops.AxisMap) chain {
	return func(n *net, a graph.TensorID) graph.TensorID {
		f := n.Tensor(a).Format.Fraction
		y := n.must(ops.MapAxes(n.Builder, "mapped", split(n, a), fraction, maps...))
		if n.Tensor(y).Role == graph.Accumulator {
			y = n.must(ops.Rescale(n.Builder, "mapped rounded", y, f))
		}
		return merge(n, y)
	}
}

// picks are maps that select: a part, a part read backward, padding at both ends
// of both axes, and each cell three times.
func picks() map[string]chain {
	return map[string]chain{
		"part":     onSplit(0, ops.AxisMap{Axis: 1, Size: 2, Entries: entries([3]int{0, 1, 1}, [3]int{1, 2, 1})}),
		"backward": onSplit(0, ops.AxisMap{Axis: 1, Size: 2, Entries: entries([3]int{0, 2, 1}, [3]int{1, 0, 1})}, ops.AxisMap{Axis: 0, Size: 1, Entries: entries([3]int{0, 1, 1})}),
		"padding": onSplit(0, ops.AxisMap{Axis: 0, Size: 4, Entries: entries([3]int{1, 0, 1}, [3]int{2, 1, 1})},
			ops.AxisMap{Axis: 1, Size: 5, Entries: entries([3]int{1, 0, 1}, [3]int{2, 1, 1}, [3]int{3, 2, 1})}),
		"repetition": onSplit(0, ops.AxisMap{Axis: 0, Size: 6, Entries: entries([3]int{0, 0, 1}, [3]int{1, 0, 1}, [3]int{2, 0, 1}, [3]int{3, 1, 1}, [3]int{4, 1, 1}, [3]int{5, 1, 1})}),
	}
}

// sums are maps that add up: a whole axis, overlapping windows of both, and
// values with fraction bits and of both signs.
func sums() map[string]chain {
	return map[string]chain{
		"axis": onSplit(0, ops.AxisMap{Axis: 1, Size: 1, Entries: entries([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{0, 2, 1})}),
		"windows": onSplit(2, ops.AxisMap{Axis: 0, Size: 1, Entries: entries([3]int{0, 0, 1}, [3]int{0, 1, 1})},
			ops.AxisMap{Axis: 1, Size: 2, Entries: entries([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{1, 1, 1}, [3]int{1, 2, 1})}),
		"values": onSplit(3, ops.AxisMap{Axis: 1, Size: 4, Entries: entries([3]int{0, 0, 8}, [3]int{1, 0, 5}, [3]int{1, 1, 3}, [3]int{3, 2, -7})}),
	}
}

func TestSelect(t *testing.T) {
	for name, c := range picks() {
		t.Run(name, func(t *testing.T) { checkChain(t, c) })
	}
}

func TestAxisSum(t *testing.T) {
	for name, c := range sums() {
		t.Run(name, func(t *testing.T) { checkChain(t, c) })
	}
}

// mapped is what axis maps make of reals, cell by cell: for every pair of a cell
// of Y and one of X the product of what the maps of their axes have there.
func mapped(p *graph.Program, n *graph.Node, x []float64) []float64 {
	in, out := p.Tensor(n.Inputs[0]), p.Tensor(n.Outputs[0])
	values := make([]map[[2]int]float64, len(in.Axes))
	triples := n.Attributes["entries"]
	for i, axis := range n.Attributes["axes"] {
		m := map[[2]int]float64{}
		for range n.Attributes["counts"][i] {
			m[[2]int{int(triples[0]), int(triples[1])}] += float64(triples[2])
			triples = triples[3:]
		}
		values[1+axis] = m
	}
	y := make([]float64, out.Size())
	for i := range y {
		for j, v := range x {
			o, from := i, j
			for a := len(in.Axes) - 1; a >= 0; a-- {
				at := [2]int{o % out.Axes[a].Size, from % in.Axes[a].Size}
				o, from = o/out.Axes[a].Size, from/in.Axes[a].Size
				switch {
				case values[a] != nil:
					v *= values[a][at]
				case at[0] != at[1]:
					v = 0
				}
			}
			y[i] += math.Ldexp(v, -n.Attributes.Int("fraction"))
		}
	}
	return y
}

// joins are concatenations along both axes, of two values and of one with itself.
func joins() map[string]chain {
	return map[string]chain{
		"first axis": func(n *net, a graph.TensorID) graph.TensorID {
			x := split(n, a)
			return merge(n, n.one(ops.KindConcatenate, graph.Attributes{"axis": {0}}, x, n.activation(ops.KindRelu, x)))
		},
		"last axis": func(n *net, a graph.TensorID) graph.TensorID {
			x := split(n, a)
			part := n.must(ops.MapAxes(n.Builder, "part", x, 0, ops.AxisMap{Axis: 1, Size: 2, Entries: entries([3]int{0, 2, 1}, [3]int{1, 0, 1})}))
			return merge(n, n.one(ops.KindConcatenate, graph.Attributes{"axis": {1}}, part, x, x))
		},
	}
}

func TestConcatenate(t *testing.T) {
	for name, c := range joins() {
		t.Run(name, func(t *testing.T) { checkChain(t, c) })
	}
}

// joined is what a concatenation makes of reals, cell by cell.
func joined(p *graph.Program, n *graph.Node, in [][]float64) (y []float64) {
	axis, axes := 1+n.Attributes.Int("axis"), p.Tensor(n.Outputs[0]).Axes
	inner := 1
	for _, a := range axes[axis+1:] {
		inner *= a.Size
	}
	for i := range p.Tensor(n.Outputs[0]).Size() {
		outer, at, rest := i/(inner*axes[axis].Size), i/inner%axes[axis].Size, i%inner
		k, size := 0, 0
		for size = p.Tensor(n.Inputs[k]).Axes[axis].Size; at >= size; size = p.Tensor(n.Inputs[k]).Axes[axis].Size {
			at -= size
			k++
		}
		y = append(y, in[k][(outer*size+at)*inner+rest])
	}
	return y
}
