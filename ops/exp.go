package ops

import (
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops/tables"
)

// KindExp is A = e^z, which (z, A) is looked up for. The table has rows up to the
// largest z whose value 16 bits hold.
//
// Input: z, 16 bits. Attribute: fraction, f_a <= 14. Output: A.
const KindExp graph.Kind = "exp"

type exponential struct {
	witnessed
	lax
}

func (exponential) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	outputs, err := inferActivation(p, n, number.Format{Bits: 16, Fraction: derivativeFraction})
	if err != nil {
		return nil, err
	}
	return outputs[:1], nil
}

func (exponential) tableOf(p *graph.Program, n *graph.Node) tableSpec {
	return tableSpec{function: n.Kind, input: p.Tensor(n.Inputs[0]).Format.Fraction, output: p.Tensor(n.Outputs[0]).Format.Fraction}
}

func (exponential) table(spec tableSpec) (tables.Table, int32, error) {
	t, err := tables.Exponential(spec.input, spec.output)
	return t, tables.MinInput, err
}

func (exponential) Forward(s *Step, n *graph.Node) error {
	table, a := s.Buffers.tables[s.node], s.small(n.Outputs[0])
	for i, z := range s.small(n.Inputs[0]) {
		if !table.has(z) {
			return s.undefined(n, i)
		}
		a[i] = table.at(1, z)
	}
	return nil
}

// Gradient: dZ = A ⊙ dA, rounded.
func (exponential) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	dz, err := product(r.Builder, n.Name+" backward", d, n.Outputs[0], r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dz)
	return nil
}

// Bounds: the table's values.
func (exponential) Bounds(*Bounding, *graph.Node) []Bound { return as(unsigned(15)) }

// Confines: 16 bits, and no z for which e^z, rounded to f_a bits, is 2^15 or more,
// so none from ln 2^(15 − f_a) on.
func (exponential) Confines(b *Bounding, n *graph.Node, _ int) (Interval, bool) {
	z, a := b.p.Tensor(n.Inputs[0]).Format, b.p.Tensor(n.Outputs[0]).Format
	last := math.Ceil(math.Ldexp(float64(15-a.Fraction)*math.Ln2, z.Fraction))
	return signed16().meet(Interval{-1 << 15, int64(last)}), true
}

func (exponential) Constrain(c *Context, n *graph.Node) {
	c.Relation.LookUp(c.relationTable(exponential{}.tableOf(c.Program, n)), c.ID(n.Inputs[0]), c.ID(n.Outputs[0]))
}
