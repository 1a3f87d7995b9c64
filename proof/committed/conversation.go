package committed

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// domain separates the challenges of this protocol from all others.
const domain = "zkaudit v1 committed conversation"

// conversation is the script's arithmetic and transcript over forms, the same
// for both sides. What a side does by itself is make, or read, the commitment
// to a block.
type conversation struct {
	tape
	chain     *commitments.Transcript
	side      side
	worth     []polynomial // of nodes, to the prover, as far as it was asked
	hidden    int          // length of m so far
	blocks    []int        // where each block ends in m
	equations []equation
	failed    error
}

// equation says that a form is 0.
type equation struct {
	form  Form
	place string
}

// side is what prover and verifier do differently.
type side interface {
	// hide takes the values that the next hidden ones have; only the prover
	// calls values.
	hide(count int, values func() []fr.Element)
	// secret returns the value of m_index, to the prover.
	secret(index int) fr.Element
	// block returns the commitment to m[from:to].
	block(from, to int) (bn254.G1Affine, error)
}

// start binds a conversation to its statement, the commitments included.
func start(digest fr.Element, s side) *conversation {
	c := &conversation{chain: commitments.NewTranscript(domain), side: s}
	c.chain.Absorb("statement", commitments.AppendScalars(nil, []fr.Element{digest}))
	return c
}

// hide returns the forms of as many new hidden values.
func (c *conversation) hide(count int, values func() []fr.Element) []Form {
	c.side.hide(count, values)
	forms := make([]Form, count)
	for i := range forms {
		forms[i] = c.variable(c.hidden)
		c.hidden++
	}
	return forms
}

// value returns what a form is worth, to the prover.
func (c *conversation) value(f *Form) fr.Element {
	if f.isConstant() {
		return f.constant
	}
	c.worth = c.extend(c.worth, c.side.secret)
	v := c.worth[f.node-1].value()
	return *v.Add(&v, &f.constant)
}

// define returns a hidden value that equals a form.
func (c *conversation) define(f Form, place string) Form {
	h := c.hide(1, func() []fr.Element { return []fr.Element{c.value(&f)} })[0]
	c.AssertEqual(h, f, place)
	return h
}

// fail keeps the first error.
func (c *conversation) fail(err error) {
	if c.failed == nil {
		c.failed = err
	}
}

// Absorb is part of proof.Transcript. What a message hides is committed to
// before the next challenge, with all that was hidden since the last one; what
// it shows follows from the statement and the challenges before.
func (c *conversation) Absorb(transcript.Kind, ...Form) {}

// Challenge is part of proof.Transcript: it closes a block, if there is
// anything in it, and hashes its commitment.
func (c *conversation) Challenge() Form {
	if from := c.committed(); c.hidden > from {
		point, err := c.side.block(from, c.hidden)
		if err != nil {
			c.fail(err)
		}
		c.chain.Absorb("block", commitments.AppendPoints(nil, []bn254.G1Affine{point}))
		c.blocks = append(c.blocks, c.hidden)
	}
	return constant(c.chain.Challenge("challenge"))
}

// committed returns how many hidden values stand in blocks.
func (c *conversation) committed() int {
	if len(c.blocks) == 0 {
		return 0
	}
	return c.blocks[len(c.blocks)-1]
}

// Const is part of proof.Arith.
func (*conversation) Const(v *big.Int) Form {
	var e fr.Element
	e.SetBigInt(v)
	return constant(e)
}

// Add is part of proof.Arith.
func (c *conversation) Add(a, b Form) Form { return c.plus(a, b, fr.One()) }

// Sub is part of proof.Arith.
func (c *conversation) Sub(a, b Form) Form {
	one := fr.One()
	return c.plus(a, b, *one.Neg(&one))
}

// Mul is part of proof.Arith. A form has degree two at most, so a factor that
// is of degree two becomes a hidden value of its own first.
func (c *conversation) Mul(a, b Form) Form {
	switch {
	case a.isConstant():
		return c.times(b, a.constant)
	case b.isConstant():
		return c.times(a, b.constant)
	}
	if a.degree > 1 {
		a = c.define(a, "product")
	}
	if b.degree > 1 {
		b = c.define(b, "product")
	}
	return c.outer(a, b)
}

// AssertEqual is part of proof.Arith. An equation without hidden values is
// decided here, one with them by the answer of the prover.
func (c *conversation) AssertEqual(a, b Form, place string) {
	f := c.Sub(a, b)
	if !f.isConstant() {
		c.equations = append(c.equations, equation{f, place})
	} else if !f.constant.IsZero() {
		c.fail(fmt.Errorf("%s: %w", place, fault.ErrRejected))
	}
}

// AssertNonZero is part of proof.Arith: a has an inverse w, a·w = 1.
func (c *conversation) AssertNonZero(a Form, place string) {
	if a.isConstant() {
		if a.constant.IsZero() {
			c.fail(fmt.Errorf("%s: %w", place, fault.ErrRejected))
		}
		return
	}
	u := c.define(a, place)
	w := c.hide(1, func() []fr.Element {
		v := c.value(&a)
		return []fr.Element{*v.Inverse(&v)}
	})[0]
	c.AssertEqual(c.outer(u, w), constant(fr.One()), place)
}

// say absorbs y, which is public from here on.
func (c *conversation) say(y fr.Element) {
	c.chain.Absorb("value", commitments.AppendScalars(nil, []fr.Element{y}))
}

// open returns the outcome of a conversation in field elements: everything in
// it but the values of claims is public, and y is its Value.
func (c *conversation) open(out *proof.Outcome[Form], y fr.Element) *proof.Outcome[fr.Element] {
	c.AssertEqual(out.Value, constant(y), "value of the row")
	o := &proof.Outcome[fr.Element]{Coords: constants(out.Coords), Gamma: out.Gamma.constant, Sigma: out.Sigma.constant, Point: out.Point, Value: y}
	for _, g := range out.Groups {
		o.Groups = append(o.Groups, publicGroup(g, func(*Form) fr.Element { return fr.Element{} }))
	}
	return o
}

// publicGroup returns a group in field elements, given the values of claims.
func publicGroup(g *proof.Group[Form], value func(*Form) fr.Element) *proof.Group[fr.Element] {
	o := &proof.Group[fr.Element]{Low: g.Low, Weights: constants(g.Weights)}
	for i := range g.Claims {
		claim := &g.Claims[i]
		o.Claims = append(o.Claims, proof.Claim[fr.Element]{Tensor: claim.Tensor, Point: claim.Point, Value: value(&claim.Value)})
	}
	return o
}

// constants returns the values of forms that hide nothing.
func constants(forms []Form) []fr.Element {
	values := make([]fr.Element, len(forms))
	for i := range forms {
		values[i] = forms[i].constant
	}
	return values
}
