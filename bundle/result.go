package bundle

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
)

const resultDomain = "zkaudit/result/v1"

// Result is what a training offers to one that continues it: the commitments to
// all its weights at the end, frozen ones included, with what decides which
// integers they are commitments to and what these stand for. A run has one
// (Bundle.Result), and so may anything else that ends with committed weights.
//
// Soundness: a result shows nothing. Whoever starts from it must have verified
// what it is the result of, whose digest is Source.
type Result struct {
	Source       [32]byte // digest of the statement of what has ended with these weights
	Mode         mode.Name
	Setup        [32]byte
	RowBits      int
	Architecture [32]byte // digest of the forward pass that the weights are of
	Weights      []ResultWeight
}

// ResultWeight is one weight of a result.
type ResultWeight struct {
	Shape        []int // sizes of the axes
	FractionBits int   // of the integers
	Rows         []bn254.G1Affine
}

// NewResult makes the result of what has the statement of that digest and ends
// with the given weights of a network, in the program's order. Errors wrap
// fault.ErrMalformed: there are not as many commitments as the network has weights.
func NewResult(source [32]byte, m mode.Name, setup [32]byte, rowBits int, n *network.Network, final WeightCommitments) (*Result, error) {
	p, architecture := n.Program(), n.Architecture()
	ids := network.WeightTensors(p)
	if len(final) != len(ids) {
		return nil, fmt.Errorf("result: commitments to %d weights of %d: %w", len(final), len(ids), fault.ErrMalformed)
	}
	r := &Result{Source: source, Mode: m, Setup: setup, RowBits: rowBits, Architecture: architecture.Digest()}
	for i, id := range ids {
		t := p.Tensor(id)
		r.Weights = append(r.Weights, ResultWeight{Shape: shapeOf(t), FractionBits: t.Format.Fraction, Rows: final[i]})
	}
	return r, nil
}

// Result returns what the run offers to one that continues it. Nothing is
// verified. It fails with the error of Check.
func (b *Bundle) Result() (*Result, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	digest, err := b.Statement.Digest()
	if err != nil {
		return nil, err
	}
	s := b.Statement
	return NewResult(digest, s.Mode, s.Setup, s.RowBits, s.Network, s.Before(b.Final()))
}

// Digest identifies the result: statements of runs that continue it name it
// (protocol, section 7).
func (r *Result) Digest() [32]byte {
	b := append(encode.Domain(resultDomain), r.Source[:]...)
	b = encode.Text(b, r.Mode)
	b = append(b, r.Setup[:]...)
	b = encode.Int(b, r.RowBits)
	b = append(b, r.Architecture[:]...)
	b = encode.Int(b, len(r.Weights))
	for _, w := range r.Weights {
		b = encode.Ints(b, w.Shape)
		b = encode.Int(b, w.FractionBits)
		b = encode.Bytes(b, commitments.AppendPoints(nil, w.Rows))
	}
	return sha256.Sum256(b)
}

// Final returns the commitments to all weights, in the program's order.
func (r *Result) Final() WeightCommitments {
	var w WeightCommitments
	for i := range r.Weights {
		w = append(w, r.Weights[i].Rows)
	}
	return w
}

// Begins returns fault.ErrRejected, naming a difference, unless the initial weights
// of a run are exactly those of the result: the run names it, and has the very
// commitments, over the same setup, to integers of the same shapes and fraction
// bits, of the same architecture. Requires a statement that passes its Check.
//
// Soundness: equal points of one setup are commitments to the same cells, unless
// its binding is broken; equal shapes and fraction bits make them the same numbers
// (protocol, section 7).
func (r *Result) Begins(s *Statement) error {
	differ := func(format string, args ...any) error {
		return fmt.Errorf("the run does not start from what it says: %s: %w", fmt.Sprintf(format, args...), fault.ErrRejected)
	}
	if have := r.Digest(); s.Origin.Kind != Continued || have != s.Origin.Predecessor {
		return differ("it names the result %x, the predecessor given has the result %x", s.Origin.Predecessor, have)
	}
	if err := r.Fits(s.Mode, s.Setup, s.RowBits, s.Network); err != nil {
		return differ("%v", fault.Text(err, nil))
	}
	for i := range r.Weights {
		if !slices.Equal(s.Initial[i], r.Weights[i].Rows) {
			return differ("weight %d is committed otherwise than at the end of its predecessor", i)
		}
	}
	return nil
}

// Fits returns fault.ErrRejected, naming a difference, unless the commitments of the
// result would be commitments to the same weights in a run of that network: over the
// same setup, to integers of the same shapes and fraction bits, of the same
// architecture, for proofs of the same mode.
func (r *Result) Fits(m mode.Name, setup [32]byte, rowBits int, n *network.Network) error {
	differ := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), fault.ErrRejected)
	}
	architecture := n.Architecture()
	switch {
	case m != r.Mode:
		return differ("its proofs are of mode %s, those of its predecessor of mode %s; all proofs about one commitment must be of one mode", m, r.Mode)
	case setup != r.Setup || rowBits != r.RowBits:
		return differ("it was made with setup %x of rows of 2^%d cells, its predecessor with %x of 2^%d, and the same points commit to other weights there",
			setup[:8], rowBits, r.Setup[:8], r.RowBits)
	case architecture.Digest() != r.Architecture:
		return differ("it trains the architecture %x, its predecessor %x; a run continues one of the same architecture", architecture.Digest(), r.Architecture)
	}
	ids := network.WeightTensors(n.Program())
	if len(ids) != len(r.Weights) {
		return differ("it has %d weights, its predecessor %d", len(ids), len(r.Weights))
	}
	for i, id := range ids {
		t, w := n.Program().Tensor(id), &r.Weights[i]
		if have := shapeOf(t); !slices.Equal(have, w.Shape) {
			return differ("weight %d has shape %v, in its predecessor %v", i, have, w.Shape)
		}
		if t.Format.Fraction != w.FractionBits {
			return differ("weight %d has %d fraction bits, in its predecessor %d", i, t.Format.Fraction, w.FractionBits)
		}
	}
	return nil
}

// shapeOf are the sizes of a tensor's axes.
func shapeOf(t *graph.Tensor) []int {
	var shape []int
	for _, a := range t.Axes {
		shape = append(shape, a.Size)
	}
	return shape
}
