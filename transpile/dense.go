package transpile

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/tflite"
)

// fullyConnected lowers V = X·Wᵀ + b, its rounding and its fused activation.
func (l *lowering) fullyConnected(o *tflite.Operator) error {
	x, err := l.activation(o, 0)
	if err != nil {
		return err
	}
	options, _ := o.Options.(tflite.FullyConnectedOptions)
	if options.WeightsFormat != 0 {
		return l.refuse("weights in a shuffled layout", "convert the model without quantisation")
	}
	if len(o.Inputs) < 2 || o.Inputs[1] < 0 {
		return l.refuse("it has no weights", "export the model again")
	}
	shape := l.g.Tensors[o.Inputs[1]].Shape
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 {
		return l.refuse("weights of shape %v", "export the model again", shape)
	}
	units, inputs := int(shape[0]), int(shape[1])
	if count(x.shape) != inputs {
		return l.refuse("a layer of %d inputs on samples of shape %v acts on every position apart",
			"flatten the sample before the layer, or use one position per sample", inputs, x.shape)
	}
	out := []int{units}
	if options.KeepNumDims {
		if x.shape[len(x.shape)-1] != inputs {
			return l.refuse("keep_num_dims on samples of shape %v with %d inputs", "flatten the sample before the layer", x.shape, inputs)
		}
		out = append(append([]int(nil), x.shape[:len(x.shape)-1]...), units)
	}
	f := l.b.Tensor(x.id).Format.Fraction
	node := graph.Node{Name: l.name, Kind: ops.KindFullyConnected, Inputs: []graph.TensorID{x.id}}
	w, err := l.weight(o.Inputs[1], f, true, l.b.Tensor(x.id).Axes[1], ops.Units(units))
	if err != nil {
		return err
	}
	node.Inputs = append(node.Inputs, w)
	if len(o.Inputs) > 2 && o.Inputs[2] >= 0 {
		b, err := l.weight(o.Inputs[2], f, false, ops.Units(units))
		if err != nil {
			return err
		}
		node.Inputs = append(node.Inputs, b)
	}
	v, err := ops.Append(l.b, node)
	if err != nil {
		return err
	}
	y, err := ops.Rescale(l.b, l.name+" rounded", v[0], l.o.Fractions.Activation)
	if err != nil {
		return err
	}
	return l.activate(o, y, out, options.Activation)
}

// weight adds a constant of the model as a weight for a layer whose input has
// fx fraction bits, or returns it if another layer has it already.
func (l *lowering) weight(index int32, fx int, transposed bool, axes ...relation.Axis) (graph.TensorID, error) {
	t := &l.g.Tensors[index]
	if !l.m.IsConstant(t) {
		return graph.None, l.refuse("weights %q are computed, not constant", "export the model with constant weights", t.Name)
	}
	if n, ok := t.Shape.Elements(); !ok || n != int64(sizeOf(axes)) {
		return graph.None, l.refuse("constant %q of shape %v does not fit %v", "export the model again", t.Name, t.Shape, axes)
	}
	fraction := fx + l.o.Fractions.Error + l.o.RateShift
	if fraction > number.MaxFraction {
		return graph.None, l.refuse("weights would need %d fraction bits, at most %d fit", "raise the learning rate, or lower the fraction bits", fraction, number.MaxFraction)
	}
	if id, ok := l.byIndex[index]; ok {
		if old := l.b.Tensor(id); old.Format.Fraction != fraction || len(old.Axes) != len(axes) {
			return graph.None, l.refuse("weight %q is shared by layers whose inputs have different formats", "use one --fraction for features and activations", t.Name)
		}
		return id, nil
	}
	role := graph.Weight
	if l.frozen[t.Name] {
		role = graph.Frozen
		delete(l.frozen, t.Name)
	}
	id := l.b.Add(graph.Tensor{Name: l.nameOf(index), Role: role, Axes: axes, Format: number.Format{Bits: 63, Fraction: fraction}})
	l.byIndex[index] = id
	l.weights = append(l.weights, Weight{Tensor: id, Index: int(index), Transposed: transposed})
	return id, nil
}

// nameOf returns the name of a tensor of the model, or its number where the
// name says little.
func (l *lowering) nameOf(index int32) string {
	name := l.g.Tensors[index].Name
	if name == "" || len(name) > 256 {
		return fmt.Sprintf("tensor %d", index)
	}
	return name
}

func sizeOf(axes []relation.Axis) int {
	n := 1
	for _, a := range axes {
		n *= a.Size
	}
	return n
}
