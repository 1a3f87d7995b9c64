package tflite

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// provable is a set of operators as a caller would give it.
func provable(ops ...Builtin) map[Builtin]bool {
	set := map[Builtin]bool{}
	for _, op := range ops {
		set[op] = true
	}
	return set
}

// TestCheckFindings makes a provable model unprovable in one way each.
func TestCheckFindings(t *testing.T) {
	setFloat := func(m *Model, v float64) {
		copy(m.Buffers[1].Data[8:], floatBytes([]float32{float32(v)}))
	}
	builtin := func(b Builtin) func(*Model, *Subgraph) {
		return func(m *Model, g *Subgraph) { m.Codes[1].Builtin = b; g.Operators[2].Options = nil }
	}
	typed := func(d DType) func(*Model, *Subgraph) {
		return func(_ *Model, g *Subgraph) { g.Tensors[dense0].Type = d }
	}
	cases := []struct {
		name    string
		mutate  func(m *Model, g *Subgraph)
		problem Problem
		reason  string
		place   string // operator index or tensor name
		kind    error
	}{
		{"NaN", func(m *Model, _ *Subgraph) { setFloat(m, math.NaN()) }, ProblemNonFinite, "cell 2 is NaN", "small/dense_0/weights", fault.ErrInput},
		{"+Inf", func(m *Model, _ *Subgraph) { setFloat(m, math.Inf(1)) }, ProblemNonFinite, "cell 2 is +Inf", "small/dense_0/weights", fault.ErrInput},
		{"-Inf", func(m *Model, _ *Subgraph) { setFloat(m, math.Inf(-1)) }, ProblemNonFinite, "cell 2 is -Inf", "small/dense_0/weights", fault.ErrInput},
		{"custom", func(m *Model, g *Subgraph) { builtin(OpCustom)(m, g); m.Codes[1].Custom = "Sinh" }, ProblemCustom, `CUSTOM("Sinh")`, "2", fault.ErrUnsupported},
		{"flex", func(m *Model, g *Subgraph) { builtin(OpCustom)(m, g); m.Codes[1].Custom = "FlexErf" }, ProblemCustom, "outside TensorFlow Lite", "2", fault.ErrUnsupported},
		{"unknown operator", builtin(99999), ProblemOperator, "operator(99999)", "2", fault.ErrUnsupported},
		{"placeholder", builtin(OpPlaceholder), ProblemOperator, "PLACEHOLDER", "2", fault.ErrUnsupported},
		{"negative operator", builtin(-5), ProblemOperator, "operator(-5)", "2", fault.ErrUnsupported},
		{"operator without proof", builtin(OpHardSwish), ProblemOperator, "HARD_SWISH", "2", fault.ErrUnsupported},
		{"while", builtin(OpWhile), ProblemControlFlow, "WHILE", "2", fault.ErrUnsupported},
		{"if", builtin(OpIf), ProblemControlFlow, "IF", "2", fault.ErrUnsupported},
		{"call once", builtin(OpCallOnce), ProblemControlFlow, "CALL_ONCE", "2", fault.ErrUnsupported},
		{"assign variable", builtin(OpAssignVariable), ProblemVariables, "ASSIGN_VARIABLE", "2", fault.ErrUnsupported},
		{"hash table", builtin(OpHashtable), ProblemVariables, "HASHTABLE", "2", fault.ErrUnsupported},
		{"dequantize", builtin(OpDequantize), ProblemQuantised, "DEQUANTIZE", "2", fault.ErrUnsupported},
		{"int8", typed(Int8), ProblemQuantised, "int8", "small/dense_0", fault.ErrUnsupported},
		{"uint8", typed(Uint8), ProblemQuantised, "uint8", "small/dense_0", fault.ErrUnsupported},
		{"float16", typed(Float16), ProblemQuantised, "float16", "small/dense_0", fault.ErrUnsupported},
		{"string", typed(StringType), ProblemType, "string", "small/dense_0", fault.ErrUnsupported},
		{"unknown type", typed(77), ProblemType, "type(77)", "small/dense_0", fault.ErrUnsupported},
		{"resource", typed(Resource), ProblemVariables, "resource", "small/dense_0", fault.ErrUnsupported},
		{"variable", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Variable = true }, ProblemVariables, "variable", "small/dense_0", fault.ErrUnsupported},
		{"quantised int32", func(_ *Model, g *Subgraph) {
			g.Tensors[dense0].Type = Int32
			g.Tensors[dense0].Quantization = &Quantization{Scale: []float32{0.5}, ZeroPoint: []int64{0}}
		}, ProblemQuantised, "int32 stands for", "small/dense_0", fault.ErrUnsupported},
		{"two subgraphs", func(m *Model, g *Subgraph) { m.Subgraphs = append(m.Subgraphs, *g) }, ProblemGraph, "2 subgraphs", "", fault.ErrUnsupported},
		{"no subgraph", func(m *Model, _ *Subgraph) { m.Subgraphs, m.Signatures = nil, nil }, ProblemGraph, "no subgraph", "", fault.ErrUnsupported},
		{"no operators", func(_ *Model, g *Subgraph) { g.Operators, g.Outputs = nil, []int32{inputTensor} }, ProblemGraph, "no operators", "", fault.ErrUnsupported},
		{"no outputs", func(_ *Model, g *Subgraph) { g.Outputs = nil }, ProblemGraph, "0 outputs", "", fault.ErrUnsupported},
		{"no inputs", func(_ *Model, g *Subgraph) { g.Inputs = nil }, ProblemGraph, "0 inputs and 1 output", "", fault.ErrUnsupported},
		{"two outputs", func(_ *Model, g *Subgraph) { g.Outputs = append(g.Outputs, dense0) }, ProblemGraph, "1 input and 2 outputs", "", fault.ErrUnsupported},
		{"signature of another output", func(m *Model, _ *Subgraph) { m.Signatures[0].Outputs[0].Tensor = dense0 }, ProblemSignatures, `"serving_default" has other inputs or outputs`, "", fault.ErrUnsupported},
		{"signature without inputs", func(m *Model, _ *Subgraph) { m.Signatures[0].Inputs = nil }, ProblemSignatures, "other inputs or outputs", "", fault.ErrUnsupported},
		{"an input that nothing writes", func(_ *Model, g *Subgraph) {
			g.Tensors = append(g.Tensors, Tensor{Name: "scratch", Type: Uint8, Shape: Shape{1, 64}})
			g.Operators[0].Inputs = append(g.Operators[0].Inputs, 8)
		}, ProblemGraph, "a tensor that nothing writes", "scratch", fault.ErrUnsupported},
		{"an output from nowhere", func(_ *Model, g *Subgraph) {
			g.Tensors = append(g.Tensors, Tensor{Name: "lost", Shape: Shape{1, 1}})
			g.Outputs[0] = 8
		}, ProblemGraph, "no operator writes", "lost", fault.ErrUnsupported},
		{"a constant as input", func(_ *Model, g *Subgraph) { g.Inputs = append(g.Inputs, bias0) }, ProblemGraph, "graph input that is a constant", "small/dense_0/bias", fault.ErrUnsupported},
		{"shape signature of another rank", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Signature = Shape{-1} }, ProblemShape, "differ", "small/dense_0", fault.ErrUnsupported},
		{"shape signature of another size", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Signature = Shape{-1, 4} }, ProblemShape, "differ", "small/dense_0", fault.ErrUnsupported},
		{"a program for an NPU", func(m *Model, g *Subgraph) { builtin(OpCustom)(m, g); m.Codes[1].Custom = "ethos-u" }, ProblemCustom, "Vela", "2", fault.ErrUnsupported},
		{"a sparse constant", func(_ *Model, g *Subgraph) { g.Tensors[bias0].Sparse = true }, ProblemSparse, "stored sparsely", "small/dense_0/bias", fault.ErrUnsupported},
		{"two signatures", func(m *Model, _ *Subgraph) { m.Signatures = append(m.Signatures, Signature{Key: "train"}) }, ProblemSignatures, `"serving_default", "train"`, "", fault.ErrUnsupported},
		{"rank 7", func(_ *Model, g *Subgraph) {
			g.Tensors[dense0].Shape, g.Tensors[dense0].Signature = Shape{1, 1, 1, 1, 1, 1, 3}, nil
		}, ProblemShape, "rank 7", "small/dense_0", fault.ErrUnsupported},
		{"zero dimension", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Shape, g.Tensors[dense0].Signature = Shape{1, 0}, nil }, ProblemShape, "no elements", "small/dense_0", fault.ErrUnsupported},
		{"open size", func(_ *Model, g *Subgraph) { g.Tensors[dense0].Signature[1] = -1 }, ProblemDynamic, "axis 1 of [?×?]", "small/dense_0", fault.ErrUnsupported},
		{"batch unknown", func(_ *Model, g *Subgraph) {
			g.Tensors[inputTensor].Shape, g.Tensors[inputTensor].Signature = Shape{32, 2}, nil
		}, ProblemBatch, "[32×2]", "small/input", fault.ErrUnsupported},
		{"scalar input", func(_ *Model, g *Subgraph) { g.Tensors[inputTensor].Shape, g.Tensors[inputTensor].Signature = nil, nil }, ProblemBatch, "[]", "small/input", fault.ErrUnsupported},
		{"options absent", func(_ *Model, g *Subgraph) { g.Operators[0].Options = nil }, ProblemOptions, "no options", "0", fault.ErrUnsupported},
		{"options of another operator", func(_ *Model, g *Subgraph) { g.Operators[0].Options = SoftmaxOptions{1} }, ProblemOptions, "another operator", "0", fault.ErrUnsupported},
		{"custom options", func(_ *Model, g *Subgraph) { g.Operators[0].CustomOptions = []byte{1} }, ProblemOptions, "further options", "0", fault.ErrUnsupported},
		{"mutating", func(_ *Model, g *Subgraph) { g.Operators[0].Mutating = []bool{false, true, false} }, ProblemVariables, "changes one of its inputs", "0", fault.ErrUnsupported},
		{"external buffer", func(_ *Model, g *Subgraph) { g.Tensors[dense0].ExternalBuffer = 1 }, ProblemExternal, "outside the FlatBuffer", "small/dense_0", fault.ErrUnsupported},
	}
	opts := CheckOptions{Operators: provable(OpFullyConnected, OpSoftmax)}
	if fs := Check(smallModel(t), opts); len(fs) != 0 {
		t.Fatalf("the model to start from: %v", fs)
	}
	for _, c := range cases {
		m := smallModel(t)
		c.mutate(m, &m.Subgraphs[0])
		if !slices.ContainsFunc(m.Subgraphs, func(g Subgraph) bool { return slices.ContainsFunc(g.Tensors, func(t Tensor) bool { return t.Sparse }) }) { // which cannot be written
			m = parse(t, marshal(t, m))
		}
		fs := Check(m, opts)
		err := fs.Err()
		if !errors.Is(err, c.kind) || errors.Is(err, fault.ErrInput) && c.kind != fault.ErrInput {
			t.Errorf("%s: %v, want kind %v", c.name, err, c.kind)
			continue
		}
		found := false
		for _, f := range fs {
			place := f.Tensor
			if f.Operator >= 0 && f.Tensor == "" {
				place = string(rune('0' + f.Operator))
			}
			found = found || f.Problem == c.problem && strings.Contains(f.Reason, c.reason) && place == c.place && f.Remedy != ""
		}
		if !found {
			t.Errorf("%s: no %s finding with %q at %q in:\n%v", c.name, c.problem, c.reason, c.place, fs)
		}
	}
}

