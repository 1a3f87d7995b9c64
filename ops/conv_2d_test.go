package ops_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// convolved lists the products of a convolution: V(b,h,w,o) has
// X(b,σh+δm−p,τw+εn−q,c)·W(m,n,c,o) wherever the picture has that cell.
func convolved(a graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	slide(a, x, w, v, func(from, offset, to int) {
		for c := range w[2] {
			for o := range w[3] {
				do(from*w[2]+c, (offset*w[2]+c)*w[3]+o, to*w[3]+o)
			}
		}
	})
}

// apart is convolved for channels with kernels of their own: V(b,h,w,c,q) has
// X(b,σh+δm−p,τw+εn−q,c)·W(m,n,c,q).
func apart(a graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	several := 1
	if len(w) == 4 {
		several = w[3]
	}
	slide(a, x, w, v, func(from, offset, to int) {
		for c := range w[2] * several {
			do(from*w[2]+c/several, offset*w[2]*several+c, to*w[2]*several+c)
		}
	})
}

// spread is convolved the other way round: V(b,y,x,o) has X(b,h,w,c)·W(m,n,c,o)
// wherever a kernel at position (h,w) would read (y,x).
func spread(a graph.Attributes, x, w, v []int, do func(x, w, v int)) {
	slide(a, v, w, x, func(to, offset, from int) {
		for c := range w[2] {
			for o := range w[3] {
				do(from*w[2]+c, (offset*w[2]+c)*w[3]+o, to*w[3]+o)
			}
		}
	})
}

// slide lists what a kernel reads: the cell of a picture, the offset and the
// position, channels apart.
func slide(a graph.Attributes, x, w, v []int, do func(from, offset, to int)) {
	// what position p reads at offset k of an axis, 1 for rows and 2 for columns
	read := func(axis, p, k int) (int, bool) {
		stride, dilation := 1, 1
		if s, there := a["stride"]; there {
			stride, dilation = int(s[axis-1]), int(a["dilation"][axis-1])
		}
		i := p*stride + k*dilation
		if a.Int("same") == 1 { // as many zeros on both sides, or one more after it
			if missing := (v[axis]-1)*stride + (w[axis-1]-1)*dilation + 1 - x[axis]; missing > 0 {
				i -= missing / 2
			}
		}
		return i, i >= 0 && i < x[axis]
	}
	for i := range v[0] * v[1] * v[2] {
		b, h, at := i/(v[1]*v[2]), i/v[2]%v[1], i%v[2]
		for j := range w[0] * w[1] {
			row, above := read(1, h, j/w[1])
			column, beside := read(2, at, j%w[1])
			if above && beside {
				do((b*x[1]+row)*x[2]+column, j, i)
			}
		}
	}
}

// conv appends a convolution with a kernel of the given rows and columns and a
// bias, rounded to f_a.
func (n *net) conv(x graph.TensorID, rows, columns, units int) graph.TensorID {
	n.t.Helper()
	return n.slid(nil, x, rows, columns, units)
}

// slid is conv with a kernel that moves as attributes say.
func (n *net) slid(a graph.Attributes, x graph.TensorID, rows, columns, units int) graph.TensorID {
	n.t.Helper()
	fx := n.Tensor(x).Format.Fraction
	w := n.weight("kernel", fx, rows, columns, n.Tensor(x).Axes[3].Size, units)
	v := n.one(ops.KindConv2D, a, x, w, n.weight("b", fx, units))
	return n.must(ops.Rescale(n.Builder, "conv rounded", v, n.Program().Fractions.Activation))
}

// picture gives flat samples three axes, flatten takes them away.
func picture(n *net, x graph.TensorID, columns, channels int) graph.TensorID {
	x = n.one(ops.KindReshape, graph.Attributes{"axis": {0}, "size": {int64(columns * channels)}}, x)
	return n.one(ops.KindReshape, graph.Attributes{"axis": {1}, "size": {int64(channels)}}, x)
}

func flatten(n *net, x graph.TensorID) graph.TensorID {
	x = n.one(ops.KindReshape, graph.Attributes{"axis": {1}, "size": {0}}, x)
	return merge(n, x)
}

// convolutional builds pictures of 4×5 with 2 channels, a kernel of 2×3 that
// makes 3×3×3 with relu, one of 3×2 that makes 1×2×2, and a layer of 3 units:
// no axis but one is full.
func convolutional(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 40)
	a := n.activation(ops.KindRelu, n.conv(picture(n, n.Program().Input, 5, 2), 2, 3, 3))
	return n.train(n.dense(flatten(n, n.conv(a, 3, 2, 2)), 3), graph.SoftmaxCrossEntropy)
}

