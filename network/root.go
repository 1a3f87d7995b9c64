package network

import (
	"math"
	"math/bits"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// A layer's normalisation by its parts is 1/√(MEAN(SQUARE(x)) + ε). Rounded to the
// bits of activations, squares, mean and ε would leave little of a variance that is
// not large. So squares of which nothing but a mean along the last axis is taken,
// and the mean of which nothing but the inverse root, stay sums: ops.KindRsqrt takes
// them as they are.

// sum says that a value is the cells of an accumulator, divided by terms, and plus
// more.
type sum struct {
	terms int
	plus  float64
}

// sqrt lowers √X.
func (l *lowering) sqrt(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	y, err := ops.Sqrt(l.b, l.name, x.id, l.n.choices.Formats.Activation)
	if err != nil {
		return err
	}
	l.set(y, x.shape)
	return nil
}

// rsqrt lowers 1/√X.
func (l *lowering) rsqrt(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	terms, addend, wide := 1, int64(0), 15
	if x.sum != nil {
		terms = x.sum.terms
		if addend, err = number.RoundFloat64(float64(terms)*x.sum.plus, l.b.Tensor(x.id).Format.Fraction); err != nil {
			return err
		}
		wide = 31 + bits.Len(uint(terms)) // squares of 16 bits, and ε, which is less
	}
	y, err := ops.Rsqrt(l.b, l.name, x.id, terms, addend, wide, l.n.choices.Formats.Activation)
	if err != nil {
		return err
	}
	if y, err = l.axis(y); err != nil {
		return err
	}
	l.set(y, x.shape)
	return nil
}

// axis gives a tensor of one cell for each sample, which a sum along its only axis
// is, an axis.
func (l *lowering) axis(id graph.TensorID) (graph.TensorID, error) {
	if len(l.b.Tensor(id).Axes) > 1 {
		return id, nil
	}
	return ops.Broadcast(l.b, l.name+" in an axis", id, ops.Units(1))
}

// readers returns the layers that read what a layer makes.
func (l *lowering) readers(layer int) (list []int) {
	for i := range l.n.architecture.Layers {
		if slices.Contains(l.n.architecture.Layers[i].Inputs, layer+1) {
			list = append(list, i)
		}
	}
	return list
}

// averaged reports whether nothing but the mean along the last axis is taken of
// what the layer being lowered makes, samples of the given shape.
func (l *lowering) averaged(layer *Layer, shape []int) bool {
	list := l.readers(l.layer)
	return layer.Activation == "" && len(list) > 0 && !slices.ContainsFunc(list, func(i int) bool {
		r := &l.n.architecture.Layers[i]
		return r.Kind != Mean || !slices.Equal(r.Parameters, []int{len(shape) - 1})
	})
}

// inverted reports whether nothing but the inverse root is taken of what the layer
// being lowered makes, a constant of one cell added before or not.
func (l *lowering) inverted() bool {
	list := l.readers(l.layer)
	for len(list) > 0 {
		r := &l.n.architecture.Layers[list[0]]
		switch {
		case r.Kind == Rsqrt:
		case l.addsSmall(r) && len(l.readers(list[0])) > 0:
			for _, i := range l.readers(list[0]) {
				if l.n.architecture.Layers[i].Kind != Rsqrt {
					return false
				}
			}
		default:
			return false
		}
		if list = list[1:]; len(list) == 0 {
			return true
		}
	}
	return false
}

// addsSmall reports whether a layer adds a constant ε of one cell, 0 <= ε < 1.
func (l *lowering) addsSmall(r *Layer) bool {
	return r.Kind == Add && r.Constant != nil && len(r.Constant.Cells) == 1 && len(r.Inputs) == 1 && r.Activation == "" &&
		r.Constant.Cells[0] >= 0 && r.Constant.Cells[0] < 1
}

// meanOfSum lowers the mean of exact squares, x, along their last axis: it stays a
// sum where its inverse root is taken, and is rounded once elsewhere.
func (l *lowering) meanOfSum(layer *Layer, x value) error {
	terms := x.shape[len(x.shape)-1]
	v, err := ops.Append(l.b, graph.Node{Name: l.name, Kind: ops.KindReduceSum, Inputs: []graph.TensorID{x.id}})
	if err != nil {
		return err
	}
	sums := value{id: v[0], shape: x.shape[:len(x.shape)-1]}
	if l.inverted() {
		if err := l.made(layer, sums); err != nil {
			return err
		}
		l.values[len(l.values)-1].sum = &sum{terms: terms}
		return nil
	}
	of := l.b.Tensor(v[0]).Format.Fraction
	f := min(l.n.choices.Formats.Activation, of)
	if divisor := terms << (of - f); divisor == 1 {
		sums.id, err = ops.Rescale(l.b, l.name+" rounded", v[0], f)
	} else {
		sums.id, err = ops.ConstantDivision(l.b, l.name+" divided", v[0], divisor, f)
	}
	if err != nil {
		return err
	}
	if sums.id, err = l.axis(sums.id); err != nil {
		return err
	}
	return l.made(layer, sums)
}

// addToSum lowers the sum of a mean that is not rounded and a constant.
func (l *lowering) addToSum(layer *Layer, x value) error {
	if _, err := l.operands(layer, 1, 0, false, true); err != nil {
		return err
	}
	l.set(x.id, x.shape)
	l.values[len(l.values)-1].sum = &sum{x.sum.terms, float64(layer.Constant.Cells[0])}
	return nil
}

// div lowers X/Y cellwise, Y another value, or a constant at as many fraction bits
// as 16 bits hold; both must be positive. A constant whose inverses 16 bits hold
// exactly, as of powers of two, multiplies by them.
func (l *lowering) div(layer *Layer) error {
	if c := layer.Constant; c != nil {
		inverse := &Constant{Shape: c.Shape, Cells: make([]float32, len(c.Cells))}
		for i, v := range c.Cells {
			if !(v > 0) {
				return l.refuse("a divisor of %v", "divide by positive numbers, or multiply by their inverses", v)
			}
			inverse.Cells[i] = 1 / v
		}
		f := finest(inverse.Cells)
		if !slices.ContainsFunc(c.Cells, func(v float32) bool { return !powerOfTwo(v, f) }) {
			multiplied := *layer
			multiplied.Constant = inverse
			return l.mul(&multiplied)
		}
	}
	x, y, err := l.pair(layer, func(_ number.Format, cells []float32) int { return finest(cells) })
	if err != nil {
		return err
	}
	if layer.Constant != nil && slices.Contains(l.b.Tensor(y).Cells, 0) {
		return l.refuse("divisors of %v to %v", "divide by constants that 16 bits hold", slices.Min(layer.Constant.Cells), slices.Max(layer.Constant.Cells))
	}
	q, err := ops.Quotient(l.b, l.name, x.id, y, l.n.choices.Formats.Activation)
	if err != nil {
		return err
	}
	return l.activate(layer, q, x.shape)
}

// powerOfTwo reports whether v is a power of two whose inverse is an integer at the
// given fraction bits.
func powerOfTwo(v float32, fraction int) bool {
	half, exponent := math.Frexp(float64(v))
	return half == 0.5 && exponent-1 <= fraction
}
