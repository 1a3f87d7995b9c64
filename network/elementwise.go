package network

import (
	"fmt"
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// add lowers X + Y cellwise, Y another value, a weight, a constant at the fraction
// bits of X, or one that masks a softmax.
func (l *lowering) add(layer *Layer) error {
	if len(layer.Weights) > 0 {
		return l.addWeight(layer)
	}
	if x := l.values[layer.Inputs[0]]; x.sum != nil {
		return l.addToSum(layer, x)
	}
	if handled, err := l.addMask(layer); handled {
		return err
	}
	return l.addTo(layer)
}

// addTo lowers X + Y, Y another value or a constant at the fraction bits of X.
func (l *lowering) addTo(layer *Layer) error {
	x, y, err := l.pair(layer, func(x number.Format, _ []float32) int { return x.Fraction })
	if err != nil {
		return err
	}
	if fx, fy := l.b.Tensor(x.id).Format.Fraction, l.b.Tensor(y).Format.Fraction; fx != fy {
		return l.mismatch("operands with %d and %d fraction bits", fx, fy)
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindAdd, Inputs: []graph.TensorID{x.id, y}})
	if err != nil {
		return err
	}
	return l.activate(layer, out[0], x.shape)
}

// mul lowers X·Y cellwise, rounded; Y is another value, or a constant at as
// many fraction bits as 16 bits hold.
func (l *lowering) mul(layer *Layer) error {
	x, y, err := l.pair(layer, func(_ number.Format, cells []float32) int { return finest(cells) })
	if err != nil {
		return err
	}
	return l.product(layer, x, y)
}

// product appends X·Y, rounded, and the fused activation of a layer; a square whose
// mean alone is read is not rounded.
func (l *lowering) product(layer *Layer, x value, y graph.TensorID) error {
	exact := x.id == y && l.averaged(layer, x.shape)
	if exact {
		var err error
		if x, err = l.apart(x); err != nil {
			return err
		}
		y = x.id
	}
	out, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindMul, Inputs: []graph.TensorID{x.id, y}})
	if err != nil {
		return err
	}
	if exact {
		l.set(out[0], x.shape)
		l.values[len(l.values)-1].sum = &sum{terms: 1}
		return nil
	}
	fraction := min(l.n.choices.Formats.Activation, l.b.Tensor(out[0]).Format.Fraction)
	rounded, err := ops.Rescale(l.b, l.name+" rounded", out[0], fraction)
	if err != nil {
		return err
	}
	return l.activate(layer, rounded, x.shape)
}

// pair returns the operands of a layer with two of them; fraction gives the
// fraction bits of a constant.
func (l *lowering) pair(layer *Layer, fraction func(x number.Format, cells []float32) int) (value, graph.TensorID, error) {
	inputs := 2
	if layer.Constant != nil {
		inputs = 1
	}
	x, err := l.operands(layer, inputs, 0, false, layer.Constant != nil)
	if err != nil {
		return value{}, graph.None, err
	}
	if layer.Constant != nil {
		y, err := l.constant(layer.Constant, x, fraction(l.b.Tensor(x.id).Format, layer.Constant.Cells))
		return x, y, err
	}
	y := l.values[layer.Inputs[1]]
	if !slices.Equal(x.shape, y.shape) {
		return value{}, graph.None, l.refuse("operands of shapes %v and %v", "broadcast before the operator", x.shape, y.shape)
	}
	y, err = l.laid(y, l.axesOf(x))
	return x, y.id, err
}

// constant adds a constant operand at the given fraction bits, rounded
// half-even and repeated to the shape of one sample.
func (l *lowering) constant(c *Constant, x value, fraction int) (graph.TensorID, error) {
	if l.constants += count(x.shape); l.constants > maxConstants {
		return graph.None, l.refuse("constants of more than %d cells", "use smaller ones", maxConstants)
	}
	spread, ok := repeat(c, x.shape)
	if !ok {
		return graph.None, l.refuse("constant of shape %v for samples of shape %v", "broadcast it before export", c.Shape, x.shape)
	}
	f := number.Format{Bits: 16, Fraction: fraction}
	cells := make([]int32, len(spread))
	for i, v := range spread {
		r, err := number.RoundFloat64(float64(v), f.Fraction)
		if err != nil || !f.Contains(r) {
			return graph.None, fmt.Errorf("layer %s, constant, cell %d: %v does not fit %v; rescale the model, or lower the fraction bits: %w",
				l.name, i, v, f, fault.ErrOverflow)
		}
		cells[i] = int32(r)
	}
	return l.b.Add(graph.Tensor{
		Name: l.name + " constant", Role: graph.Constant, Axes: l.b.Tensor(x.id).Axes[1:], Format: f, Cells: cells,
	}), nil
}

// finest returns the most fraction bits, at most maxFraction, at which 16 bits
// hold all values; 0 if none do.
func finest(values []float32) int {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(float64(v)))
	}
	f := maxFraction
	for f > 0 && math.Round(math.Ldexp(largest, f)) > 1<<15-1 {
		f--
	}
	return f
}

// repeat returns the cells of a constant for every cell of a sample, by the
// rules of broadcasting: axes are matched from the last, size 1 repeats.
func repeat(c *Constant, sample []int) ([]float32, bool) {
	shape := c.Shape
	for len(shape) > len(sample) {
		if shape[0] != 1 {
			return nil, false
		}
		shape = shape[1:]
	}
	strides, stride := make([]int, len(sample)), 1
	for k := 1; k <= len(shape); k++ {
		switch d := shape[len(shape)-k]; d {
		case sample[len(sample)-k]:
			strides[len(sample)-k] = stride
			stride *= d
		case 1:
		default:
			return nil, false
		}
	}
	out := make([]float32, count(sample))
	for i := range out {
		rest, from := i, 0
		for k := len(sample) - 1; k >= 0; k-- {
			from += rest % sample[k] * strides[k]
			rest /= sample[k]
		}
		out[i] = c.Cells[from]
	}
	return out, true
}
