package ops

import (
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
)

// Reverse is reverse-mode differentiation: it appends the backward
// pass to the graph that its Builder holds. Every gradient is a tensor of
// 16-bit integers at f_g fraction bits with the shape of its tensor, also that
// of an accumulator.
type Reverse struct {
	*graph.Builder
	needs   []bool // of the forward tensors: a trainable weight is upstream
	partial map[graph.TensorID][]graph.TensorID
	updates map[graph.TensorID][]use
}

// use is one place where a weight acts on a batch: V = Σ X·W, the contraction of
// an operator with attributes, or V = … + b for a bias, where X is None.
type use struct {
	of              graph.Kind
	attributes      graph.Attributes
	input, gradient graph.TensorID
}

// Differentiate appends the backward pass and the weight updates to a forward
// pass, given the gradient of one of its tensors.
func Differentiate(b *graph.Builder, of, gradient graph.TensorID) error {
	r := &Reverse{
		Builder: b,
		partial: map[graph.TensorID][]graph.TensorID{},
		updates: map[graph.TensorID][]use{},
	}
	p := b.Program()
	r.findNeeds(p)
	r.Add(of, gradient)
	for i := len(p.Nodes) - 1; i >= 0; i-- {
		n := p.Nodes[i] // a copy: appending moves the list
		if len(n.Outputs) == 0 {
			continue
		}
		if _, ok := r.partial[n.Outputs[0]]; !ok || !r.Needs(n.Outputs[0]) {
			continue
		}
		op, err := lookup(&n)
		if err != nil {
			return err
		}
		if err := op.Gradient(r, &n); err != nil {
			return err
		}
	}
	return r.appendUpdates(p)
}

func (r *Reverse) findNeeds(p *graph.Program) {
	r.needs = make([]bool, len(p.Tensors))
	for i := range p.Tensors {
		r.needs[i] = p.Tensors[i].Role == graph.Weight
	}
	for i := range p.Nodes {
		needs := false
		for _, t := range p.Nodes[i].Inputs {
			needs = needs || (t != graph.None && r.needs[t])
		}
		for _, t := range p.Nodes[i].Outputs {
			r.needs[t] = needs
		}
	}
}

// Needs reports whether a forward tensor depends on a trainable weight, so
// that its gradient is wanted.
func (r *Reverse) Needs(t graph.TensorID) bool {
	return t != graph.None && int(t) < len(r.needs) && r.needs[t]
}

// Add records one contribution to the gradient of a tensor.
func (r *Reverse) Add(t, gradient graph.TensorID) {
	r.partial[t] = append(r.partial[t], gradient)
}

// update records that a weight is used.
func (r *Reverse) update(w graph.TensorID, u use) {
	if r.Tensor(w).Role == graph.Weight {
		r.updates[w] = append(r.updates[w], u)
	}
}

// of returns the gradient of a tensor: the sum of all contributions.
func (r *Reverse) of(t graph.TensorID) (graph.TensorID, error) {
	parts := r.partial[t]
	if len(parts) == 1 {
		return parts[0], nil
	}
	sum, err := Sum(r.Builder, "gradient of "+r.Tensor(t).Name, parts, ones(len(parts)), r.format())
	r.partial[t] = []graph.TensorID{sum}
	return sum, err
}

// format is that of every gradient.
func (r *Reverse) format() number.Format {
	return number.Format{Bits: 16, Fraction: r.Program().Fractions.Error}
}

// appendUpdates ends the step with the updates of every trainable weight.
func (r *Reverse) appendUpdates(p *graph.Program) error {
	for _, w := range p.OfRole(graph.Weight) {
		uses := r.updates[w]
		if len(uses) == 0 {
			return malformed("weight %q does not act on the loss", p.Tensor(w).Name)
		}
		for _, u := range uses {
			if err := weightUpdate(r.Builder, w, u); err != nil {
				return err
			}
		}
	}
	return nil
}

func ones(n int) []int64 {
	c := make([]int64, n)
	for i := range c {
		c[i] = 1
	}
	return c
}