// pixels builds pictures of 2×2 whose kernels are single cells and whole
// pictures: every axis is full, and some have one cell.
func pixels(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 2, 4)
	a := n.activation(ops.KindTanh, n.conv(picture(n, n.Program().Input, 2, 1), 1, 1, 2))
	return n.train(flatten(n, n.conv(a, 2, 2, 4)), graph.SoftmaxCrossEntropy)
}

// slides is a kernel that moves alike along rows and columns.
func slides(stride, dilation int, same bool) graph.Attributes {
	s := ops.Slide{Stride: stride, Dilation: dilation, Same: same}
	return ops.Sliding(s, s)
}

// strided builds pictures of 5×6 with 2 channels, a kernel of 3×2 with stride 2
// and padding SAME that makes 3×3×3 with relu, one of 2×2 with dilation 2 that
// makes 1×1×2, and a layer of 3 units: pictures whose rows and columns are padded
// to a power of two as well.
func strided(t *testing.T, f graph.Fractions) *graph.Program {
	n := newNet(t, f, 3, 60)
	a := n.activation(ops.KindRelu, n.slid(slides(2, 1, true), picture(n, n.Program().Input, 6, 2), 3, 2, 3))
	return n.train(n.dense(flatten(n, n.slid(slides(1, 2, false), a, 2, 2, 2)), 3), graph.SoftmaxCrossEntropy)
}

func TestConv2DWithStrides(t *testing.T) { checkOperator(t, 2, strided) }

// Every stride, dilation and kind of padding between two layers, so that a
// gradient goes back through it, on pictures of 5×3: the kernel of 4×4 is larger
// than what it reads, and is there with SAME alone.
func TestConv2DSlides(t *testing.T) {
	for _, same := range []bool{false, true} {
		for stride := 1; stride <= 3; stride++ {
			for dilation := 1; dilation <= 2; dilation++ {
				for k, kernel := range [][2]int{{2, 2}, {3, 2}, {4, 4}} {
					if (stride+dilation+k)%3 != 0 && !*whole {
						continue // all of them in make pairs-test
					}
					if !same && (kernel[0] > 3 || dilation*(kernel[0]-1) > 4) {
						continue
					}
					t.Run(fmt.Sprintf("stride %d, dilation %d, same %v, kernel %v", stride, dilation, same, kernel), func(t *testing.T) {
						build := func(t *testing.T, f graph.Fractions) *graph.Program {
							n := newNet(t, f, 2, 15)
							a := n.activation(ops.KindTanh, n.conv(picture(n, n.Program().Input, 3, 1), 1, 1, 2))
							return n.train(n.dense(flatten(n, n.slid(slides(stride, dilation, same), a, kernel[0], kernel[1], 2)), 3), graph.SoftmaxCrossEntropy)
						}
						attack(t, build(t, coarse()), 2)
						checkGradients(t, build(t, fine()), 3)
					})
				}
			}
		}
	}
}

func TestConv2D(t *testing.T) { checkOperator(t, 2, convolutional) }

func TestConv2DOfOneCell(t *testing.T) { checkOperator(t, 2, pixels) }

// One kernel in two layers, the second without bias, and a frozen one between.
func TestSharedAndFrozenKernels(t *testing.T) {
	checkOperator(t, 5, func(t *testing.T, f graph.Fractions) *graph.Program {
		n := newNet(t, f, 2, 18)
		shared, frozen := n.weight("kernel", f.Activation, 2, 2, 2, 2), n.weight("frozen kernel", f.Activation, 1, 1, 2, 2)
		n.Tensor(frozen).Role = graph.Frozen
		h := picture(n, n.Program().Input, 3, 2)
		for i, w := range []graph.TensorID{shared, frozen, shared} {
			ids := []graph.TensorID{h, w}
			if i == 0 {
				ids = append(ids, n.weight("b", f.Activation, 2))
			}
			h = n.activation(ops.KindTanh, n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindConv2D, nil, ids...), f.Activation)))
		}
		return n.train(n.dense(flatten(n, h), 3), graph.SoftmaxCrossEntropy)
	})
}

