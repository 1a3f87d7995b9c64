package ops_test

import (
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// net is a program under construction in a test.
type net struct {
	*graph.Builder
	t *testing.T
}

// coarse are the formats of most tests, fine those of gradient checks.
func coarse() graph.Fractions {
	return graph.Fractions{Feature: 8, Activation: 8, Error: 10, Label: 8}
}

func fine() graph.Fractions {
	return graph.Fractions{Feature: 11, Activation: 11, Error: 12, Label: 11}
}

const shift = 6 // k

// sharedTables are built once for all tests.
var sharedTables = ops.NewTables()

// newNet starts a program with an input.
func newNet(t *testing.T, fractions graph.Fractions, batch, features int) *net {
	t.Helper()
	b := graph.NewBuilder(t.Name(), batch, fractions)
	b.Program().Optimizer = graph.Optimizer{Kind: graph.ScheduledSGD, Shift: shift}
	b.Add(graph.Tensor{
		Name: "input", Role: graph.Input, Axes: []relation.Axis{{Name: "batch", Size: batch}, {Name: "features", Size: features}},
		Format: number.Format{Bits: 16, Fraction: fractions.Feature},
	})
	return &net{Builder: b, t: t}
}

func (n *net) must(id graph.TensorID, err error) graph.TensorID {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
	return id
}

// one appends a node and returns its first output.
func (n *net) one(kind graph.Kind, attributes graph.Attributes, inputs ...graph.TensorID) graph.TensorID {
	n.t.Helper()
	out, err := ops.Append(n.Builder, graph.Node{Name: string(kind), Kind: kind, Inputs: inputs, Attributes: attributes})
	if err != nil {
		n.t.Fatal(err)
	}
	return out[0]
}

// weight adds a trainable weight for an input with f_x fraction bits.
func (n *net) weight(name string, fx int, sizes ...int) graph.TensorID {
	var axes []relation.Axis
	for i, s := range sizes {
		axes = append(axes, relation.Axis{Name: name + string(rune('0'+i)), Size: s})
	}
	return n.Add(graph.Tensor{Name: name, Role: graph.Weight, Axes: axes, Format: number.Format{Bits: 63, Fraction: fx + n.Program().Fractions.Error + shift}})
}

// dense appends a fully connected layer with bias, rounded to f_a.
func (n *net) dense(x graph.TensorID, units int) graph.TensorID {
	n.t.Helper()
	fx := n.Tensor(x).Format.Fraction
	w := n.weight("w", fx, n.Tensor(x).Axes[1].Size, units)
	bias := n.weight("b", fx, units)
	v := n.one(ops.KindFullyConnected, nil, x, w, bias)
	return n.must(ops.Rescale(n.Builder, "dense rounded", v, n.Program().Fractions.Activation))
}

func (n *net) activation(kind graph.Kind, z graph.TensorID) graph.TensorID {
	n.t.Helper()
	if kind == ops.KindLeakyRelu {
		return n.must(ops.LeakyRelu(n.Builder, string(kind), z, leakyAlpha))
	}
	return n.must(ops.Activation(n.Builder, kind, string(kind), z, n.Program().Fractions.Activation))
}

func (n *net) constant(cells []int32, fraction int, sizes ...int) graph.TensorID {
	var axes []relation.Axis
	for _, s := range sizes {
		axes = append(axes, relation.Axis{Name: "constant", Size: s})
	}
	return n.Add(graph.Tensor{Name: "constant", Role: graph.Constant, Axes: axes, Cells: cells, Format: number.Format{Bits: 16, Fraction: fraction}})
}

// train ends the program with a loss on z.
func (n *net) train(z graph.TensorID, kind graph.LossKind) *graph.Program {
	n.t.Helper()
	labels := number.Format{Bits: 2}
	loss := graph.Loss{Kind: kind, Logits: z, Labels: graph.Bits}
	appendLoss := ops.LogisticLoss
	switch kind {
	case graph.SoftmaxCrossEntropy:
		loss.Labels, appendLoss = graph.OneHot, ops.SoftmaxCrossEntropy
	case graph.MeanSquaredError:
		labels = number.Format{Bits: 16, Fraction: n.Tensor(z).Format.Fraction}
		loss.Labels, appendLoss = graph.Values, ops.MeanSquaredError
	}
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes, Format: labels})
	prediction, dz, err := appendLoss(n.Builder, z, label)
	if err != nil {
		n.t.Fatal(err)
	}
	loss.Prediction = prediction
	n.Program().Loss = loss
	if err := ops.Differentiate(n.Builder, z, dz); err != nil {
		n.t.Fatal(err)
	}
	p, err := ops.Finish(n.Program())
	if err != nil {
		n.t.Fatal(err)
	}
	return p
}

// executed is a program with a system and the assignment of an honest run.
type executed struct {
	p          *graph.Program
	sys        *segment.Relations
	assignment relation.Assignment
	buffers    *ops.Buffers
	trace      *ops.Trace
	before     map[graph.TensorID][]int64
	features   []int32 // unpadded cells of the one part
	labels     []int32
	attributes []int32 // codes of weights
	rates      []int64
}

// execute runs the program for some steps on random rows of one part.
func execute(t *testing.T, p *graph.Program, steps int, seed uint64) *executed {
	t.Helper()
	return executeLying(t, p, steps, seed, func(*executed, *graph.Node) {})
}

