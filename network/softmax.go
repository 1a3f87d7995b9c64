package network

import (
	"math"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// softmax lowers a softmax over the last axis of a sample, or its logarithm. At the
// end it is part of the cross-entropy, and the logarithm is nothing else there:
// −Σ_c label_c·y_c of y = ln softmax z has the gradient p − label at z.
func (l *lowering) softmax(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	classes := x.shape[len(x.shape)-1]
	one := classes == count(x.shape)
	if l.last() && l.n.choices.Loss == graph.SoftmaxCrossEntropy {
		if !one && l.n.choices.Labels != graph.Values || x.hidden != nil {
			return l.refuse("softmax over the last axis of samples of shape %v", "use one axis per sample, or labels of values, and no mask, before a cross-entropy", x.shape)
		}
		l.set(x.id, x.shape)
		return nil
	}
	mask := graph.None
	if x.hidden != nil {
		if l.constants += len(x.hidden); l.constants > maxConstants {
			return l.refuse("constants of more than %d cells", "use smaller ones", maxConstants)
		}
		mask = l.mask(x)
	}
	if one && mask == graph.None {
		x, err = l.flat(x)
	} else {
		x, err = l.apart(x)
	}
	if err != nil {
		return err
	}
	var y graph.TensorID
	if layer.Kind == LogSoftmax { // whose gradient alone reads p
		y, err = ops.LogSoftmax(l.b, l.name, x.id, l.n.choices.Formats.Error)
	} else {
		y, err = ops.Softmax(l.b, l.name, x.id, mask, l.n.choices.Formats.Activation)
	}
	if err != nil {
		return err
	}
	l.set(y, x.shape)
	return nil
}

// mask adds the constant that shows which cells of a sample a softmax does not
// leave out, over the last axes on which they differ.
func (l *lowering) mask(x value) graph.TensorID {
	hidden, shape := x.hidden, x.shape
	for len(shape) > 1 && repeats(hidden, shape[0]) {
		hidden, shape = hidden[:len(hidden)/shape[0]], shape[1:]
	}
	t := graph.Tensor{Name: l.name + " mask", Role: graph.Constant, Format: number.Format{Bits: 2}, Cells: make([]int32, len(hidden))}
	for _, d := range shape {
		t.Axes = append(t.Axes, ops.Units(d))
	}
	for i, h := range hidden {
		if !h {
			t.Cells[i] = 1
		}
	}
	return l.b.Add(t)
}

// repeats reports whether a list is its first part, so many times.
func repeats(list []bool, times int) bool {
	part := len(list) / times
	for i := part; i < len(list); i += part {
		if !slices.Equal(list[:part], list[i:i+part]) {
			return false
		}
	}
	return true
}

// addMask lowers X + C where nothing but softmaxes reads the sum and cells of C are
// far below the others, −10^9 say: they stand for classes that the softmaxes leave
// out. handled is false where C has no such cell.
//
// With X and all other sums in their format, of f fraction bits, a sum with a cell
// below −(2^(16−f) + 12) is less than any other by 12 at least, and e^−12 rounds to
// 0 at the 15 fraction bits of an exponential: leaving it out is what the softmax
// of these sums makes of it.
func (l *lowering) addMask(layer *Layer) (handled bool, err error) {
	if layer.Constant == nil || len(layer.Inputs) != 1 || layer.Activation != "" || !l.readBy(Softmax) {
		return false, nil
	}
	x := l.values[layer.Inputs[0]]
	cells := count(x.shape)
	if cells > maxConstants-l.masks {
		return true, l.refuse("constants of more than %d cells", "use smaller ones", maxConstants)
	}
	spread, ok := repeat(layer.Constant, x.shape)
	if !ok {
		return false, nil
	}
	below := -math.Ldexp(1, 16-l.b.Tensor(x.id).Format.Fraction) - 12
	hidden, rest := make([]bool, len(spread)), false
	for i, v := range spread {
		if hidden[i] = float64(v) < below; hidden[i] {
			spread[i] = 0
		}
		rest = rest || spread[i] != 0
	}
	if !slices.Contains(hidden, true) {
		return false, nil
	}
	if _, err := l.operands(layer, 1, 0, false, true); err != nil {
		return true, err
	}
	l.masks += cells
	if !rest {
		l.set(x.id, x.shape)
	} else if err := l.addTo(&Layer{Kind: layer.Kind, Inputs: layer.Inputs, Constant: &Constant{x.shape, spread}}); err != nil {
		return true, err
	}
	l.values[len(l.values)-1].hidden = hidden
	return true, nil
}

// readBy reports whether what the layer being lowered makes is read by layers of
// one kind, and is not the output.
func (l *lowering) readBy(k Kind) bool {
	layers := l.n.architecture.Layers
	for i := range layers {
		if slices.Contains(layers[i].Inputs, l.layer+1) && layers[i].Kind != k {
			return false
		}
	}
	return !l.last()
}
