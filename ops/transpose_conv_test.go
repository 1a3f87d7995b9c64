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

// spread appends a transposed convolution that makes pictures of some rows and
// columns, with a bias, rounded to f_a.
func (n *net) spread(a graph.Attributes, x graph.TensorID, rows, columns, units int, picture [2]int) graph.TensorID {
	n.t.Helper()
	fx := n.Tensor(x).Format.Fraction
	w := n.weight("kernel", fx, rows, columns, n.Tensor(x).Axes[3].Size, units)
	a = with(a, "input", int64(picture[0]), int64(picture[1]))
	v := n.one(ops.KindTransposeConv, a, x, w, n.weight("b", fx, units))
	return n.must(ops.Rescale(n.Builder, "spread rounded", v, n.Program().Fractions.Activation))
}

// transposed builds pictures of 2×3 with 2 channels, of which a kernel of 3×2 with
// stride 2 and padding SAME makes 3×5×3 with relu; one of 2×2 that makes 4×6×1,
// and a layer of 3 units.
func transposed(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 12)
	a := n.activation(ops.KindRelu, n.spread(slides(2, 1, true), picture(n, n.Program().Input, 3, 2), 3, 2, 3, [2]int{3, 5}))
	return n.train(n.dense(flatten(n, n.spread(slides(1, 1, false), a, 2, 2, 1, [2]int{4, 6})), 3), graph.SoftmaxCrossEntropy)
}

func TestTransposeConv(t *testing.T) { checkOperator(t, 4, transposed) }

// A kernel of one cell, all axes full, without bias, and one that is frozen.
func TestTransposeConvOfOneCell(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 2, 4)
		x := n.activation(ops.KindTanh, n.spread(nil, picture(n, n.Program().Input, 2, 1), 1, 1, 2, [2]int{2, 2}))
		frozen := n.weight("frozen kernel", f.Activation, 2, 2, 2, 1)
		n.Tensor(frozen).Role = graph.Frozen
		v := n.one(ops.KindTransposeConv, with(slides(2, 1, true), "input", 4, 4), x, frozen)
		return n.train(n.dense(flatten(n, n.must(ops.Rescale(n.Builder, "rounded", v, f.Activation))), 2), graph.SoftmaxCrossEntropy)
	})
}

// Transposed convolutions of any shape are executed as their definition says,
// forwards, backwards and in their updates, and their relations hold of that
// alone.
func TestTransposedOfAnyShape(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		some := func(name string, most int) int { return rapid.IntRange(1, most).Draw(draw, name) }
		slide := func(axis string) ops.Slide {
			return ops.Slide{Stride: some("stride "+axis, 3), Dilation: some("dilation "+axis, 2)}
		}
		rows, columns := slide("down"), slide("across")
		rows.Same = rapid.Bool().Draw(draw, "same")
		columns.Same = rows.Same
		makes := [2]int{some("rows", 6), some("columns", 6)}
		kernel := [2]int{some("kernel rows", 4), some("kernel columns", 4)}
		height, width := rows.Positions(makes[0], kernel[0]), columns.Positions(makes[1], kernel[1])
		if height < 1 || width < 1 {
			draw.Skip("the kernel does not fit")
		}
		channels := some("channels", 2)
		n := newNet(t, coarse(), some("batch", 2), height*width*channels)
		a := n.activation(ops.KindRelu, n.conv(picture(n, n.Program().Input, width, channels), 1, 1, some("units before", 2)))
		p := n.train(n.dense(flatten(n, n.spread(ops.Sliding(rows, columns), a, kernel[0], kernel[1], some("units", 2), makes)), 2), graph.SoftmaxCrossEntropy)
		checkDrawn(t, draw, p)
	})
}

// Shapes that do not fit, and pictures that such kernels do not make.
func TestTransposeConvRefuses(t *testing.T) {
	n := newNet(t, coarse(), 3, 12)
	x := picture(n, n.Program().Input, 3, 2) // 2×3×2
	w := n.weight("w", 8, 2, 2, 2, 3)
	down := func(stride int) graph.Attributes {
		return ops.Sliding(ops.Slide{Stride: stride, Dilation: 1, Same: true}, ops.Slide{Stride: 1, Dilation: 1, Same: true})
	}
	same, tall := slides(2, 1, true), picture(n, n.Program().Input, 1, 2)
	for i, c := range []struct {
		x, w       graph.TensorID
		attributes graph.Attributes
		fits       bool
	}{
		{x, w, with(same, "input", 4, 6), true},
		{x, w, with(same, "input", 3, 5), true},
		{x, w, with(same, "input", 5, 6), false},
		{x, w, with(same, "input", 2, 6), false},
		{x, w, same, false},
		{x, w, with(same, "input", 4), false},
		{x, w, with(same, "input", -4, 6), false},
		{x, w, with(slides(1, 1, false), "input", 3, 4), true},
		{x, w, with(slides(1, 1, false), "input", 3, 5), false},
		{x, n.weight("channels", 8, 2, 2, 3, 3), with(same, "input", 4, 6), false},
		{n.Program().Input, w, with(same, "input", 4, 6), false},
		{tall, w, with(down(1<<19), "input", 6<<19, 1), true}, // 2^21 + 2^20 rows
		{tall, w, with(down(1<<20), "input", 6<<20, 1), false},
	} {
		node := graph.Node{Name: fmt.Sprint(i), Kind: ops.KindTransposeConv, Inputs: []graph.TensorID{c.x, c.w}, Attributes: c.attributes}
		if _, err := ops.Append(n.Builder, node); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d: %v", i, err)
		}
	}
}