func TestCheckOneFindingPerKind(t *testing.T) {
	m := smallModel(t)
	for i := range m.Subgraphs[0].Tensors {
		if m.Subgraphs[0].Tensors[i].Buffer == 0 {
			m.Subgraphs[0].Tensors[i].Type = Int8
		}
	}
	fs := Check(m, CheckOptions{})
	if len(fs) != 1 || fs[0].Places != 4 || !strings.HasPrefix(fs.String(), `tensor "small/input" and 3 more: int8 values`) {
		t.Errorf("findings:\n%v", fs)
	}
}

// TestCheckGroupsOperators: what holds of many operators is said once, whatever
// stands between them.
func TestCheckGroupsOperators(t *testing.T) {
	m := smallModel(t)
	g := &m.Subgraphs[0]
	m.Codes = append(m.Codes, OperatorCode{Builtin: OpHardSwish, Version: 1}, OperatorCode{Builtin: OpGelu, Version: 1})
	for i := range 3000 {
		from := g.Outputs[0]
		g.Tensors = append(g.Tensors, g.Tensors[softmaxTensor])
		g.Outputs[0] = int32(len(g.Tensors) - 1)
		g.Operators = append(g.Operators, Operator{Code: 2 + i%2, Inputs: []int32{from}, Outputs: []int32{g.Outputs[0]}})
	}
	m.Signatures = nil
	fs := Check(m, CheckOptions{Operators: provable(OpFullyConnected, OpSoftmax)})
	if len(fs) != 2 || !strings.HasPrefix(fs[0].String(), "operator 3 and 1499 more: there is no proof for HARD_SWISH; replace it") || !strings.HasPrefix(fs[1].String(), "operator 4 and 1499 more: there is no proof for GELU") {
		t.Errorf("findings:\n%v", fs)
	}
}

