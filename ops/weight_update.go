package ops

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops/exact"
	"github.com/zkaudit/zkaudit/relation"
)

// KindWeightUpdate is one use's part of the SGD update of a weight, without
// rounding. Where V = Σ X·W is the contraction of the operator that Of names,
// and where it is V = … + 2^f_x·B,
//
//	W(t+1)(weight) = W(t)(weight) − n_t·Σ X(input)·dZ(output)      over the labels that W lacks
//	B(t+1)(j)      = B(t)(j)      − n_t·2^f_x·Σ dZ(…,j)            over the axes that B lacks
//
// Inputs: W, X, dZ; or, with attribute input_fraction (the f_x of the layer)
// and no Of, B and dZ. No outputs: the weight changes in place, at the end of
// the step. A weight with several uses has an update for each.
//
// Over all steps this is the weight trajectory of the protocol (section 5): the
// updates before step t, filtered by the rates; for a fully connected layer
//
//	W(t,k,j) = 1_S(t)·W0(k,j) − Σ_{s,b} Λ(t,s)·1_B(b)·X(s,b,k)·dZ(s,b,j).
const KindWeightUpdate graph.Kind = "weight_update"

const attrInputFraction = "input_fraction"

type weightUpdateOp struct {
	training
	witnessed
	lax
}

func (weightUpdateOp) Bounds(*Bounding, *graph.Node) []Bound { return nil }

// weightUpdate appends the update of a weight for one use.
func weightUpdate(b *graph.Builder, w graph.TensorID, u use) error {
	t := b.Tensor(w)
	n := graph.Node{Name: t.Name + " update", Kind: KindWeightUpdate, Of: u.of, Attributes: u.attributes, Inputs: []graph.TensorID{w, u.input, u.gradient}}
	if u.input == graph.None {
		f := b.Program().Fractions.Error + b.Program().Optimizer.Shift
		n.Attributes = graph.Attributes{attrInputFraction: {int64(t.Format.Fraction - f)}}
		n.Inputs = []graph.TensorID{w, u.gradient}
	}
	_, err := Append(b, n)
	return err
}

// updateOf returns the use that a node updates a weight for, and f_x.
func updateOf(p *graph.Program, n *graph.Node) (u use, fraction int) {
	if n.Of == "" {
		return use{input: graph.None, gradient: n.Inputs[1]}, n.Attributes.Int(attrInputFraction)
	}
	u, fraction = use{n.Of, n.Attributes, n.Inputs[1], n.Inputs[2]}, p.Tensor(n.Inputs[1]).Format.Fraction
	if n.Of == KindGather { // whose X is bits
		fraction += n.Attributes.Int(attrInputFraction)
	}
	return u, fraction
}

func (weightUpdateOp) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	if n.Of == "" && len(n.Attributes[attrInputFraction]) != 1 {
		return nil, malformed("attribute %s has %d values", attrInputFraction, len(n.Attributes[attrInputFraction]))
	}
	operands := 3
	if n.Of == "" {
		operands = 2
	}
	if err := arity(p, n, operands, 0); err != nil {
		return nil, err
	}
	w := p.Tensor(n.Inputs[0])
	if w.Role != graph.Weight {
		return nil, malformed("%v %q is not a trainable weight", w.Role, w.Name)
	}
	u, fx := updateOf(p, n)
	want := fx + p.Fractions.Error + p.Optimizer.Shift
	if w.Format.Fraction != want {
		return nil, malformed("weight %q has %d fraction bits, its updates %d + %d + %d", w.Name,
			w.Format.Fraction, fx, p.Fractions.Error, p.Optimizer.Shift)
	}
	d := p.Tensor(u.gradient)
	if err := small(d); err != nil {
		return nil, err
	}
	if d.Format.Bits > 16 || d.Format.Fraction != p.Fractions.Error {
		return nil, malformed("gradient %q in %v", d.Name, d.Format)
	}
	if u.input == graph.None {
		return nil, checkAddition(w, d, fx)
	}
	return nil, checkProduct(p, w, u, fx)
}

