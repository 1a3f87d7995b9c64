package drift

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// builder makes gorgonia's graph of a program. What is made per sample is a matrix
// (batch, cells of a sample) there; weights have their axes.
type builder struct {
	p     *graph.Program
	g     *gorgonia.ExprGraph
	nodes map[graph.TensorID]*gorgonia.Node
	err   error // the first
}

// must keeps the first error; nodes after it are of no use.
func (b *builder) must(n *gorgonia.Node, err error) *gorgonia.Node {
	if b.err == nil && err != nil {
		b.err = err
	}
	return n
}

// input adds a tensor whose cells are those of a slice, also after they change.
func (b *builder) input(name string, cells []float64, shape ...int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(cells))
	return gorgonia.NewTensor(b.g, tensor.Float64, len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
}

// filled is a matrix of one number.
func (b *builder) filled(rows, columns int, v float64) *gorgonia.Node {
	cells := make([]float64, rows*columns)
	for i := range cells {
		cells[i] = v
	}
	return b.input(fmt.Sprintf("filled %d", operators.Add(1)), cells, rows, columns)
}

func (b *builder) apply(o gorgonia.Op, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.must(gorgonia.ApplyOp(o, x))
}

// two applies an operator of gorgonia's to copies, over which it may write.
func (b *builder) two(f func(x, y *gorgonia.Node) (*gorgonia.Node, error), x, y *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	x, y = b.shaped(x, x.Shape()...), b.shaped(y, y.Shape()...)
	if b.err != nil {
		return nil
	}
	return b.must(f(x, y))
}

func sum(x, y *gorgonia.Node) (*gorgonia.Node, error)        { return gorgonia.Add(x, y) }
func difference(x, y *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sub(x, y) }

// times is the product of two matrices.
func (b *builder) times(x, y *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.must(gorgonia.Mul(x, y))
}

// shaped is a copy in another shape.
func (b *builder) shaped(x *gorgonia.Node, shape ...int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.apply(newLinear(x.Shape().Clone(), shape, 1, nil), x)
}

// mapped is a linear map of each sample.
func (b *builder) mapped(x *gorgonia.Node, makes int, products []product) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	if products == nil {
		products = []product{}
	}
	return b.apply(newLinear(x.Shape().Clone(), tensor.Shape{b.p.Batch, makes}, b.p.Batch, products), x)
}

func (b *builder) curved(x *gorgonia.Node, f, slope func(float64) float64) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.apply(newCurve(x.Shape().Clone(), f, slope), x)
}

// spread repeats a row of cells for each row.
func (b *builder) spread(row *gorgonia.Node, rows int) *gorgonia.Node {
	return b.times(b.filled(rows, 1, 1), row)
}

// sizes are the axes of a tensor, without the batch where it has one.
func (b *builder) sizes(id graph.TensorID) (list []int) {
	t := b.p.Tensor(id)
	for i, a := range t.Axes {
		if i > 0 || !t.Role.PerSample() {
			list = append(list, a.Size)
		}
	}
	return list
}

func count(sizes []int) int {
	n := 1
	for _, s := range sizes {
		n *= s
	}
	return n
}

// operand is an input of a node with the cells of a sample for each sample: a constant
// is repeated.
func (b *builder) operand(id graph.TensorID) *gorgonia.Node {
	if n := b.nodes[id]; n != nil || b.err != nil {
		return n
	}
	t := b.p.Tensor(id)
	if t.Role != graph.Constant {
		b.err = fmt.Errorf("tensor %q is not there: %w", t.Name, fault.ErrUnsupported)
		return nil
	}
	all := make([]float64, 0, b.p.Batch*len(t.Cells))
	for range b.p.Batch {
		for _, v := range t.Cells {
			all = append(all, math.Ldexp(float64(v), -t.Format.Fraction))
		}
	}
	b.nodes[id] = b.input(t.Name, all, b.p.Batch, len(t.Cells))
	return b.nodes[id]
}

// node makes what a node of the program makes.
func (b *builder) node(n *graph.Node) *gorgonia.Node {
	make, known := table()[n.Kind]
	if !known {
		b.err = fmt.Errorf("%s %q has no form in real numbers: %w", n.Kind, n.Name, fault.ErrUnsupported)
		return nil
	}
	return make(b, n)
}

