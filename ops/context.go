package ops

import (
	"fmt"
	"strconv"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// Labels of the first axes of a per-sample tensor inside a Sum. The further
// axes are unit(0), unit(1), …
const (
	stepLabel  relation.Label = "t"
	batchLabel relation.Label = "b"
)

// unit labels the i-th axis after the batch axis.
func unit(i int) relation.Label { return relation.Label("u" + strconv.Itoa(i)) }

// Context states the relations of a program over some steps. Committed tensors
// become witnesses, virtual ones are defined when first asked for.
//
// Names in the system begin with a word for what they name (tensor, weight,
// constant, mask …), so that no name in a model can stand for something else.
type Context struct {
	Relation *relation.Builder
	Program  *graph.Program
	Steps    relation.Axis
	Rates    []int64 // n_s, one per step

	tables        *Tables
	lookups       map[tableSpec]int // tables of the system
	ids           []relation.ID
	defining      []bool
	producers     []int
	updates       map[graph.TensorID][]*graph.Node // of each weight, in order
	before, after []relation.ID
	decayed       map[graph.TensorID]Decayed
	err           error
}

// NewContext prepares the relations of len(rates) steps of a validated
// program. The input, the label and the weights must be bound before use.
func NewContext(b *relation.Builder, p *graph.Program, rates []int64, tables *Tables) *Context {
	c := &Context{
		Relation: b, Program: p, Rates: rates,
		Steps:    relation.Axis{Name: "step", Size: len(rates)},
		tables:   tables,
		lookups:  map[tableSpec]int{},
		defining: make([]bool, len(p.Tensors)), producers: p.Producers(),
		updates: map[graph.TensorID][]*graph.Node{},
		decayed: map[graph.TensorID]Decayed{},
	}
	for range p.Tensors {
		c.ids = append(c.ids, relation.None)
		c.before = append(c.before, relation.None)
		c.after = append(c.after, relation.None)
	}
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.Kind == KindWeightUpdate {
			c.updates[n.Inputs[0]] = append(c.updates[n.Inputs[0]], n)
		}
	}
	return c
}

// Bind says which tensor of the system holds the input or the label, with the
// step axis in front.
func (c *Context) Bind(t graph.TensorID, id relation.ID) { c.ids[t] = id }

// BindWeight says which tensors of the system hold a weight before and after
// the steps; for a frozen weight they are the same.
func (c *Context) BindWeight(t graph.TensorID, before, after relation.ID) {
	c.before[t], c.after[t] = before, after
	if c.Program.Tensor(t).Role == graph.Frozen {
		c.ids[t] = before
	}
}

// Constrain states the relations of all nodes: first every committed tensor
// becomes a witness, then the nodes follow in order.
func (c *Context) Constrain() error {
	p := c.Program
	for i := range p.Tensors {
		if t := &p.Tensors[i]; t.Role == graph.Committed {
			c.ids[i] = c.Relation.Witness("tensor "+t.Name, c.axes(t)...)
		}
	}
	table := Table()
	for i := range p.Nodes {
		n := &p.Nodes[i]
		table[n.Kind].Constrain(c, n)
		for _, t := range n.Outputs {
			if out := p.Tensor(t); out.Checked {
				c.Relation.Signed(c.ID(t), out.Format.Bits)
			}
		}
		if c.err != nil {
			return fmt.Errorf("%s %q: %w", n.Kind, n.Name, c.err)
		}
	}
	return nil
}

// ID returns the tensor of the system that stands for a tensor of the graph,
// and defines it if it is virtual and new. For a weight it is the trajectory.
func (c *Context) ID(t graph.TensorID) relation.ID {
	if c.ids[t] != relation.None {
		return c.ids[t]
	}
	tensor := c.Program.Tensor(t)
	if c.defining[t] {
		c.fail("virtual tensor %q depends on itself", tensor.Name)
		return relation.None
	}
	c.defining[t] = true
	switch tensor.Role {
	case graph.Weight:
		c.ids[t] = c.trajectory(t)
	case graph.Constant:
		c.ids[t] = c.Relation.Public("constant "+tensor.Name, &relation.Values{Cells: padConstant(tensor)}, tensor.Axes...)
	default:
		n := &c.Program.Nodes[c.producers[t]]
		terms := Table()[n.Kind].Define(c, n, outputIndex(n, t))
		c.ids[t] = c.Relation.Virtual("tensor "+tensor.Name, c.axes(tensor), c.Labels(t), terms...)
	}
	return c.ids[t]
}

