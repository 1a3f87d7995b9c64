package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// div reads a quotient, whose divisor alone may be a constant.
func (r *reading) div(o *tflite.Operator) (network.Layer, error) {
	if len(o.Inputs) > 0 && o.Inputs[0] >= 0 && r.m.IsConstant(&r.g.Tensors[o.Inputs[0]]) {
		return network.Layer{}, r.refuse("it divides a constant", "write the inverse as POW or RSQRT, or as the quotient of two values")
	}
	options, _ := o.Options.(tflite.DivOptions)
	return r.binary(network.Div, o, options.Activation)
}

// prelu reads z or α ⊙ z, with slopes that are not trained.
func (r *reading) prelu(o *tflite.Operator) (network.Layer, error) {
	if len(o.Inputs) == 2 && o.Inputs[1] >= 0 && !r.m.IsConstant(&r.g.Tensors[o.Inputs[1]]) {
		return network.Layer{}, r.refuse("its slopes are computed", "export the model with constant slopes")
	}
	if len(o.Inputs) == 2 && o.Inputs[0] >= 0 && r.m.IsConstant(&r.g.Tensors[o.Inputs[0]]) {
		return network.Layer{}, r.refuse("input 0 is a constant", "fold constants before export")
	}
	return r.binary(network.Prelu, o, tflite.ActNone)
}

// squaredDifference reads (X − Y)² as the difference and its square.
func (r *reading) squaredDifference(o *tflite.Operator) (network.Layer, error) {
	difference, err := r.binary(network.Sub, o, tflite.ActNone) // either way round
	if err != nil {
		return network.Layer{}, err
	}
	return network.Layer{Kind: network.Square, Inputs: []int{r.layer(difference)}}, nil
}

// repeats reports whether a constant of some shape is repeated to samples of another,
// and not these to it.
func repeats(constant tflite.Shape, sample []int) bool {
	for k := 1; k <= len(constant); k++ {
		d := int(constant[len(constant)-k])
		if d != 1 && (k > len(sample) || d != sample[len(sample)-k]) {
			return false
		}
	}
	return true
}

// pow reads X to the power of a constant, as the operators that these powers have.
func (r *reading) pow(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	x, err := r.activation(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	if o.Inputs[1] < 0 || !r.m.IsConstant(&r.g.Tensors[o.Inputs[1]]) {
		return network.Layer{}, r.refuse("its exponent is not constant", "write it with EXP and a product")
	}
	if shape, n := r.g.Tensors[o.Inputs[1]].Shape, r.rank(o, 0); len(shape) > n || !repeats(shape, r.shapes[x]) {
		return network.Layer{}, r.refuse("exponents of shape %v for samples of shape %v", "use one exponent", shape, r.shapes[x])
	}
	exponents, err := r.m.Floats(&r.g.Tensors[o.Inputs[1]])
	if err != nil {
		return network.Layer{}, err
	}
	if len(exponents) == 0 || slices.Min(exponents) != slices.Max(exponents) {
		return network.Layer{}, r.refuse("exponents %v", "use one exponent", exponents)
	}
	layer := network.Layer{Inputs: []int{x}}
	switch exponents[0] {
	case 2:
		layer.Kind = network.Square
	case 3:
		layer.Kind = network.Mul
		layer.Inputs = append(layer.Inputs, r.layer(network.Layer{Kind: network.Square, Inputs: []int{x}}))
	case 0.5:
		layer.Kind = network.Sqrt
	case -0.5:
		layer.Kind = network.Rsqrt
	default:
		return network.Layer{}, r.refuse("the power of %v", "powers of 2, 3, 1/2 and -1/2 can be proven", exponents[0])
	}
	return layer, nil
}
