package ops_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// refused fails unless a program is refused for a reason.
func refused(t *testing.T, name string, p *graph.Program, says string) {
	t.Helper()
	if err := ops.Validate(p); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want %q", name, err, says)
	}
}

// TestEveryNodeIsInferred: what a node's outputs are is its operator's to say,
// of the first node as of the last.
func TestEveryNodeIsInferred(t *testing.T) {
	p := dense(t, coarse())
	last := len(p.Nodes) - 1
	for name, c := range map[string]struct {
		change func(p *graph.Program)
		says   string
	}{
		"another size in the first node": {func(p *graph.Program) {
			out := p.Tensor(p.Nodes[0].Outputs[0])
			out.Axes = append(slices.Clone(out.Axes[:1]), relation.Axis{Name: "wider", Size: out.Axes[1].Size + 1})
		}, "[batch 3][wider "},
		"another format in the first node": {func(p *graph.Program) { p.Tensor(p.Nodes[0].Outputs[0]).Format.Fraction++ }, "fully_connected"},
		"an output of an update": {func(p *graph.Program) {
			p.Nodes[last].Outputs = []graph.TensorID{graph.TensorID(len(p.Tensors))}
			p.Tensors = append(p.Tensors, graph.Tensor{Name: "moved", Role: graph.Virtual, Axes: p.Tensor(p.Label).Axes, Format: number.Format{Bits: 2}})
		}, "has 1 outputs, want 0"},
		"an unknown operator":  {func(p *graph.Program) { p.Nodes[0].Kind = "transmogrify" }, "transmogrify"},
		"operands that do not": {func(p *graph.Program) { p.Nodes[0].Inputs[1] = p.Label }, `fully_connected "`},
		"updates that do not":  {func(p *graph.Program) { p.Nodes[last].Inputs[1] = p.Nodes[last].Inputs[0] }, `weight_update "`},
		"a role of its own":    {func(p *graph.Program) { swapRole(p.Tensor(p.Loss.Prediction)) }, "looked up"},
	} {
		q := p.Clone()
		for i := range q.Nodes {
			q.Nodes[i].Inputs = slices.Clone(q.Nodes[i].Inputs)
		}
		c.change(q)
		refused(t, name, q, c.says)
	}
}

// swapRole makes a committed tensor virtual and a virtual one committed.
func swapRole(t *graph.Tensor) {
	if t.Role == graph.Virtual {
		t.Role = graph.Committed
	} else {
		t.Role = graph.Virtual
	}
}

// TestEveryTensorIsDecided: which tensors are looked up is decided anew for
// each, also for the first.
func TestEveryTensorIsDecided(t *testing.T) {
	p := dense(t, coarse())
	for i := range p.Tensors {
		q := renumbered(p, graph.TensorID(i), 0)
		if err := ops.Validate(q); err != nil {
			t.Fatalf("renumbered: %v", err)
		}
		made := slices.ContainsFunc(q.Nodes, func(n graph.Node) bool { return slices.Contains(n.Outputs, 0) })
		if !made || !q.Tensors[0].Role.PerSample() || q.Tensors[0].Format.Bits > 16 {
			continue
		}
		q.Tensors[0].Checked = !q.Tensors[0].Checked
		refused(t, q.Tensors[0].Name, q, "looked up")
	}
}

// TestPassesOfAStepMayFail: a step that nobody can prove is refused where it is
// finished and where it is read.
func TestPassesOfAStepMayFail(t *testing.T) {
	n := newNet(t, coarse(), 3, 4)
	z := n.dense(n.Program().Input, 3)
	n.times("of 17 bits", n.Program().Input, 3, 17)
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes, Format: number.Format{Bits: 2}})
	prediction, _, err := ops.SoftmaxCrossEntropy(n.Builder, z, label)
	if err != nil {
		t.Fatal(err)
	}
	p := n.Program()
	p.Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Logits: z, Prediction: prediction}
	for _, w := range p.OfRole(graph.Weight) {
		p.Tensor(w).Role = graph.Frozen
	}
	if _, err := ops.Finish(p); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "no range of that size") {
		t.Errorf("finished: %v", err)
	}
	refused(t, "read", p, "no range of that size")
}

// TestLabelsAreOfTheirKind: one-hot labels are bits.
func TestLabelsAreOfTheirKind(t *testing.T) {
	p := dense(t, coarse())
	p.Tensor(p.Label).Format.Bits = 16
	refused(t, "one-hot labels of 16 bits", p, `labels "one_hot" in`)
}

