package graph_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// program is well formed and makes no sense: its operators exist nowhere.
func program() *graph.Program {
	b := graph.NewBuilder("small", 3, graph.Fractions{Feature: 8, Activation: 7, Error: 10, Label: 0})
	batch := relation.Axis{Name: "batch", Size: 3}
	axes := []relation.Axis{batch, {Name: "features", Size: 5}}
	x := b.Add(graph.Tensor{Name: "x", Role: graph.Input, Axes: axes, Format: number.Format{Bits: 16, Fraction: 8}})
	b.Add(graph.Tensor{Name: "label", Role: graph.Label, Axes: []relation.Axis{batch, {Name: "classes", Size: 2}}, Format: number.Format{Bits: 2}})
	w := b.Add(graph.Tensor{Name: "w", Role: graph.Weight, Axes: []relation.Axis{axes[1]}, Format: number.Format{Bits: 63, Fraction: 30}})
	c := b.Add(graph.Tensor{Name: "c", Role: graph.Constant, Axes: []relation.Axis{axes[1]}, Cells: []int32{1, -2, 3, -4, 5}, Format: number.Format{Bits: 16, Fraction: 8}})
	out := b.AddNode(graph.Node{Name: "n", Kind: "nothing", Inputs: []graph.TensorID{x, w, c, graph.None}, Attributes: graph.Attributes{"b": {1, 2}, "a": {-3}}},
		[]graph.Tensor{
			{Name: "y", Axes: axes, Format: number.Format{Bits: 16, Fraction: 7}, Role: graph.Committed, Checked: true},
			{Name: "v", Axes: axes, Format: number.Format{Bits: 64, Fraction: 70}, Role: graph.Accumulator},
		})
	b.AddNode(graph.Node{Name: "n", Kind: "nothing", Inputs: out[:1]}, nil)
	p := b.Program()
	p.Loss = graph.Loss{Kind: graph.LogisticLoss, Labels: graph.Bits, Logits: out[0], Prediction: out[0]}
	p.Optimizer = graph.Optimizer{Kind: graph.ConstantSGD, Shift: 12}
	return p
}

func TestFingerprintTellsStepsApart(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(p *graph.Program){
		"as it is":    func(*graph.Program) {},
		"name":        func(p *graph.Program) { p.Name += "x" },
		"batch":       func(p *graph.Program) { p.Batch++ },
		"fractions":   func(p *graph.Program) { p.Fractions.Error++ },
		"tensor name": func(p *graph.Program) { p.Tensors[0].Name += "x" },
		"axis":        func(p *graph.Program) { p.Tensors[0].Axes = p.Tensors[0].Axes[:1] },
		"format":      func(p *graph.Program) { p.Tensors[1].Format.Bits++ },
		"role":        func(p *graph.Program) { p.Tensors[2].Role = graph.Frozen },
		"checked":     func(p *graph.Program) { p.Tensors[4].Checked = !p.Tensors[4].Checked },
		"cells":       func(p *graph.Program) { p.Tensors[3].Cells = append([]int32{9}, p.Tensors[3].Cells[1:]...) },
		"kind":        func(p *graph.Program) { p.Nodes[0].Kind += "x" },
		"inputs":      func(p *graph.Program) { p.Nodes[0].Inputs = p.Nodes[0].Inputs[:1] },
		"attribute":   func(p *graph.Program) { p.Nodes[0].Attributes = graph.Attributes{"a": {-4}} },
		"loss":        func(p *graph.Program) { p.Loss.Kind = graph.MeanSquaredError },
		"logits":      func(p *graph.Program) { p.Loss.Logits = 0 },
		"optimizer":   func(p *graph.Program) { p.Optimizer.Kind = graph.ScheduledSGD },
		"shift":       func(p *graph.Program) { p.Optimizer.Shift++ },
		"clip":        func(p *graph.Program) { p.Optimizer.Clip++ },
		"momentum":    func(p *graph.Program) { p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1, 1}, Restart: 2} },
		"response":    func(p *graph.Program) { p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1, 2}, Restart: 2} },
		"restart":     func(p *graph.Program) { p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1, 1}, Restart: 3} },
		"decay":       func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{N: 1, Shift: 2, Every: 3} },
		"share":       func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{N: 2, Shift: 2, Every: 3} },
		"precision":   func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{N: 1, Shift: 3, Every: 3} },
		"period":      func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{N: 1, Shift: 2, Every: 4} },
	} {
		p := program().Clone()
		change(p)
		if other, there := seen[p.Fingerprint()]; there {
			t.Errorf("%s and %s have one fingerprint", name, other)
		}
		seen[p.Fingerprint()] = name
	}
}