// executeLying is execute by a prover who may change the outputs of a node
// before the next one runs.
func executeLying(t *testing.T, p *graph.Program, steps int, seed uint64, lie func(x *executed, n *graph.Node)) *executed {
	t.Helper()
	x, err := tryExecute(t, p, steps, seed, lie)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// tryExecute is executeLying for a program whose values may leave their formats.
func tryExecute(t *testing.T, p *graph.Program, steps int, seed uint64, lie func(x *executed, n *graph.Node)) (*executed, error) {
	t.Helper()
	const rows = 7
	rng := rand.New(rand.NewPCG(seed, 1))
	x := &executed{p: p, before: map[graph.TensorID][]int64{}}
	in, label := p.Tensor(p.Input), p.Tensor(p.Label)
	for range rows * in.Axes[1].Size {
		if n := tableOf(p); n > 0 {
			x.features = append(x.features, rng.Int32N(n))
			continue
		}
		x.features = append(x.features, int32(rng.IntN(2<<in.Format.Fraction)-1<<in.Format.Fraction))
	}
	for range rows {
		if p.Loss.Kind == graph.SoftmaxCrossEntropy && p.Loss.Labels == graph.Values {
			classes := p.Tensor(p.Loss.Logits).Units() / label.Units()
			for range label.Units() {
				x.labels = append(x.labels, rng.Int32N(int32(classes)+1)-1)
			}
			continue
		}
		x.labels = append(x.labels, randomLabel(rng, p.Loss.Labels, label)...)
	}
	rowAttributes := p.Attributes()
	if rowAttributes != graph.None {
		for range rows * p.Tensor(rowAttributes).Units() {
			x.attributes = append(x.attributes, rng.Int32N(codesOf(p)))
		}
	}
	for _, role := range []graph.Role{graph.Weight, graph.Frozen} {
		for _, w := range p.OfRole(role) {
			f := p.Tensor(w).Format.Fraction
			for range p.Tensor(w).Size() {
				x.before[w] = append(x.before[w], rng.Int64N(2<<f)-1<<f)
			}
		}
	}
	run := segment.PublicInputs{}
	for range steps {
		if run.Rates = append(run.Rates, 1+rng.Int64N(3)); p.Optimizer.Kind == graph.ConstantSGD {
			run.Rates[len(run.Rates)-1] = run.Rates[0]
		}
		for range p.Batch {
			run.Rows = append(run.Rows, schedule.Ref{Row: rng.Int32N(rows)})
		}
	}
	x.rates = run.Rates
	tables := sharedTables
	var err error
	if x.buffers, err = ops.NewBuffers(p, x.before, tables); err != nil {
		t.Fatal(err)
	}
	x.trace = ops.NewTrace(p, steps)
	for s := range steps {
		for slot := range p.Batch {
			row := int(run.Rows[s*p.Batch+slot].Row)
			copyRow(x.buffers.Small[p.Input], slot, x.features, row, in.Axes[1].Size)
			copyRow(x.buffers.Small[p.Label], slot, x.labels, row, label.Axes[1].Size)
			if rowAttributes != graph.None {
				copyRow(x.buffers.Small[rowAttributes], slot, x.attributes, row, p.Tensor(rowAttributes).Units())
			}
		}
		step := &ops.Step{Program: p, Buffers: x.buffers, Rate: run.Rates[s], Index: s}
		if err := ops.ExecuteLying(step, func(n *graph.Node) { lie(x, n) }); err != nil {
			return nil, err
		}
		x.trace.Record(p, s, x.buffers)
	}
	if ops.Decays(p, steps) {
		x.trace.Lost = x.buffers.Decay(p)
	}
	x.sys, err = segment.Build(p, segment.Shape{Steps: steps, PartRows: []int{rows}}, run, tables)
	if err != nil {
		t.Fatal(err)
	}
	after := map[graph.TensorID][]int64{}
	for w := range x.before {
		after[w] = x.buffers.Weight(w)
	}
	sys := x.sys.Relation
	var attributes []relation.Cells
	if id := x.sys.Parts[0].Attributes; id != relation.None {
		attributes = []relation.Cells{{Small: ops.Pad(sys.Tensor(id).Axes, x.attributes)}}
	}
	x.assignment, err = x.sys.Assign(x.trace, segment.Cells{
		Attributes: attributes,
		Features:   []relation.Cells{{Small: ops.Pad(sys.Tensor(x.sys.Parts[0].Features).Axes, x.features)}},
		Labels:     []relation.Cells{{Small: ops.Pad(sys.Tensor(x.sys.Parts[0].Labels).Axes, x.labels)}},
		Before:     x.before, After: after,
	})
	if err != nil {
		t.Fatal(err)
	}
	return x, nil
}

// codesOf returns how many codes have a weight.
func codesOf(p *graph.Program) int32 {
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.Kind == ops.KindWeigh {
			return int32(len(n.Attributes["weights"]))
		}
	}
	return 1
}

// tableOf returns the rows of the table that the input is indices into, 0 if it is
// none.
func tableOf(p *graph.Program) int32 {
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.Kind == ops.KindOneHot && n.Inputs[0] == p.Input {
			rows := int32(1)
			for _, size := range n.Attributes["sizes"] {
				rows *= int32(size)
			}
			return rows
		}
	}
	return 0
}

func randomLabel(rng *rand.Rand, kind graph.LabelKind, t *graph.Tensor) []int32 {
	n := t.Axes[1].Size
	label := make([]int32, n)
	switch kind {
	case graph.OneHot:
		label[rng.IntN(n)] = 1
	case graph.Bits:
		for i := range label {
			label[i] = rng.Int32N(2)
		}
	default:
		for i := range label {
			label[i] = rng.Int32N(2<<t.Format.Fraction) - 1<<t.Format.Fraction
		}
	}
	return label
}

func copyRow(to []int32, slot int, from []int32, row, size int) {
	copy(to[slot*size:(slot+1)*size], from[row*size:(row+1)*size])
}
