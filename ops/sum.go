package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindSum is Y = Σ_i c_i·X_i for tensors of one shape: the sum of gradients
// where a tensor is used more than once, and the difference between a
// prediction and its label.
//
// Inputs: X_i. Attributes: coefficients, c_i; bits and fraction, the format
// of Y. Output: Y, virtual.
const KindSum graph.Kind = "sum"

const (
	attrCoefficients = "coefficients"
	attrBits         = "bits"
)

type sum struct {
	free
	lax
	derived
}

// Sum appends Σ_i c_i·X_i in the given format.
func Sum(b *graph.Builder, name string, x []graph.TensorID, coefficients []int64, f number.Format) (graph.TensorID, error) {
	return appendOne(b, graph.Node{
		Name: name, Kind: KindSum, Inputs: x,
		Attributes: graph.Attributes{attrCoefficients: coefficients, attrBits: {int64(f.Bits)}, attrFraction: {int64(f.Fraction)}},
	})
}

func (sum) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, max(1, len(n.Inputs)), 0); err != nil {
		return nil, err
	}
	c := n.Attributes[attrCoefficients]
	if len(c) != len(n.Inputs) || len(c) > 1<<10 {
		return nil, malformed("%d coefficients for %d inputs", len(c), len(n.Inputs))
	}
	first := p.Tensor(n.Inputs[0])
	for i, id := range n.Inputs {
		x := p.Tensor(id)
		if err := small(x); err != nil {
			return nil, err
		}
		if !x.SameShape(first) {
			return nil, malformed("sum of %v and %v", sizes(first), sizes(x))
		}
		if c[i] < -1<<16 || c[i] > 1<<16 {
			return nil, malformed("coefficient %d", c[i])
		}
	}
	f := number.Format{Bits: n.Attributes.Int(attrBits), Fraction: n.Attributes.Int(attrFraction)}
	if f.Bits < 2 || f.Bits > 32 || f.Fraction < 0 || f.Fraction > 32 {
		return nil, malformed("sum in format %v", f)
	}
	return []graph.Tensor{{Name: "sum", Axes: first.Axes, Format: f, Role: graph.Virtual}}, nil
}

func (sum) Forward(s *Step, n *graph.Node) error {
	c := n.Attributes[attrCoefficients]
	for i := range s.small(n.Outputs[0]) {
		total := int64(0)
		for k, x := range n.Inputs {
			total += c[k] * int64(s.small(x)[i])
		}
		if err := s.store(n.Outputs[0], i, total); err != nil {
			return err
		}
	}
	return nil
}

// Gradient: dX_i = c_i·dY. Only coefficients of 1 occur where a gradient
// passes.
func (sum) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil {
		return err
	}
	for k, x := range n.Inputs {
		if !r.Needs(x) {
			continue
		}
		dx := d
		if c := n.Attributes[attrCoefficients][k]; c != 1 {
			if dx, err = Sum(r.Builder, n.Name+" backward", []graph.TensorID{d}, []int64{c}, r.format()); err != nil {
				return err
			}
		}
		r.Add(x, dx)
	}
	return nil
}

func (sum) Bounds(b *Bounding, n *graph.Node) []Bound {
	var total Interval
	for k, c := range n.Attributes[attrCoefficients] {
		total = total.plus(b.in(n, k).times(Interval{c, c}))
	}
	return as(total)
}

func (sum) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	var terms []relation.Term
	for k, x := range n.Inputs {
		terms = append(terms, relation.Times(relation.Int(n.Attributes[attrCoefficients][k]), c.at(x)))
	}
	return terms
}
