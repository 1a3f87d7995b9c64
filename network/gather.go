package network

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// gather lowers the rows of a table that the integers of the sample name. Weights
// are the table (rows, width), and Shape is (…, width).
func (l *lowering) gather(layer *Layer) error {
	x, err := l.operands(layer, 1, 1, true, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	w := l.n.architecture.Weights[layer.Weights[0]].Shape
	if len(w) != 2 || !slices.Equal(layer.Shape, append(slices.Clone(x.shape), w[1])) {
		return l.refuse("a table of shape %v makes samples of shape %v of others of shape %v", "export the model again", w, layer.Shape, x.shape)
	}
	if x, err = l.indices(x); err != nil {
		return err
	}
	axes, err := l.rows(w)
	if err != nil {
		return err
	}
	table, err := l.weightOver(layer.Weights[0], l.finer(layer.Weights[0]), "table", axes)
	if err != nil {
		return err
	}
	h, err := l.oneHot(x, w[0])
	if err != nil {
		return err
	}
	v, err := ops.Gather(l.b, l.name, h, table)
	if err != nil {
		return err
	}
	y, err := ops.Rescale(l.b, l.name+" rounded", v, l.n.choices.Formats.Activation)
	if err != nil {
		return err
	}
	l.set(y, layer.Shape)
	return nil
}

// finer is by how many bits a table is finer than its updates ask for: where it
// makes a layer's units as well, that layer's input.
func (l *lowering) finer(table int) int {
	for i := range l.n.architecture.Layers {
		if other := &l.n.architecture.Layers[i]; other.Kind == Unembed && slices.Contains(other.Weights, table) {
			return l.n.choices.Formats.Activation
		}
	}
	return 0
}

// cast lowers a change between integers and reals, which integers are: it changes
// nothing.
func (l *lowering) cast(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, false, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	if x, err = l.indices(x); err != nil {
		return err
	}
	l.set(x.id, x.shape)
	return nil
}

// indices returns the sample, flat, if its cells are integers.
func (l *lowering) indices(x value) (value, error) {
	t := l.b.Tensor(x.id)
	if t.Role != graph.Input {
		return x, l.refuse("its indices are computed", "give them as the model's input")
	}
	if t.Format.Fraction != 0 {
		return x, fault.Advise(fmt.Errorf("layer %s: indices with %d fraction bits: %w", l.name, t.Format.Fraction, fault.ErrUnsupported),
			"set %s to 0, and do not normalise", "formats.feature")
	}
	return x, nil
}

// oneHot returns the one-hot of the sample's integers over the rows of a table,
// made once. Requires that their numbers have digits.
func (l *lowering) oneHot(x value, rows int) (graph.TensorID, error) {
	if id, made := l.oneHots[rows]; made {
		return id, nil
	}
	id, err := ops.OneHot(l.b, fmt.Sprintf("one of %d", rows), x.id, rows)
	l.oneHots[rows] = id
	return id, err
}

// digits are those of the numbers of a table's rows.
func (l *lowering) digits(rows int) ([]int, error) {
	if rows > ops.MaxRows {
		return nil, l.refuse("a table of %d rows, of which indices of 16 bits name the first %d", "use a smaller vocabulary", rows, ops.MaxRows)
	}
	if digits := ops.Digits(rows); digits != nil {
		return digits, nil
	}
	more := rows + 1
	for ops.Digits(more) == nil {
		more++
	}
	return nil, l.refuse("a table of %d rows, which is no product of three numbers up to %d", fmt.Sprintf("append rows that nothing names: %d", more-rows), rows, ops.MaxDigit)
}
