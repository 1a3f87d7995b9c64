package graph

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// Limits of a program. They bound what a reader of one does.
const (
	maxTensors = 1 << 13
	MaxNodes   = 1 << 12
	maxAxes    = 6
	MaxSize    = 1 << 30 // cells of one tensor
	MaxBatch   = 1 << 20
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("program: "+format+": %w", append(args, fault.ErrMalformed)...)
}

// Validate reports whether the program is well formed: see the package
// comment. Errors wrap fault.ErrMalformed.
func (p *Program) Validate() error {
	if p.Batch < 1 || p.Batch > MaxBatch {
		return invalid("batch size %d", p.Batch)
	}
	if len(p.Tensors) > maxTensors || len(p.Nodes) > MaxNodes {
		return invalid("%d tensors and %d nodes, at most %d and %d", len(p.Tensors), len(p.Nodes), maxTensors, MaxNodes)
	}
	names := map[string]bool{}
	for i := range p.Tensors {
		t := &p.Tensors[i]
		if names[t.Name] {
			return invalid("two tensors are called %q", t.Name)
		}
		names[t.Name] = true
		if err := p.validateTensor(t); err != nil {
			return err
		}
	}
	if err := p.validateNodes(); err != nil {
		return err
	}
	return p.validateEnds()
}

func (p *Program) validateTensor(t *Tensor) error {
	if len(t.Axes) == 0 || len(t.Axes) > maxAxes {
		return invalid("tensor %q has %d axes", t.Name, len(t.Axes))
	}
	size := 1
	for _, a := range t.Axes {
		if a.Size < 1 || a.Size > MaxSize/size {
			return invalid("tensor %q: axis %q of %d makes it too large", t.Name, a.Name, a.Size)
		}
		size *= a.Size
	}
	if t.Role < Input || t.Role > RowAttributes {
		return invalid("tensor %q has role %d", t.Name, t.Role)
	}
	if t.Role.PerSample() && t.Axes[0].Size != p.Batch {
		return invalid("tensor %q: first axis has %d entries, the batch %d", t.Name, t.Axes[0].Size, p.Batch)
	}
	if t.Role != Accumulator {
		if err := t.Format.Check(); err != nil {
			return invalid("tensor %q: %v", t.Name, err)
		}
	}
	if t.Format.Fraction < 0 || (t.Role.Small() && t.Format.Bits > 32) {
		return invalid("tensor %q has format %v", t.Name, t.Format)
	}
	if t.Checked && (t.Format.Bits > 16 || !t.Role.PerSample()) {
		return invalid("tensor %q cannot be looked up in the range of %v", t.Name, t.Format)
	}
	return validateCells(t, size)
}

func validateCells(t *Tensor, size int) error {
	if t.Role != Constant {
		if len(t.Cells) != 0 {
			return invalid("tensor %q is %v and has cells", t.Name, t.Role)
		}
		return nil
	}
	if len(t.Cells) != size {
		return invalid("constant %q has %d cells, its axes %d", t.Name, len(t.Cells), size)
	}
	for i, v := range t.Cells {
		if !t.Format.Contains(int64(v)) {
			return invalid("constant %q: cell %d is %d, outside %v", t.Name, i, v, t.Format)
		}
	}
	return nil
}

// validateNodes checks that every tensor has one origin, before its uses.
func (p *Program) validateNodes() error {
	made := make([]bool, len(p.Tensors))
	for i := range p.Tensors {
		switch p.Tensors[i].Role {
		case Committed, Virtual, Accumulator:
		default:
			made[i] = true
		}
	}
	names := map[string]bool{}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if names[n.Name] {
			return invalid("two nodes are called %q", n.Name)
		}
		names[n.Name] = true
		for _, t := range n.Inputs {
			if t != None && (t < 0 || int(t) >= len(p.Tensors) || !made[t]) {
				return invalid("node %q reads tensor %d, which is not there yet", n.Name, t)
			}
		}
		for _, t := range n.Outputs {
			if t < 0 || int(t) >= len(p.Tensors) || made[t] {
				return invalid("node %q makes tensor %d, which exists", n.Name, t)
			}
			made[t] = true
		}
	}
	for i, ok := range made {
		if !ok {
			return invalid("no node makes tensor %q", p.Tensors[i].Name)
		}
	}
	return nil
}

// validateEnds checks what the program reads and what it is for.
func (p *Program) validateEnds() error {
	for _, e := range []struct {
		id   TensorID
		role Role
	}{{p.Input, Input}, {p.Label, Label}} {
		ids := p.OfRole(e.role)
		if len(ids) != 1 || ids[0] != e.id {
			return invalid("%d tensors of role %v, want one, named by the program", len(ids), e.role)
		}
		if t := p.Tensor(e.id); len(t.Axes) != 2 || t.Format.Bits > 16 {
			return invalid("%v %q must have axes (batch, units) and at most 16 bits", e.role, t.Name)
		}
	}
	for i, id := range p.OfRole(RowAttributes) {
		if t := p.Tensor(id); i > 0 || len(t.Axes) != 2 || t.Format.Bits != 17 {
			return invalid("%v %q in %v: want one tensor of them, of axes (batch, units) and 17 bits", t.Role, t.Name, t.Format)
		}
	}
	for _, id := range []TensorID{p.Loss.Logits, p.Loss.Prediction} {
		if id < 0 || int(id) >= len(p.Tensors) || !p.Tensors[id].Role.PerSample() {
			return invalid("loss names tensor %d", id)
		}
	}
	switch p.Loss.Kind {
	case SoftmaxCrossEntropy, MeanSquaredError, LogisticLoss:
	default:
		return invalid("loss %q", p.Loss.Kind)
	}
	switch p.Loss.Labels {
	case OneHot, Bits, Values:
	default:
		return invalid("labels %q", p.Loss.Labels)
	}
	if k := p.Optimizer.Kind; k != ConstantSGD && k != ScheduledSGD {
		return invalid("optimizer %q", k)
	}
	if err := p.Optimizer.Momentum.validate(); err != nil {
		return err
	}
	if bad := p.Optimizer.Decay.Check(); bad != "" {
		return invalid("%s", bad)
	}
	if c := p.Optimizer.Clip; c < 0 || c > MaxClip {
		return invalid("errors clipped to %d, want 0 to %d", c, MaxClip)
	}
	if s := p.Optimizer.Shift; s < 0 || s > number.MaxShift {
		return invalid("rate shift %d, want 0 to %d", s, number.MaxShift)
	}
	return nil
}