// checkAddition checks that a bias is one of the layer that a gradient is of.
func checkAddition(w, d *graph.Tensor, fx int) error {
	first := len(d.Axes) - len(w.Axes)
	if first < 1 || !sameSizes(d.Axes[first:], w.Axes) || fx < 0 || fx > 30 {
		return malformed("bias %q %v with gradient %v, of an input at %d fraction bits", w.Name, sizes(w), sizes(d), fx)
	}
	return nil
}

// checkProduct checks that input, weight and gradient are those of one
// contraction.
func checkProduct(p *graph.Program, w *graph.Tensor, u use, fx int) error {
	op, err := contractorOf(u.of)
	if err != nil {
		return err
	}
	x, d := p.Tensor(u.input), p.Tensor(u.gradient)
	if err := small(x); err != nil {
		return err
	}
	k, err := op.contraction(u.attributes)
	if err != nil {
		return err
	}
	if _, ok := k.extentsOf(x.Axes[1:], w.Axes, d.Axes[1:]); !ok || x.Format.Bits > 16 {
		return malformed("input %q %v in %v and gradient %v do not fit weight %q %v", x.Name, sizes(x), x.Format, sizes(d), w.Name, sizes(w))
	}
	return nil
}

func (weightUpdateOp) Forward(s *Step, n *graph.Node) error {
	u, fx := updateOf(s.Program, n)
	w, d := n.Inputs[0], s.small(u.gradient)
	cells, matrix, rate := s.Buffers.Weight(w), s.Buffers.Weights[w], s.Rate
	h := s.Buffers.histories[w]
	if h != nil { // the gradient, instead of the weight that it moves
		h.begin(s)
		cells, matrix, rate = h.gradient, h.matrix, -1
	}
	var err error
	switch patches, indices := s.Buffers.patches[s.node], indicesOf(s.Program, n); {
	case u.input == graph.None:
		if err = exact.BiasStep(cells, d, len(d)/len(cells), rate<<fx); err == nil && matrix != nil {
			matrix.Refresh() // another operator multiplies by it
		}
	case indices != graph.None:
		err = exact.GatherStep(matrix, s.small(indices), d, rate<<fx)
	case turned(n):
		err = exact.GradientStep(matrix, d, s.small(u.input), len(d)/matrix.Rows(), rate)
	case patches != nil && patches.channels > 0:
		err = exact.ChannelStep(matrix, patches.apart(s.small(u.input)), d, rate)
	case patches != nil:
		err = exact.GradientStepView(matrix, patches.over(s.small(u.input)), d, rate)
	default:
		err = exact.GradientStep(matrix, s.small(u.input), d, len(d)/matrix.Cols(), rate)
	}
	if err == nil && h != nil {
		err = h.end(s, w)
	}
	if errors.Is(err, fault.ErrOverflow) {
		return fault.Advise(fmt.Errorf("tensor %q at %d fraction bits: %w", s.Program.Tensor(w).Name, s.Program.Tensor(w).Format.Fraction, err),
			"lower %s, %s or %s", "formats.activation", "formats.error", "training.rate")
	}
	return err
}

// moves: a product for each sample and position.
func (weightUpdateOp) moves(p *graph.Program, n *graph.Node) products {
	w := n.Inputs[0]
	u, fx := updateOf(p, n)
	if u.input == graph.None {
		return products{w, p.Tensor(u.gradient).Size() / p.Tensor(w).Size(), 15 + fx}
	}
	k := contracted(n)
	return products{w, p.Batch * extentsOf(p, n).count(k.positions()), 30}
}

// reads: nothing, but for the weight that it changes.
func (weightUpdateOp) reads(*graph.Program, *graph.Node) []products { return nil }

// Constrain ties the weight after the steps, over its axes, once for all of its
// uses,
//
//	W_S − W0 + Σ_uses Σ_s λ(s)·Σ X(s,b,…)·dZ(s,b,…) + D = 0,
//
// with the D that it loses where it decays after them.
// Protocol, section 5.
func (weightUpdateOp) Constrain(c *Context, n *graph.Node) {
	w := n.Inputs[0]
	if n != c.updates[w][0] {
		return
	}
	t := c.Program.Tensor(w)
	labels := weightLabels(t)
	rates := relation.At(c.Relation.Public("rates", c.filter(), c.Steps), sourceLabel)
	terms := []relation.Term{
		relation.Times(relation.Int(1), relation.At(c.after[w], labels...)),
		relation.Times(relation.Int(-1), relation.At(c.before[w], labels...)),
	}
	for _, n := range c.updates[w] {
		terms = append(terms, c.change(n, 1, rates))
	}
	terms = append(terms, c.decay(w)...)
	c.Relation.Equation("weight "+t.Name+" after", t.Axes, labels, terms...)
}

