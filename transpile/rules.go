package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// plain reads an operator of one input and nothing else.
func plain(kind network.Kind) func(*reading, *tflite.Operator) (network.Layer, error) {
	return func(r *reading, o *tflite.Operator) (network.Layer, error) {
		if err := r.arity(o, 1, 1); err != nil {
			return network.Layer{}, err
		}
		x, err := r.activation(o, 0)
		return network.Layer{Kind: kind, Inputs: []int{x}}, err
	}
}

// arity refuses an operator with other numbers of inputs than it reads.
func (r *reading) arity(o *tflite.Operator, least, most int) error {
	if n := len(o.Inputs); n < least || n > most {
		return r.refuse("it has %d inputs", "export the model again", n)
	}
	return nil
}

// fused reads a fused activation. An interpreter makes these of limits, and so
// leaves TANH out.
func (r *reading) fused(a tflite.Activation) (network.Kind, error) {
	kind, ok := map[tflite.Activation]network.Kind{
		tflite.ActNone: "", tflite.ActRelu: network.Relu, tflite.ActRelu6: network.Relu6, tflite.ActReluN1: network.ReluN1To1,
	}[a]
	if !ok {
		return "", r.refuse("fused activation %v", "use RELU, RELU6 or RELU_N1_TO_1, or an operator of its own", a)
	}
	return kind, nil
}

// fullyConnected reads V = X·Wᵀ + b, of whole samples or of every position of
// theirs: an interpreter makes rows of these, unless it keeps the axes.
func (r *reading) fullyConnected(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.FullyConnected}
	if err := r.arity(o, 2, 3); err != nil {
		return layer, err
	}
	x, err := r.carried(o, 0)
	if err != nil {
		return layer, err
	}
	options, _ := o.Options.(tflite.FullyConnectedOptions)
	if options.WeightsFormat != 0 {
		return layer, r.refuse("weights in a shuffled layout", "convert the model without quantisation")
	}
	if o.Inputs[1] < 0 {
		return layer, r.refuse("it has no weights", "export the model again")
	}
	shape := r.g.Tensors[o.Inputs[1]].Shape
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 {
		return layer, r.refuse("weights of shape %v", "export the model again", shape)
	}
	units, inputs := int(shape[0]), int(shape[1])
	if r.unbatched && !options.KeepNumDims {
		if x, err = r.lines(x, inputs); err != nil {
			return layer, err
		}
	}
	in := r.shapes[x]
	whole := !r.unbatched && positions(in)*in[len(in)-1] == inputs && !options.KeepNumDims
	if !whole && in[len(in)-1] != inputs {
		return layer, r.refuse("%d inputs on samples of shape %v", "make the last axis of the sample that of the inputs, or flatten it before the layer", inputs, in)
	}
	layer.Inputs, layer.Shape = []int{x}, []int{units}
	if !whole {
		layer.Shape = append(append([]int(nil), in[:len(in)-1]...), units)
		r.makesRows = !r.unbatched && (r.rows[x] || !options.KeepNumDims)
	}
	if layer.Activation, err = r.fused(options.Activation); err != nil {
		return layer, err
	}
	if i, read := r.index[o.Inputs[1]]; read && !r.weights[i].Transposed { // a table that a GATHER reads
		if len(o.Inputs) > 2 && o.Inputs[2] >= 0 {
			return layer, r.refuse("a bias beside weights that are a table, too", "leave it out, or add it by an ADD")
		}
		layer.Kind, layer.Weights = network.Unembed, []int{i}
		return layer, nil
	}
	w, err := r.weight(o.Inputs[1], true, inputs, units)
	if err != nil {
		return layer, err
	}
	layer.Weights = []int{w}
	return layer, r.bias(o, &layer, units)
}

// lines returns a value as rows of so many cells, which an interpreter makes of any
// axes.
func (r *reading) lines(x, cells int) (int, error) {
	in := r.shapes[x]
	rows := count(in) / cells
	if rows*cells != count(in) {
		return 0, r.refuse("%d inputs on samples of shape %v", "make the last axis of the sample that of the inputs, or flatten it before the layer", cells, in)
	}
	if slices.Equal(in, []int{rows, cells}) {
		return x, nil
	}
	return r.layer(network.Layer{Kind: network.Reshape, Inputs: []int{x}, Shape: []int{rows, cells}}), nil
}

// bias adds the third input of an operator, if it has one, to the weights of its
// layer.
func (r *reading) bias(o *tflite.Operator, layer *network.Layer, units ...int) error {
	return r.biasAt(o, 2, layer, units...)
}

// biasAt is bias for input i.
func (r *reading) biasAt(o *tflite.Operator, i int, layer *network.Layer, units ...int) error {
	if len(o.Inputs) <= i || o.Inputs[i] < 0 {
		return nil
	}
	b, err := r.weight(o.Inputs[i], false, units...)
	layer.Weights = append(layer.Weights, b)
	return err
}

