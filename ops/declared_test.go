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
	"github.com/zkaudit/zkaudit/relation/naive"
)

// doubtful trains a layer with errors that pass a gate whose first input is
// declared a bit and is −2 where the label is 1.
func doubtful(t *testing.T) (p *graph.Program, d, gated graph.TensorID) {
	t.Helper()
	n := newNet(t, coarse(), 3, 5)
	x := n.Program().Input
	w := n.weight("w", n.Tensor(x).Format.Fraction, 5, 4)
	z := n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindFullyConnected, nil, x, w), n.Program().Fractions.Activation))
	label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes, Format: number.Format{Bits: 2}})
	prediction, dz, err := ops.SoftmaxCrossEntropy(n.Builder, z, label)
	if err != nil {
		t.Fatal(err)
	}
	n.Program().Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Logits: z, Prediction: prediction}
	g := n.must(ops.Sum(n.Builder, "declared a bit", []graph.TensorID{label}, []int64{-2}, number.Format{Bits: 2}))
	d = n.must(ops.Rescale(n.Builder, "error", n.one(ops.KindMul, nil, dz, n.constant([]int32{100, 90, 80, 70}, 8, 4)), n.Program().Fractions.Error))
	gated = n.one(ops.KindGate, nil, g, d)
	if _, err := ops.Append(n.Builder, graph.Node{Name: "update", Kind: ops.KindWeightUpdate, Of: ops.KindFullyConnected, Inputs: []graph.TensorID{w, x, gated}}); err != nil {
		t.Fatal(err)
	}
	if p, err = ops.Finish(n.Program()); err != nil {
		t.Fatal(err)
	}
	return p, d, gated
}

// A prover rounds D to a half where the gate is −2: the product is an integer
// again, and another one. Only the range of D tells.
func TestDeclaredBitsDoNotCount(t *testing.T) {
	p, d, gated := doubtful(t)
	lied := false
	x := executeLying(t, p, 2, 1, func(x *executed, n *graph.Node) {
		if len(n.Outputs) == 0 || n.Outputs[0] != gated || lied {
			return
		}
		b := x.buffers.Small
		maker := p.Nodes[p.Producers()[d]]
		half := int32(1) << (maker.Attributes.Int("shift") - 1)
		for c, g := range b[n.Inputs[0]] {
			if r := b[maker.Outputs[1]]; g == -2 && r[c] < 0 { // a limb in [−half, half)
				r[c] += half            // D − 1/2
				b[n.Outputs[0]][c] += 1 // −2·(D − 1/2)
				lied = true
				return
			}
		}
	})
	if !lied {
		t.Fatal("no cell to lie about")
	}
	sys := x.sys.Relation
	if err := naive.Check(sys, x.bare()); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("half an error through a gate of −2: %v", err)
	}
	less := *sys
	less.Lookups = slices.DeleteFunc(slices.Clone(sys.Lookups), func(l relation.Lookup) bool { return slices.Equal(l.Columns, []relation.ID{x.sys.Tensors[d]}) })
	if len(less.Lookups) != len(sys.Lookups)-1 {
		t.Fatal("D is not looked up by itself")
	}
	if err := naive.Check(&less, x.bare()); err != nil {
		t.Errorf("without the range of D the lie would pass, and is refused for another reason: %v", err)
	}
}

