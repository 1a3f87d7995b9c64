package graph

import "fmt"

// Builder appends tensors and nodes to a program under construction.
type Builder struct {
	p     Program
	names map[string]bool
}

// NewBuilder starts an empty program for batches of the given size.
func NewBuilder(name string, batch int, f Fractions) *Builder {
	return &Builder{
		p:     Program{Name: name, Batch: batch, Fractions: f, Input: None, Label: None, Loss: Loss{Logits: None, Prediction: None}},
		names: map[string]bool{},
	}
}

// Program returns the program so far: the builder's own, to be changed only
// through the builder or by setting its loss and optimizer.
func (b *Builder) Program() *Program { return &b.p }

// Tensor returns a tensor built before.
func (b *Builder) Tensor(id TensorID) *Tensor { return &b.p.Tensors[id] }

// Add appends a tensor. A name that is taken gets a number.
func (b *Builder) Add(t Tensor) TensorID {
	t.Name = b.unique(t.Name)
	b.p.Tensors = append(b.p.Tensors, t)
	id := TensorID(len(b.p.Tensors) - 1)
	switch t.Role {
	case Input:
		b.p.Input = id
	case Label:
		b.p.Label = id
	}
	return id
}

// AddNode appends a node and its outputs, whose names get the node's in
// front. It returns the IDs of the outputs.
func (b *Builder) AddNode(n Node, outputs []Tensor) []TensorID {
	n.Name = b.unique(n.Name)
	n.Outputs = make([]TensorID, len(outputs))
	for i, t := range outputs {
		t.Name = n.Name + "/" + t.Name
		n.Outputs[i] = b.Add(t)
	}
	b.p.Nodes = append(b.p.Nodes, n)
	return n.Outputs
}

func (b *Builder) unique(name string) string {
	free := name
	for i := 2; b.names[free]; i++ {
		free = fmt.Sprintf("%s %d", name, i)
	}
	b.names[free] = true
	return free
}