// weight adds a constant of the model as a weight of the given shape, or
// returns it if another operator has it already.
func (r *reading) weight(index int32, transposed bool, shape ...int) (int, error) {
	t := &r.g.Tensors[index]
	if !r.m.IsConstant(t) {
		return 0, r.refuse("weights %s are computed, not constant", "export the model with constant weights", foreign.Quote(t.Name))
	}
	want := int64(1)
	for _, d := range shape {
		want *= int64(d)
	}
	if n, ok := t.Shape.Elements(); !ok || n != want {
		return 0, r.refuse("constant %s of shape %v does not fit %v", "export the model again", foreign.Quote(t.Name), t.Shape, shape)
	}
	if r.operands[index] {
		return 0, r.refuse("constant %s is a weight and an operand at once", "export the model again", foreign.Quote(t.Name))
	}
	if i, ok := r.index[index]; ok {
		if r.weights[i].Transposed != transposed {
			return 0, r.refuse("constant %s is weights and bias at once", "export the model again", foreign.Quote(t.Name))
		}
		return i, nil
	}
	i := len(r.weights)
	r.index[index] = i
	r.a.Weights = append(r.a.Weights, network.Weight{Shape: shape})
	r.weights = append(r.weights, Weight{Tensor: graph.None, Index: int(index), Transposed: transposed})
	return i, nil
}

// leakyRelu reads z or α·z.
func (r *reading) leakyRelu(o *tflite.Operator) (network.Layer, error) {
	options, _ := o.Options.(tflite.LeakyReluOptions)
	layer, err := plain(network.LeakyRelu)(r, o)
	layer.Constant = &network.Constant{Cells: []float32{options.Alpha}}
	return layer, err
}

func (r *reading) gelu(o *tflite.Operator) (network.Layer, error) {
	if options, _ := o.Options.(tflite.GeluOptions); options.Approximate {
		return plain(network.GeluApproximate)(r, o)
	}
	return plain(network.Gelu)(r, o)
}

func (r *reading) softmax(o *tflite.Operator) (network.Layer, error) {
	if options, ok := o.Options.(tflite.SoftmaxOptions); ok && options.Beta != 1 {
		return network.Layer{}, r.refuse("beta is %v", "scale the weights before it and use beta 1", options.Beta)
	}
	return plain(network.Softmax)(r, o)
}

// reshape reads a change of the shape of samples, or to rows: one for each
// position of theirs.
func (r *reading) reshape(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 1, 2); err != nil {
		return network.Layer{}, err
	}
	x, err := r.carried(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	stated, err := r.statedShape(o)
	if err != nil {
		return network.Layer{}, err
	}
	from, to := r.g.Tensors[o.Inputs[0]].Shape, r.g.Tensors[o.Outputs[0]].Shape
	shape, err := r.reshaped(x, from, to)
	if err != nil {
		return network.Layer{}, err
	}
	if !reshapesTo(stated, to) {
		return network.Layer{}, r.refuse("it reshapes to %v, and its output is declared as %v", "export the model again", stated, to)
	}
	return network.Layer{Kind: network.Reshape, Inputs: []int{x}, Shape: shape}, nil
}

// reshaped is the shape of samples that a value of the first shape has in the
// second.
func (r *reading) reshaped(x int, from, to tflite.Shape) ([]int, error) {
	shape, ok := r.sample(to)
	in := r.shapes[x]
	if r.unbatched {
		if !ok || count(shape) != count(in) {
			return nil, r.refuse("it reshapes %v to %v", "export the model again", from, to)
		}
		return shape, nil
	}
	last := in[len(in)-1]
	batch, rows := r.batch(x), int64(positions(in))
	if ok && rows > 1 && len(shape) == 1 && shape[0] == last && int64(to[0]) == batch*rows {
		r.makesRows = true
		return []int{int(rows), last}, nil
	}
	if !ok || int64(to[0]) != batch {
		return nil, r.refuse("it reshapes %v to %v across the batch axis", "keep the batch as axis 0 and reshape within samples", from, to)
	}
	return shape, nil
}

// statedShape is the shape that a RESHAPE makes: its second input, or the
// option where there is none.
func (r *reading) statedShape(o *tflite.Operator) ([]int64, error) {
	if len(o.Inputs) == 2 && o.Inputs[1] >= 0 {
		t := &r.g.Tensors[o.Inputs[1]]
		if !r.m.IsConstant(t) || len(t.Shape) != 1 {
			return nil, r.refuse("its shape is not constant", "convert with a concrete input shape")
		}
		if t.Type != tflite.Int32 { // an interpreter takes the option instead
			return nil, r.refuse("its shape is of %v", "export it with a shape of int32", t.Type)
		}
		return r.ints(o, 1)
	}
	options, _ := o.Options.(tflite.ReshapeOptions)
	if len(options.NewShape) == 0 {
		return nil, r.refuse("it states no shape", "export the model again")
	}
	stated := make([]int64, len(options.NewShape))
	for i, d := range options.NewShape {
		stated[i] = int64(d)
	}
	return stated, nil
}

// reshapesTo reports whether a stated shape, of which one size may be open
// (−1), is the given one for a tensor of as many cells.
func reshapesTo(stated []int64, shape tflite.Shape) bool {
	open := 0
	for i, d := range stated {
		if d == -1 {
			open++
		} else if i >= len(shape) || d != int64(shape[i]) {
			return false
		}
	}
	return len(stated) == len(shape) && open <= 1
}

