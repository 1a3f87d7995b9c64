package ops

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Operator is one kind of node.
type Operator interface {
	// Infer is the shape rule: it checks the inputs and attributes of a node
	// and returns its outputs, whose names are those of the outputs alone.
	Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error)
	// Forward computes the outputs of the node in the step's buffers.
	Forward(s *Step, n *graph.Node) error
	// Gradient adds the nodes that carry the gradient of the first output to
	// the inputs. It is called only if that gradient exists.
	Gradient(r *Reverse, n *graph.Node) error
	// Define returns the terms of virtual output i, over the labels of
	// Context.Labels. It is called for outputs that are not committed.
	Define(c *Context, n *graph.Node, i int) []relation.Term
	// Constrain adds what must hold of the committed outputs.
	Constrain(c *Context, n *graph.Node)
	// Bounds states what the relations make of the cells of every output, given
	// what is known of the inputs.
	Bounds(b *Bounding, n *graph.Node) []Bound
	// Rounds reports whether output 0 is a rounded value: the proof may commit
	// it, or leave it virtual (see Anchor).
	Rounds() bool
	// Covers reports whether what the node makes of input i is held to the
	// format of that input wherever it depends on it, so that its cells may be
	// anything elsewhere (see Bounding.covered).
	Covers(b *Bounding, n *graph.Node, i int) bool
	// Confines states to what interval the lookups of the node's relations hold
	// every cell of input i; false if they do not.
	Confines(b *Bounding, n *graph.Node, i int) (Interval, bool)
}

// lookup returns the operator of a node.
func lookup(n *graph.Node) (Operator, error) {
	op, ok := Table()[n.Kind]
	if !ok {
		return nil, fmt.Errorf("node %q: there is no operator %q: %w", n.Name, n.Kind, fault.ErrMalformed)
	}
	return op, nil
}

// Append adds a node of the given kind to a program under construction, with
// the outputs that its shape rule says. Errors wrap fault.ErrUnsupported or
// fault.ErrMalformed.
func Append(b *graph.Builder, n graph.Node) ([]graph.TensorID, error) {
	if len(b.Program().Nodes) >= graph.MaxNodes {
		return nil, malformed("more than %d nodes", graph.MaxNodes)
	}
	op, err := lookup(&n)
	if err != nil {
		return nil, err
	}
	outputs, err := op.Infer(b.Program(), &n)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", n.Kind, n.Name, err)
	}
	return b.AddNode(n, outputs), nil
}

// appendOne is Append for the first output.
func appendOne(b *graph.Builder, n graph.Node) (graph.TensorID, error) {
	ids, err := Append(b, n)
	if err != nil {
		return graph.None, err
	}
	return ids[0], nil
}

// training is embedded by operators of the backward pass, which no gradient
// flows through.
type training struct{}

func (training) Gradient(_ *Reverse, n *graph.Node) error {
	return fmt.Errorf("%s %q has no gradient: %w", n.Kind, n.Name, fault.ErrUnsupported)
}

// witnessed is embedded by operators whose outputs are all committed.
type witnessed struct{}

func (witnessed) Define(*Context, *graph.Node, int) []relation.Term { return nil }

func (witnessed) Rounds() bool { return false }

// derived is embedded by operators whose virtual outputs are no rounded values:
// they follow from the inputs.
type derived struct{}

func (derived) Rounds() bool { return false }

// rounding is embedded by operators whose first output is a rounded value.
type rounding struct{}

func (rounding) Rounds() bool { return true }

// free is embedded by operators that constrain nothing beyond definitions.
type free struct{}

func (free) Constrain(*Context, *graph.Node) {}

func malformed(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fault.ErrMalformed)...)
}

// arity checks the number of inputs, of which all but the last optional ones
// must be there.
func arity(p *graph.Program, n *graph.Node, required, optional int) error {
	if len(n.Inputs) < required || len(n.Inputs) > required+optional {
		return malformed("%d inputs, want %d to %d", len(n.Inputs), required, required+optional)
	}
	for i, t := range n.Inputs {
		if (i < required || t != graph.None) && (t < 0 || int(t) >= len(p.Tensors)) {
			return malformed("input %d is tensor %d", i, t)
		}
	}
	return nil
}

// small checks that an input is a per-sample tensor of small integers.
func small(t *graph.Tensor) error {
	if !t.Role.PerSample() || !t.Role.Small() {
		return malformed("%v %q is not a tensor of small integers per sample", t.Role, t.Name)
	}
	return nil
}

func sizes(t *graph.Tensor) []int {
	var s []int
	for _, a := range t.Axes {
		s = append(s, a.Size)
	}
	return s
}