// TestFindingsAreShort lists few of many reasons in an error.
func TestFindingsAreShort(t *testing.T) {
	var fs Findings
	for i := range 20 {
		fs.Add(Finding{Problem: ProblemUse, Operator: i, Reason: strings.Repeat("x", i+1)})
	}
	if text := fs.Err().Error(); !strings.HasPrefix(text, "operator 0: x; also operator 1: xx; also ") || !strings.HasSuffix(text, "xxxxxxxx; also 12 more reasons, which zkaudit inspect lists: unsupported") {
		t.Errorf("%s", text)
	}
}

// TestCheckSharedConstant: a buffer is looked through once, however many tensors
// refer to it.
func TestCheckSharedConstant(t *testing.T) {
	m := smallModel(t)
	copy(m.Buffers[1].Data, floatBytes([]float32{float32(math.NaN())}))
	g := &m.Subgraphs[0]
	for range 3 {
		g.Tensors = append(g.Tensors, g.Tensors[weights0])
	}
	if fs := Check(m, CheckOptions{}); len(fs) != 1 || fs[0].Problem != ProblemNonFinite {
		t.Errorf("findings:\n%v", fs)
	}
}

func TestCheckExternalData(t *testing.T) {
	m := smallModel(t)
	m.Buffers[1] = Buffer{Offset: 4096, Size: 24}
	if err := m.validate(); err != nil {
		t.Errorf("data after the FlatBuffer is well formed: %v", err)
	}
	if fs := Check(m, CheckOptions{}); !fs.Has(ProblemExternal) {
		t.Errorf("findings %v", fs)
	}
	if _, err := Marshal(m); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("writing: %v", err)
	}
}

