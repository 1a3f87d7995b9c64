package graph

import (
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/zkaudit/zkaudit/internal/encode"
)

// domain begins the encoding of a program, with its version.
const domain = "zkaudit/step/v4"

// Fingerprint is SHA-256 of an injective encoding of the step (package encode):
// every field in the order of the types' declarations, attributes sorted by
// name. It tells
// steps apart that a trainer resumes. What a bundle is about is identified by
// the network that a step is derived from (package network).
func (p *Program) Fingerprint() [sha256.Size]byte {
	w := writer{encode.NewHash(domain)}
	w.Text(p.Name)
	w.Int(p.Batch)
	w.Int(p.Fractions.Feature, p.Fractions.Activation, p.Fractions.Error, p.Fractions.Label)
	w.Int(len(p.Tensors))
	for i := range p.Tensors {
		w.tensor(&p.Tensors[i])
	}
	w.Int(len(p.Nodes))
	for i := range p.Nodes {
		w.node(&p.Nodes[i])
	}
	w.Int(int(p.Input))
	w.Int(int(p.Label))
	w.Text(string(p.Loss.Kind))
	w.Text(string(p.Loss.Labels))
	w.Int(int(p.Loss.Logits))
	w.Int(int(p.Loss.Prediction))
	w.Text(string(p.Optimizer.Kind))
	w.Int(p.Optimizer.Shift)
	w.Int(p.Optimizer.Clip)
	w.Bool(p.Optimizer.Momentum != nil)
	if m := p.Optimizer.Momentum; m != nil {
		w.Ints(m.Response)
		w.Int(m.Restart)
	}
	w.Bool(p.Optimizer.Decay != nil)
	if d := p.Optimizer.Decay; d != nil {
		w.Int(int(d.N), d.Shift, d.Every)
	}
	return w.Sum()
}

type writer struct{ *encode.Hash }

func (w writer) tensor(t *Tensor) {
	w.Text(t.Name)
	w.Int(len(t.Axes))
	for _, a := range t.Axes {
		w.Text(a.Name)
		w.Int(a.Size)
	}
	w.Int(t.Format.Bits)
	w.Int(t.Format.Fraction)
	w.Int(int(t.Role))
	w.Bool(t.Checked)
	w.Int(len(t.Cells))
	for _, v := range t.Cells {
		w.Int(int(v))
	}
}

func (w writer) node(n *Node) {
	w.Text(n.Name)
	w.Text(string(n.Kind))
	w.Text(string(n.Of))
	for _, ids := range [][]TensorID{n.Inputs, n.Outputs} {
		w.Int(len(ids))
		for _, id := range ids {
			w.Int(int(id))
		}
	}
	names := slices.Sorted(maps.Keys(n.Attributes))
	w.Int(len(names))
	for _, name := range names {
		w.Text(name)
		w.Ints(n.Attributes[name])
	}
}
