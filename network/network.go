package network

import (
	"crypto/sha256"
	"errors"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// Network is an architecture with the choices of its training, and the step
// derived from both. It does not change.
type Network struct {
	architecture Architecture
	choices      Choices
	program      *graph.Program
	weights      []graph.TensorID // tensor of the program for each weight
	made         []graph.TensorID // and for what each layer makes
	encoded      []byte
}

// New derives the training step. Errors wrap fault.ErrUnsupported, with the
// layer, the reason and the remedy, for an architecture that cannot be trained
// or proven; fault.ErrUsage for choices that make no sense;
// fault.ErrOverflow for a constant that its format does not hold.
// Protocol, section 1.
func New(a Architecture, c Choices) (*Network, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if err := c.check(len(a.Weights)); err != nil {
		return nil, err
	}
	n := &Network{architecture: a.clone(), choices: c}
	n.choices.Frozen = append([]int(nil), c.Frozen...)
	n.choices.Momentum, n.choices.Decay, n.choices.Weighed = c.Momentum.clone(), cloneOf(c.Decay), clonedWeighed(c.Weighed)
	n.encoded = n.encode()
	l := newLowering(n)
	last, err := l.run()
	if err != nil {
		return nil, err
	}
	if err := l.train(last); err != nil {
		return nil, asUnsupported(err)
	}
	if n.program, err = ops.Finish(l.b.Program()); err != nil {
		return nil, asUnsupported(err)
	}
	n.weights = l.weights
	for _, v := range l.values[1:] {
		n.made = append(n.made, v.id)
	}
	return n, nil
}

// asUnsupported makes the architecture answer for a step that cannot be built.
func asUnsupported(err error) error {
	if errors.Is(err, fault.ErrMalformed) {
		return fault.Recast(err, fault.ErrUnsupported)
	}
	return err
}

// Program returns the derived step. It is the network's own: not to be changed.
func (n *Network) Program() *graph.Program { return n.program }

// Architecture returns the forward pass. Its slices are the network's own.
func (n *Network) Architecture() Architecture { return n.architecture }

// Choices returns the choices. Its slices are the network's own.
func (n *Network) Choices() Choices { return n.choices }

// Weight returns the program's tensor of a weight.
func (n *Network) Weight(i int) graph.TensorID { return n.weights[i] }

// Made returns the program's tensor that holds what a layer makes, in whatever axes: that
// of the layer before, where there is nothing to be done.
func (n *Network) Made(layer int) graph.TensorID { return n.made[layer] }

// Digest identifies the network, and so the whole step: the program digest.
func (n *Network) Digest() [sha256.Size]byte { return sha256.Sum256(n.encoded) }

// Digest identifies the architecture whatever the choices are.
func (a *Architecture) Digest() [sha256.Size]byte {
	return sha256.Sum256(appendArchitecture(encode.Domain(architectureDomain), a))
}
