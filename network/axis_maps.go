package network

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// alone checks a layer of one input that has no weights, no constant and no fused
// activation, states its shape, and has so many parameters, and returns its input
// with an axis for each of its shape.
func (l *lowering) alone(layer *Layer, parameters int) (value, error) {
	x, err := l.operands(layer, 1, 0, true, false)
	if err != nil {
		return value{}, err
	}
	if err := l.plain(layer); err != nil {
		return value{}, err
	}
	if len(layer.Parameters) != parameters {
		return value{}, l.refuse("%d parameters on samples of shape %v", "export the model again", len(layer.Parameters), x.shape)
	}
	return l.apart(x)
}

// maps counts the entries of a map of an axis, and its sizes before and after, before
// any of them is listed.
func (l *lowering) maps(entries, from, to int) error {
	if l.mapped += entries + from + to; l.mapped > maxMapped {
		return l.refuse("cells are moved or added up along axes of more than %d cells in all", "use smaller ones", maxMapped)
	}
	return nil
}

// selected sets what maps that select make of a value laid apart.
func (l *lowering) selected(layer *Layer, x value, maps []ops.AxisMap) error {
	y := value{id: x.id, shape: l.axesOf(x)}
	for _, m := range maps {
		y.shape[m.Axis] = m.Size
	}
	if len(maps) > 0 {
		var err error
		if y.id, err = ops.MapAxes(l.b, l.name, x.id, 0, maps...); err != nil {
			return err
		}
	}
	return l.made(layer, y)
}

// made sets a value whose shape must be the one that a layer states, axes of
// size 1 apart.
func (l *lowering) made(layer *Layer, y value) error {
	if !sameCells(y.shape, layer.Shape) {
		return l.refuse("it makes samples of shape %v, not %v", "export the model again", y.shape, layer.Shape)
	}
	l.set(y.id, layer.Shape)
	return nil
}

// sameCells reports whether two shapes differ in axes of size 1 alone.
func sameCells(a, b []int) bool {
	for {
		for len(a) > 0 && a[0] == 1 {
			a = a[1:]
		}
		for len(b) > 0 && b[0] == 1 {
			b = b[1:]
		}
		if len(a) == 0 || len(b) == 0 {
			return len(a) == len(b)
		}
		if a[0] != b[0] {
			return false
		}
		a, b = a[1:], b[1:]
	}
}

// added returns the sums that maps make, divided by a number and rounded once, at
// the fraction bits of X.
func (l *lowering) added(name string, x graph.TensorID, divisor int, maps ...ops.AxisMap) (graph.TensorID, error) {
	fraction, twos := l.b.Tensor(x).Format.Fraction, bits.TrailingZeros(uint(divisor))
	if odd := divisor >> twos; odd > 1 {
		twos = 0
	}
	v, err := ops.MapAxes(l.b, name, x, twos, maps...)
	if err != nil {
		return graph.None, err
	}
	switch {
	case divisor>>twos > 1:
		return ops.ConstantDivision(l.b, name+" divided", v, divisor, fraction)
	case l.b.Tensor(v).Role == graph.Accumulator:
		return ops.Rescale(l.b, name+" rounded", v, fraction)
	}
	return v, nil
}

// entry is one of value 1.
func entry(out, in int) ops.AxisEntry { return ops.AxisEntry{Out: out, In: in, Value: 1} }
