package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// integral reports whether a tensor holds integers that may be indices.
func integral(t *tflite.Tensor) bool { return t.Type == tflite.Int32 || t.Type == tflite.Int64 }

// gather reads an operator that looks up rows of a table.
func (r *reading) gather(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	options, _ := o.Options.(tflite.GatherOptions)
	if options.Axis != 0 || options.BatchDims != 0 {
		return network.Layer{}, r.refuse("it reads axis %d, with %d axes of batches", "look up rows of a constant table", options.Axis, options.BatchDims)
	}
	return r.rowsOf(o, 0, 1)
}

// embeddingLookup reads GATHER with its inputs the other way round.
func (r *reading) embeddingLookup(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return network.Layer{}, err
	}
	return r.rowsOf(o, 1, 0)
}

// rowsOf reads the rows of input table that input index names.
func (r *reading) rowsOf(o *tflite.Operator, table, index int) (network.Layer, error) {
	layer := network.Layer{Kind: network.Gather}
	if o.Inputs[table] < 0 || !r.m.IsConstant(&r.g.Tensors[o.Inputs[table]]) {
		return layer, r.refuse("its table is computed", "look up rows of a constant table")
	}
	x, err := r.activation(o, index)
	if err != nil {
		return layer, err
	}
	if t := &r.g.Tensors[o.Inputs[index]]; !integral(t) {
		return layer, r.refuse("its indices %s hold %v", "cast them to int32", foreign.Quote(t.Name), t.Type)
	}
	shape := r.g.Tensors[o.Inputs[table]].Shape
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 {
		return layer, r.refuse("a table of shape %v", "use one of rows", shape)
	}
	w, err := r.weight(o.Inputs[table], false, int(shape[0]), int(shape[1]))
	if err != nil {
		return layer, err
	}
	r.indices = []int32{o.Inputs[index]}
	layer.Inputs, layer.Weights, layer.Shape = []int{x}, []int{w}, append(slices.Clone(r.shapes[x]), int(shape[1]))
	return layer, nil
}

// cast reads an operator that makes integers of reals, or reals of integers.
func (r *reading) cast(o *tflite.Operator) (network.Layer, error) {
	if err := r.arity(o, 1, 1); err != nil {
		return network.Layer{}, err
	}
	x, err := r.activation(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	for _, t := range append(o.Inputs[:1:1], o.Outputs...) {
		if integral(&r.g.Tensors[t]) {
			r.indices = append(r.indices, t)
		}
	}
	return network.Layer{Kind: network.Cast, Inputs: []int{x}}, nil
}
