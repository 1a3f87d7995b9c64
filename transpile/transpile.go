package transpile

import (
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/foreign"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/tflite"
)

// Result is a training step and how its weights relate to the model's.
type Result struct {
	Program *graph.Program
	Weights []Weight // trainable and frozen, in the program's order
}

// Supported lists the operators that can be lowered.
func Supported() map[tflite.Builtin]bool {
	supported := map[tflite.Builtin]bool{}
	for op := range rules() {
		supported[op] = true
	}
	return supported
}

// rule lowers one operator of the model.
type rule func(l *lowering, o *tflite.Operator) error

func rules() map[tflite.Builtin]rule {
	return map[tflite.Builtin]rule{
		tflite.OpFullyConnected: (*lowering).fullyConnected,
		tflite.OpRelu:           activationRule(ops.KindRelu),
		tflite.OpRelu6:          activationRule(ops.KindRelu6),
		tflite.OpTanh:           activationRule(ops.KindTanh),
		tflite.OpLogistic:       activationRule(ops.KindLogistic),
		tflite.OpSoftmax:        (*lowering).softmax,
		tflite.OpReshape:        (*lowering).reshape,
		tflite.OpAdd:            (*lowering).add,
		tflite.OpMul:            (*lowering).mul,
	}
}

// Transpile returns the training step of a model. Errors wrap
// fault.ErrUnsupported for a model that cannot be proven, with the operator,
// the reason and the remedy; fault.ErrUsage for options that make no sense;
// fault.ErrInput for weights that are not numbers.
func Transpile(m *tflite.Model, o Options) (_ *Result, err error) {
	defer fault.Catch(&err, "model", fault.ErrUnsupported)
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := tflite.Check(m, tflite.CheckOptions{Operators: Supported(), BatchAxis: o.BatchAxis}).Err(); err != nil {
		return nil, err
	}
	l := newLowering(m, o)
	if err := l.run(); err != nil {
		return nil, err
	}
	last := l.values[l.g.Outputs[0]]
	if err := l.train(last); err != nil {
		return nil, asUnsupported(err)
	}
	p, err := ops.Finish(l.b.Program())
	if err != nil {
		return nil, err
	}
	return &Result{Program: p, Weights: l.weights}, nil
}

// asUnsupported makes the model answer for a step that cannot be built.
func asUnsupported(err error) error {
	if errors.Is(err, fault.ErrMalformed) {
		return fmt.Errorf("%v: %w", err, fault.ErrUnsupported)
	}
	return err
}

// value is a per-sample tensor of the model in the graph.
type value struct {
	id    graph.TensorID
	shape []int // of one sample, as the model has it
	// fused says that id is the input of a final activation that becomes part
	// of the loss.
	fused bool
}

// lowering is the translation of one model at work.
type lowering struct {
	m       *tflite.Model
	g       *tflite.Subgraph
	o       Options
	b       *graph.Builder
	values  map[int32]value
	weights []Weight
	frozen  map[string]bool
	byIndex map[int32]graph.TensorID // weights by tensor of the model
	loss    graph.LossKind
	labels  graph.LabelKind
	op      int // operator being lowered
	name    string
}

func newLowering(m *tflite.Model, o Options) *lowering {
	l := &lowering{
		m: m, g: &m.Subgraphs[0], o: o,
		b:      graph.NewBuilder(o.Name, o.Batch, o.Fractions),
		values: map[int32]value{}, frozen: map[string]bool{}, byIndex: map[int32]graph.TensorID{},
	}
	for _, name := range o.Frozen {
		l.frozen[name] = true
	}
	kind := graph.ConstantSGD
	if o.Scheduled {
		kind = graph.ScheduledSGD
	}
	l.b.Program().Optimizer = graph.Optimizer{Kind: kind, Shift: o.RateShift}
	return l
}

// refuse says why an operator cannot be lowered, and what to do.
func (l *lowering) refuse(reason, remedy string, args ...any) error {
	o := &l.g.Operators[l.op]
	return fmt.Errorf("operator %d (%s): %s; %s: %w", l.op, l.m.Codes[o.Code], fmt.Sprintf(reason, args...), remedy, fault.ErrUnsupported)
}

