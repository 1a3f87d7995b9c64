package transpile

import (
	"fmt"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/tflite"
)

// activationRule lowers an operator that is nothing but an activation.
func activationRule(kind graph.Kind) rule {
	return func(l *lowering, o *tflite.Operator) error {
		x, err := l.activation(o, 0)
		if err != nil {
			return err
		}
		if kind == ops.KindLogistic && l.last(o) && l.loss == graph.LogisticLoss {
			l.values[o.Outputs[0]] = value{id: x.id, shape: x.shape, fused: true}
			return nil
		}
		a, err := l.apply(kind, x.id)
		if err != nil {
			return err
		}
		l.set(o, a, x.shape)
		return nil
	}
}

// apply appends an activation; relu and relu6 keep the format of their input.
func (l *lowering) apply(kind graph.Kind, z graph.TensorID) (graph.TensorID, error) {
	fraction := l.o.Fractions.Activation
	if kind == ops.KindRelu || kind == ops.KindRelu6 {
		fraction = l.b.Tensor(z).Format.Fraction
	}
	return ops.Activation(l.b, kind, l.name+" "+string(kind), z, fraction)
}

// activate ends an operator with its fused activation.
func (l *lowering) activate(o *tflite.Operator, y graph.TensorID, shape []int, fused tflite.Activation) error {
	var kind graph.Kind
	switch fused {
	case tflite.ActNone:
		l.set(o, y, shape)
		return nil
	case tflite.ActRelu:
		kind = ops.KindRelu
	case tflite.ActRelu6:
		kind = ops.KindRelu6
	case tflite.ActTanh:
		kind = ops.KindTanh
	default:
		return l.refuse("fused activation %v", "use RELU, RELU6 or TANH", fused)
	}
	a, err := l.apply(kind, y)
	if err != nil {
		return err
	}
	l.set(o, a, shape)
	return nil
}

func (l *lowering) softmax(o *tflite.Operator) error {
	x, err := l.activation(o, 0)
	if err != nil {
		return err
	}
	if options, ok := o.Options.(tflite.SoftmaxOptions); ok && options.Beta != 1 {
		return l.refuse("beta is %v", "scale the weights before it and use beta 1", options.Beta)
	}
	if classes := x.shape[len(x.shape)-1]; classes != count(x.shape) {
		return l.refuse("softmax over the last axis of samples of shape %v", "use one axis per sample", x.shape)
	}
	if l.last(o) && l.loss == graph.SoftmaxCrossEntropy {
		l.values[o.Outputs[0]] = value{id: x.id, shape: x.shape, fused: true}
		return nil
	}
	p, err := ops.Softmax(l.b, l.name, x.id, l.o.Fractions.Activation)
	if err != nil {
		return err
	}
	l.set(o, p, x.shape)
	return nil
}

// reshape changes the shape of samples; the graph keeps them flat, so there
// is nothing to compute.
func (l *lowering) reshape(o *tflite.Operator) error {
	x, err := l.activation(o, 0)
	if err != nil {
		return err
	}
	from, to := l.g.Tensors[o.Inputs[0]].Shape, l.g.Tensors[o.Outputs[0]].Shape
	shape, ok := sample(to)
	if !ok || to[0] != from[0] || count(shape) != count(x.shape) {
		return l.refuse("it reshapes %v to %v across the batch axis", "keep the batch as axis 0 and reshape within samples", from, to)
	}
	l.set(o, x.id, shape)
	return nil
}

func (l *lowering) add(o *tflite.Operator) error {
	x, y, err := l.operands(o, func(t graph.Tensor) int { return t.Format.Fraction })
	if err != nil {
		return err
	}
	if fx, fy := l.b.Tensor(x.id).Format.Fraction, l.b.Tensor(y).Format.Fraction; fx != fy {
		return l.refuse("operands with %d and %d fraction bits", "use one --fraction for features and activations", fx, fy)
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindAdd, Inputs: []graph.TensorID{x.id, y}})
	if err != nil {
		return err
	}
	options, _ := o.Options.(tflite.AddOptions)
	return l.activate(o, out[0], x.shape, options.Activation)
}

