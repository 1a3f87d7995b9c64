package transpile

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/foreign"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
)

// Result is a training step and how its weights relate to the model's.
type Result struct {
	Network *network.Network
	Program *graph.Program // the network's step
	Weights []Weight       // trainable and frozen, in the network's order
}

// Supported lists the operators that can be read.
func Supported() map[tflite.Builtin]bool {
	supported := map[tflite.Builtin]bool{}
	for op := range rules() {
		supported[op] = true
	}
	return supported
}

// rule reads one operator of the model.
type rule func(r *reading, o *tflite.Operator) (network.Layer, error)

func rules() map[tflite.Builtin]rule {
	return map[tflite.Builtin]rule{
		tflite.OpFullyConnected: (*reading).fullyConnected,
		tflite.OpRelu:           plain(network.Relu),
		tflite.OpRelu6:          plain(network.Relu6),
		tflite.OpTanh:           plain(network.Tanh),
		tflite.OpLogistic:       plain(network.Logistic),
		tflite.OpSoftmax:        (*reading).softmax,
		tflite.OpReshape:        (*reading).reshape,
		tflite.OpAdd:            (*reading).add,
		tflite.OpMul:            (*reading).mul,
	}
}

// Transpile returns the training step of a model. Errors wrap
// fault.ErrUnsupported for a model that cannot be proven, with the operator,
// the reason and the remedy; fault.ErrUsage for options that make no sense;
// fault.ErrInput for weights that are not numbers.
func Transpile(m *tflite.Model, o Options) (_ *Result, err error) {
	defer fault.Catch(&err, "model", fault.ErrUnsupported)
	a, weights, err := Read(m, o.BatchAxis)
	if err != nil {
		return nil, err
	}
	c := network.Choices{Batch: o.Batch, Formats: o.Formats, RateShift: o.RateShift, Scheduled: o.Scheduled}
	if c.Loss, c.Labels, err = a.ChooseLoss(o.Loss, o.Labels); err != nil {
		return nil, err
	}
	if c.Frozen, err = frozen(m, weights, o.Frozen); err != nil {
		return nil, err
	}
	n, err := network.New(*a, c)
	if err != nil {
		return nil, err
	}
	for i := range weights {
		weights[i].Tensor = n.Weight(i)
	}
	return &Result{Network: n, Program: n.Program(), Weights: weights}, nil
}

// Read returns the architecture of a model, and which constants of the model
// its weights are; their tensors in a program are not known yet. batchAxis is
// that of Options. Errors wrap fault.ErrUnsupported, with the operator, the
// reason and the remedy.
func Read(m *tflite.Model, batchAxis *int) (_ *network.Architecture, _ []Weight, err error) {
	defer fault.Catch(&err, "model", fault.ErrUnsupported)
	if err := tflite.Check(m, tflite.CheckOptions{Operators: Supported(), BatchAxis: batchAxis}).Err(); err != nil {
		return nil, nil, err
	}
	r := &reading{m: m, g: &m.Subgraphs[0], batchAxis: batchAxis, values: map[int32]int{}, index: map[int32]int{}, operands: map[int32]bool{}}
	if err := r.run(); err != nil {
		return nil, nil, err
	}
	return &r.a, r.weights, nil
}

// reading is the translation of one model at work.
type reading struct {
	m         *tflite.Model
	g         *tflite.Subgraph
	batchAxis *int
	a         network.Architecture
	values    map[int32]int // of the architecture, by tensor of the model
	shapes    [][]int       // of one sample, by value: as operators make it
	weights   []Weight
	index     map[int32]int  // weights by tensor of the model
	operands  map[int32]bool // tensors that are public constants
	op        int            // operator being read
}

// refuse says why an operator cannot be read, and what to do.
func (r *reading) refuse(reason, remedy string, args ...any) error {
	o := &r.g.Operators[r.op]
	return fmt.Errorf("operator %d (%s): %s; %s: %w", r.op, r.m.Codes[o.Code], fmt.Sprintf(reason, args...), remedy, fault.ErrUnsupported)
}

// run reads all operators that the output depends on, in order.
func (r *reading) run() error {
	if len(r.g.Inputs) != 1 || len(r.g.Outputs) != 1 {
		return fmt.Errorf("model with %d inputs and %d outputs; export it with one of each: %w",
			len(r.g.Inputs), len(r.g.Outputs), fault.ErrUnsupported)
	}
	if err := r.input(r.g.Inputs[0]); err != nil {
		return err
	}
	if err := r.signature(); err != nil {
		return err
	}
	table, needed := rules(), r.needed()
	for i := range r.g.Operators {
		if !needed[i] {
			continue
		}
		o := &r.g.Operators[i]
		r.op = i
		apply, ok := table[r.m.Codes[o.Code].Builtin]
		if !ok {
			return r.refuse("there is no proof for it", "replace it by operators that zkaudit inspect lists as provable")
		}
		if len(o.Outputs) != 1 {
			return r.refuse("it has %d outputs", "export the model again", len(o.Outputs))
		}
		layer, err := apply(r, o)
		if err != nil {
			return err
		}
		if err := r.makes(o, &layer); err != nil {
			return err
		}
	}
	if v, ok := r.values[r.g.Outputs[0]]; !ok || v == 0 {
		return fmt.Errorf("no operator makes the model's output: %w", fault.ErrUnsupported)
	}
	return nil
}

