package transpile

import (
	"slices"

	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// integral reports whether a tensor holds integers that may be indices.
func integral(t *tflite.Tensor) bool { return t.Type == tflite.Int32 || t.Type == tflite.Int64 }

// gather reads an operator that looks up rows of a table, or that takes cells of an
// axis of samples at constant places.
func (r *reading) gather(o *tflite.Operator) ([]network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return nil, err
	}
	if _, computed := r.values[o.Inputs[0]]; computed && o.Inputs[1] >= 0 && r.m.IsConstant(&r.g.Tensors[o.Inputs[1]]) {
		layer, err := r.picked(o)
		return []network.Layer{layer}, err
	}
	options, _ := o.Options.(tflite.GatherOptions)
	if options.Axis != 0 || options.BatchDims != 0 {
		return nil, r.refuse("it reads axis %d, with %d axes of batches", "look up rows of a constant table", options.Axis, options.BatchDims)
	}
	return r.rowsOf(o, 0, 1)
}

// picked reads cells of an axis of samples, at equal distances, by a list of them;
// by a single number without the axis.
func (r *reading) picked(o *tflite.Operator) (network.Layer, error) {
	x, err := r.shaped(o, 0)
	if err != nil {
		return network.Layer{}, err
	}
	list, err := r.ints(o, 1)
	if err != nil {
		return network.Layer{}, err
	}
	options, _ := o.Options.(tflite.GatherOptions)
	from, index := r.shapes[x], r.g.Tensors[o.Inputs[1]].Shape
	at, ok := r.axis(int64(options.Axis), len(from)+r.lead())
	if !ok || options.BatchDims != 0 || len(index) > 1 || len(list) == 0 {
		return network.Layer{}, r.refuse("it takes cells of axis %d of samples of shape %v by indices of shape %v, with %d axes of batches", "keep the batch, and use a list of indices", options.Axis, from, index, options.BatchDims)
	}
	step := int64(1)
	if len(list) > 1 {
		step = list[1] - list[0]
	}
	for i, v := range list {
		if v < 0 || v >= int64(from[at]) || step == 0 || v != list[0]+int64(i)*step {
			return network.Layer{}, r.refuse("it takes cells %v of an axis of %d", "take cells of the axis at equal distances, and join what several take by a CONCATENATION", list, from[at])
		}
	}
	begin, steps, shape := make([]int, len(from)), ones(len(from)), slices.Clone(from)
	begin[at], steps[at], shape[at] = int(list[0]), int(step), len(list)
	layer := part(x, begin, steps, shape)
	if len(index) == 1 {
		return layer, nil
	}
	if len(shape) == 1 {
		return network.Layer{}, r.refuse("it leaves samples of shape %v no axis", "keep one", from)
	}
	return network.Layer{Kind: network.Reshape, Inputs: []int{r.layer(layer)}, Shape: slices.Delete(slices.Clone(shape), at, at+1)}, nil
}

// embeddingLookup reads GATHER with its inputs the other way round.
func (r *reading) embeddingLookup(o *tflite.Operator) ([]network.Layer, error) {
	if err := r.arity(o, 2, 2); err != nil {
		return nil, err
	}
	return r.rowsOf(o, 1, 0)
}

// rowsOf reads the rows of input table that input index names: a layer, or none
// where they are all rows in their order, which an ADD takes for a weight.
func (r *reading) rowsOf(o *tflite.Operator, table, index int) ([]network.Layer, error) {
	if o.Inputs[table] >= 0 && o.Inputs[index] >= 0 && r.m.IsConstant(&r.g.Tensors[o.Inputs[index]]) {
		return nil, r.wholeTable(o, table, index)
	}
	layer, err := r.namedRows(o, table, index)
	return []network.Layer{layer}, err
}

// wholeTable reads all rows of a table, by constant indices.
func (r *reading) wholeTable(o *tflite.Operator, table, index int) error {
	t := &r.g.Tensors[o.Inputs[table]]
	if !r.m.IsConstant(t) || len(t.Shape) != 2 {
		return r.refuse("a table of shape %v, or a computed one, is read at constant indices", "look up rows of a constant table", t.Shape)
	}
	list, err := r.ints(o, index)
	if err != nil {
		return err
	}
	for i, v := range list {
		if v != int64(i) {
			return r.refuse("its constant indices name row %d of a table of %d after %d others", "name all rows in their order, as positions do", v, t.Shape[0], i)
		}
	}
	declared := r.g.Tensors[o.Outputs[0]].Shape
	made := append(slices.Clone(r.g.Tensors[o.Inputs[index]].Shape), t.Shape[1])
	if len(list) != int(t.Shape[0]) || !slices.Equal(declared, made) || !slices.Equal(withoutLeadingOnes(made), t.Shape) {
		return r.refuse("its constant indices name %d of %d rows, and its output is declared as %v", "name all rows in their order, as positions do", len(list), t.Shape[0], declared)
	}
	r.tables[o.Outputs[0]] = o.Inputs[table]
	return nil
}

// withoutLeadingOnes returns a shape of two axes where those before are of size 1.
func withoutLeadingOnes(s tflite.Shape) tflite.Shape {
	for len(s) > 2 && s[0] == 1 {
		s = s[1:]
	}
	return s
}

// namedRows reads rows that the sample names.
func (r *reading) namedRows(o *tflite.Operator, table, index int) (network.Layer, error) {
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

// addTable reads the sum of input x and a table, whose rows are positions.
func (r *reading) addTable(o *tflite.Operator, x int, table int32, fused tflite.Activation) (layer network.Layer, err error) {
	v, err := r.activation(o, x)
	if err != nil {
		return layer, err
	}
	layer = network.Layer{Kind: network.Add, Inputs: []int{v}}
	if layer.Activation, err = r.fused(fused); err != nil {
		return layer, err
	}
	shape, of := r.g.Tensors[table].Shape, r.shapes[v]
	if made := r.g.Tensors[o.Inputs[1-x]].Shape; len(made) > r.rank(o, x) {
		return layer, r.refuse("a table of shape %v is added to samples of shape %v", "give it no more axes, since the batch would not be the first", made, of)
	}
	if len(of) < 2 || of[len(of)-2] != int(shape[0]) || of[len(of)-1] != int(shape[1]) {
		return layer, r.refuse("a table of shape %v is added to samples of shape %v", "give the samples its axes", shape, of)
	}
	w, err := r.weight(table, false, int(shape[0]), int(shape[1]))
	layer.Weights = []int{w}
	return layer, err
}