// What a program declares about what comes from outside must be what
// certificates enforce.
func TestValidateRefusesDeclarations(t *testing.T) {
	p := dense(t, coarse())
	values := regression(t, coarse(), 3, graph.MeanSquaredError)
	for name, c := range map[string]struct {
		of     *graph.Program
		change func(p *graph.Program)
		says   string
	}{
		"labels of −1":            {p, func(p *graph.Program) { p.Loss.Labels = graph.Values; p.Tensor(p.Label).Format.Bits = 16 }, "looked up: false; want"},
		"bits for one-hot labels": {p, func(p *graph.Program) { p.Loss.Labels = graph.Bits }, "takes labels"},
		"classes for values":      {values, func(p *graph.Program) { p.Loss.Labels = graph.OneHot }, "takes labels"},
		"values of 2 bits":        {values, func(p *graph.Program) { p.Tensor(p.Label).Format.Bits = 2 }, "labels"},
		"features of 2 bits":      {p, func(p *graph.Program) { p.Tensor(p.Input).Format.Bits = 2 }, "certificate makes it 16 bits"},
		"logits are the label":    {p, func(p *graph.Program) { p.Loss.Logits = p.Label }, "depends on the label"},
		"prediction is the error": {p, func(p *graph.Program) { p.Loss.Prediction = errorOf(p) }, "depends on the label"},
	} {
		q := c.of.Clone()
		c.change(q)
		if err := ops.Validate(q); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// errorOf returns the gradient of the loss.
func errorOf(p *graph.Program) graph.TensorID {
	for i := range p.Nodes {
		if p.Nodes[i].Name == "loss gradient" {
			return p.Nodes[i].Outputs[0]
		}
	}
	return graph.None
}

// A node after an update would read other weights than the trajectory has.
func TestNothingFollowsAnUpdate(t *testing.T) {
	p := dense(t, coarse())
	for i := range p.Nodes {
		if p.Nodes[i].Kind != ops.KindWeightUpdate {
			continue
		}
		q := p.Clone()
		n := len(q.Nodes)
		// The last node before the updates moves after one; nothing reads it.
		b := graph.Node{Name: "late", Kind: ops.KindSum, Inputs: []graph.TensorID{q.Label}, Attributes: graph.Attributes{"coefficients": {1}, "bits": {2}, "fraction": {0}}}
		b.Outputs = []graph.TensorID{graph.TensorID(len(q.Tensors))}
		q.Tensors = append(q.Tensors, graph.Tensor{Name: "late", Role: graph.Virtual, Axes: q.Tensor(q.Label).Axes, Format: number.Format{Bits: 2}})
		q.Nodes = slices.Insert(q.Nodes, i+1, b)
		if err := ops.Validate(q); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "follows a weight update") {
			t.Errorf("node %d of %d: %v", i+1, n, err)
		}
		q.Nodes = slices.Delete(q.Nodes, i+1, i+2)
		q.Nodes = slices.Insert(q.Nodes, firstUpdate(q), b)
		if err := ops.Validate(q); err != nil {
			t.Errorf("the same node before the updates: %v", err)
		}
	}
}

func firstUpdate(p *graph.Program) int {
	return slices.IndexFunc(p.Nodes, func(n graph.Node) bool { return n.Kind == ops.KindWeightUpdate })
}

// A weight with other fraction bits than its updates would be moved by other
// amounts than the learning rate says.
func TestUpdatesHaveTheFractionBitsOfTheirWeight(t *testing.T) {
	for _, off := range []int{-1, 0, 1} {
		n := newNet(t, coarse(), 3, 5)
		x := n.Program().Input
		fx := n.Tensor(x).Format.Fraction
		w, b := n.weight("w", fx+off, 5, 4), n.weight("b", fx+off, 4)
		z := n.must(ops.Rescale(n.Builder, "rounded", n.one(ops.KindFullyConnected, nil, x, w, b), n.Program().Fractions.Activation))
		label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(z).Axes, Format: number.Format{Bits: 2}})
		_, dz, err := ops.SoftmaxCrossEntropy(n.Builder, z, label)
		if err != nil {
			t.Fatal(err)
		}
		for name, node := range map[string]graph.Node{
			"weights": {Name: "w update", Kind: ops.KindWeightUpdate, Of: ops.KindFullyConnected, Inputs: []graph.TensorID{w, x, dz}},
			"bias":    {Name: "b update", Kind: ops.KindWeightUpdate, Inputs: []graph.TensorID{b, dz}, Attributes: graph.Attributes{"input_fraction": {int64(fx)}}},
		} {
			_, err := ops.Append(n.Builder, node)
			if off == 0 && err != nil || off != 0 && (!errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "fraction bits, its updates")) {
				t.Errorf("%s off by %d bits: %v", name, off, err)
			}
		}
	}
}

// A weight that is updated twice moves twice, and its trajectory once.
func TestWeightsAreUpdatedOnce(t *testing.T) {
	p := dense(t, coarse())
	for i := range p.Nodes {
		if p.Nodes[i].Kind != ops.KindWeightUpdate {
			continue
		}
		q := p.Clone()
		again := q.Nodes[i]
		again.Name += " again"
		q.Nodes = append(q.Nodes, again)
		if err := ops.Validate(q); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "is updated twice") {
			t.Errorf("%s: %v", again.Name, err)
		}
		q = p.Clone()
		q.Nodes = slices.Delete(q.Nodes, i, i+1)
		if err := ops.Validate(q); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "never updated") {
			t.Errorf("without %s: %v", p.Nodes[i].Name, err)
		}
	}
}
