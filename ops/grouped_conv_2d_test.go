package ops_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// grouped lists the products of a convolution in groups: V(b,h,w,g,o) has
// X(b,σh+δm−p,τw+εn−q,c,g)·W(m,n,c,g,o).
func grouped(a graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	slide(a, x, w, v, func(from, offset, to int) {
		for c := range w[2] {
			for g := range w[3] {
				for o := range w[4] {
					do((from*w[2]+c)*w[3]+g, ((offset*w[2]+c)*w[3]+g)*w[4]+o, (to*w[3]+g)*w[4]+o)
				}
			}
		}
	})
}

// groups appends a convolution in groups of a picture's channels, with so many
// units in each, and biases, rounded to f_a.
func (n *net) groups(a graph.Attributes, x graph.TensorID, rows, columns, groups, units int) graph.TensorID {
	n.t.Helper()
	fx, of := n.Tensor(x).Format.Fraction, n.Tensor(x).Axes[3].Size/groups
	x = n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {int64(of)}}, x)
	x = n.one(ops.KindPermute, graph.Attributes{"order": {0, 1, 3, 2}}, x)
	v := n.one(ops.KindGroupedConv2D, a, x, n.weight("kernels", fx, rows, columns, of, groups, units), n.weight("b", fx, groups, units))
	y := n.must(ops.Rescale(n.Builder, "groups rounded", v, n.Program().Fractions.Activation))
	return n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {0}}, y)
}

// inGroups builds pictures of 5×4 with 6 channels in 2 groups of 3, kernels of 3×2
// with stride 2 and padding SAME and 3 units for each, that make 3×2×6 with relu, 3
// groups with 2×2 and a unit each, 2×1×3, and a layer of 3 units.
func inGroups(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 120)
	a := n.activation(ops.KindRelu, n.groups(slides(2, 1, true), picture(n, n.Program().Input, 4, 6), 3, 2, 2, 3))
	return n.train(n.dense(flatten(n, n.groups(nil, a, 2, 2, 3, 1)), 3), graph.SoftmaxCrossEntropy)
}

func TestGroupedConv2D(t *testing.T) { checkOperator(t, 3, inGroups) }

// One weight for two pictures of the same shape, and one that is frozen, without
// biases.
func TestGroupedConv2DShared(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 2, 16)
		frozen, w := n.weight("frozen kernels", f.Feature, 1, 1, 2, 2, 2), n.weight("kernels", f.Activation, 1, 2, 2, 2, 2)
		n.Tensor(frozen).Role = graph.Frozen
		in := n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {2}}, picture(n, n.dense(n.Program().Input, 16), 2, 4))
		x := n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindGroupedConv2D, nil, in, frozen), f.Activation))
		for range 2 {
			x = n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindGroupedConv2D, slides(1, 1, true), x, w), f.Activation))
		}
		return n.train(flatten(n, n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {0}}, x)), graph.SoftmaxCrossEntropy)
	})
}

// Groups are executed as their definition says, whatever their shapes, forwards,
// backwards and in their updates, and their relations hold of that alone.
func TestGroupsOfAnyShape(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		some := func(name string, most int) int { return rapid.IntRange(1, most).Draw(draw, name) }
		slide := func(axis string) ops.Slide {
			return ops.Slide{Stride: some("stride "+axis, 3), Dilation: some("dilation "+axis, 2)}
		}
		rows, columns := slide("down"), slide("across")
		rows.Same = rapid.Bool().Draw(draw, "same")
		columns.Same = rows.Same
		height, width, groups, of := some("rows", 5), some("columns", 5), some("groups", 3), some("channels of a group", 3)
		kernel := [2]int{some("kernel rows", 3), some("kernel columns", 3)}
		if rows.Positions(height, kernel[0]) < 1 || columns.Positions(width, kernel[1]) < 1 {
			draw.Skip("the kernel does not fit")
		}
		n := newNet(t, coarse(), some("batch", 2), height*width*groups*of)
		a := n.activation(ops.KindRelu, n.channels(nil, picture(n, n.Program().Input, width, groups*of), 1, 1, 1))
		v := n.groups(ops.Sliding(rows, columns), a, kernel[0], kernel[1], groups, some("units", 3))
		checkDrawn(t, draw, n.train(n.dense(flatten(n, v), 2), graph.SoftmaxCrossEntropy))
	})
}

// Shapes that do not fit.
func TestGroupedConv2DRefuses(t *testing.T) {
	n := newNet(t, coarse(), 3, 120)
	whole := picture(n, n.Program().Input, 5, 6)
	x := n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {2}}, whole) // 4×5×3×2
	w, b := n.weight("w", 8, 2, 3, 3, 2, 4), n.weight("b", 8, 2, 4)
	type ids = []graph.TensorID
	for i, c := range []struct {
		inputs     ids
		attributes graph.Attributes
		fits       bool
	}{
		{ids{x, w}, nil, true},
		{ids{x, w, b}, nil, true},
		{ids{whole, w}, nil, false},
		{ids{x, n.weight("flat", 8, 2, 3, 3, 8)}, nil, false},
		{ids{x, n.weight("channels", 8, 2, 3, 2, 2, 4)}, nil, false},
		{ids{x, n.weight("groups", 8, 2, 3, 3, 3, 4)}, nil, false},
		{ids{x, w, n.weight("bias", 8, 8)}, nil, false},
		{ids{x, n.weight("rows", 8, 5, 3, 3, 2, 4)}, nil, false},
		{ids{x, w}, graph.Attributes{"stride": {0, 1}}, false},
	} {
		node := graph.Node{Name: fmt.Sprint(i), Kind: ops.KindGroupedConv2D, Inputs: c.inputs, Attributes: c.attributes}
		if _, err := ops.Append(n.Builder, node); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d: %v", i, err)
		}
	}
}