// signature refuses a signature that names other tensors than the graph does: a
// runtime that is called by it would hand out another value.
func (r *reading) signature() error {
	for _, s := range r.m.Signatures { // at most one: tflite.Check
		for _, of := range []struct {
			named []tflite.NamedTensor
			graph []int32
		}{{s.Inputs, r.g.Inputs}, {s.Outputs, r.g.Outputs}} {
			if len(of.named) != 1 || int64(of.named[0].Tensor) != int64(of.graph[0]) {
				return fmt.Errorf("signature %s has other inputs or outputs than the graph; export the inference function alone: %w",
					foreign.Quote(s.Key), fault.ErrUnsupported)
			}
		}
	}
	return nil
}

// makes records the layer that an operator is. An interpreter works with the
// shapes that operators make, whatever a file declares: one that declares
// others is refused, but for axes of size 1 in front.
func (r *reading) makes(o *tflite.Operator, layer *network.Layer) error {
	for i, t := range append(o.Inputs[:len(o.Inputs):len(o.Inputs)], o.Outputs[0]) {
		shape := i == 1 && layer.Kind == network.Reshape
		if t >= 0 && !shape && r.g.Tensors[t].Type != tflite.Float32 {
			return r.refuse("tensor %s holds %v", "export the float32 model", foreign.Quote(r.g.Tensors[t].Name), r.g.Tensors[t].Type)
		}
	}
	shape := layer.Shape
	if shape == nil {
		shape = r.shapes[layer.Inputs[0]]
	}
	declared := r.g.Tensors[o.Outputs[0]].Shape
	if s, ok := sample(declared); !ok || !slices.Equal(withoutOnes(s), withoutOnes(shape)) {
		return r.refuse("its output is declared as %v, it makes samples of shape %v", "export the model again", declared, shape)
	}
	r.a.Layers, r.shapes = append(r.a.Layers, *layer), append(r.shapes, shape)
	r.values[o.Outputs[0]] = len(r.a.Layers)
	return nil
}

// withoutOnes returns a shape without the axes of size 1 in front.
func withoutOnes(shape []int) []int {
	for len(shape) > 0 && shape[0] == 1 {
		shape = shape[1:]
	}
	return shape
}

// needed tells which operators the output depends on.
func (r *reading) needed() []bool {
	maker := map[int32]int{}
	for i := range r.g.Operators {
		for _, t := range r.g.Operators[i].Outputs {
			maker[t] = i
		}
	}
	needed := make([]bool, len(r.g.Operators))
	pending := []int32{r.g.Outputs[0]}
	for len(pending) > 0 {
		t := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if i, made := maker[t]; made && !needed[i] {
			needed[i] = true
			pending = append(pending, r.g.Operators[i].Inputs...)
		}
	}
	return needed
}

// input takes the shape of one sample.
func (r *reading) input(index int32) error {
	t := &r.g.Tensors[index]
	if axis, ok := r.m.BatchAxis(0, tflite.CheckOptions{BatchAxis: r.batchAxis}); !ok || axis != 0 {
		return fmt.Errorf("input %s: the batch must be the first axis; transpose the input when exporting: %w", foreign.Quote(t.Name), fault.ErrUnsupported)
	}
	shape, ok := sample(t.Shape)
	if !ok {
		return fmt.Errorf("input %s of shape %v has no features; give it an axis besides the batch: %w", foreign.Quote(t.Name), t.Shape, fault.ErrUnsupported)
	}
	r.a.Input, r.values[index], r.shapes = shape, 0, [][]int{shape}
	return nil
}

// sample returns the sizes behind the batch axis; false if there are none.
func sample(s tflite.Shape) ([]int, bool) {
	if len(s) < 2 {
		return nil, false
	}
	shape := make([]int, len(s)-1)
	for i, d := range s[1:] {
		if d < 1 {
			return nil, false
		}
		shape[i] = int(d)
	}
	n, ok := s[1:].Elements()
	return shape, ok && n <= graph.MaxSize
}

// activation returns the value that input i of an operator carries.
func (r *reading) activation(o *tflite.Operator, i int) (int, error) {
	if i >= len(o.Inputs) || o.Inputs[i] < 0 {
		return 0, r.refuse("input %d is missing", "export the model again", i)
	}
	v, ok := r.values[o.Inputs[i]]
	if !ok {
		return 0, r.refuse("input %d (%s) is a constant", "fold constants before export", i, foreign.Quote(r.g.Tensors[o.Inputs[i]].Name))
	}
	return v, nil
}
