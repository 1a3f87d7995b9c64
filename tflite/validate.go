package tflite

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// validate checks that the parts of a model agree: every index names something,
// every constant has the bytes its shape asks for, and operators can run in the
// order in which they are listed. A model that fails is damaged; what is merely
// out of our reach is left to Check.
func (m *Model) validate() error {
	if len(m.Buffers) > 0 && len(m.Buffers[0].Data) > 0 {
		return wrong("buffer 0 holds %d bytes, and must be empty", len(m.Buffers[0].Data))
	}
	for i, e := range m.Metadata {
		if int64(e.Buffer) >= int64(len(m.Buffers)) {
			return wrong("metadata %d (%s): buffer %d of %d", i, foreign.Quote(e.Name), e.Buffer, len(m.Buffers))
		}
	}
	if n := m.operands(); n > maxOperands {
		return fmt.Errorf("%w: %d operands, limit %d", fault.ErrUnsupported, n, maxOperands)
	}
	for i := range m.Subgraphs {
		if err := m.validateSubgraph(&m.Subgraphs[i]); err != nil {
			return fmt.Errorf("%w (subgraph %d)", err, i)
		}
	}
	for i, s := range m.Signatures {
		if err := m.validateSignature(s); err != nil {
			return fmt.Errorf("%w (signature %d, %s)", err, i, foreign.Quote(s.Key))
		}
	}
	return nil
}

// operands counts the tensor indices of all lists.
func (m *Model) operands() int {
	n := 0
	for _, g := range m.Subgraphs {
		n += len(g.Inputs) + len(g.Outputs)
		for _, o := range g.Operators {
			n += len(o.Inputs) + len(o.Outputs) + len(o.Intermediates)
		}
	}
	return n
}

func (m *Model) validateSignature(s Signature) error {
	if int64(s.Subgraph) >= int64(len(m.Subgraphs)) {
		return wrong("subgraph %d of %d", s.Subgraph, len(m.Subgraphs))
	}
	n := len(m.Subgraphs[s.Subgraph].Tensors)
	for _, names := range [][]NamedTensor{s.Inputs, s.Outputs} {
		for _, e := range names {
			if int64(e.Tensor) >= int64(n) {
				return wrong("%s is tensor %d of %d", foreign.Quote(e.Name), e.Tensor, n)
			}
		}
	}
	return nil
}

func (m *Model) validateSubgraph(g *Subgraph) error {
	for i := range g.Tensors {
		if err := m.validateTensor(&g.Tensors[i]); err != nil {
			return fmt.Errorf("%w (tensor %d, %s)", err, i, foreign.Quote(g.Tensors[i].Name))
		}
	}
	if err := inRange(g.Inputs, 0, len(g.Tensors), "graph input"); err != nil {
		return err
	}
	if err := inRange(g.Outputs, 0, len(g.Tensors), "graph output"); err != nil {
		return err
	}
	for i := range g.Operators {
		if err := m.validateOperator(g, &g.Operators[i]); err != nil {
			return fmt.Errorf("%w (operator %d)", err, i)
		}
	}
	return m.validateOrder(g)
}

// validateTensor checks shape and constant data of one tensor.
func (m *Model) validateTensor(t *Tensor) error {
	n, ok := t.Shape.Elements()
	if !ok {
		return wrong("shape %v is negative or overflows", t.Shape)
	}
	if int64(t.Buffer) >= int64(len(m.Buffers)) && t.Buffer != 0 {
		return wrong("buffer %d of %d", t.Buffer, len(m.Buffers))
	}
	data := m.Data(t)
	size, fixed := t.Type.Size()
	if len(data) == 0 || !fixed || t.Sparse {
		return nil
	}
	if have := int64(len(data)); have%size != 0 || have/size != n {
		return wrong("buffer %d has %d bytes, but shape %v of %v needs %d × %d", t.Buffer, have, t.Shape, t.Type, n, size)
	}
	return nil
}