// run lowers all operators, in order.
func (l *lowering) run() error {
	if len(l.g.Inputs) != 1 || len(l.g.Outputs) != 1 {
		return fmt.Errorf("model with %d inputs and %d outputs; export it with one of each: %w",
			len(l.g.Inputs), len(l.g.Outputs), fault.ErrUnsupported)
	}
	if err := l.input(l.g.Inputs[0]); err != nil {
		return err
	}
	var err error
	if l.loss, l.labels, err = l.o.chooseLoss(l.lastActivation()); err != nil {
		return err
	}
	table := rules()
	for i := range l.g.Operators {
		o := &l.g.Operators[i]
		code := l.m.Codes[o.Code].Builtin
		l.op, l.name = i, fmt.Sprintf("%d %s", i, code)
		apply, ok := table[code]
		if !ok {
			return l.refuse("there is no proof for it", "replace it by operators that zkaudit inspect lists as provable")
		}
		if len(o.Outputs) != 1 {
			return l.refuse("it has %d outputs", "export the model again", len(o.Outputs))
		}
		if err := apply(l, o); err != nil {
			if errors.Is(err, fault.ErrMalformed) {
				return l.refuse("%v", "check the model's shapes", err)
			}
			return err
		}
	}
	if _, ok := l.values[l.g.Outputs[0]]; !ok {
		return fmt.Errorf("no operator makes the model's output: %w", fault.ErrUnsupported)
	}
	for name := range l.frozen {
		return fmt.Errorf("no weight %q to freeze: %w", name, fault.ErrUsage)
	}
	return nil
}

// input adds the features of the batch's rows.
func (l *lowering) input(index int32) error {
	t := &l.g.Tensors[index]
	if axis, ok := l.m.BatchAxis(0, tflite.CheckOptions{BatchAxis: l.o.BatchAxis}); !ok || axis != 0 {
		return fmt.Errorf("input %q: the batch must be the first axis; transpose the input when exporting: %w", t.Name, fault.ErrUnsupported)
	}
	shape, ok := sample(t.Shape)
	if !ok {
		return fmt.Errorf("input %q of shape %v has no features; give it an axis besides the batch: %w", t.Name, t.Shape, fault.ErrUnsupported)
	}
	id := l.b.Add(graph.Tensor{
		Name: "input", Role: graph.Input,
		Axes:   []relation.Axis{{Name: "batch", Size: l.o.Batch}, ops.Units(count(shape))},
		Format: number.Format{Bits: 16, Fraction: l.o.Fractions.Feature},
	})
	l.values[index] = value{id: id, shape: shape}
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

func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// activation returns the value that input i of an operator carries.
func (l *lowering) activation(o *tflite.Operator, i int) (value, error) {
	if i >= len(o.Inputs) || o.Inputs[i] < 0 {
		return value{}, l.refuse("input %d is missing", "export the model again", i)
	}
	v, ok := l.values[o.Inputs[i]]
	if !ok {
		return value{}, l.refuse("input %d (%s) is a constant", "fold constants before export", i, foreign.Quote(l.g.Tensors[o.Inputs[i]].Name))
	}
	if v.fused {
		// A final activation that is not final after all.
		return value{}, l.refuse("it follows the model's last activation", "export the model again")
	}
	return v, nil
}

// set records what an operator makes.
func (l *lowering) set(o *tflite.Operator, id graph.TensorID, shape []int) {
	l.values[o.Outputs[0]] = value{id: id, shape: shape}
}

// last reports whether an operator makes the model's output.
func (l *lowering) last(o *tflite.Operator) bool { return o.Outputs[0] == l.g.Outputs[0] }

// lastActivation returns the operator that makes the model's output, if it is
// one that a loss can be fused with.
func (l *lowering) lastActivation() graph.Kind {
	for i := range l.g.Operators {
		o := &l.g.Operators[i]
		if len(o.Outputs) != 1 || !l.last(o) {
			continue
		}
		switch l.m.Codes[o.Code].Builtin {
		case tflite.OpSoftmax:
			return ops.KindSoftmax
		case tflite.OpLogistic:
			return ops.KindLogistic
		}
	}
	return ""
}