func (r *reading) add(o *tflite.Operator) (network.Layer, error) {
	options, _ := o.Options.(tflite.AddOptions)
	if len(o.Inputs) == 2 {
		for i, t := range o.Inputs {
			if table, whole := r.tables[t]; whole {
				return r.addTable(o, 1-i, table, options.Activation)
			}
		}
	}
	return r.binary(network.Add, o, options.Activation)
}

func (r *reading) sub(o *tflite.Operator) (network.Layer, error) {
	options, _ := o.Options.(tflite.SubOptions)
	kind := network.Sub
	if len(o.Inputs) > 0 && o.Inputs[0] >= 0 && r.m.IsConstant(&r.g.Tensors[o.Inputs[0]]) {
		kind = network.SubFrom
	}
	return r.binary(kind, o, options.Activation)
}

func (r *reading) mul(o *tflite.Operator) (network.Layer, error) {
	options, _ := o.Options.(tflite.MulOptions)
	return r.binary(network.Mul, o, options.Activation)
}

// cellwise reads an operator of two operands, in whichever order, and nothing
// else.
func cellwise(kind network.Kind) func(*reading, *tflite.Operator) (network.Layer, error) {
	return func(r *reading, o *tflite.Operator) (network.Layer, error) {
		return r.binary(kind, o, tflite.ActNone)
	}
}

// binary reads an operator of two operands; one of them may be a constant, and
// is taken for the second.
func (r *reading) binary(kind network.Kind, o *tflite.Operator, fused tflite.Activation) (network.Layer, error) {
	layer := network.Layer{Kind: kind}
	if len(o.Inputs) != 2 || o.Inputs[0] < 0 || o.Inputs[1] < 0 {
		return layer, r.refuse("it has %d inputs", "export the model again", len(o.Inputs))
	}
	first, second := 0, 1
	if r.m.IsConstant(&r.g.Tensors[o.Inputs[0]]) {
		first, second = 1, 0
	}
	x, err := r.activation(o, first)
	if err != nil {
		return layer, err
	}
	layer.Inputs = []int{x}
	if layer.Activation, err = r.fused(fused); err != nil {
		return layer, err
	}
	if t := &r.g.Tensors[o.Inputs[second]]; r.m.IsConstant(t) {
		if _, weight := r.index[o.Inputs[second]]; weight {
			return layer, r.refuse("constant %s is a weight and an operand at once", "export the model again", foreign.Quote(t.Name))
		}
		if n := r.rank(o, first); len(t.Shape) > n {
			return layer, r.refuse("constant %s of shape %v has more axes than the %d of what it is for", "give it no more, since the batch would not be the first", foreign.Quote(t.Name), t.Shape, n)
		}
		r.operands[o.Inputs[second]] = true
		layer.Constant, err = r.constant(t)
		return layer, err
	}
	y, err := r.activation(o, second)
	if err != nil {
		return layer, err
	}
	layer.Inputs, err = r.broadcast(o, x, y)
	return layer, err
}

// broadcast returns two values in one shape, repeated along axes of size 1 where
// the other one has more.
func (r *reading) broadcast(o *tflite.Operator, x, y int) ([]int, error) {
	a, b := r.shapes[x], r.shapes[y]
	if slices.Equal(a, b) && len(r.g.Tensors[o.Inputs[0]].Shape) == len(r.g.Tensors[o.Inputs[1]].Shape) {
		return []int{x, y}, nil
	}
	for i, v := range []int{x, y} {
		if declared := r.g.Tensors[o.Inputs[i]].Shape; len(declared) != len(r.shapes[v])+r.lead() || len(a) != len(b) {
			return nil, r.refuse("samples of shapes %v and %v", "give both as many axes, of size 1 where one is repeated", a, b)
		}
	}
	shape := slices.Clone(a)
	for i, d := range b {
		if d != a[i] && d != 1 && a[i] != 1 {
			return nil, r.refuse("samples of shapes %v and %v", "give both as many axes, of size 1 where one is repeated", a, b)
		}
		shape[i] = max(a[i], d)
	}
	values := []int{x, y}
	for i, v := range values {
		if !slices.Equal(r.shapes[v], shape) {
			values[i] = r.layer(network.Layer{Kind: network.BroadcastTo, Inputs: []int{v}, Shape: shape})
		}
	}
	return values, nil
}

// rank is the number of axes that input i has for an interpreter, at least: what the
// file declares may have more, in front, and a value that is an index for each
// sample has fewer.
func (r *reading) rank(o *tflite.Operator, i int) int {
	return min(len(r.g.Tensors[o.Inputs[i]].Shape), r.lead()+len(r.shapes[r.values[o.Inputs[i]]]))
}

func (r *reading) constant(t *tflite.Tensor) (*network.Constant, error) {
	cells, err := r.m.Floats(t)
	if err != nil {
		return nil, err
	}
	c := &network.Constant{Cells: cells}
	for _, d := range t.Shape {
		c.Shape = append(c.Shape, int(d))
	}
	return c, nil
}
