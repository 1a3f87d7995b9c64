package tflite

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

const remedyFloat = "export the float32 model, without post-training quantisation (no converter.optimizations, no float16 or int8 supported types)"

// tensors checks types, shapes and constants of the main subgraph. A problem
// that many tensors share (every tensor of an int8 model) is one finding.
func (c *checker) tensors(g *Subgraph) {
	shared := map[string]int{} // places in found
	state := c.m.sequenceState(g)
	for i := range g.Tensors {
		c.tensor(&g.Tensors[i], func(key string, f Finding) {
			if key == "variable" && state[i] {
				return
			}
			if at, ok := shared[key]; ok {
				c.found[at].Places++
				return
			}
			f.Operator, f.Tensor, f.Places = -1, tensorName(g, i), 1
			shared[key] = len(c.found)
			c.found = append(c.found, f)
		})
	}
	c.finite(g)
}

// tensor reports each problem of t to note; findings with one key are the same
// problem.
func (c *checker) tensor(t *Tensor, note func(key string, f Finding)) {
	switch t.Type {
	case Float32, Bool:
	case Int32, Int64:
		if t.Quantization.quantises() {
			note("quantised", Finding{Problem: ProblemQuantised, Reason: fmt.Sprintf("%v stands for a real value (quantised)", t.Type), Remedy: remedyFloat})
		}
	case Int8, Uint8, Int16, Uint16, Int4, Float16, BFloat16:
		note("type "+t.Type.String(), Finding{Problem: ProblemQuantised, Reason: fmt.Sprintf("%v values (a quantised or reduced-precision model)", t.Type), Remedy: remedyFloat})
	case Resource, Variant:
		note("resource", Finding{Problem: ProblemVariables, Reason: fmt.Sprintf("a %v holds state between runs", t.Type),
			Remedy: "freeze variables to constants: export the inference function alone, without on-device training"})
	default:
		note("type "+t.Type.String(), Finding{Problem: ProblemType, Reason: fmt.Sprintf("%v values", t.Type), Remedy: "use float32 values and int32 indices"})
	}
	if t.Variable {
		note("variable", Finding{Problem: ProblemVariables, Reason: "a variable keeps its value between runs", Remedy: "use layers without state between runs"})
	}
	if t.Sparse {
		note("sparse", Finding{Problem: ProblemSparse, Reason: "stored sparsely", Remedy: "export without the sparsity optimisation"})
	}
	if c.m.elsewhere(t) {
		note("external", Finding{Problem: ProblemExternal, Reason: "its data lies outside the FlatBuffer (models beyond 2 GB, or external weights)", Remedy: "export one self-contained .tflite below 256 MiB"})
	}
	if n := len(t.Shape); n > maxRank {
		note("rank", Finding{Problem: ProblemShape, Reason: fmt.Sprintf("rank %d, limit %d", n, maxRank), Remedy: "reshape to fewer axes"})
	}
	if slices.Contains(t.Shape, 0) && !c.isShapeOfScalar(t) {
		note("zero", Finding{Problem: ProblemShape, Reason: fmt.Sprintf("shape %v has no elements", t.Shape), Remedy: "give every axis a size of at least 1"})
	}
	if len(t.Signature) > 0 && !t.signed() {
		note("signature", Finding{Problem: ProblemShape, Reason: fmt.Sprintf("shape %v and shape signature %v differ", t.Shape, t.Signature), Remedy: "export the model again"})
	} else if axis := c.openAxis(t); axis >= 0 {
		note("dynamic", Finding{Problem: ProblemDynamic, Reason: fmt.Sprintf("the size of axis %d of %v is known only at run time", axis, t.Signature),
			Remedy: "fix every size but the batch: convert with a concrete input shape such as [1, height, width, channels]"})
	}
}

// signed reports whether the shape signature is the shape, but for open sizes.
func (t *Tensor) signed() bool {
	return slices.EqualFunc(t.Signature, t.Shape, func(s, d int32) bool { return s == -1 || s == d })
}

// isShapeOfScalar reports whether t is the empty int32 list that RESHAPE and
// reductions take for "no axes".
func (c *checker) isShapeOfScalar(t *Tensor) bool { return t.Type == Int32 && len(t.Shape) == 1 }

