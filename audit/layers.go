package audit

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/ops"
)

// Layer is a tensor of a model's forward pass by which claims can compare
// rows: 16-bit integers, one axis per row.
type Layer struct {
	Name   string `json:"name"` // of the node that makes it
	Units  int    `json:"units"`
	tensor graph.TensorID
}

// Layers lists the layers of a model from its input to its prediction.
func Layers(p *graph.Program) []Layer {
	var list []Layer
	for i, needed := range ancestors(p, p.Loss.Prediction) {
		n := &p.Nodes[i]
		if !needed || len(n.Outputs) == 0 {
			continue
		}
		t := p.Tensor(n.Outputs[0])
		if t.Role.PerSample() && t.Role.Small() && t.Format.Bits <= 16 && len(t.Axes) == 2 {
			list = append(list, Layer{Name: n.Name, Units: t.Units(), tensor: n.Outputs[0]})
		}
	}
	return list
}

// ancestors tells which nodes a tensor depends on.
func ancestors(p *graph.Program, of graph.TensorID) []bool {
	producers, needed := p.Producers(), make([]bool, len(p.Nodes))
	var need func(t graph.TensorID)
	need = func(t graph.TensorID) {
		if t == graph.None || producers[t] < 0 || needed[producers[t]] {
			return
		}
		needed[producers[t]] = true
		for _, in := range p.Nodes[producers[t]].Inputs {
			need(in)
		}
	}
	need(of)
	return needed
}

// layer returns the target of claims that name a layer.
func layer(name string) target {
	return func(p *graph.Program) (graph.TensorID, error) {
		all := Layers(p)
		if k := slices.IndexFunc(all, func(l Layer) bool { return l.Name == name }); k >= 0 {
			return all[k].tensor, nil
		}
		names := make([]string, len(all))
		for i, l := range all {
			names[i] = l.Name
		}
		return graph.None, fmt.Errorf("no layer %s; %s: %w", foreign.Quote(name), thereAre(names), fault.ErrUsage)
	}
}

// target chooses a tensor of a model's forward pass.
type target func(*graph.Program) (graph.TensorID, error)

// logits is the target of claims about predicted classes: what a final softmax
// or logistic reads, or the output where there is none.
func logits(p *graph.Program) (graph.TensorID, error) { return p.Loss.Logits, nil }

// prediction is the target of claims about outputs.
func prediction(p *graph.Program) (graph.TensorID, error) { return p.Loss.Prediction, nil }

// hidden returns what the last layer with weights reads, lookups in tables apart.
func hidden(p *graph.Program) (graph.TensorID, error) {
	producers := p.Producers()
	for i := producers[p.Loss.Logits]; i >= 0; i-- {
		if n := &p.Nodes[i]; ops.Multiplies(n) && n.Kind != ops.KindGather && n.Inputs[0] != p.Input {
			return n.Inputs[0], nil
		}
	}
	return graph.None, fmt.Errorf("the network has no hidden layer: %w", fault.ErrUsage)
}