// Find returns the tensor of the system that stands for a tensor of the
// graph, or relation.None if no relation needed it.
func (c *Context) Find(t graph.TensorID) relation.ID { return c.ids[t] }

func (c *Context) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format+": %w", append(args, fault.ErrUnsupported)...)
	}
}

// axes are those of a per-sample tensor in the system.
func (c *Context) axes(t *graph.Tensor) []relation.Axis {
	return append([]relation.Axis{c.Steps}, t.Axes...)
}

// Labels are those of a per-sample tensor: step, batch, units.
func (c *Context) Labels(t graph.TensorID) []relation.Label {
	labels := []relation.Label{stepLabel, batchLabel}
	for i := range c.Program.Tensor(t).Axes[1:] {
		labels = append(labels, unit(i))
	}
	return labels
}

// at reads a per-sample tensor at its own labels.
func (c *Context) at(t graph.TensorID) relation.Factor {
	return relation.At(c.ID(t), c.Labels(t)...)
}

// limbs returns the terms of c·Σ_k 2^(16k)·L_k, the limbs read at their own
// labels.
func (c *Context) limbs(scale fr.Element, list []graph.TensorID) []relation.Term {
	return c.wideLimbs(scale, number.LimbBits, list)
}

// wideLimbs is limbs for limbs of a width.
func (c *Context) wideLimbs(scale fr.Element, width int, list []graph.TensorID) []relation.Term {
	if len(list) == 0 {
		return nil
	}
	return c.limbIDs(list).WideTerms(scale, width, c.Labels(list[0])...)
}

// limbIDs are the tensors of the system that stand for limbs.
func (c *Context) limbIDs(list []graph.TensorID) relation.Limbs {
	limbs := make(relation.Limbs, len(list))
	for k, t := range list {
		limbs[k] = c.ID(t)
	}
	return limbs
}

// ones is the constant 1 on the real cells of a per-sample tensor: a mask per
// axis.
func (c *Context) ones(t graph.TensorID) []relation.Factor {
	return c.Relation.Masks(c.axes(c.Program.Tensor(t)), c.Labels(t))
}

// mask is the mask of an axis under a label.
func (c *Context) mask(a relation.Axis, l relation.Label) relation.Factor {
	return relation.At(c.Relation.Mask(a), l)
}

// summed is the mask of a label that is summed over and that some other
// factor mentions: nothing where the axis has no padding.
func (c *Context) summed(a relation.Axis, l relation.Label) []relation.Factor {
	if a.Full() {
		return nil
	}
	return []relation.Factor{c.mask(a, l)}
}

// equation adds an equation over the axes of a per-sample tensor.
func (c *Context) equation(name string, like graph.TensorID, terms ...relation.Term) {
	c.Relation.Equation(name, c.axes(c.Program.Tensor(like)), c.Labels(like), terms...)
}

// times is Times with the factors of a list after the first ones.
func times(coeff int64, more []relation.Factor, factors ...relation.Factor) relation.Term {
	return relation.Times(relation.Int(coeff), append(factors, more...)...)
}

func outputIndex(n *graph.Node, t graph.TensorID) int {
	for i, out := range n.Outputs {
		if out == t {
			return i
		}
	}
	return -1
}

// padConstant returns the cells of a constant on its padded axes.
func padConstant(t *graph.Tensor) []int64 {
	cells := make([]int64, len(t.Cells))
	for i, v := range t.Cells {
		cells[i] = int64(v)
	}
	return Pad(t.Axes, cells)
}