// openAxis returns the first axis, other than the batch, whose size the file
// leaves open; −1 for none.
func (c *checker) openAxis(t *Tensor) int {
	batch := 0
	if c.opts.BatchAxis != nil {
		batch = *c.opts.BatchAxis
	}
	for axis, d := range t.Signature {
		if d == -1 && axis != batch {
			return axis
		}
	}
	return -1
}

// finite reports the first NaN or infinite cell of each float32 constant.
// Denormals pass: rounding to fixed point makes them zero.
func (c *checker) finite(g *Subgraph) {
	seen := make([]bool, len(c.m.Buffers))
	for i := range g.Tensors {
		t := &g.Tensors[i]
		data := c.m.Data(t)
		if t.Type != Float32 || len(data) == 0 || seen[t.Buffer] {
			continue
		}
		seen[t.Buffer] = true
		for at := 0; at+4 <= len(data); at += 4 {
			v := float64(math.Float32frombits(binary.LittleEndian.Uint32(data[at:])))
			if math.IsNaN(v) || math.IsInf(v, 0) {
				c.add(ProblemNonFinite, -1, tensorName(g, i), fmt.Sprintf("cell %d is %v", at/4, v),
					"retrain or repair the model: weights must be finite numbers")
				break
			}
		}
	}
}

// batch checks that the batch axis of the inputs is known.
func (c *checker) batch(g *Subgraph) {
	for _, i := range g.Inputs {
		if _, ok := batchAxis(&g.Tensors[i], c.opts.BatchAxis); ok {
			continue
		}
		t := &g.Tensors[i]
		reason := fmt.Sprintf("no telling which axis of %v counts the samples of a batch", t.Shape)
		if c.opts.BatchAxis != nil {
			reason = fmt.Sprintf("%v has no axis %d for the batch", t.Shape, *c.opts.BatchAxis)
		}
		c.add(ProblemBatch, -1, tensorName(g, int(i)), reason, "name the batch axis (--batch-axis 0), say that the whole input is one sample (--batch-axis none), or convert with a leading batch size of 1")
	}
}

// BatchAxis returns the axis of graph input i (an index into the inputs of the
// main subgraph) that counts samples, or NoBatch, by the rule of
// CheckOptions.BatchAxis; false where it cannot be told.
func (m *Model) BatchAxis(i int, opts CheckOptions) (int, bool) {
	if len(m.Subgraphs) == 0 || i < 0 || i >= len(m.Subgraphs[0].Inputs) {
		return 0, false
	}
	g := &m.Subgraphs[0]
	return batchAxis(&g.Tensors[g.Inputs[i]], opts.BatchAxis)
}

func batchAxis(t *Tensor, given *int) (int, bool) {
	if given != nil {
		return *given, *given == NoBatch || *given >= 0 && *given < len(t.Shape)
	}
	open := len(t.Signature) > 0 && t.Signature[0] == -1
	return 0, open || len(t.Shape) > 0 && t.Shape[0] == 1
}

// tensorName returns the name of tensor t, or its index where it has none.
func tensorName(g *Subgraph, t int) string {
	if name := g.Tensors[t].Name; name != "" {
		return name
	}
	return fmt.Sprintf("tensor %d", t)
}

// Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM that it begins with, and leaves as they are
// at the end of a sequence.
const (
	SequenceLSTMOutput = 18
	SequenceLSTMCell   = 19
)

// sequenceState tells which tensors are variables that nothing but one recurrent
// layer reads, as its state: they are 0 when a sample begins, as those of an
// interpreter are whose variables are reset, and nobody sees them afterwards.
func (m *Model) sequenceState(g *Subgraph) []bool {
	state, readers := make([]bool, len(g.Tensors)), make([]int, len(g.Tensors))
	for _, o := range g.Operators {
		for k, t := range o.Inputs {
			if t < 0 {
				continue
			}
			readers[t]++
			if m.Codes[o.Code].Builtin == OpSequenceLSTM && (k == SequenceLSTMOutput || k == SequenceLSTMCell) {
				state[t] = true
			}
		}
		for _, t := range o.Outputs {
			readers[t]++
		}
	}
	for _, t := range append(append([]int32(nil), g.Inputs...), g.Outputs...) {
		readers[t]++
	}
	for i := range state {
		t := &g.Tensors[i]
		state[i] = state[i] && readers[i] == 1 && t.Variable && len(m.Data(t)) == 0 && !m.elsewhere(t)
	}
	return state
}