// table lists every operator of a forward pass under its kind.
func table() map[graph.Kind]func(*builder, *graph.Node) *gorgonia.Node {
	return map[graph.Kind]func(*builder, *graph.Node) *gorgonia.Node{
		ops.KindFullyConnected:   (*builder).fullyConnected,
		ops.KindConv2D:           (*builder).conv2D,
		ops.KindDepthwiseConv2D:  (*builder).conv2D,
		ops.KindGroupedConv2D:    (*builder).conv2D,
		ops.KindTransposeConv:    (*builder).conv2D,
		ops.KindOneHot:           (*builder).oneHot,
		ops.KindGather:           (*builder).gather,
		ops.KindUnembed:          (*builder).unembed,
		ops.KindAddWeight:        (*builder).addWeight,
		ops.KindBatchMatmul:      (*builder).batchMatmul,
		ops.KindRescale:          (*builder).first,
		ops.KindReshape:          (*builder).first,
		ops.KindConstantDivision: (*builder).constantDivision,
		ops.KindLargeDivision:    (*builder).largeDivision,
		ops.KindSqrt:             (*builder).function,
		ops.KindRsqrt:            (*builder).function,
		ops.KindRelu:             (*builder).function,
		ops.KindRelu6:            (*builder).function,
		ops.KindReluN1To1:        (*builder).function,
		ops.KindLeakyRelu:        (*builder).function,
		ops.KindElu:              (*builder).function,
		ops.KindHardSwish:        (*builder).function,
		ops.KindGelu:             (*builder).function,
		ops.KindGeluApproximate:  (*builder).function,
		ops.KindTanh:             (*builder).function,
		ops.KindExp:              (*builder).function,
		ops.KindAbs:              (*builder).function,
		ops.KindLogistic:         (*builder).function,
		ops.KindSoftmax:          (*builder).softmax,
		ops.KindLogSoftmax:       (*builder).logSoftmax,
		ops.KindMul:              (*builder).mul,
		ops.KindAdd:              (*builder).add,
		ops.KindSum:              (*builder).sum,
		ops.KindMaximum:          (*builder).maximum,
		ops.KindMinimum:          (*builder).maximum,
		ops.KindReduceSum:        (*builder).moved,
		ops.KindBroadcast:        (*builder).moved,
		ops.KindPermute:          (*builder).moved,
		ops.KindSelect:           (*builder).moved,
		ops.KindAxisSum:          (*builder).moved,
		ops.KindReflect:          (*builder).moved,
		ops.KindConcatenate:      (*builder).concatenate,
	}
}

// first is the first input: formats and axes change nothing here.
func (b *builder) first(n *graph.Node) *gorgonia.Node { return b.operand(n.Inputs[0]) }

func (b *builder) mul(n *graph.Node) *gorgonia.Node {
	return b.two(gorgonia.HadamardProd, b.operand(n.Inputs[0]), b.operand(n.Inputs[1]))
}

func (b *builder) add(n *graph.Node) *gorgonia.Node {
	return b.two(sum, b.operand(n.Inputs[0]), b.operand(n.Inputs[1]))
}

// scaled is c·X.
func (b *builder) scaled(x *gorgonia.Node, c float64) *gorgonia.Node {
	if c == 1 {
		return x
	}
	return b.curved(x, func(v float64) float64 { return c * v }, func(float64) float64 { return c })
}

// sum is Σ_i c_i·X_i; coefficients carry changes of format.
func (b *builder) sum(n *graph.Node) *gorgonia.Node {
	var y *gorgonia.Node
	for k, c := range n.Attributes["coefficients"] {
		off := b.p.Tensor(n.Inputs[k]).Format.Fraction - b.p.Tensor(n.Outputs[0]).Format.Fraction
		if x := b.scaled(b.operand(n.Inputs[k]), math.Ldexp(float64(c), off)); y == nil {
			y = x
		} else {
			y = b.two(sum, y, x)
		}
	}
	return y
}

func (b *builder) constantDivision(n *graph.Node) *gorgonia.Node {
	off := b.p.Tensor(n.Inputs[0]).Format.Fraction - b.p.Tensor(n.Outputs[0]).Format.Fraction
	return b.scaled(b.operand(n.Inputs[0]), math.Ldexp(1, off)/float64(n.Attributes.Int("divisor")))
}