func TestValidateRefuses(t *testing.T) {
	for name, change := range map[string]func(p *graph.Program){
		"batch zero":             func(p *graph.Program) { p.Batch = 0 },
		"another batch":          func(p *graph.Program) { p.Batch = 4 },
		"names":                  func(p *graph.Program) { p.Tensors[1].Name = "x" },
		"node names":             func(p *graph.Program) { p.Nodes[1].Name = "n" },
		"no axes":                func(p *graph.Program) { p.Tensors[2].Axes = nil },
		"axis zero":              func(p *graph.Program) { p.Tensors[2].Axes = []relation.Axis{{Size: 0}} },
		"axes overflow":          func(p *graph.Program) { p.Tensors[2].Axes = []relation.Axis{{Size: 1 << 20}, {Size: 1 << 20}} },
		"role":                   func(p *graph.Program) { p.Tensors[2].Role = 77 },
		"no role":                func(p *graph.Program) { p.Tensors[2].Role = 0 },
		"format":                 func(p *graph.Program) { p.Tensors[0].Format.Bits = 0 },
		"wide small":             func(p *graph.Program) { p.Tensors[4].Format.Bits, p.Tensors[4].Checked = 33, false },
		"wide lookup":            func(p *graph.Program) { p.Tensors[4].Format.Bits = 17 },
		"constant too large":     func(p *graph.Program) { p.Tensors[3].Format.Bits = 3 },
		"constant too short":     func(p *graph.Program) { p.Tensors[3].Cells = p.Tensors[3].Cells[1:] },
		"cells of a weight":      func(p *graph.Program) { p.Tensors[2].Cells = []int32{1, 2, 3, 4, 5} },
		"unknown input":          func(p *graph.Program) { p.Nodes[1].Inputs = []graph.TensorID{99} },
		"negative input":         func(p *graph.Program) { p.Nodes[1].Inputs = []graph.TensorID{-2} },
		"forward reference":      func(p *graph.Program) { p.Nodes[0].Inputs = []graph.TensorID{4} },
		"made twice":             func(p *graph.Program) { p.Nodes[1].Outputs = []graph.TensorID{4} },
		"input made":             func(p *graph.Program) { p.Nodes[1].Outputs = []graph.TensorID{0} },
		"never made":             func(p *graph.Program) { p.Nodes = p.Nodes[1:] },
		"two inputs":             func(p *graph.Program) { p.Tensors[1].Role = graph.Input },
		"wrong label":            func(p *graph.Program) { p.Label = 0 },
		"loss":                   func(p *graph.Program) { p.Loss.Kind = "hinge" },
		"labels":                 func(p *graph.Program) { p.Loss.Labels = "names" },
		"prediction is a weight": func(p *graph.Program) { p.Loss.Prediction = 2 },
		"logits nowhere":         func(p *graph.Program) { p.Loss.Logits = graph.None },
		"optimizer":              func(p *graph.Program) { p.Optimizer.Kind = "adam" },
		"shift":                  func(p *graph.Program) { p.Optimizer.Shift = 49 },
		"clip below 0":           func(p *graph.Program) { p.Optimizer.Clip = -1 },
		"clip beyond 16 bits":    func(p *graph.Program) { p.Optimizer.Clip = 1 << 15 },
		"no response":            func(p *graph.Program) { p.Optimizer.Momentum = &graph.Momentum{Restart: 1} },
		"long response": func(p *graph.Program) {
			p.Optimizer.Momentum = &graph.Momentum{Response: make([]int64, graph.MaxTaps+1), Restart: 1}
		},
		"response of 0": func(p *graph.Program) { p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1, 0}, Restart: 1} },
		"response too large": func(p *graph.Program) {
			p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1<<17 + 1}, Restart: 1}
		},
		"never restarted": func(p *graph.Program) { p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1}} },
		"restarted too late": func(p *graph.Program) {
			p.Optimizer.Momentum = &graph.Momentum{Response: []int64{1}, Restart: 1<<16 + 1}
		},
		"attributes twice": func(p *graph.Program) {
			p.Tensors = append(p.Tensors, attributes(p, "first", 17), attributes(p, "second", 17))
		},
		"attributes of 16 bits": func(p *graph.Program) { p.Tensors = append(p.Tensors, attributes(p, "attributes", 16)) },
		"attributes of a batch": func(p *graph.Program) {
			t := attributes(p, "attributes", 17)
			t.Axes = t.Axes[:1]
			p.Tensors = append(p.Tensors, t)
		},
		"no decay":          func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{Shift: 2, Every: 1} },
		"decay to 0":        func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{N: 4, Shift: 2, Every: 1} },
		"decay of no steps": func(p *graph.Program) { p.Optimizer.Decay = &graph.Decay{N: 1, Shift: 2} },
	} {
		p := program().Clone()
		change(p)
		if err := p.Validate(); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// attributes are two of each row.
func attributes(p *graph.Program, name string, bits int) graph.Tensor {
	axes := []relation.Axis{p.Tensor(p.Input).Axes[0], {Name: "attribute", Size: 2}}
	return graph.Tensor{Name: name, Role: graph.RowAttributes, Axes: axes, Format: number.Format{Bits: bits}}
}

// TestAttributes: a step reads attributes of rows, or none.
func TestAttributes(t *testing.T) {
	p := program().Clone()
	if p.Attributes() != graph.None {
		t.Error("attributes of a step that reads none")
	}
	p.Tensors = append(p.Tensors, attributes(p, "attributes", 17))
	if err := p.Validate(); err != nil || p.Attributes() != graph.TensorID(len(p.Tensors)-1) {
		t.Errorf("%d, %v", p.Attributes(), err)
	}
}
