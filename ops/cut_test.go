package ops_test

import (
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// cut is the part of a program that makes one tensor, as audits prove it: with
// frozen weights, and decided anew.
func cut(t *testing.T, p *graph.Program, of graph.TensorID) *graph.Program {
	t.Helper()
	needed, producers := make([]bool, len(p.Nodes)), p.Producers()
	var need func(id graph.TensorID)
	need = func(id graph.TensorID) {
		if i := producers[id]; i >= 0 && !needed[i] {
			needed[i] = true
			for _, in := range p.Nodes[i].Inputs {
				need(in)
			}
		}
	}
	need(of)
	q := &graph.Program{Name: "cut", Batch: p.Batch, Fractions: p.Fractions, Label: graph.None, Optimizer: p.Optimizer}
	at := make([]graph.TensorID, len(p.Tensors))
	for i := range at {
		at[i] = graph.None
	}
	add := func(old graph.TensorID, tensor graph.Tensor) graph.TensorID {
		at[old] = graph.TensorID(len(q.Tensors))
		q.Tensors = append(q.Tensors, tensor)
		return at[old]
	}
	for i := range p.Nodes {
		if !needed[i] {
			continue
		}
		n := p.Nodes[i]
		n.Inputs, n.Outputs = nil, nil
		for _, in := range p.Nodes[i].Inputs {
			if at[in] == graph.None {
				tensor := *p.Tensor(in)
				if tensor.Role == graph.Weight {
					tensor.Role = graph.Frozen
				}
				add(in, tensor)
			}
			n.Inputs = append(n.Inputs, at[in])
		}
		outputs, err := ops.Table()[n.Kind].Infer(q, &n)
		if err != nil {
			t.Fatal(err)
		}
		for k, tensor := range outputs {
			old := p.Nodes[i].Outputs[k]
			tensor.Name = p.Tensor(old).Name
			n.Outputs = append(n.Outputs, add(old, tensor))
		}
		q.Nodes = append(q.Nodes, n)
	}
	q.Input = at[p.Input]
	q.Loss = graph.Loss{Kind: p.Loss.Kind, Labels: p.Loss.Labels, Logits: at[of], Prediction: at[of]}
	q, err := ops.Enforce(q)
	if err != nil {
		t.Fatalf("cut at %q: %v", p.Tensor(of).Name, err)
	}
	return q
}

// stated is the relation system of a cut program, and its tensors.
func stated(t *testing.T, q *graph.Program) (*relation.System, []relation.ID) {
	t.Helper()
	b := relation.NewBuilder("cut")
	c := ops.NewContext(b, q, []int64{1}, sharedTables)
	for _, w := range q.OfRole(graph.Frozen) {
		id := b.External("weight "+q.Tensor(w).Name, q.Tensor(w).Axes...)
		c.BindWeight(w, id, id)
	}
	c.Bind(q.Input, b.External("features", append([]relation.Axis{c.Steps}, q.Tensor(q.Input).Axes...)...))
	if err := c.Constrain(); err != nil {
		t.Fatal(err)
	}
	c.ID(q.Loss.Logits)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]relation.ID, len(q.Tensors))
	for i := range ids {
		ids[i] = c.Find(graph.TensorID(i))
	}
	return sys, ids
}

// TestFormatsAreEnforcedWhereProgramsAreCut: what a reader's lookups hold in its
// format has no reader where an audit asks for it, and must be held by others.
func TestFormatsAreEnforcedWhereProgramsAreCut(t *testing.T) {
	pairs(t, 4, func(t *testing.T, _ int, first, second string) {
		n := newNet(t, coarse(), 3, 5)
		a := units()[first](n, n.dense(n.Program().Input, 6))
		p := n.train(n.dense(units()[second](n, a), 3), graph.SoftmaxCrossEntropy)
		last, cuts := p.Producers()[p.Loss.Prediction], 0
		for i := range p.Nodes[:last+1] {
			of := p.Nodes[i].Outputs[0]
			if tensor := p.Tensor(of); !tensor.Role.Small() || tensor.Format.Bits > 16 {
				continue
			}
			q := cut(t, p, of)
			sys, ids := stated(t, q)
			cuts++
			if ids[q.Loss.Logits] == relation.None {
				t.Fatalf("cut at %q: nothing states it", p.Tensor(of).Name)
			}
			if list := unenforcedOf(q, ids, sys); len(list) > 0 {
				t.Errorf("cut at %q: the relations let leave their format:\n%s", p.Tensor(of).Name, strings.Join(list, "\n"))
			}
		}
		if cuts < 3 {
			t.Errorf("%d cuts", cuts)
		}
	})
}