// Shapes that do not fit, for the convolution and for the nodes of its
// gradient; one that fits.
func TestConv2DRefuses(t *testing.T) {
	type ids = []graph.TensorID
	n := newNet(t, coarse(), 3, 40)
	flat := n.Program().Input
	x := picture(n, flat, 5, 2) // 4×5×2
	w, b := n.weight("w", 8, 2, 3, 2, 3), n.weight("b", 8, 3)
	z := n.must(ops.Rescale(n.Builder, "z", n.one(ops.KindConv2D, nil, x, w, b), n.Program().Fractions.Error))
	for name, c := range map[string]struct {
		kind   graph.Kind
		inputs ids
		fits   bool
	}{
		"convolution":           {ops.KindConv2D, ids{x, w}, true},
		"flat samples":          {ops.KindConv2D, ids{flat, w}, false},
		"matrix":                {ops.KindConv2D, ids{x, n.weight("matrix", 8, 40, 3)}, false},
		"other channels":        {ops.KindConv2D, ids{x, n.weight("channels", 8, 2, 3, 3, 3)}, false},
		"more rows":             {ops.KindConv2D, ids{x, n.weight("rows", 8, 5, 3, 2, 3)}, false},
		"more columns":          {ops.KindConv2D, ids{x, n.weight("columns", 8, 2, 6, 2, 3)}, false},
		"bias of another width": {ops.KindConv2D, ids{x, w, n.weight("wide", 8, 4)}, false},
		"bias of four axes":     {ops.KindConv2D, ids{x, w, w}, false},
		"gradient":              {ops.KindInputGradient, ids{z, w}, true},
		"flat gradient":         {ops.KindInputGradient, ids{flat, w}, false},
		"gradient, other units": {ops.KindInputGradient, ids{x, w}, false},
		"update":                {ops.KindWeightUpdate, ids{w, x, z}, true},
		"update of the bias":    {ops.KindWeightUpdate, ids{b, x, z}, false},
		"update, no picture":    {ops.KindWeightUpdate, ids{w, flat, z}, false},
		"update, no gradient":   {ops.KindWeightUpdate, ids{w, x, x}, false},
	} {
		node := graph.Node{Name: name, Kind: c.kind, Inputs: c.inputs}
		if c.kind != ops.KindConv2D {
			node.Of = ops.KindConv2D
		}
		if c.kind == ops.KindInputGradient {
			node.Attributes = graph.Attributes{"input": {4, 5}}
		}
		if _, err := ops.Append(n.Builder, node); (err == nil) != c.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A kernel reaches as far as its products: 2·3·2 for a cell of V, 2·3·3 for one
// of a gradient, 3 pictures at 3·3 positions for one of the kernel.
func TestConv2DGrowth(t *testing.T) {
	n := newNet(t, coarse(), 3, 40)
	x := picture(n, n.Program().Input, 5, 2)
	w := n.weight("kernel", 8, 2, 3, 2, 3)
	z := n.must(ops.Rescale(n.Builder, "z", n.one(ops.KindConv2D, nil, x, w), n.Program().Fractions.Activation))
	p := n.train(flatten(n, z), graph.SoftmaxCrossEntropy)
	if in, out, ok := ops.Fans(p, w); in != 12 || out != 18 || !ok {
		t.Errorf("fan-in %d and fan-out %d, want 12 and 18", in, out)
	}
	// 12·2^15·(2 + 255·2^40·27·2^30): 3.24·2^17 · 2^(8+40+4.75+30)
	if bits := ops.AccumulatorBits(p, 1, 1<<40); bits != 102 {
		t.Errorf("%d bits, want 102", bits)
	}
}

// The patches of a picture are nowhere: neither committed nor in the trace.
func TestPatchesAreNowhere(t *testing.T) {
	x := execute(t, convolutional(t, coarse()), 2, 1)
	sys, found := x.sys.Relation, 0
	for i := range sys.Tensors {
		tensor := sys.Tensor(relation.ID(i))
		if len(tensor.Axes) < 6 {
			continue
		}
		found++
		if tensor.Kind != relation.Virtual || x.assignment[i].Len() != 0 {
			t.Errorf("%s is %v with %d cells", tensor.Name, tensor.Kind, x.assignment[i].Len())
		}
	}
	if found != 3 { // of two pictures, and of a gradient
		t.Errorf("%d tensors of patches, want 3", found)
	}
}

// Positions and padding are those of TensorFlow Lite's rule, worked out by hand, by the sizes of input and kernel.
func TestSlides(t *testing.T) {
	for _, c := range []struct {
		slide                  ops.Slide
		input, kernel          int
		positions, first, last int // what the first offset reads first, the last one last
	}{
		{ops.Slide{Stride: 1, Dilation: 1}, 5, 3, 3, 0, 4},
		{ops.Slide{Stride: 2, Dilation: 1}, 6, 3, 2, 0, 4},
		{ops.Slide{Stride: 3, Dilation: 2}, 9, 3, 2, 0, 7},
		{ops.Slide{Stride: 1, Dilation: 2}, 4, 3, 0, 0, 0},
		{ops.Slide{Stride: 1, Dilation: 1, Same: true}, 5, 3, 5, -1, 5},
		{ops.Slide{Stride: 1, Dilation: 1, Same: true}, 5, 4, 5, -1, 6},
		{ops.Slide{Stride: 2, Dilation: 1, Same: true}, 32, 3, 16, 0, 32},
		{ops.Slide{Stride: 2, Dilation: 1, Same: true}, 5, 3, 3, -1, 5},
		{ops.Slide{Stride: 2, Dilation: 2, Same: true}, 6, 3, 3, -1, 7},
		{ops.Slide{Stride: 3, Dilation: 1, Same: true}, 2, 5, 1, -1, 3},
		{ops.Slide{Stride: 3, Dilation: 1, Same: true}, 7, 1, 3, 0, 6},
	} {
		got := c.slide.Positions(c.input, c.kernel)
		if got != c.positions {
			t.Errorf("%+v of %d in %d: %d positions, want %d", c.slide, c.kernel, c.input, got, c.positions)
			continue
		}
		if got == 0 {
			continue
		}
		n := newNet(t, coarse(), 1, c.input)
		x := picture(n, n.Program().Input, 1, 1)
		w := n.weight("kernel", 8, c.kernel, 1, 1, 1)
		z := n.must(ops.Rescale(n.Builder, "z", n.one(ops.KindConv2D, ops.Sliding(c.slide, c.slide), x, w), n.Program().Fractions.Activation))
		sys := execute(t, n.train(flatten(n, z), graph.MeanSquaredError), 1, 1).sys.Relation
		found := false
		for i := range sys.Tensors {
			if win, ok := sys.Tensors[i].Source.(relation.Window); ok && strings.HasPrefix(sys.Tensors[i].Name, "window ") && win.Size == c.input && win.Offsets == c.kernel {
				found = true
				first, _ := win.Input(0, 0)
				last, _ := win.Input(win.Positions-1, win.Offsets-1)
				if win.Positions != c.positions || first != c.first || last != c.last {
					t.Errorf("%+v of %d in %d: from %d to %d at %d positions, want %d to %d", c.slide, c.kernel, c.input, first, last, win.Positions, c.first, c.last)
				}
			}
		}
		if !found {
			t.Errorf("%+v of %d in %d: no window", c.slide, c.kernel, c.input)
		}
	}
}

// Convolutions of any shape are executed as their definition says, forwards,
// backwards and in their updates, and their relations hold of that alone.
func TestConvolutionsOfAnyShape(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		some := func(name string, most int) int { return rapid.IntRange(1, most).Draw(draw, name) }
		slide := func(axis string) ops.Slide {
			return ops.Slide{Stride: some("stride "+axis, 3), Dilation: some("dilation "+axis, 2)}
		}
		rows, columns := slide("down"), slide("across")
		rows.Same = rapid.Bool().Draw(draw, "same")
		columns.Same = rows.Same
		height, width, channels := some("rows", 6), some("columns", 6), some("channels", 2)
		kernel := [2]int{some("kernel rows", 4), some("kernel columns", 4)}
		if rows.Positions(height, kernel[0]) < 1 || columns.Positions(width, kernel[1]) < 1 {
			draw.Skip("the kernel does not fit")
		}
		n := newNet(t, coarse(), some("batch", 2), height*width*channels)
		a := n.activation(ops.KindRelu, n.conv(picture(n, n.Program().Input, width, channels), 1, 1, some("units before", 2)))
		p := n.train(n.dense(flatten(n, n.slid(ops.Sliding(rows, columns), a, kernel[0], kernel[1], some("units", 3))), 2), graph.SoftmaxCrossEntropy)
		checkDrawn(t, draw, p)
	})
}

