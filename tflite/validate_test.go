package tflite

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Tensors of smallModel, by the order in which NewDense adds them.
const (
	inputTensor, weights0, bias0, dense0   = 0, 1, 2, 3
	weights1, bias1, dense1, softmaxTensor = 4, 5, 6, 7
)

// TestParseContradictions breaks a good model in one place each: every mutant
// is well-formed bytes and must be refused as damaged.
func TestParseContradictions(t *testing.T) {
	const maxInt = math.MaxInt32
	cases := []struct {
		name   string
		mutate func(m *Model, g *Subgraph)
		want   string
	}{
		{"negative dimension", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Shape = Shape{1, -3}; g.Tensors[dense0].Signature = nil }, "negative or overflows"},
		{"overflowing dimensions", func(_ *Model, g *Subgraph) {
			g.Tensors[dense0].Shape = Shape{maxInt, maxInt, maxInt}
			g.Tensors[dense0].Signature = nil
		}, "negative or overflows"},
		{"zero times overflow is still negative", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Shape = Shape{0, -1}; g.Tensors[dense0].Signature = nil }, "negative or overflows"},
		{"constant with a zero dimension", func(_ *Model, g *Subgraph) { g.Tensors[bias0].Shape = Shape{0} }, "needs 0 × 4"},
		{"constant too short", func(m *Model, _ *Subgraph) { m.Buffers[1].Data = m.Buffers[1].Data[:20] }, "has 20 bytes"},
		{"constant not whole cells", func(m *Model, _ *Subgraph) { m.Buffers[1].Data = m.Buffers[1].Data[:23] }, "has 23 bytes"},
		{"constant shape larger", func(_ *Model, g *Subgraph) { g.Tensors[weights0].Shape = Shape{1 << 30, 1 << 30} }, "needs 1152921504606846976 × 4"},
		{"constant of a wider type", func(_ *Model, g *Subgraph) { g.Tensors[weights0].Type = Int64 }, "needs 6 × 8"},
		{"buffer out of range", func(_ *Model, g *Subgraph) { g.Tensors[weights0].Buffer = 5 }, "buffer 5 of 5"},
		{"buffer 2^32-1", func(_ *Model, g *Subgraph) { g.Tensors[weights0].Buffer = math.MaxUint32 }, "buffer 4294967295"},
		{"buffer 0 with data", func(m *Model, _ *Subgraph) { m.Buffers[0].Data = []byte{1} }, "must be empty"},
		{"operator code out of range", func(_ *Model, g *Subgraph) { g.Operators[0].Code = 2 }, "operator code 2 of 2"},
		{"input out of range", func(_ *Model, g *Subgraph) { g.Operators[0].Inputs[0] = 8 }, "tensor 8 of 8"},
		{"input -2", func(_ *Model, g *Subgraph) { g.Operators[0].Inputs[2] = -2 }, "tensor -2"},
		{"output -1", func(_ *Model, g *Subgraph) { g.Operators[0].Outputs[0] = -1 }, "tensor -1"},
		{"intermediate out of range", func(_ *Model, g *Subgraph) { g.Operators[0].Intermediates = []int32{99} }, "tensor 99"},
		{"graph input out of range", func(_ *Model, g *Subgraph) { g.Inputs[0] = maxInt }, "graph input 0"},
		{"graph input -1", func(_ *Model, g *Subgraph) { g.Inputs[0] = -1 }, "graph input 0"},
		{"graph output out of range", func(_ *Model, g *Subgraph) { g.Outputs[0] = 8 }, "graph output 0"},
		{"operator reads itself", func(_ *Model, g *Subgraph) { g.Operators[0].Inputs[0] = dense0 }, "a cycle"},
		{"cycle of two", func(_ *Model, g *Subgraph) { g.Operators[0].Inputs[0] = dense1 }, "a cycle"},
		{"forward reference", func(_ *Model, g *Subgraph) {
			g.Operators[0], g.Operators[1] = g.Operators[1], g.Operators[0]
		}, "forward reference"},
		{"two writers", func(_ *Model, g *Subgraph) { g.Operators[1].Outputs[0] = dense0 }, "written by operators 0 and 1"},
		{"one tensor twice", func(_ *Model, g *Subgraph) { g.Operators[1].Outputs = []int32{dense1, dense1} }, "written by operators 1 and 1"},
		{"constant written", func(_ *Model, g *Subgraph) { g.Operators[0].Outputs[0] = bias1 }, "a constant or a graph input"},
		{"graph input written", func(_ *Model, g *Subgraph) { g.Operators[0].Outputs[0] = inputTensor }, "a constant or a graph input"},
		{"signature tensor out of range", func(m *Model, _ *Subgraph) { m.Signatures[0].Inputs[0].Tensor = 8 }, "is tensor 8 of 8"},
		{"signature subgraph out of range", func(m *Model, _ *Subgraph) { m.Signatures[0].Subgraph = 1 }, "subgraph 1 of 1"},
		{"metadata buffer out of range", func(m *Model, _ *Subgraph) { m.Metadata = []Metadata{{"x", 77}} }, "buffer 77 of 5"},
		{"softmax beta NaN", func(_ *Model, g *Subgraph) { g.Operators[2].Options = SoftmaxOptions{float32(math.NaN())} }, "parameter NaN"},
	}
	for _, c := range cases {
		m := smallModel(t)
		c.mutate(m, &m.Subgraphs[0])
		_, err := Parse(marshal(t, m))
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want malformed with %q", c.name, err, c.want)
		}
	}
}

// TestParseAccepts covers what looks odd and is right.
func TestParseAccepts(t *testing.T) {
	for name, mutate := range map[string]func(m *Model, g *Subgraph){
		"no bias":                    func(_ *Model, g *Subgraph) { g.Operators[0].Inputs[2] = -1 },
		"constant as graph output":   func(_ *Model, g *Subgraph) { g.Outputs = append(g.Outputs, bias0) },
		"denormal weight":            func(m *Model, _ *Subgraph) { copy(m.Buffers[2].Data, []byte{1, 0, 0, 0}) },
		"unused operator codes":      func(m *Model, _ *Subgraph) { m.Codes = append(m.Codes, m.Codes...) },
		"names absent":               func(_ *Model, g *Subgraph) { g.Tensors[0].Name = "" },
		"empty list as an input":     func(_ *Model, g *Subgraph) { g.Tensors[weights0].Shape = Shape{0}; g.Tensors[weights0].Buffer = 0 },
		"operator without an output": func(_ *Model, g *Subgraph) { g.Operators = append(g.Operators, Operator{DebugIndex: -1}) },
	} {
		m := smallModel(t)
		mutate(m, &m.Subgraphs[0])
		if _, err := Parse(marshal(t, m)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShapeElements(t *testing.T) {
	for _, c := range []struct {
		shape Shape
		n     int64
		ok    bool
	}{
		{nil, 1, true},
		{Shape{2, 3, 4}, 24, true},
		{Shape{2, 0, 4}, 0, true},
		{Shape{-1, 3}, 0, false},
		{Shape{0, -1}, 0, false},
		{Shape{1 << 30, 1 << 30, 2}, 1 << 61, true},
		{Shape{1 << 30, 1 << 30, 8}, 0, false},
		{Shape{1 << 30, 1 << 30, 1 << 30}, 0, false},
	} {
		if n, ok := c.shape.Elements(); n != c.n || ok != c.ok {
			t.Errorf("%v: %d, %t, want %d, %t", c.shape, n, ok, c.n, c.ok)
		}
	}
}
