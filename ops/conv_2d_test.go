package ops_test

import (
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// convolved lists the products of a convolution: V(b,h,w,o) has
// X(b,h+m,w+n,c)·W(m,n,c,o).
func convolved(x, w, v []int, do func(x, w, v int)) {
	for i := range v[0] * v[1] * v[2] * v[3] {
		b, h, at, o := i/(v[1]*v[2]*v[3]), i/(v[2]*v[3])%v[1], i/v[3]%v[2], i%v[3]
		for j := range w[0] * w[1] * w[2] {
			m, n, c := j/(w[1]*w[2]), j/w[2]%w[1], j%w[2]
			do(((b*x[1]+h+m)*x[2]+at+n)*x[3]+c, j*w[3]+o, i)
		}
	}
}

// conv appends a convolution with a kernel of the given rows and columns and a
// bias, rounded to f_a.
func (n *net) conv(x graph.TensorID, rows, columns, units int) graph.TensorID {
	n.t.Helper()
	fx := n.Tensor(x).Format.Fraction
	w := n.weight("kernel", fx, rows, columns, n.Tensor(x).Axes[3].Size, units)
	v := n.one(ops.KindConv2D, nil, x, w, n.weight("b", fx, units))
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
