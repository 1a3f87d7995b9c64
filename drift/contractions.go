package drift

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/zkaudit/zkaudit/graph"
)

// weight returns a weight in the given shape.
func (b *builder) weight(id graph.TensorID, shape ...int) *gorgonia.Node {
	w := b.nodes[id]
	if b.err != nil {
		return nil
	}
	return b.shaped(w, shape...)
}

// arranged is a linear map of a weight's cells, in the given shape.
func (b *builder) arranged(id graph.TensorID, shape tensor.Shape, products []product) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	w := b.nodes[id]
	return b.apply(newLinear(w.Shape().Clone(), shape, 1, products), w)
}

// biased adds a bias, if the node has one, to rows of units, clips the error of what is
// made, where errors are, and lays it out by samples.
func (b *builder) biased(n *graph.Node, v *gorgonia.Node, rows, units int) *gorgonia.Node {
	if len(n.Inputs) > 2 && n.Inputs[2] != graph.None {
		v = b.two(sum, v, b.spread(b.weight(n.Inputs[2], 1, units), rows))
	}
	return b.clipped(b.shaped(v, b.p.Batch, rows/b.p.Batch*units))
}

// clipped is a value whose error is clipped where the optimizer says so.
func (b *builder) clipped(v *gorgonia.Node) *gorgonia.Node {
	limit := b.p.Optimizer.Clip
	if limit == 0 || b.err != nil {
		return v
	}
	return b.apply(&clip{newOwn("clip", v.Shape().Clone(), v.Shape().Clone()), math.Ldexp(float64(limit), -b.p.Fractions.Error)}, v)
}

// fullyConnected is X·W + b at every position.
func (b *builder) fullyConnected(n *graph.Node) *gorgonia.Node {
	w := b.sizes(n.Inputs[1])
	x := b.operand(n.Inputs[0])
	if b.err != nil {
		return nil
	}
	rows := b.p.Batch * x.Shape()[1] / w[0]
	return b.biased(n, b.times(b.shaped(x, rows, w[0]), b.weight(n.Inputs[1], w[0], w[1])), rows, w[1])
}

// oneHot stands for the indices themselves: what reads it has them one-hot.
func (b *builder) oneHot(n *graph.Node) *gorgonia.Node { return b.operand(n.Inputs[0]) }

// gather is the row of a table for each index, by its one-hot.
func (b *builder) gather(n *graph.Node) *gorgonia.Node {
	table := b.sizes(n.Inputs[1])
	width := table[len(table)-1]
	rows := count(table) / width
	indices := b.operand(n.Inputs[0])
	if b.err != nil {
		return nil
	}
	positions := indices.Shape()[1]
	shown := b.apply(&indicator{newOwn("indicator", indices.Shape().Clone(), tensor.Shape{b.p.Batch * positions, rows})}, indices)
	v := b.times(shown, b.weight(n.Inputs[1], rows, width))
	return b.clipped(b.shaped(v, b.p.Batch, positions*width))
}

// indicator is [x = v] for integers x and v from 0 on. It has no gradient.
type indicator struct{ own }

func (o *indicator) Do(inputs ...gorgonia.Value) (gorgonia.Value, error) {
	y := make([]float64, o.to.TotalSize())
	for i, v := range cells(inputs[0]) {
		if v >= 0 && int(v) < o.to[1] {
			y[i*o.to[1]+int(v)] = 1
		}
	}
	return o.made(y), nil
}

func (o *indicator) DiffWRT(int) []bool { return []bool{false} }

func (o *indicator) SymDiff(inputs gorgonia.Nodes, _, _ *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{nil}, nil
}

// unembed is X·Eᵀ at every position.
func (b *builder) unembed(n *graph.Node) *gorgonia.Node {
	table := b.sizes(n.Inputs[1])
	width := table[len(table)-1]
	units := count(table) / width
	x := b.operand(n.Inputs[0])
	if b.err != nil {
		return nil
	}
	rows := b.p.Batch * x.Shape()[1] / width
	w := b.arranged(n.Inputs[1], tensor.Shape{width, units}, permuted([]int{units, width}, []int{1, 0}))
	return b.biased(n, b.times(b.shaped(x, rows, width), w), rows, units)
}

// addWeight adds a weight to the last axes of samples.
func (b *builder) addWeight(n *graph.Node) *gorgonia.Node {
	x, cells := b.operand(n.Inputs[0]), count(b.sizes(n.Inputs[1]))
	if b.err != nil {
		return nil
	}
	rows := b.p.Batch * x.Shape()[1] / cells
	y := b.two(sum, b.shaped(x, rows, cells), b.spread(b.weight(n.Inputs[1], 1, cells), rows))
	return b.clipped(b.shaped(y, x.Shape()...))
}

// batchMatmul multiplies the matrices that the last two axes of samples are.
func (b *builder) batchMatmul(n *graph.Node) *gorgonia.Node {
	makes := b.sizes(n.Outputs[0])
	rows, columns := makes[len(makes)-2], makes[len(makes)-1]
	pairs := b.p.Batch * count(makes) / (rows * columns)
	inner := b.p.Batch * count(b.sizes(n.Inputs[0])) / (pairs * rows)
	matrices := func(k, rows, columns int) *gorgonia.Node {
		x := b.operand(n.Inputs[k])
		if b.err != nil {
			return nil
		}
		if n.Attributes["adjoint"][k] == 1 {
			return b.apply(newLinear(x.Shape().Clone(), tensor.Shape{pairs, rows, columns}, pairs, permuted([]int{columns, rows}, []int{1, 0})), x)
		}
		return b.shaped(x, pairs, rows, columns)
	}
	x, y := matrices(0, rows, inner), matrices(1, inner, columns)
	if b.err != nil {
		return nil
	}
	return b.shaped(b.must(gorgonia.BatchedMatMul(x, y)), b.p.Batch, count(makes))
}

// conv2D is a convolution of whatever kind, as one of gorgonia's over all channels, with
// channels before rows and zeros around the picture laid out: the kernel of a convolution
// by channels or groups is 0 between others.
func (b *builder) conv2D(n *graph.Node) *gorgonia.Node {
	x := b.operand(n.Inputs[0])
	if b.err != nil {
		return nil
	}
	c := convolutionOf(n, b.sizes(n.Inputs[0]), b.sizes(n.Inputs[1]), b.sizes(n.Outputs[0]))
	picture := b.apply(newLinear(x.Shape().Clone(), tensor.Shape{b.p.Batch, c.channels, c.padded[0], c.padded[1]}, b.p.Batch, c.picture), x)
	kernel := b.arranged(n.Inputs[1], tensor.Shape{c.units, c.channels, c.kernel[0], c.kernel[1]}, c.weights)
	if b.err != nil {
		return nil
	}
	v := b.must(gorgonia.Conv2d(picture, kernel, c.kernel[:], []int{0, 0}, c.stride[:], c.dilation[:]))
	if b.err != nil {
		return nil
	}
	positions := v.Shape()[2:]
	v = b.mapped(b.shaped(v, b.p.Batch, c.units*count(positions)), c.units*count(positions), permuted([]int{c.units, positions[0], positions[1]}, []int{1, 2, 0}))
	rows := b.p.Batch * count(positions)
	return b.biased(n, b.shaped(v, rows, c.units), rows, c.units)
}
