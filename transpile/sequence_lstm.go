package transpile

import (
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM beside its first, each the first of as many
// as there are gates: input, forget, cell and output. −1 stands for one that is not
// there.
const (
	lstmWeights    = 1
	lstmRecurrent  = 5
	lstmPeephole   = 9 // three: of input, forget and output
	lstmBias       = 12
	lstmProjection = 16 // weights, and a bias
	lstmNormalised = 20 // absent in older files
	lstmGates      = 4
)

// sequenceLSTM reads a recurrent layer on sequences, batch first, without what
// variants of it have. Its state is 0 before each sample, as it is after the
// variables of an interpreter have been reset.
func (r *reading) sequenceLSTM(o *tflite.Operator) (network.Layer, error) {
	layer := network.Layer{Kind: network.SequenceLSTM}
	if err := r.arity(o, lstmNormalised, lstmNormalised+lstmGates); err != nil {
		return layer, err
	}
	if err := r.plainLSTM(o); err != nil {
		return layer, err
	}
	x, err := r.shaped(o, 0)
	if err != nil {
		return layer, err
	}
	in, w := r.shapes[x], r.g.Tensors[o.Inputs[lstmWeights]].Shape
	if r.unbatched || len(in) != 2 || len(w) != 2 || w[0] < 1 || int(w[1]) != in[1] {
		return layer, r.refuse("weights of shape %v on samples of shape %v", "give the input three axes: batch, time steps and features", w, in)
	}
	units := int(w[0])
	for _, i := range []int{tflite.SequenceLSTMOutput, tflite.SequenceLSTMCell} {
		if err := r.emptyState(o.Inputs[i], r.batch(x)*int64(units)); err != nil {
			return layer, err
		}
	}
	layer.Inputs, layer.Shape = []int{x}, []int{in[0], units}
	if options, _ := o.Options.(tflite.SequenceLSTMOptions); options.CellClip > 0 {
		layer.Constant = &network.Constant{Cells: []float32{options.CellClip}}
	}
	for _, group := range []struct {
		first int
		shape []int
	}{{lstmWeights, []int{in[1], units}}, {lstmRecurrent, []int{units, units}}, {lstmBias, []int{units}}} {
		for g := range lstmGates {
			t := o.Inputs[group.first+g]
			// A model has the units of a matrix first.
			declared, transposed := r.g.Tensors[t].Shape, len(group.shape) == 2
			if len(declared) != len(group.shape) || int(declared[0]) != units {
				return layer, r.refuse("weights of shape %v on samples of shape %v, with %d units", "export the model again", declared, in, units)
			}
			i, err := r.weight(t, transposed, group.shape...)
			if err != nil {
				return layer, err
			}
			layer.Weights = append(layer.Weights, i)
		}
	}
	return layer, nil
}

// plainLSTM refuses variants of the layer, by their options and inputs.
func (r *reading) plainLSTM(o *tflite.Operator) error {
	options, _ := o.Options.(tflite.SequenceLSTMOptions)
	has := func(first, n int) bool {
		for _, t := range o.Inputs[min(first, len(o.Inputs)):min(first+n, len(o.Inputs))] {
			if t >= 0 {
				return true
			}
		}
		return false
	}
	switch {
	case options.TimeMajor:
		return r.refuse("time steps before the batch (time_major)", "export it with the batch first")
	case options.Activation != tflite.ActTanh:
		return r.refuse("activation %v of cells", "use TANH", options.Activation)
	case !(options.CellClip >= 0) || options.ProjClip != 0:
		return r.refuse("cells clipped to %v, projections to %v", "clip cells to a positive number or not at all (0), and no projections", options.CellClip, options.ProjClip)
	case options.DiagonalRecurrent:
		return r.refuse("recurrent weights that are diagonal", "use whole matrices")
	case has(lstmPeephole, lstmGates-1):
		return r.refuse("gates that see cells (peepholes)", "use a layer without peepholes, as Keras has it")
	case has(lstmProjection, 2):
		return r.refuse("a projection of its output", "use a layer without projection, and a FULLY_CONNECTED after it")
	case has(lstmNormalised, lstmGates):
		return r.refuse("normalised gates", "use a layer without normalisation")
	}
	for _, first := range []int{lstmWeights, lstmRecurrent, lstmBias} {
		for g := range lstmGates {
			if o.Inputs[first+g] < 0 {
				return r.refuse("a gate without weights or bias (coupled gates)", "use a layer with four gates, as Keras has it")
			}
		}
	}
	return nil
}

// state reports whether a tensor is a variable that a recurrent layer reads.
func (r *reading) state(o *tflite.Operator, t int32) bool {
	return r.m.Codes[o.Code].Builtin == tflite.OpSequenceLSTM && r.g.Tensors[t].Variable
}

// emptyState refuses a state that is not a variable with so many cells that is 0 at
// first.
func (r *reading) emptyState(i int32, cells int64) error {
	if i < 0 {
		return r.refuse("it has no state", "export the model again")
	}
	t := &r.g.Tensors[i]
	if n, ok := t.Shape.Elements(); !t.Variable || r.m.IsConstant(t) || !ok || n != cells {
		return r.refuse("its state %s of shape %v is not a variable of %d cells", "export the model again", foreign.Quote(t.Name), t.Shape, cells)
	}
	return nil
}