// untrained is a step without an update: logits made by some nodes, no gradient.
func untrained(t *testing.T, logits func(n *net, label graph.TensorID) (z, prediction graph.TensorID)) *graph.Program {
	t.Helper()
	n := newNet(t, coarse(), 3, 4)
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(n.Program().Input).Axes, Format: number.Format{Bits: 16, Fraction: 8}})
	z, prediction := logits(n, label)
	n.Program().Loss = graph.Loss{Kind: graph.MeanSquaredError, Labels: graph.Values, Logits: z, Prediction: prediction}
	q, err := ops.Enforce(ops.Anchor(n.Program()))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestNoNodeHidesALabel: a label reaches what the model predicts through any
// node and any of its outputs.
func TestNoNodeHidesALabel(t *testing.T) {
	input := func(n *net) graph.TensorID { return n.Program().Input }
	for name, logits := range map[string]func(n *net, label graph.TensorID) (graph.TensorID, graph.TensorID){
		"the only node": func(n *net, label graph.TensorID) (graph.TensorID, graph.TensorID) {
			z := n.times("z", label, 1, 16)
			return z, z
		},
		"the first of two": func(n *net, label graph.TensorID) (graph.TensorID, graph.TensorID) {
			z := n.times("z", n.times("first", label, 1, 16), 1, 16)
			return z, z
		},
		"the last of two": func(n *net, label graph.TensorID) (graph.TensorID, graph.TensorID) {
			z := n.one(ops.KindAdd, nil, n.times("z", input(n), 1, 16), label)
			return z, z
		},
		"a second output": func(n *net, label graph.TensorID) (graph.TensorID, graph.TensorID) {
			n.activation(ops.KindRelu, label)
			last := n.Program().Nodes[len(n.Program().Nodes)-1]
			return n.times("z", input(n), 1, 16), last.Outputs[1]
		},
	} {
		refused(t, name, untrained(t, logits), "depends on the label")
	}
	honest := untrained(t, func(n *net, label graph.TensorID) (graph.TensorID, graph.TensorID) {
		n.times("of the label", label, 1, 16)
		z := n.times("z", input(n), 1, 16)
		return z, z
	})
	if err := ops.Validate(honest); err != nil {
		t.Errorf("no label in the logits: %v", err)
	}
}

// TestUpdatesComeLast: an update that is the first node of a step is one, too.
func TestUpdatesComeLast(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	x := n.Program().Input
	w := n.weight("w", n.Tensor(x).Format.Fraction, 5, 4)
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: []relation.Axis{{Name: "batch", Size: 3}, {Name: "units", Size: 4}}, Format: number.Format{Bits: 16, Fraction: n.Program().Fractions.Error}})
	update := func(name string) {
		if _, err := ops.Append(n.Builder, graph.Node{Name: name, Kind: ops.KindWeightUpdate, Of: ops.KindFullyConnected, Inputs: []graph.TensorID{w, x, label}}); err != nil {
			t.Fatal(err)
		}
	}
	update("first")
	z := n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindFullyConnected, nil, x, w), n.Program().Fractions.Error))
	n.Program().Loss = graph.Loss{Kind: graph.MeanSquaredError, Labels: graph.Values, Logits: z, Prediction: z}
	update("last")
	q, err := ops.Enforce(ops.Anchor(n.Program()))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "an update before everything", q, "follows a weight update")
}

// TestOnlyOperatorsThatSayReadWeights: what adds a weight up by no law of its own
// is refused, whichever input the weight is.
func TestOnlyOperatorsThatSayReadWeights(t *testing.T) {
	for _, role := range []graph.Role{graph.Weight, graph.Frozen} {
		for place := range 3 {
			n := newNet(t, coarse(), 3, 4)
			p := n.Program()
			w := n.Add(graph.Tensor{Name: "w", Role: role, Axes: p.Tensor(p.Input).Axes, Format: p.Tensor(p.Input).Format})
			inputs := []graph.TensorID{p.Input, p.Input, p.Input}
			inputs[place] = w
			_, err := ops.Sum(n.Builder, "sum", inputs, []int64{1, 1, 1}, number.Format{Bits: 18, Fraction: 8})
			if !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%v as input %d of a sum: %v", role, place, err)
			}
		}
	}
}

// TestTheOnlyWeightIsUpdatedOnce: where there is one use of one weight.
func TestTheOnlyWeightIsUpdatedOnce(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	x := n.Program().Input
	w := n.weight("w", n.Tensor(x).Format.Fraction, 5, 3)
	p := n.train(n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindFullyConnected, nil, x, w), n.Program().Fractions.Activation)), graph.SoftmaxCrossEntropy)
	if err := ops.Validate(p); err != nil {
		t.Fatal(err)
	}
	last := len(p.Nodes) - 1
	again := p.Clone()
	again.Nodes = append(again.Nodes, again.Nodes[last])
	again.Nodes[last+1].Name += " again"
	refused(t, "two updates", again, "updated twice")
	none := p.Clone()
	none.Nodes = none.Nodes[:last]
	refused(t, "no update", none, "never updated")
}