func TestBatchAxis(t *testing.T) {
	m := smallModel(t)
	in := &m.Subgraphs[0].Tensors[inputTensor]
	for _, c := range []struct {
		shape, signature Shape
		given            *int
		axis             int
		ok               bool
	}{
		{Shape{1, 2}, Shape{-1, 2}, nil, 0, true},
		{Shape{1, 2}, nil, nil, 0, true},
		{Shape{32, 2}, Shape{-1, 2}, nil, 0, true},
		{Shape{32, 2}, nil, nil, 0, false},
		{Shape{2, 32}, nil, new(1), 1, true},
		{Shape{2, 32}, Shape{2, -1}, new(1), 1, true},
		{Shape{2, 32}, nil, new(2), 2, false},
		{Shape{2, 32}, nil, new(-2), -2, false},
		{Shape{2, 32}, nil, new(NoBatch), NoBatch, true},
		{nil, nil, new(NoBatch), NoBatch, true},
		{nil, nil, nil, 0, false},
	} {
		in.Shape, in.Signature = c.shape, c.signature
		opts := CheckOptions{BatchAxis: c.given}
		axis, ok := m.BatchAxis(0, opts)
		if axis != c.axis || ok != c.ok {
			t.Errorf("%v %v: axis %d, %t, want %d, %t", c.shape, c.signature, axis, ok, c.axis, c.ok)
		}
		if Check(m, opts).Has(ProblemBatch) == c.ok {
			t.Errorf("%v %v: Check disagrees with BatchAxis", c.shape, c.signature)
		}
	}
	if _, ok := m.BatchAxis(1, CheckOptions{}); ok {
		t.Error("an input that does not exist has a batch axis")
	}
}