// largeDivision is N/D with a divisor for each cell, or for each row of the last axis.
func (b *builder) largeDivision(n *graph.Node) *gorgonia.Node {
	x, d := b.operand(n.Inputs[0]), b.operand(n.Inputs[1])
	if b.err == nil && d.Shape()[1] != x.Shape()[1] {
		var products []product
		for i := range x.Shape()[1] {
			products = append(products, product{int32(i), int32(i / (x.Shape()[1] / d.Shape()[1])), 1})
		}
		d = b.mapped(d, x.Shape()[1], products)
	}
	return b.two(gorgonia.HadamardDiv, x, d)
}

// maximum is X + relu(Y − X), or X − relu(X − Y): of equal cells the first one has the
// gradient.
func (b *builder) maximum(n *graph.Node) *gorgonia.Node {
	x, y := b.operand(n.Inputs[0]), b.operand(n.Inputs[1])
	if n.Kind == ops.KindMinimum {
		return b.two(difference, x, b.curved(b.two(difference, x, y), relu, step))
	}
	return b.two(sum, x, b.curved(b.two(difference, y, x), relu, step))
}

// function is a function of each cell.
func (b *builder) function(n *graph.Node) *gorgonia.Node {
	f := functions()[n.Kind]
	switch n.Kind {
	case ops.KindLeakyRelu:
		alpha := float64(math.Float32frombits(uint32(n.Attributes.Int("alpha"))))
		f = pair{func(v float64) float64 { return max(v, alpha*v) }, func(v float64) float64 { return step(v) + alpha*(1-step(v)) }}
	case ops.KindRsqrt: // 1/√((v + E)/n)
		terms := float64(n.Attributes.Int("divisor"))
		addend := math.Ldexp(float64(n.Attributes.Int("addend")), -b.p.Tensor(n.Inputs[0]).Format.Fraction)
		f = pair{func(v float64) float64 { return math.Sqrt(terms / (v + addend)) }, func(v float64) float64 { return -math.Sqrt(terms/(v+addend)) / (2 * (v + addend)) }}
	}
	return b.curved(b.operand(n.Inputs[0]), f.value, f.slope)
}

// softmax is e^x/Σ e^x over the last axis, over cells that the mask shows.
func (b *builder) softmax(n *graph.Node) *gorgonia.Node {
	x := b.operand(n.Inputs[0])
	if b.err != nil {
		return nil
	}
	sizes := b.sizes(n.Inputs[0])
	classes, cells := sizes[len(sizes)-1], x.Shape()[1]
	rows := b.p.Batch * cells / classes
	e := b.must(gorgonia.Exp(b.shaped(x, rows, classes)))
	if len(n.Inputs) > 1 {
		e = b.two(gorgonia.HadamardProd, e, b.shaped(b.repeated(n.Inputs[1], cells), rows, classes))
	}
	total := b.times(b.times(e, b.filled(classes, 1, 1)), b.filled(1, classes, 1))
	return b.shaped(b.two(gorgonia.HadamardDiv, e, total), b.p.Batch, cells)
}

// repeated is a constant, repeated to so many cells of a sample.
func (b *builder) repeated(id graph.TensorID, cells int) *gorgonia.Node {
	x := b.operand(id)
	if b.err != nil || x.Shape()[1] == cells {
		return x
	}
	var products []product
	for i := range cells {
		products = append(products, product{int32(i), int32(i % x.Shape()[1]), 1})
	}
	return b.mapped(x, cells, products)
}

// logSoftmax is x − ln Σ e^x.
func (b *builder) logSoftmax(n *graph.Node) *gorgonia.Node {
	x := b.operand(n.Inputs[0])
	if b.err != nil {
		return nil
	}
	sizes := b.sizes(n.Inputs[0])
	classes, cells := sizes[len(sizes)-1], x.Shape()[1]
	z := b.shaped(x, b.p.Batch*cells/classes, classes)
	total := b.times(b.logOfTotal(z, classes), b.filled(1, classes, 1))
	return b.shaped(b.two(difference, z, total), b.p.Batch, cells)
}

// logOfTotal is ln Σ e^z of each row.
func (b *builder) logOfTotal(z *gorgonia.Node, classes int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	e := b.must(gorgonia.Exp(b.shaped(z, z.Shape()...)))
	total := b.times(e, b.filled(classes, 1, 1))
	return b.curved(total, math.Log, func(v float64) float64 { return 1 / v })
}
