package ops

import (
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// An activation looks the tuple (z, A, G) up in a table: its value and its
// derivative. The lookup bounds z, A and G. Input: z, 16 bits. Outputs: A, G.

// derivativeFraction is the fraction bits of derivatives that are not bits.
const derivativeFraction = 14

const attrFraction = "fraction"

// Activation appends an activation whose value has the given fraction bits
// (those of the input, but for tanh and logistic) and returns its value.
func Activation(b *graph.Builder, kind graph.Kind, name string, z graph.TensorID, fraction int) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: kind, Inputs: []graph.TensorID{z}, Attributes: graph.Attributes{attrFraction: {int64(fraction)}},
	})
}

// inferActivation is the shape rule; the derivative has the given format.
func inferActivation(p *graph.Program, n *graph.Node, derivative number.Format) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	z := p.Tensor(n.Inputs[0])
	if err := small(z); err != nil {
		return nil, err
	}
	f := n.Attributes.Int(attrFraction)
	if z.Format.Bits != 16 {
		return nil, malformed("input %q has %d bits, the tables are for 16", z.Name, z.Format.Bits)
	}
	if f < 0 || derivative != bit() && f > 14 || derivative == bit() && f != z.Format.Fraction {
		return nil, malformed("%d fraction bits from an input with %d", f, z.Format.Fraction)
	}
	return []graph.Tensor{
		{Name: "value", Axes: z.Axes, Format: number.Format{Bits: 16, Fraction: f}, Role: graph.Committed},
		{Name: "derivative", Axes: z.Axes, Format: derivative, Role: graph.Committed},
	}, nil
}

// inferUnbounded is the shape rule of an activation that grows with its input:
// the value has the input's format, the derivative is no bit.
func inferUnbounded(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	outputs, err := inferActivation(p, n, number.Format{Bits: 16, Fraction: derivativeFraction})
	if err == nil && outputs[0].Format != p.Tensor(n.Inputs[0]).Format {
		err = malformed("%d fraction bits from an input with %d", outputs[0].Format.Fraction, p.Tensor(n.Inputs[0]).Format.Fraction)
	}
	return outputs, err
}

func activationSpec(p *graph.Program, n *graph.Node) tableSpec {
	return tableSpec{
		function:   n.Kind,
		alpha:      n.Attributes.Int(attrAlpha),
		input:      p.Tensor(n.Inputs[0]).Format.Fraction,
		output:     p.Tensor(n.Outputs[0]).Format.Fraction,
		derivative: p.Tensor(n.Outputs[1]).Format.Fraction,
	}
}

// forwardActivation reads value and derivative from the node's table.
func forwardActivation(s *Step, n *graph.Node) error {
	table := s.Buffers.tables[s.node]
	a, g := n.Outputs[0], n.Outputs[1]
	for i, z := range s.small(n.Inputs[0]) {
		if !table.has(z) {
			return s.undefined(n, i)
		}
		if err := s.store(a, i, int64(table.at(1, z))); err != nil {
			return err
		}
		s.small(g)[i] = table.at(2, z)
	}
	return nil
}

// undefined reports that the value at cell i of a node's first input has no row in
// its table.
func (s *Step) undefined(n *graph.Node, i int) error {
	x := s.Program.Tensor(n.Inputs[0])
	return s.overflow(n.Outputs[0], i, fmt.Sprintf("of %s at %v", n.Kind, math.Ldexp(float64(s.small(n.Inputs[0])[i]), -x.Format.Fraction)))
}

// constrainActivation looks (z, A, G) up.
func constrainActivation(c *Context, n *graph.Node, table int) {
	c.Relation.LookUp(table, c.ID(n.Inputs[0]), c.ID(n.Outputs[0]), c.ID(n.Outputs[1]))
}

// gradientBits: dZ = G ⊙ dA for a derivative of bits.
func gradientBits(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	dz, err := appendOne(r.Builder, graph.Node{
		Name: n.Name + " backward", Kind: KindGate, Inputs: []graph.TensorID{n.Outputs[1], d},
	})
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dz)
	return nil
}

// gradientCurve: dZ = A' ⊙ dA, rounded to f_g.
func gradientCurve(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	dz, err := product(r.Builder, n.Name+" backward", d, n.Outputs[1], r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dz)
	return nil
}

// activation is embedded by the activations.
type activation struct {
	witnessed
	lax
}

// Bounds: the table's values and derivatives are in their formats.
func (activation) Bounds(b *Bounding, n *graph.Node) []Bound {
	return []Bound{{of(b.p.Tensor(n.Outputs[0]).Format), false}, {of(b.p.Tensor(n.Outputs[1]).Format), false}}
}

// Confines: the table has a row for each integer of 16 bits.
func (activation) Confines(*Bounding, *graph.Node, int) (Interval, bool) { return signed16(), true }

// rectified are the bounds of an activation that is never negative and whose
// derivative is a bit.
func rectified(b *Bounding, n *graph.Node) []Bound {
	return []Bound{{of(b.p.Tensor(n.Outputs[0]).Format).meet(unsigned(15)), false}, {unsigned(1), false}}
}

func (activation) tableOf(p *graph.Program, n *graph.Node) tableSpec { return activationSpec(p, n) }

func (activation) Forward(s *Step, n *graph.Node) error { return forwardActivation(s, n) }

func (activation) Constrain(c *Context, n *graph.Node) {
	constrainActivation(c, n, c.relationTable(activationSpec(c.Program, n)))
}

// reluTable is the table (z, max(z,0), [z > 0]); its columns have closed
// forms that the verifier evaluates.
func (c *Context) reluTable() int {
	return c.Relation.Table("relu", -1<<15, 1<<16, relation.Rectifier{}, relation.Rectifier{Gate: true})
}
