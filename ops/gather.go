package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindGather reads a row of a table for each index, the embedding of a token:
//
//	V(b,p,d) = Σ_v H(b,p,v)·E(v,d)
//
// for the one-hot H of the indices (KindOneHot), whose digits are axes of the table,
// too. As of any contraction the gradient of E is Σ_{b,p} H(b,p,v)·dV(b,p,d), and
// an executor reads and changes the rows named.
//
// Inputs: H (batch, positions, V_0, V_1, …), the first output of a one-hot, and E
// (V_0, V_1, …, width). Output: the accumulator V (batch, positions, width) at f_w
// fraction bits. Attributes: digits, how many; input_fraction, by how many bits E is
// finer than f_g + k, 0 where it is absent: where E is a layer's weights as well,
// the f_x of that layer. E moves by 2^that times its gradient.
const KindGather graph.Kind = "gather"

const attrDigits = "digits"

type gather struct{ multiplying }

// Gather appends the rows of a table that a one-hot names. Requires the output of
// OneHot.
func Gather(b *graph.Builder, name string, h, table graph.TensorID) (graph.TensorID, error) {
	digits, p := int64(len(b.Tensor(h).Axes)-2), b.Program()
	finer := int64(b.Tensor(table).Format.Fraction - p.Fractions.Error - p.Optimizer.Shift)
	return appendOne(b, graph.Node{
		Name: name, Kind: KindGather, Inputs: []graph.TensorID{h, table}, Attributes: graph.Attributes{attrDigits: {digits}, attrInputFraction: {finer}},
	})
}

func (gather) contraction(a graph.Attributes) (contraction, error) {
	digits := a.Int(attrDigits)
	if digits < 1 || digits > maxDigits {
		return contraction{}, malformed("a table of %d digits, want 1 to %d", digits, maxDigits)
	}
	if finer := a.Int(attrInputFraction); finer < 0 || finer > 15 {
		return contraction{}, malformed("a table %d bits finer than its updates, want 0 to 15", finer)
	}
	k := contraction{input: []relation.Label{"p"}, output: []relation.Label{"p", "d"}}
	for i := range digits {
		l := relation.Label(fmt.Sprintf("v%d", i))
		k.input, k.weight = append(k.input, l), append(k.weight, l)
	}
	k.weight = append(k.weight, "d")
	return k, nil
}

func (o gather) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if err := arity(p, n, 2, 0); err != nil {
		return nil, err
	}
	if indicesOf(p, n) == graph.None {
		return nil, malformed("input %q is no one-hot", p.Tensor(n.Inputs[0]).Name)
	}
	return inferContraction(o, p, n)
}

// Gradient: dV updates E; an index has no gradient.
func (gather) Gradient(r *Reverse, n *graph.Node) error {
	dv, err := r.clippedError(n)
	if err != nil {
		return err
	}
	r.update(n.Inputs[1], use{of: n.Kind, attributes: n.Attributes, input: n.Inputs[0], gradient: dv})
	return nil
}

// indicesOf returns the indices whose one-hot a gather, or its update, reads; None
// for any other node.
func indicesOf(p *graph.Program, n *graph.Node) graph.TensorID {
	var h graph.TensorID
	switch {
	case n.Kind == KindGather:
		h = n.Inputs[0]
	case n.Kind == KindWeightUpdate && n.Of == KindGather:
		h = n.Inputs[1]
	default:
		return graph.None
	}
	for i := range p.Nodes {
		if m := &p.Nodes[i]; m.Kind == KindOneHot && m.Outputs[0] == h {
			return m.Inputs[0]
		}
	}
	return graph.None
}

// Forward: V(b,p) is row X(b,p) of E.
func (gather) Forward(s *Step, n *graph.Node) error {
	s.Buffers.Wide[n.Outputs[0]].Gather(s.small(indicesOf(s.Program, n)), s.Buffers.Weights[n.Inputs[1]])
	return nil
}
