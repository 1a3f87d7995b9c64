package graph

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// domain begins the encoding of a program, with its version.
const domain = "zkaudit/step/v2"

// Fingerprint is SHA-256 of an injective encoding of the step: every field in
// the order of the types' declarations, integers as 8 bytes little-endian,
// texts and lists behind their length, attributes sorted by name. It tells
// steps apart that a trainer resumes. What a bundle is about is identified by
// the network that a step is derived from (package network).
func (p *Program) Fingerprint() [sha256.Size]byte {
	w := &writer{}
	w.text(domain)
	w.text(p.Name)
	w.int(p.Batch)
	for _, f := range []int{p.Fractions.Feature, p.Fractions.Activation, p.Fractions.Error, p.Fractions.Label} {
		w.int(f)
	}
	w.int(len(p.Tensors))
	for i := range p.Tensors {
		w.tensor(&p.Tensors[i])
	}
	w.int(len(p.Nodes))
	for i := range p.Nodes {
		w.node(&p.Nodes[i])
	}
	w.int(int(p.Input))
	w.int(int(p.Label))
	w.text(string(p.Loss.Kind))
	w.text(string(p.Loss.Labels))
	w.int(int(p.Loss.Logits))
	w.int(int(p.Loss.Prediction))
	w.text(string(p.Optimizer.Kind))
	w.int(p.Optimizer.Shift)
	return sha256.Sum256(w.bytes)
}

type writer struct{ bytes []byte }

func (w *writer) int(v int) { w.bytes = binary.LittleEndian.AppendUint64(w.bytes, uint64(int64(v))) }

func (w *writer) text(s string) {
	w.int(len(s))
	w.bytes = append(w.bytes, s...)
}

func (w *writer) tensor(t *Tensor) {
	w.text(t.Name)
	w.int(len(t.Axes))
	for _, a := range t.Axes {
		w.text(a.Name)
		w.int(a.Size)
	}
	w.int(t.Format.Bits)
	w.int(t.Format.Fraction)
	w.int(int(t.Role))
	checked := 0
	if t.Checked {
		checked = 1
	}
	w.int(checked)
	w.int(len(t.Cells))
	for _, v := range t.Cells {
		w.int(int(v))
	}
}

func (w *writer) node(n *Node) {
	w.text(n.Name)
	w.text(string(n.Kind))
	w.text(string(n.Of))
	for _, ids := range [][]TensorID{n.Inputs, n.Outputs} {
		w.int(len(ids))
		for _, id := range ids {
			w.int(int(id))
		}
	}
	names := make([]string, 0, len(n.Attributes))
	for name := range n.Attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	w.int(len(names))
	for _, name := range names {
		w.text(name)
		w.int(len(n.Attributes[name]))
		for _, v := range n.Attributes[name] {
			w.int(int(v))
		}
	}
}
