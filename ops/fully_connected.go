package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/relation"
)

// KindFullyConnected is V(b,j) = Σ_k X(b,k)·W(k,j) + 2^f_x·B(j).
//
// Inputs: X (batch, inputs), W (inputs, units), B (units) or None.
// Output: the accumulator V (batch, units) at f_x + f_w fraction bits.
const KindFullyConnected graph.Kind = "fully_connected"

type fullyConnected struct {
	free
	contracting
}

func (fullyConnected) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 1); err != nil {
		return nil, err
	}
	x, w := p.Tensor(n.Inputs[0]), p.Tensor(n.Inputs[1])
	if err := small(x); err != nil {
		return nil, err
	}
	if w.Role != graph.Weight && w.Role != graph.Frozen {
		return nil, malformed("%v %q is not a weight", w.Role, w.Name)
	}
	if len(x.Axes) != 2 || len(w.Axes) != 2 || x.Axes[1].Size != w.Axes[0].Size {
		return nil, malformed("input %v does not fit weights %v", sizes(x), sizes(w))
	}
	if x.Format.Bits > 16 {
		return nil, malformed("input %q has %d bits, at most 16 fit", x.Name, x.Format.Bits)
	}
	if id := bias(n); id != graph.None {
		b := p.Tensor(id)
		if b.Role != graph.Weight && b.Role != graph.Frozen {
			return nil, malformed("%v %q is not a weight", b.Role, b.Name)
		}
		if len(b.Axes) != 1 || b.Axes[0].Size != w.Axes[1].Size || b.Format.Fraction != w.Format.Fraction {
			return nil, malformed("bias %v at %v does not fit weights %v at %v", sizes(b), b.Format, sizes(w), w.Format)
		}
	}
	return []graph.Tensor{{
		Name:   "accumulator",
		Axes:   []relation.Axis{x.Axes[0], w.Axes[1]},
		Format: number.Format{Bits: wideBits, Fraction: x.Format.Fraction + w.Format.Fraction},
		Role:   graph.Accumulator,
	}}, nil
}

// bias returns the third input of a node, or None.
func bias(n *graph.Node) graph.TensorID {
	if len(n.Inputs) < 3 {
		return graph.None
	}
	return n.Inputs[2]
}

func (fullyConnected) Forward(s *Step, n *graph.Node) error {
	v := s.Buffers.Wide[n.Outputs[0]]
	v.MulInto(s.small(n.Inputs[0]), s.Program.Batch, s.Buffers.Weights[n.Inputs[1]])
	if id := bias(n); id != graph.None {
		v.AddBias(s.Buffers.Biases[id], s.Program.Tensor(n.Inputs[0]).Format.Fraction)
	}
	return nil
}

// Gradient: dX = dV·Wᵀ, and dV with X updates W and B.
func (fullyConnected) Gradient(r *Reverse, n *graph.Node) error {
	x, w := n.Inputs[0], n.Inputs[1]
	dv, err := r.Of(n.Outputs[0])
	if err != nil {
		return err
	}
	r.Update(w, x, dv)
	if id := bias(n); id != graph.None {
		r.Update(id, graph.None, dv)
	}
	if !r.Needs(x) {
		return nil
	}
	u, err := appendOne(r.Builder, graph.Node{
		Name: n.Name + " backward", Kind: KindInputGradient, Inputs: []graph.TensorID{dv, w},
	})
	if err != nil {
		return err
	}
	dx, err := Rescale(r.Builder, n.Name+" backward rounded", u, r.format().Fraction)
	if err != nil {
		return err
	}
	r.Add(x, dx)
	return nil
}

// Define: the sum over k carries the mask of that axis, the bias that of the
// batch (and of the steps, where it is frozen).
func (fullyConnected) Define(c *Context, n *graph.Node, _ int) []relation.Term {
	x, w := n.Inputs[0], n.Inputs[1]
	inputs := c.Program.Tensor(w).Axes[0]
	const k = relation.Label("k")
	terms := []relation.Term{times(1, c.summed(inputs, k),
		relation.At(c.ID(x), stepLabel, batchLabel, k),
		c.weight(w, k, unit(0)),
	)}
	id := bias(n)
	if id == graph.None {
		return terms
	}
	masks := []relation.Factor{c.mask(c.Program.Tensor(x).Axes[0], batchLabel)}
	if c.Program.Tensor(id).Role == graph.Frozen {
		masks = append(masks, c.mask(c.Steps, stepLabel))
	}
	return append(terms, times(1<<c.Program.Tensor(x).Format.Fraction, masks, c.weight(id, unit(0))))
}

func sizes(t *graph.Tensor) []int {
	var s []int
	for _, a := range t.Axes {
		s = append(s, a.Size)
	}
	return s
}
