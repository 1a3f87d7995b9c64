package transpile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
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

// rule reads one operator of the model: a layer for each of its outputs. Layers
// that these read, and that no tensor of the model stands for, it adds by
// reading.layer.
type rule func(r *reading, o *tflite.Operator) ([]network.Layer, error)

// one is the rule of an operator with one output.
func one(read func(r *reading, o *tflite.Operator) (network.Layer, error)) rule {
	return func(r *reading, o *tflite.Operator) ([]network.Layer, error) {
		layer, err := read(r, o)
		return []network.Layer{layer}, err
	}
}

func rules() map[tflite.Builtin]rule {
	return map[tflite.Builtin]rule{
		tflite.OpFullyConnected:    one((*reading).fullyConnected),
		tflite.OpConv2D:            one(pictures(0, (*reading).conv2D)),
		tflite.OpTransposeConv:     one(pictures(2, (*reading).transposeConv)),
		tflite.OpBatchMatMul:       one((*reading).batchMatmul),
		tflite.OpSequenceLSTM:      one((*reading).sequenceLSTM),
		tflite.OpRelu:              one(plain(network.Relu)),
		tflite.OpRelu6:             one(plain(network.Relu6)),
		tflite.OpReluN1To1:         one(plain(network.ReluN1To1)),
		tflite.OpLeakyRelu:         one((*reading).leakyRelu),
		tflite.OpPrelu:             one((*reading).prelu),
		tflite.OpElu:               one(plain(network.Elu)),
		tflite.OpHardSwish:         one(plain(network.HardSwish)),
		tflite.OpGelu:              one((*reading).gelu),
		tflite.OpAbs:               one(plain(network.Abs)),
		tflite.OpExp:               one(plain(network.Exp)),
		tflite.OpTanh:              one(plain(network.Tanh)),
		tflite.OpLogistic:          one(plain(network.Logistic)),
		tflite.OpSoftmax:           one((*reading).softmax),
		tflite.OpLogSoftmax:        one(plain(network.LogSoftmax)),
		tflite.OpTranspose:         one((*reading).transpose),
		tflite.OpSqueeze:           one((*reading).squeeze),
		tflite.OpExpandDims:        one((*reading).expandDims),
		tflite.OpReshape:           one((*reading).reshape),
		tflite.OpAdd:               one((*reading).add),
		tflite.OpSub:               one((*reading).sub),
		tflite.OpNeg:               one(plain(network.Neg)),
		tflite.OpSquare:            one(plain(network.Square)),
		tflite.OpMul:               one((*reading).mul),
		tflite.OpAveragePool2D:     one(pictures(0, pool2D(network.AveragePool2D))),
		tflite.OpMaxPool2D:         one(pictures(0, pool2D(network.MaxPool2D))),
		tflite.OpMean:              one(reduce(network.Mean)),
		tflite.OpSum:               one(reduce(network.ReduceSum)),
		tflite.OpReduceMax:         one(reduce(network.ReduceMax)),
		tflite.OpSlice:             one((*reading).slice),
		tflite.OpStridedSlice:      one((*reading).stridedSlice),
		tflite.OpSplit:             (*reading).split,
		tflite.OpSplitV:            (*reading).splitV,
		tflite.OpUnpack:            (*reading).unpack,
		tflite.OpPack:              one((*reading).pack),
		tflite.OpConcatenation:     one((*reading).concatenation),
		tflite.OpPad:               one((*reading).pad),
		tflite.OpPadV2:             one((*reading).padV2),
		tflite.OpMirrorPad:         one((*reading).mirrorPad),
		tflite.OpReverseV2:         one((*reading).reverse),
		tflite.OpResizeNearest:     one(pictures(0, (*reading).resizeNearest)),
		tflite.OpResizeBilinear:    one(pictures(0, (*reading).resizeBilinear)),
		tflite.OpBroadcastTo:       one((*reading).broadcastTo),
		tflite.OpTile:              one((*reading).tile),
		tflite.OpSpaceToDepth:      one(pictures(0, blocks(network.SpaceToDepth, toDepth))),
		tflite.OpDepthToSpace:      one(pictures(0, blocks(network.DepthToSpace, toSpace))),
		tflite.OpDiv:               one((*reading).div),
		tflite.OpSqrt:              one(plain(network.Sqrt)),
		tflite.OpRsqrt:             one(plain(network.Rsqrt)),
		tflite.OpPow:               one((*reading).pow),
		tflite.OpSquaredDifference: one((*reading).squaredDifference),
		tflite.OpMaximum:           one(cellwise(network.Maximum)),
		tflite.OpMinimum:           one(cellwise(network.Minimum)),
		tflite.OpDepthwiseConv2D:   one(pictures(0, (*reading).depthwiseConv2D)),

		tflite.OpGather:          (*reading).gather,
		tflite.OpEmbeddingLookup: (*reading).embeddingLookup,
		tflite.OpCast:            one((*reading).cast),
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
	c := network.Choices{Batch: o.Batch, Formats: o.Formats, RateShift: o.RateShift, Scheduled: o.Scheduled, Clip: o.Clip, Smoothing: o.Smoothing, Momentum: o.Momentum, Decay: o.Decay, Weighed: o.Weighed}
	if c.Loss, c.Labels, err = a.ChooseLoss(o.Loss, o.Labels); err != nil {
		return nil, err
	}
	if c.Frozen, err = o.frozen(m, a, weights); err != nil {
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
// that of Options. Errors wrap fault.ErrUnsupported, with all Obstacles.
func Read(m *tflite.Model, batchAxis *int) (_ *network.Architecture, _ []Weight, err error) {
	defer fault.Catch(&err, "model", fault.ErrUnsupported)
	r := read(m, batchAxis)
	if err := r.found.Err(); err != nil {
		return nil, nil, err
	}
	return &r.a, r.weights, nil
}

// Obstacles are all reasons why a model's architecture cannot be read, with what
// to do about each.
func Obstacles(m *tflite.Model, batchAxis *int) (found tflite.Findings, err error) {
	defer fault.Catch(&err, "model", fault.ErrUnsupported)
	return read(m, batchAxis).found, nil
}

// read reads a model as far as it can.
func read(m *tflite.Model, batchAxis *int) *reading {
	r := newReading(m, batchAxis)
	r.found = tflite.Check(m, tflite.CheckOptions{Operators: Supported(), BatchAxis: batchAxis})
	if r.g != nil {
		r.run()
	}
	return r
}

func newReading(m *tflite.Model, batchAxis *int) *reading {
	r := &reading{
		m: m, batchAxis: batchAxis, unbatched: batchAxis != nil && *batchAxis == tflite.NoBatch,
		values: map[int32]int{}, rows: map[int]bool{}, index: map[int32]int{}, operands: map[int32]bool{}, integers: map[int32]bool{}, tables: map[int32]int32{},
	}
	if len(m.Subgraphs) > 0 {
		r.g = &m.Subgraphs[0]
	}
	return r
}

// reading is one model being translated. What is no longer true once
// something is found stands for what a correct model would have there, so that
// what comes after it can be looked at.
type reading struct {
	m         *tflite.Model
	g         *tflite.Subgraph
	batchAxis *int
	unbatched bool // no axis counts samples: the whole input is one
	found     tflite.Findings
	a         network.Architecture
	values    map[int32]int // of the architecture, by tensor of the model
	shapes    [][]int       // of one sample, by value: as operators make it
	rows      map[int]bool  // values whose positions the file has on the batch axis
	weights   []Weight
	index     map[int32]int   // weights by tensor of the model
	operands  map[int32]bool  // tensors that are public constants
	integers  map[int32]bool  // constants that say what operators do
	tables    map[int32]int32 // tables of the model, by the tensor that all rows of one are
	indices   []int32         // tensors of integers that the operator being read takes or makes
	needed    map[int32]bool  // tensors that the output depends on
	op        int             // operator being read
	makesRows bool            // what it makes are rows
}

// refusal is a finding about an operator as an error. One without a reason is
// said by another finding.
type refusal struct{ tflite.Finding }

func (r *refusal) Error() string { return r.Finding.String() }
func (r *refusal) Unwrap() error { return fault.ErrUnsupported }

// refuse says why an operator cannot be read, and what to do.
func (r *reading) refuse(reason, remedy string, args ...any) error {
	o := &r.g.Operators[r.op]
	return &refusal{tflite.Finding{Problem: tflite.ProblemUse, Operator: r.op, Reason: fmt.Sprintf("%s: %s", r.m.Codes[o.Code], fmt.Sprintf(reason, args...)), Remedy: remedy}}
}

// find records what is wrong with the graph.
func (r *reading) find(p tflite.Problem, reason, remedy string) {
	r.found.Add(tflite.Finding{Problem: p, Operator: -1, Reason: reason, Remedy: remedy})
}

// run reads all operators that the output depends on, in order.
func (r *reading) run() {
	r.needed = r.reach()
	r.inputs()
	table := rules()
	for i := range r.g.Operators {
		o := &r.g.Operators[i]
		if !slices.ContainsFunc(o.Outputs, func(t int32) bool { return r.needed[t] }) {
			continue
		}
		r.op = i
		if err := r.operator(table[r.m.Codes[o.Code].Builtin], o); err != nil {
			r.surmise(o, err)
		}
	}
	if len(r.g.Outputs) != 1 {
		return
	}
	if v, ok := r.values[r.g.Outputs[0]]; len(r.found) == 0 && (!ok || v == 0) {
		r.find(tflite.ProblemGraph, "no operator makes the model's output", "export the model again")
	}
}

// operator reads one operator; nil is the rule of one that tflite.Check has
// refused.
func (r *reading) operator(apply rule, o *tflite.Operator) error {
	if apply == nil {
		return &refusal{}
	}
	for _, t := range o.Inputs {
		_, read := r.values[t]
		_, table := r.tables[t]
		if t >= 0 && !read && !table && !r.m.IsConstant(&r.g.Tensors[t]) && !r.state(o, t) {
			return &refusal{} // for what came before
		}
	}
	r.makesRows, r.indices = false, nil
	layers, err := apply(r, o)
	if err != nil {
		return err
	}
	if len(o.Outputs) == 1 && len(layers) == 0 {
		if _, table := r.tables[o.Outputs[0]]; table {
			return r.floats(o)
		}
	}
	if len(o.Outputs) != len(layers) {
		return r.refuse("it has %d outputs, and makes %d", "export the model again", len(o.Outputs), len(layers))
	}
	if err := r.floats(o); err != nil {
		return err
	}
	for i := range layers {
		if !r.needed[o.Outputs[i]] {
			continue
		}
		if err := r.makes(o.Outputs[i], &layers[i]); err != nil {
			return err
		}
	}
	return nil
}

// floats refuses an operator of other numbers than float32, integers apart that
// say what it does.
func (r *reading) floats(o *tflite.Operator) error {
	for _, t := range slices.Concat(o.Inputs, o.Outputs) {
		if t >= 0 && !r.integers[t] && !slices.Contains(r.indices, t) && r.g.Tensors[t].Type != tflite.Float32 {
			if r.found.Has(tflite.ProblemQuantised) || r.found.Has(tflite.ProblemType) {
				return &refusal{}
			}
			return r.refuse("tensor %s holds %v", "export the float32 model", foreign.Quote(r.g.Tensors[t].Name), r.g.Tensors[t].Type)
		}
	}
	return nil
}

// layer adds a layer between those that tensors of the model stand for, and
// returns its value. Its shape must be stated where it is not that of its first
// input.
func (r *reading) layer(l network.Layer) int {
	shape := l.Shape
	if shape == nil {
		shape = r.shapes[l.Inputs[0]]
	}
	r.a.Layers, r.shapes = append(r.a.Layers, l), append(r.shapes, shape)
	return len(r.a.Layers)
}

// surmise records why an operator is refused, and takes for what it makes what
// the file declares.
func (r *reading) surmise(o *tflite.Operator, err error) {
	f := tflite.Finding{Problem: tflite.ProblemUse, Operator: r.op, Reason: fault.Text(err, nil)}
	var refused *refusal
	if errors.As(err, &refused) {
		f = refused.Finding
	}
	if f.Reason == "" && len(r.found) == 0 { // nothing else says why: no reason to go on
		f = tflite.Finding{Problem: tflite.ProblemUse, Operator: r.op, Reason: "cannot be read", Remedy: "export the model again"}
	}
	if f.Reason != "" {
		r.found.Add(f)
	}
	for _, t := range o.Outputs {
		if shape, ok := r.sample(r.g.Tensors[t].Shape); ok {
			r.value(t, shape)
		}
	}
}

// value gives a tensor a value that no layer makes.
func (r *reading) value(t int32, shape []int) {
	r.a.Layers, r.shapes = append(r.a.Layers, network.Layer{}), append(r.shapes, shape)
	r.values[t] = len(r.a.Layers)
}

// makes records the layer that makes a tensor. An interpreter works with the
// shapes that operators make, whatever a file declares: one that declares
// others is refused, but for axes of size 1 in front.
func (r *reading) makes(t int32, layer *network.Layer) error {
	shape := layer.Shape
	if shape == nil {
		shape = r.shapes[layer.Inputs[0]]
	}
	declared := r.g.Tensors[t].Shape
	s, ok := r.sample(declared)
	if r.makesRows {
		last := len(shape) - 1
		ok = ok && len(s) == 1 && s[0] == shape[last] && int64(declared[0]) == r.batch(layer.Inputs[0])*int64(positions(shape))
	} else {
		ok = ok && slices.Equal(withoutOnes(s), withoutOnes(shape))
	}
	if !ok {
		return r.refuse("its output is declared as %v, it makes samples of shape %v", "export the model again", declared, shape)
	}
	r.values[t] = r.layer(*layer)
	r.rows[r.values[t]] = r.makesRows
	return nil
}

// withoutOnes returns a shape without the axes of size 1 in front.
func withoutOnes(shape []int) []int {
	for len(shape) > 0 && shape[0] == 1 {
		shape = shape[1:]
	}
	return shape
}

// reach tells which tensors the output depends on.
func (r *reading) reach() map[int32]bool {
	maker := map[int32]int{}
	for i := range r.g.Operators {
		for _, t := range r.g.Operators[i].Outputs {
			maker[t] = i
		}
	}
	needed := map[int32]bool{}
	pending := slices.Clone(r.g.Outputs)
	for len(pending) > 0 {
		t := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if needed[t] {
			continue
		}
		needed[t] = true
		if i, made := maker[t]; made {
			pending = append(pending, r.g.Operators[i].Inputs...)
		}
	}
	return needed
}

// positions is the number of rows that a sample is, if its last axis is one.
func positions(shape []int) int {
	n := 1
	for _, d := range shape[:len(shape)-1] {
		n *= d
	}
	return n
}

// batch is the number of samples that the first input of the operator being read
// is declared with, x being the value it carries. Requires a batch axis.
func (r *reading) batch(x int) int64 {
	n := int64(r.g.Tensors[r.g.Operators[r.op].Inputs[0]].Shape[0])
	if r.rows[x] {
		n /= int64(positions(r.shapes[x]))
	}
	return n
}

// activation returns the value that input i of an operator carries, which must
// have the batch on an axis of its own.
func (r *reading) activation(o *tflite.Operator, i int) (int, error) {
	v, err := r.carried(o, i)
	if err == nil && r.rows[v] {
		return 0, r.refuse("input %d has positions of samples on the batch axis", "reshape it to samples before the operator", i)
	}
	return v, err
}

// carried returns the value that input i of an operator carries.
func (r *reading) carried(o *tflite.Operator, i int) (int, error) {
	if i >= len(o.Inputs) || o.Inputs[i] < 0 {
		return 0, r.refuse("input %d is missing", "export the model again", i)
	}
	v, ok := r.values[o.Inputs[i]]
	if !ok {
		return 0, r.refuse("input %d (%s) is a constant", "fold constants before export", i, foreign.Quote(r.g.Tensors[o.Inputs[i]].Name))
	}
	return v, nil
}
