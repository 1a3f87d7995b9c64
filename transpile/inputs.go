package transpile

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// Input is an input of a model: so many columns of a row.
type Input struct {
	Name    string `json:"name"`
	Columns int    `json:"columns"`
}

// Inputs are those of a model in the order in which a row has their columns: the
// file's own, which an interpreter's list of inputs has, too. batchAxis is that of
// Options. Requires a model that Read reads.
func Inputs(m *tflite.Model, batchAxis *int) (list []Input) {
	r := newReading(m, batchAxis)
	for _, t := range r.g.Inputs {
		shape, _ := r.inputShape(t)
		list = append(list, Input{Name: r.g.Tensors[t].Name, Columns: count(shape)})
	}
	return list
}

// inputs takes the shape of a sample from the inputs of the graph. Of several, a
// sample is the cells of one after the other, and each is a part of it.
func (r *reading) inputs() {
	var shapes [][]int
	total := 0
	for _, t := range r.g.Inputs {
		shape, ok := r.inputShape(t)
		if !ok {
			shape = []int{1} // for what comes after it
		}
		shapes, total = append(shapes, shape), total+count(shape)
	}
	r.shapes = [][]int{{1}} // for what comes after inputs that cannot be read
	switch {
	case len(shapes) == 0:
	case total > graph.MaxSize:
		r.find(tflite.ProblemShape, fmt.Sprintf("the inputs have %d cells a sample", total), "use smaller ones")
	case len(shapes) == 1:
		r.a.Input, r.values[r.g.Inputs[0]], r.shapes = shapes[0], 0, [][]int{shapes[0]}
	default:
		r.a.Input, r.shapes = []int{total}, [][]int{{total}}
		r.divide(shapes)
	}
}

// divide reads each of several inputs as a part of the sample; those that the output
// does not depend on are left out.
func (r *reading) divide(shapes [][]int) {
	at, first := 0, &r.g.Tensors[r.g.Inputs[0]]
	for i, t := range r.g.Inputs {
		input, n := &r.g.Tensors[t], count(shapes[i])
		name := foreign.Quote(input.Name)
		switch {
		case slices.Contains(r.g.Inputs[:i], t):
			r.find(tflite.ProblemGraph, fmt.Sprintf("input %s is listed twice", name), "export the model again")
		case integral(input):
			r.find(tflite.ProblemType, fmt.Sprintf("input %s holds %v beside other inputs", name, input.Type), "give indices as the only input")
		case !r.unbatched && !slices.Equal(input.Shape[:min(1, len(input.Shape))], first.Shape[:min(1, len(first.Shape))]):
			r.find(tflite.ProblemBatch, fmt.Sprintf("inputs of shapes %v and %v have different batches", first.Shape, input.Shape), "give all inputs one batch")
		case r.needed[t]:
			v := r.layer(part(0, []int{at}, ones(1), []int{n}))
			if len(shapes[i]) > 1 {
				v = r.layer(network.Layer{Kind: network.Reshape, Inputs: []int{v}, Shape: shapes[i]})
			}
			r.values[t] = v
		}
		at += n
	}
}

// inputShape returns the shape of a sample of an input of the graph.
func (r *reading) inputShape(index int32) ([]int, bool) {
	t := &r.g.Tensors[index]
	if r.batchAxis != nil && *r.batchAxis > 0 {
		r.find(tflite.ProblemBatch, fmt.Sprintf("input %s: the batch must be the first axis", foreign.Quote(t.Name)), "transpose the input when exporting")
	}
	shape, ok := r.sample(t.Shape)
	if !r.unbatched && integral(t) && len(t.Shape) == 1 { // an index for each sample
		shape, ok = []int{1}, true
	}
	if !ok {
		remedy := "give it an axis besides the batch, or read the whole input as one sample (--batch-axis none)"
		if r.unbatched {
			remedy = "give it an axis"
		}
		r.find(tflite.ProblemShape, fmt.Sprintf("input %s of shape %v has no features", foreign.Quote(t.Name), t.Shape), remedy)
	}
	return shape, ok
}

// lead is the number of axes before those of a sample that tensors of the model
// have: that of the batch, or none where the whole input is one sample. Then what
// operators do with their first axis is what they do with samples.
func (r *reading) lead() int {
	if r.unbatched {
		return 0
	}
	return 1
}

// sample returns the sizes of a sample's axes; false if there are none.
func (r *reading) sample(s tflite.Shape) ([]int, bool) {
	if len(s) <= r.lead() {
		return nil, false
	}
	shape := make([]int, len(s)-r.lead())
	for i, d := range s[r.lead():] {
		if d < 1 {
			return nil, false
		}
		shape[i] = int(d)
	}
	n, ok := s[r.lead():].Elements()
	return shape, ok && n <= graph.MaxSize
}

// axis returns the axis of a sample that an operator counts among n axes of a
// tensor, a negative one from the last; false for the batch, and for none.
func (r *reading) axis(stated int64, n int) (int, bool) {
	at, ok := counted(stated, n)
	return at - r.lead(), ok && at >= r.lead()
}

// counted returns an axis of n, a negative one counted from the last.
func counted(axis int64, n int) (int, bool) {
	if axis < 0 {
		axis += int64(n)
	}
	return int(axis), axis >= 0 && axis < int64(n)
}

// count is the number of cells of a shape.
func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// pictures reads an operator on pictures, input at of its own, whose first axis
// counts them. Where the whole input is one sample, that axis must be of size 1: it
// is the operator's batch, and an axis of the sample.
func pictures(at int, read func(*reading, *tflite.Operator) (network.Layer, error)) func(*reading, *tflite.Operator) (network.Layer, error) {
	return func(r *reading, o *tflite.Operator) (network.Layer, error) {
		if !r.unbatched || at >= len(o.Inputs) {
			return read(r, o)
		}
		x, err := r.shaped(o, at)
		if err != nil {
			return network.Layer{}, err
		}
		shape, t := r.shapes[x], o.Inputs[at]
		if len(shape) < 2 || shape[0] != 1 {
			return network.Layer{}, r.refuse("an input of shape %v, of which it takes the first axis for a batch", "give it one picture: a first axis of size 1", shape)
		}
		r.values[t] = r.layer(network.Layer{Kind: network.Reshape, Inputs: []int{x}, Shape: shape[1:]})
		r.unbatched = false
		layer, err := read(r, o)
		r.values[t], r.unbatched = x, true
		if err != nil {
			return network.Layer{}, err
		}
		return network.Layer{Kind: network.Reshape, Inputs: []int{r.layer(layer)}, Shape: slices.Insert(slices.Clone(layer.Shape), 0, 1)}, nil
	}
}
