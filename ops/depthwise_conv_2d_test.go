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

// channels appends kernels for each channel of a picture, so many, and biases,
// rounded to f_a; the kernels of a channel become channels.
func (n *net) channels(a graph.Attributes, x graph.TensorID, rows, columns, kernels int) graph.TensorID {
	n.t.Helper()
	fx, of := n.Tensor(x).Format.Fraction, n.Tensor(x).Axes[3].Size
	w, b := []int{rows, columns, of}, []int{of}
	if kernels > 1 {
		a = with(a, "several", 1)
		w, b = append(w, kernels), append(b, kernels)
	}
	v := n.one(ops.KindDepthwiseConv2D, a, x, n.weight("kernels", fx, w...), n.weight("b", fx, b...))
	y := n.must(ops.Rescale(n.Builder, "channels rounded", v, n.Program().Fractions.Activation))
	if kernels > 1 {
		y = n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {0}}, y)
	}
	return y
}

// with returns attributes with one more.
func with(a graph.Attributes, name string, values ...int64) graph.Attributes {
	changed := graph.Attributes{name: values}
	for k, v := range a {
		if k != name {
			changed[k] = v
		}
	}
	return changed
}

// depthwise builds pictures of 5×4 with 3 channels, a kernel of 3×2 for each, with
// stride 2 and padding SAME, that make 3×2×3 with relu, two kernels of 2×2 for
// each of these, 2×1×6, and a layer of 3 units.
func depthwise(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 60)
	a := n.activation(ops.KindRelu, n.channels(slides(2, 1, true), picture(n, n.Program().Input, 4, 3), 3, 2, 1))
	return n.train(n.dense(flatten(n, n.channels(nil, a, 2, 2, 2)), 3), graph.SoftmaxCrossEntropy)
}

func TestDepthwiseConv2D(t *testing.T) { checkOperator(t, 3, depthwise) }

// Kernels of one cell on pictures of one channel and two, all axes full, without
// bias, and one that is frozen.
func TestDepthwiseConv2DOfOneCell(t *testing.T) {
	checkOperator(t, 2, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 2, 4)
		frozen, w := n.weight("frozen kernels", f.Feature, 1, 1, 2), n.weight("kernels", f.Activation, 2, 1, 2, 2)
		n.Tensor(frozen).Role = graph.Frozen
		x := n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindDepthwiseConv2D, nil, picture(n, n.copied(), 1, 2), frozen), f.Activation))
		y := n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindDepthwiseConv2D, graph.Attributes{"several": {1}}, x, w), f.Activation))
		return n.train(flatten(n, n.one(ops.KindReshape, graph.Attributes{"axis": {2}, "size": {0}}, y)), graph.SoftmaxCrossEntropy)
	})
}

// copied is what a kernel of one cell makes of pictures of one channel.
func (n *net) copied() graph.TensorID {
	return flatten(n, n.channels(nil, picture(n, n.Program().Input, 2, 1), 1, 1, 1))
}

// Channels apart are executed as their definition says, whatever their shapes,
// forwards, backwards and in their updates, and their relations hold of that
// alone.
func TestChannelsOfAnyShape(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		some := func(name string, most int) int { return rapid.IntRange(1, most).Draw(draw, name) }
		slide := func(axis string) ops.Slide {
			return ops.Slide{Stride: some("stride "+axis, 3), Dilation: some("dilation "+axis, 2)}
		}
		rows, columns := slide("down"), slide("across")
		rows.Same = rapid.Bool().Draw(draw, "same")
		columns.Same = rows.Same
		height, width, channels := some("rows", 6), some("columns", 6), some("channels", 3)
		kernel := [2]int{some("kernel rows", 4), some("kernel columns", 4)}
		if rows.Positions(height, kernel[0]) < 1 || columns.Positions(width, kernel[1]) < 1 {
			draw.Skip("the kernel does not fit")
		}
		n := newNet(t, coarse(), some("batch", 2), height*width*channels)
		a := n.activation(ops.KindRelu, n.channels(nil, picture(n, n.Program().Input, width, channels), 1, 1, 1))
		v := n.channels(ops.Sliding(rows, columns), a, kernel[0], kernel[1], some("kernels", 3))
		p := n.train(n.dense(flatten(n, v), 2), graph.SoftmaxCrossEntropy)
		checkDrawn(t, draw, p)
	})
}

// Shapes that do not fit.
func TestDepthwiseConv2DRefuses(t *testing.T) {
	n := newNet(t, coarse(), 3, 40)
	x := picture(n, n.Program().Input, 5, 2) // 4×5×2
	w, several := n.weight("w", 8, 2, 3, 2), n.weight("several", 8, 2, 3, 2, 2)
	b, both := n.weight("b", 8, 2), n.weight("both", 8, 2, 2)
	two := graph.Attributes{"several": {1}}
	type ids = []graph.TensorID
	for i, c := range []struct {
		inputs     ids
		attributes graph.Attributes
		fits       bool
	}{
		{ids{x, w}, nil, true},
		{ids{x, w, b}, nil, true},
		{ids{x, several, both}, two, true},
		{ids{x, several}, nil, false},
		{ids{x, w}, two, false},
		{ids{x, several, b}, two, false},
		{ids{x, w, both}, nil, false},
		{ids{x, n.weight("channels", 8, 2, 3, 3)}, nil, false},
		{ids{n.Program().Input, w}, nil, false},
		{ids{x, n.weight("rows", 8, 5, 3, 2)}, nil, false},
		{ids{x, w}, graph.Attributes{"stride": {0, 1}}, false},
	} {
		node := graph.Node{Name: fmt.Sprint(i), Kind: ops.KindDepthwiseConv2D, Inputs: c.inputs, Attributes: c.attributes}
		if _, err := ops.Append(n.Builder, node); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d: %v", i, err)
		}
	}
}