// filter is the optimizer's: rates, and the response of a momentum.
func (c *Context) filter() *relation.Filter {
	f := &relation.Filter{Rates: c.Rates}
	if m := c.Program.Optimizer.Momentum; m != nil {
		f.Response, f.Restart = m.Response, m.Restart
	}
	return f
}

// sourceLabel is the step of an update, where stepLabel is one that reads it.
const sourceLabel relation.Label = "s"

// weightLabels are those of a weight's own axes in its trajectory.
func weightLabels(t *graph.Tensor) []relation.Label {
	labels := make([]relation.Label, len(t.Axes))
	for i := range labels {
		labels[i] = unit(i)
	}
	return labels
}

// change is ± Σ rates·X·dZ for one use, over the labels that the weight lacks.
// The batch carries its mask, and so does a position that no window reads.
func (c *Context) change(n *graph.Node, sign int64, rates relation.Factor) relation.Term {
	u, fx := updateOf(c.Program, n)
	d := c.Program.Tensor(u.gradient)
	factors := append([]relation.Factor{rates}, c.summed(d.Axes[0], batchLabel)...)
	if u.input == graph.None {
		labels := []relation.Label{sourceLabel, batchLabel}
		own := weightLabels(c.Program.Tensor(n.Inputs[0]))
		for i, a := range d.Axes[1 : len(d.Axes)-len(own)] {
			l := position(i)
			labels, factors = append(labels, l), append(factors, c.summed(a, l)...)
		}
		factors = append(factors, relation.At(c.ID(u.gradient), append(labels, own...)...))
		return relation.Times(relation.Int(sign<<fx), factors...)
	}
	k, e := contracted(n), extentsOf(c.Program, n)
	for _, l := range k.positions() {
		if _, windowed := k.windowOf(l); !windowed {
			factors = append(factors, c.summed(e[l], l)...)
		}
	}
	// Of the two, the one whose cells windows show is read through them.
	x, dz := u.input, u.gradient
	shown, other := k.input, k.output
	if len(k.windows) > 0 && slices.Contains(k.output, k.windows[0].input) {
		x, dz, shown, other = dz, x, other, shown
	}
	factors = append(factors,
		c.through(&k, e, x, shown, sourceLabel),
		relation.At(c.ID(dz), append([]relation.Label{sourceLabel, batchLabel}, other...)...))
	if n.Of == KindGather {
		sign <<= fx
	}
	return relabelled([]relation.Term{relation.Times(relation.Int(sign), factors...)}, k.weight)[0]
}

// position labels an axis that a bias is repeated along.
func position(i int) relation.Label { return "p" + unit(i) }

// trajectory defines the weight before each step, for a trainable one.
func (c *Context) trajectory(w graph.TensorID) relation.ID {
	if len(c.updates[w]) == 0 || c.before[w] == relation.None {
		c.fail("weight %q is not updated, or not bound", c.Program.Tensor(w).Name)
		return relation.None
	}
	t := c.Program.Tensor(w)
	labels := weightLabels(t)
	filter := relation.At(c.Relation.Public("filter", c.filter(), c.Steps, c.Steps), stepLabel, sourceLabel)
	terms := []relation.Term{relation.Times(relation.Int(1),
		c.mask(c.Steps, stepLabel), relation.At(c.before[w], labels...))}
	for _, n := range c.updates[w] {
		terms = append(terms, c.change(n, -1, filter))
	}
	return c.Relation.Virtual("weight "+t.Name+" trajectory", c.axes(t), append([]relation.Label{stepLabel}, labels...), terms...)
}

// weight reads a weight at labels of its own axes: through its trajectory at
// the step's label, or as it is where it is frozen.
func (c *Context) weight(w graph.TensorID, labels ...relation.Label) relation.Factor {
	if c.Program.Tensor(w).Role == graph.Weight {
		labels = append([]relation.Label{stepLabel}, labels...)
	}
	return relation.At(c.ID(w), labels...)
}