// Windows of more entries than a verifier takes are refused, one of as many is not.
func TestConv2DOfTooManyEntries(t *testing.T) {
	n := newNet(t, coarse(), 1, 1<<14)
	x := picture(n, n.Program().Input, 1, 1)
	for rows, fits := range map[int]bool{260: true, 261: false, 8192: false} {
		w := n.weight("kernel", 8, rows, 1, 1, 1)
		_, err := ops.Append(n.Builder, graph.Node{Name: "convolution", Kind: ops.KindConv2D, Inputs: []graph.TensorID{x, w}})
		if (err == nil) != fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d offsets at %d positions: %v", rows, 1<<14-rows+1, err)
		}
	}
}

// checkDrawn executes a step as its definition says, and checks that its relations
// hold of that alone.
func checkDrawn(t *testing.T, draw *rapid.T, p *graph.Program) {
	t.Helper()
	e := &exactly{execute(t, p, 1, rapid.Uint64().Draw(draw, "seed")), t}
	for i := range p.Nodes {
		e.node(&p.Nodes[i])
	}
	if err := naive.Check(e.sys.Relation, e.bare()); err != nil {
		t.Error(err)
	}
	e.checkPadding(t)
	if t.Failed() {
		draw.FailNow()
	}
}

// Attributes of which no window can be made, and gradients of another input.
func TestConv2DRefusesAttributes(t *testing.T) {
	n := newNet(t, coarse(), 3, 40)
	x := picture(n, n.Program().Input, 5, 2) // 4×5×2
	w := n.weight("w", 8, 2, 3, 2, 3)
	strided := slides(2, 1, false) // 2×2
	z := n.must(ops.Rescale(n.Builder, "z", n.one(ops.KindConv2D, strided, x, w), n.Program().Fractions.Error))
	with := func(a graph.Attributes, name string, values ...int64) graph.Attributes {
		a = maps.Clone(a)
		a[name] = values
		return a
	}
	for name, c := range map[string]struct {
		kind       graph.Kind
		inputs     []graph.TensorID
		attributes graph.Attributes
		fits       bool
	}{
		"stride":                 {ops.KindConv2D, []graph.TensorID{x, w}, strided, true},
		"no stride":              {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "stride", 0, 1), false},
		"stride below 0":         {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "stride", 1, -1), false},
		"endless stride":         {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "stride", 1, math.MaxInt64), false},
		"one stride":             {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "stride", 1), false},
		"three strides":          {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "stride", 1, 1, 1), false},
		"no dilation":            {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "dilation", 1, 0), false},
		"endless dilation":       {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "dilation", math.MaxInt64, 1), false},
		"dilation beyond":        {ops.KindConv2D, []graph.TensorID{x, w}, with(strided, "dilation", 4, 1), false},
		"mostly padding":         {ops.KindConv2D, []graph.TensorID{x, w}, slides(1, 100, true), false},
		"endless padding":        {ops.KindConv2D, []graph.TensorID{x, w}, slides(1, relation.MaxStride, true), false},
		"gradient":               {ops.KindInputGradient, []graph.TensorID{z, w}, with(strided, "input", 4, 5), true},
		"gradient, one row more": {ops.KindInputGradient, []graph.TensorID{z, w}, with(strided, "input", 5, 5), true}, // which nobody reads
		"gradient, two more":     {ops.KindInputGradient, []graph.TensorID{z, w}, with(strided, "input", 6, 5), false},
		"gradient, too few":      {ops.KindInputGradient, []graph.TensorID{z, w}, with(strided, "input", 3, 5), false},
		"gradient of no input":   {ops.KindInputGradient, []graph.TensorID{z, w}, strided, false},
		"gradient below 0":       {ops.KindInputGradient, []graph.TensorID{z, w}, with(strided, "input", 4, -5), false},
		"gradient without end":   {ops.KindInputGradient, []graph.TensorID{z, w}, with(strided, "input", 4, math.MaxInt64), false},
		"update":                 {ops.KindWeightUpdate, []graph.TensorID{w, x, z}, strided, true},
		"update of a plain one":  {ops.KindWeightUpdate, []graph.TensorID{w, x, z}, nil, false},
		"update without stride":  {ops.KindWeightUpdate, []graph.TensorID{w, x, z}, with(strided, "stride", 0, 0), false},
	} {
		node := graph.Node{Name: name, Kind: c.kind, Inputs: c.inputs, Attributes: c.attributes}
		if c.kind != ops.KindConv2D {
			node.Of = ops.KindConv2D
		}
		if _, err := ops.Append(n.Builder, node); (err == nil) != c.fits || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