func (l *lowering) mul(o *tflite.Operator) error {
	x, y, err := l.operands(o, nil)
	if err != nil {
		return err
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindMul, Inputs: []graph.TensorID{x.id, y}})
	if err != nil {
		return err
	}
	fraction := min(l.o.Fractions.Activation, l.b.Tensor(out[0]).Format.Fraction)
	rounded, err := ops.Rescale(l.b, l.name+" rounded", out[0], fraction)
	if err != nil {
		return err
	}
	options, _ := o.Options.(tflite.MulOptions)
	return l.activate(o, rounded, x.shape, options.Activation)
}

// operands returns the first operand that is no constant, and the other one.
// fraction gives the fraction bits of a constant operand for those of x; nil
// takes as many as 16 bits hold.
func (l *lowering) operands(o *tflite.Operator, fraction func(x graph.Tensor) int) (value, graph.TensorID, error) {
	if len(o.Inputs) != 2 || o.Inputs[0] < 0 || o.Inputs[1] < 0 {
		return value{}, graph.None, l.refuse("it has %d inputs", "export the model again", len(o.Inputs))
	}
	first, second := 0, 1
	if l.m.IsConstant(&l.g.Tensors[o.Inputs[0]]) {
		first, second = 1, 0
	}
	x, err := l.activation(o, first)
	if err != nil {
		return value{}, graph.None, err
	}
	other := &l.g.Tensors[o.Inputs[second]]
	if l.m.IsConstant(other) {
		y, err := l.constant(other, x, fraction)
		return x, y, err
	}
	y, err := l.activation(o, second)
	if err != nil {
		return value{}, graph.None, err
	}
	if !slices.Equal(x.shape, y.shape) {
		return value{}, graph.None, l.refuse("operands of shapes %v and %v", "broadcast before the operator", x.shape, y.shape)
	}
	return x, y.id, nil
}

// constant adds a constant operand, repeated to the shape of one sample.
func (l *lowering) constant(t *tflite.Tensor, x value, fraction func(x graph.Tensor) int) (graph.TensorID, error) {
	floats, err := l.m.Floats(t)
	if err != nil {
		return graph.None, err
	}
	spread, ok := repeat(floats, t.Shape, x.shape)
	if !ok {
		return graph.None, l.refuse("constant %q of shape %v for samples of shape %v", "broadcast it before export", t.Name, t.Shape, x.shape)
	}
	f := number.Format{Bits: 16}
	if fraction != nil {
		f.Fraction = fraction(*l.b.Tensor(x.id))
	} else {
		f.Fraction = finest(floats)
	}
	cells := make([]int32, len(spread))
	for i, v := range spread {
		c, err := number.RoundFloat64(float64(v), f.Fraction)
		if err != nil || !f.Contains(c) {
			return graph.None, fmt.Errorf("operator %d, constant %q, cell %d: %v does not fit %v; rescale the model, or lower the fraction bits: %w",
				l.op, t.Name, i, v, f, fault.ErrOverflow)
		}
		cells[i] = int32(c)
	}
	return l.b.Add(graph.Tensor{
		Name: l.name + " constant", Role: graph.Constant, Axes: []relation.Axis{l.b.Tensor(x.id).Axes[1]}, Format: f, Cells: cells,
	}), nil
}

// finest returns the most fraction bits, at most 14, at which 16 bits hold all
// values; 0 if none do.
func finest(values []float32) int {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(float64(v)))
	}
	f := 14
	for f > 0 && math.Round(math.Ldexp(largest, f)) > 1<<15-1 {
		f--
	}
	return f
}

// repeat returns the cells of a constant for every cell of a sample, by the
// rules of broadcasting: axes are matched from the last, size 1 repeats.
func repeat(cells []float32, shape tflite.Shape, sample []int) ([]float32, bool) {
	for len(shape) > len(sample) {
		if shape[0] != 1 {
			return nil, false
		}
		shape = shape[1:]
	}
	strides, stride := make([]int, len(sample)), 1
	for k := 1; k <= len(shape); k++ {
		switch d := int(shape[len(shape)-k]); d {
		case sample[len(sample)-k]:
			strides[len(sample)-k] = stride
			stride *= d
		case 1:
		default:
			return nil, false
		}
	}
	if stride != len(cells) {
		return nil, false
	}
	out := make([]float32, count(sample))
	for i := range out {
		rest, from := i, 0
		for k := len(sample) - 1; k >= 0; k-- {
			from += rest % sample[k] * strides[k]
			rest /= sample[k]
		}
		out[i] = cells[from]
	}
	return out, true
}
