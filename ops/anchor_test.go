package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
)

// decided is what the passes say of the rounded values of a program, by name.
type decided struct {
	role    graph.Role
	checked bool
}

func TestPassesDecideCommitmentsAndRanges(t *testing.T) {
	virtual, committed := graph.Virtual, graph.Committed
	for name, c := range map[string]struct {
		p    *graph.Program
		want map[string]decided
	}{
		// z is looked up by relu, and to 17 bits by softmax; the error after relu by
		// its gate.
		"relu": {dense(t, coarse()), map[string]decided{
			"dense rounded/value":                      {virtual, false},
			"dense rounded 2/value":                    {virtual, true},
			"fully_connected 2 backward rounded/value": {virtual, false},
		}},
		// tanh's derivative is no bit: the error must be an integer by itself.
		"tanh": {activated(t, coarse(), ops.KindTanh), map[string]decided{
			"dense rounded/value":                      {virtual, false},
			"fully_connected 2 backward rounded/value": {virtual, true},
			"tanh backward rounded/value":              {committed, true},
		}},
		// z feeds the next layer's trajectory through a sum.
		"fan-out": {combined(t, coarse(), plus), map[string]decided{
			"dense rounded/value":                      {committed, false},
			"fully_connected 2 backward rounded/value": {committed, true},
		}},
	} {
		got := map[string]decided{}
		for i := range c.p.Tensors {
			tensor := &c.p.Tensors[i]
			got[tensor.Name] = decided{tensor.Role, tensor.Checked}
		}
		for tensor, want := range c.want {
			if have, ok := got[tensor]; !ok || have != want {
				t.Errorf("%s: %q is %v, want %v", name, tensor, have, want)
			}
		}
	}
}

// A program whose ranges or roles were tampered with is refused, whatever its
// digest.
func TestValidateRefusesTampering(t *testing.T) {
	p := activated(t, coarse(), ops.KindTanh)
	for i := range p.Tensors {
		for name, change := range map[string]func(x *graph.Tensor){
			"range":  func(x *graph.Tensor) { x.Checked = !x.Checked },
			"role":   func(x *graph.Tensor) { x.Role = graph.Committed + graph.Virtual - x.Role },
			"format": func(x *graph.Tensor) { x.Format.Bits-- },
		} {
			q := p.Clone()
			tensor := q.Tensor(graph.TensorID(i))
			if r := tensor.Role; r != graph.Committed && r != graph.Virtual {
				continue
			}
			change(tensor)
			if err := ops.Validate(q); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s of %q changed: %v", name, p.Tensors[i].Name, err)
			}
		}
	}
	for i := range p.Nodes {
		q := p.Clone()
		q.Nodes = append(q.Nodes[:i:i], q.Nodes[i+1:]...)
		if err := ops.Validate(q); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("without node %q: %v", p.Nodes[i].Name, err)
		}
	}
}

// Doubling a value by sums again and again would wrap in the field: each sum is
// looked up.
func TestGrowthIsBounded(t *testing.T) {
	for _, depth := range []int{10, 40} {
		n := newNet(t, coarse(), 2, 3)
		z := n.dense(n.Program().Input, 4)
		for range depth {
			z = n.one(ops.KindAdd, nil, z, z)
		}
		logits := n.dense(z, 3)
		label := n.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: n.Tensor(logits).Axes, Format: number.Format{Bits: 2}})
		p, dz, err := ops.SoftmaxCrossEntropy(n.Builder, logits, label)
		if err != nil {
			t.Fatal(err)
		}
		n.Program().Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Logits: logits, Prediction: p}
		if err := ops.Differentiate(n.Builder, logits, dz); err != nil {
			t.Fatal(err)
		}
		p2, err := ops.Finish(n.Program())
		if err != nil {
			t.Fatal(err)
		}
		for i := range p2.Nodes {
			if out := p2.Nodes[i].Outputs; p2.Nodes[i].Kind == ops.KindAdd && !p2.Tensor(out[0]).Checked {
				t.Errorf("%d doublings: %q is not looked up", depth, p2.Tensor(out[0]).Name)
			}
		}
	}
}