// validateOperator checks the indices of one operator.
func (m *Model) validateOperator(g *Subgraph, o *Operator) error {
	if o.Code < 0 || o.Code >= len(m.Codes) {
		return wrong("operator code %d of %d", o.Code, len(m.Codes))
	}
	if err := inRange(o.Inputs, -1, len(g.Tensors), "input"); err != nil {
		return err
	}
	if err := inRange(o.Outputs, 0, len(g.Tensors), "output"); err != nil {
		return err
	}
	if err := inRange(o.Intermediates, -1, len(g.Tensors), "intermediate"); err != nil {
		return err
	}
	var real float32
	switch options := o.Options.(type) {
	case SoftmaxOptions:
		real = options.Beta
	case LeakyReluOptions:
		real = options.Alpha
	}
	if math.IsNaN(float64(real)) || math.IsInf(float64(real), 0) {
		return wrong("%v has the parameter %v", m.Codes[o.Code], real)
	}
	return nil
}

// inRange checks lowest <= index < n for each index.
func inRange(indices []int32, lowest int32, n int, what string) error {
	for i, index := range indices {
		if index < lowest || int64(index) >= int64(n) {
			return wrong("%s %d is tensor %d of %d", what, i, index, n)
		}
	}
	return nil
}

// validateOrder checks that no tensor has two origins (graph input, constant, one
// operator) and that no operator reads a tensor before an earlier one has made
// it. TensorFlow Lite runs operators in the listed order, so a forward reference
// is damage even where the graph has no cycle. Tensors that nothing writes are
// none: accelerators call their memory so.
func (m *Model) validateOrder(g *Subgraph) error {
	producer := g.producers()
	input := make([]bool, len(g.Tensors))
	for _, t := range g.Inputs {
		input[t] = true
	}
	written := make([]bool, len(g.Tensors))
	for i, o := range g.Operators {
		for _, t := range o.Outputs {
			if written[t] {
				return wrong("tensor %d (%s) is written by operators %d and %d", t, foreign.Quote(g.Tensors[t].Name), producer[t], i)
			}
			if m.IsConstant(&g.Tensors[t]) || input[t] {
				return wrong("operator %d writes tensor %d (%s), a constant or a graph input", i, t, foreign.Quote(g.Tensors[t].Name))
			}
			written[t] = true
		}
	}
	for i, o := range g.Operators {
		for _, t := range o.Inputs {
			if t >= 0 && producer[t] >= i {
				return orderFault(g, i, t, producer)
			}
		}
	}
	return nil
}

// producers tells the first operator that writes each tensor, −1 for none.
func (g *Subgraph) producers() []int {
	producer := make([]int, len(g.Tensors))
	for t := range producer {
		producer[t] = -1
	}
	for i, o := range g.Operators {
		for _, t := range o.Outputs {
			if producer[t] < 0 {
				producer[t] = i
			}
		}
	}
	return producer
}

// given tells which tensors have a value that no operator writes: graph inputs,
// constants, variables, and lists without elements, which have no bytes.
func (m *Model) given(g *Subgraph) []bool {
	given := make([]bool, len(g.Tensors))
	for t := range given {
		tensor := &g.Tensors[t]
		n, _ := tensor.Shape.Elements()
		given[t] = m.IsConstant(tensor) || tensor.Variable || n == 0 || m.elsewhere(tensor)
	}
	for _, t := range g.Inputs {
		given[t] = true
	}
	return given
}

// elsewhere reports whether the data of t lies outside the FlatBuffer.
func (m *Model) elsewhere(t *Tensor) bool {
	return t.ExternalBuffer != 0 || int64(t.Buffer) < int64(len(m.Buffers)) && m.Buffers[t.Buffer].Offset > 1
}

// orderFault says why operator i cannot read tensor t: the operator that writes
// it comes later, or depends on i itself.
func orderFault(g *Subgraph, i int, t int32, producer []int) error {
	name := foreign.Quote(g.Tensors[t].Name)
	// Walk from the writer of t back along producers; reaching i is a cycle.
	seen := make([]bool, len(g.Operators))
	pending := []int{producer[t]}
	for len(pending) > 0 {
		at := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if at == i {
			return wrong("operator %d reads tensor %d (%s), which depends on its own output (a cycle)", i, t, name)
		}
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, in := range g.Operators[at].Inputs {
			if in >= 0 && producer[in] >= 0 {
				pending = append(pending, producer[in])
			}
		}
	}
	return wrong("operator %d reads tensor %d (%s) before operator %d writes it (a forward reference)", i, t, name, producer[t])
}

// wrong reports parts of a model that contradict each other.
func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", fault.ErrMalformed, fmt.Sprintf(format, args...))
}
