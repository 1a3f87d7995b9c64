package tflite

import (
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// NoBatch is the batch axis of a model that has none: its inputs, whole, are one
// sample.
const NoBatch = -1

// CheckOptions says what a model may contain.
type CheckOptions struct {
	// BatchAxis is the axis of every graph input that counts samples; NoBatch: none
	// does. Nil: it is axis 0 where the shape signature leaves that size open or
	// the size is 1, and cannot be told otherwise.
	BatchAxis *int
	// Operators are the builtins that can be proven. Nil: every builtin of
	// the format that this package can read.
	Operators map[Builtin]bool
}

// Check lists what keeps a model from being proven, in a fixed order: the graph
// as a whole, then operators, then tensors. Requires m to come from Parse, or to
// be as consistent as a model that does.
func Check(m *Model, opts CheckOptions) Findings {
	c := &checker{m: m, opts: opts}
	c.graph()
	if len(m.Subgraphs) == 0 {
		return c.found
	}
	c.operators(&m.Subgraphs[0])
	c.tensors(&m.Subgraphs[0])
	c.origins(&m.Subgraphs[0])
	c.unread()
	c.batch(&m.Subgraphs[0])
	return c.found
}

// checker collects findings about one model.
type checker struct {
	m     *Model
	opts  CheckOptions
	found Findings
}

func (c *checker) add(p Problem, operator int, tensor, reason, remedy string) {
	c.found.Add(Finding{Problem: p, Operator: operator, Tensor: tensor, Reason: reason, Remedy: remedy})
}

// graph checks the number of subgraphs and entry points.
func (c *checker) graph() {
	const exportOne = "export the inference function alone (one signature, no on-device training)"
	switch n := len(c.m.Subgraphs); {
	case n == 0:
		c.add(ProblemGraph, -1, "", "the model has no subgraph, so it computes nothing", "export the model again")
		return
	case n > 1:
		c.add(ProblemGraph, -1, "", fmt.Sprintf("the model has %d subgraphs", n), exportOne)
	}
	if n := len(c.m.Signatures); n > 1 {
		keys := make([]string, n)
		for i, s := range c.m.Signatures {
			keys[i] = s.Key
		}
		c.add(ProblemSignatures, -1, "", fmt.Sprintf("the model has %d signatures (%s)", n, foreign.Quotes(keys)), exportOne)
	}
	g := &c.m.Subgraphs[0]
	if len(g.Operators) == 0 {
		c.add(ProblemGraph, -1, "", "the model has no operators", "export the model again")
	}
	if len(g.Inputs) == 0 || len(g.Outputs) != 1 {
		c.add(ProblemGraph, -1, "", fmt.Sprintf("the model has %s and %s", counted(len(g.Inputs), "input"), counted(len(g.Outputs), "output")), "export it with inputs and one output")
	}
	for _, s := range c.m.Signatures {
		if s.Subgraph == 0 && (!names(s.Inputs, g.Inputs) || !names(s.Outputs, g.Outputs)) {
			c.add(ProblemSignatures, -1, "", fmt.Sprintf("signature %s has other inputs or outputs than the graph: a runtime called by it hands out another value", foreign.Quote(s.Key)), exportOne)
		}
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// names reports whether a signature names the tensors of a graph, in any order.
func names(named []NamedTensor, graph []int32) bool {
	set := map[int64]int{}
	for _, t := range graph {
		set[int64(t)]++
	}
	for _, t := range named {
		set[int64(t.Tensor)]--
	}
	for _, n := range set {
		if n != 0 {
			return false
		}
	}
	return true
}

// origins checks that everything that is read or put out is made in the graph.
func (c *checker) origins(g *Subgraph) {
	const remedy = "export the model as its layers compute it, not compiled for an accelerator"
	producer, given := g.producers(), c.m.given(g)
	for i, o := range g.Operators {
		for _, t := range o.Inputs {
			if t >= 0 && producer[t] < 0 && !given[t] {
				c.add(ProblemGraph, i, tensorName(g, int(t)), "reads a tensor that nothing writes, as the memory of an accelerator is", remedy)
			}
		}
	}
	for _, t := range g.Outputs {
		if producer[t] < 0 && !given[t] {
			c.add(ProblemGraph, -1, tensorName(g, int(t)), "a graph output that no operator writes", remedy)
		}
	}
	for _, t := range g.Inputs {
		if c.m.IsConstant(&g.Tensors[t]) {
			c.add(ProblemGraph, -1, tensorName(g, int(t)), "a graph input that is a constant", "export the model again")
		}
	}
}

// operators checks each operator of g by itself.
func (c *checker) operators(g *Subgraph) {
	for i := range g.Operators {
		o := &g.Operators[i]
		code := c.m.Codes[o.Code]
		if c.kind(i, code) {
			c.options(i, o, code)
		}
	}
}

// kind checks what an operator is, and reports whether to look at its options.
func (c *checker) kind(i int, code OperatorCode) bool {
	b := code.Builtin
	switch {
	case b == OpCustom && strings.HasPrefix(code.Custom, "Flex"):
		c.add(ProblemCustom, i, "", fmt.Sprintf("%v is a TensorFlow operator outside TensorFlow Lite", code),
			"convert with TFLITE_BUILTINS alone, without SELECT_TF_OPS")
	case b == OpCustom && strings.HasPrefix(code.Custom, "ethos-u"):
		c.add(ProblemCustom, i, "", fmt.Sprintf("%v is a program for an NPU, as Vela compiles models to", code),
			"use the model that was given to the compiler")
	case b == OpCustom && code.Custom == "edgetpu-custom-op":
		c.add(ProblemCustom, i, "", fmt.Sprintf("%v is a program for an Edge TPU", code), "use the model that was given to the compiler")
	case b == OpCustom:
		c.add(ProblemCustom, i, "", fmt.Sprintf("%v has no public definition", code),
			"express it in builtin operators and convert without allow_custom_ops")
	case !b.known() || b == OpPlaceholder:
		c.add(ProblemOperator, i, "", fmt.Sprintf("%v is not an operator of the format known here", b),
			"convert for an older runtime, or update zkaudit")
	case b == OpIf || b == OpWhile || b == OpCall || b == OpCallOnce || b == OpStablehloWhile || b == OpStablehloCase || b == OpComposite:
		c.add(ProblemControlFlow, i, "", fmt.Sprintf("%v runs other subgraphs, by data", b),
			"unroll loops and resolve branches before converting; export the inference function alone")
	case b >= OpVarHandle && b <= OpAssignVariable || b >= OpHashtable && b <= OpHashtableSize:
		c.add(ProblemVariables, i, "", fmt.Sprintf("%v keeps state between runs", b),
			"freeze variables to constants: export the inference function alone, without on-device training")
	case b == OpDequantize || b == OpQuantize || b == OpFakeQuant:
		c.add(ProblemQuantised, i, "", fmt.Sprintf("%v converts between real and encoded values", b), remedyFloat)
	case c.opts.Operators != nil && !c.opts.Operators[b]:
		c.add(ProblemOperator, i, "", fmt.Sprintf("there is no proof for %v", b),
			"replace it by operators that have one (zkaudit inspect lists them), or cut the model before it")
	default:
		return true
	}
	return false
}

// options checks that an operator carries the options it reads.
func (c *checker) options(i int, o *Operator, code OperatorCode) {
	const again = "convert the model again with a current TensorFlow"
	want, reads := code.Builtin.optionsKind()
	switch have := o.Options.(type) {
	case nil:
		if reads && !mayOmitOptions(code.Builtin) {
			c.add(ProblemOptions, i, "", fmt.Sprintf("%v has no options", code), again)
		}
	case OpaqueOptions:
		c.add(ProblemOptions, i, "", fmt.Sprintf("the options of %v (type %d) cannot be read", code, have.Of),
			"replace the operator by supported ones")
	default:
		if reads && have.kind() != want {
			c.add(ProblemOptions, i, "", fmt.Sprintf("%v carries options of another operator (type %d, want %d)", code, have.kind(), want), again)
		}
	}
	if o.Options2 != 0 || len(o.CustomOptions) > 0 || o.LargeOffset > 1 {
		c.add(ProblemOptions, i, "", fmt.Sprintf("%v carries further options that cannot be read", code), again)
	}
	for k, mutated := range o.Mutating {
		if mutated && !(code.Builtin == OpSequenceLSTM && (k == SequenceLSTMOutput || k == SequenceLSTMCell)) {
			c.add(ProblemVariables, i, "", fmt.Sprintf("%v changes one of its inputs", code),
				"use layers without state between runs")
			break
		}
	}
}

// mayOmitOptions reports whether TensorFlow Lite writes and runs operator b also
// without its options, which its inputs then replace.
func mayOmitOptions(b Builtin) bool {
	return b == OpReshape || b == OpCast || b == OpSqueeze || b == OpShape
}

// unread reports contents that the types of this package do not hold, other
// than those that operators and tensors have been refused for already.
func (c *checker) unread() {
	for _, what := range c.m.Opaque {
		if strings.HasPrefix(what, "Operator.builtin_options") || what == "Tensor.sparsity" ||
			strings.HasPrefix(what, "Model.external_buffer") || what == "QuantizationParameters.details" {
			continue
		}
		c.add(ProblemUnread, -1, "", fmt.Sprintf("the file has contents that are not known here (%s), which may change what it computes", what),
			"convert for an older runtime, or update zkaudit")
	}
}
