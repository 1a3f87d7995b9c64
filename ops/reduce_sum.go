package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindReduceSum is V(b, …) = Σ_c X(b, …, c) over the last axis.
//
// Input: X, at least one axis besides the batch. Output: the accumulator V.
const KindReduceSum graph.Kind = "reduce_sum"

type reduceSum struct {
	free
	lax
	derived
}

func (reduceSum) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 1, 0); err != nil {
		return nil, err
	}
	x := p.Tensor(n.Inputs[0])
	if !x.Role.PerSample() || len(x.Axes) < 2 || x.Format.Bits > longBits {
		return nil, malformed("sum over the last axis of %v %q %v", x.Role, x.Name, sizes(x))
	}
	return []graph.Tensor{{
		Name: "sum", Axes: x.Axes[:len(x.Axes)-1], Role: graph.Accumulator,
		Format: number.Format{Bits: longBits, Fraction: x.Format.Fraction},
	}}, nil
}

func (reduceSum) Forward(s *Step, n *graph.Node) error {
	x, v := n.Inputs[0], s.long(n.Outputs[0])
	axes := s.Program.Tensor(x).Axes
	size := axes[len(axes)-1].Size
	for i := range v {
		v[i] = 0
		for c := range size {
			v[i] += s.integer(x, i*size+c)
		}
	}
	return nil
}

// Gradient: every summand gets the gradient of the sum.
func (reduceSum) Gradient(r *Reverse, n *graph.Node) error {
	d, err := r.of(n.Outputs[0])
	if err != nil || !r.Needs(n.Inputs[0]) {
		return err
	}
	axes := r.Tensor(n.Inputs[0]).Axes
	dx, err := Broadcast(r.Builder, n.Name+" backward", d, axes[len(axes)-1])
	if err != nil {
		return err
	}
	r.Add(n.Inputs[0], dx)
	return nil
}

func (reduceSum) Bounds(b *Bounding, n *graph.Node) []Bound {
	axes := b.p.Tensor(n.Inputs[0]).Axes
	size := int64(axes[len(axes)-1].Size)
	return as(b.in(n, 0).times(Interval{size, size}))
}

func (reduceSum) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	return c.rowSum(n.Inputs[0])
}

// rowSum is Σ X over its last axis, with the mask of that axis.
func (c *Context) rowSum(x graph.TensorID) []relation.Term {
	axes, labels := c.Program.Tensor(x).Axes, c.Labels(x)
	last := len(axes) - 1
	return []relation.Term{times(1, c.summed(axes[last], labels[last+1]), c.at(x))}
}

// lastOne is the mask of the last axis of a per-sample tensor.
func (c *Context) lastOne(t graph.TensorID) relation.Factor {
	ones := c.ones(t)
	return ones[len(ones)-1]
}
