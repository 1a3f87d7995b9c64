package ops

import (
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/exact"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// KindWeightUpdate is one SGD update of a weight, without rounding:
//
//	W(t+1)(k,j) = W(t)(k,j) − n_t·Σ_uses Σ_b X(b,k)·dZ(b,j)
//	B(t+1)(j)   = B(t)(j)   − n_t·2^f_x·Σ_uses Σ_b dZ(b,j)
//
// Inputs: W, then X and dZ of every use; or, with attribute input_fraction
// (the f_x of the layer), B, then the dZ of every use. No outputs: the weight
// changes in place, at the end of the step.
//
// Over all steps this is the weight trajectory of the protocol: the updates
// before step t, filtered by the rates,
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

// weightUpdate appends the update of a weight that is used as given.
func weightUpdate(b *graph.Builder, w graph.TensorID, uses []use) error {
	t := b.Tensor(w)
	n := graph.Node{Name: t.Name + " update", Kind: KindWeightUpdate, Inputs: []graph.TensorID{w}}
	for _, u := range uses {
		if u.input != graph.None {
			n.Inputs = append(n.Inputs, u.input)
		} else {
			f := b.Program().Fractions.Error + b.Program().Optimizer.Shift
			n.Attributes = graph.Attributes{attrInputFraction: {int64(t.Format.Fraction - f)}}
		}
		n.Inputs = append(n.Inputs, u.gradient)
	}
	_, err := Append(b, n)
	return err
}

// updateUses returns how the node's weight is used, and f_x.
func updateUses(p *graph.Program, n *graph.Node) (uses []use, fraction int) {
	if f, ok := n.Attributes[attrInputFraction]; ok {
		for _, d := range n.Inputs[1:] {
			uses = append(uses, use{graph.None, d})
		}
		return uses, int(f[0])
	}
	for i := 1; i+1 < len(n.Inputs); i += 2 {
		uses = append(uses, use{n.Inputs[i], n.Inputs[i+1]})
	}
	return uses, p.Tensor(n.Inputs[1]).Format.Fraction
}

func (weightUpdateOp) Infer(p *graph.Program, n *graph.Node) ([]graph.Tensor, error) {
	attr, isBias := n.Attributes[attrInputFraction]
	if isBias && len(attr) != 1 {
		return nil, malformed("attribute %s has %d values", attrInputFraction, len(attr))
	}
	if err := arity(p, n, len(n.Inputs), 0); err != nil {
		return nil, err
	}
	if len(n.Inputs) < 2 || !isBias && len(n.Inputs)%2 == 0 {
		return nil, malformed("%d inputs", len(n.Inputs))
	}
	w := p.Tensor(n.Inputs[0])
	if w.Role != graph.Weight {
		return nil, malformed("%v %q is not a trainable weight", w.Role, w.Name)
	}
	uses, fx := updateUses(p, n)
	want := fx + p.Fractions.Error + p.Optimizer.Shift
	if w.Format.Fraction != want {
		return nil, malformed("weight %q has %d fraction bits, its updates %d + %d + %d", w.Name,
			w.Format.Fraction, fx, p.Fractions.Error, p.Optimizer.Shift)
	}
	for _, u := range uses {
		if err := checkUse(p, w, u, fx); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func checkUse(p *graph.Program, w *graph.Tensor, u use, fx int) error {
	d := p.Tensor(u.gradient)
	if err := small(d); err != nil {
		return err
	}
	units := w.Axes[len(w.Axes)-1].Size
	if len(d.Axes) != 2 || d.Axes[1].Size != units || d.Format.Bits > 16 || d.Format.Fraction != p.Fractions.Error {
		return malformed("gradient %q %v in %v does not fit weight %q %v", d.Name, sizes(d), d.Format, w.Name, sizes(w))
	}
	if u.input == graph.None {
		if len(w.Axes) != 1 || fx < 0 || fx > 30 {
			return malformed("bias %q %v of an input at %d fraction bits", w.Name, sizes(w), fx)
		}
		return nil
	}
	x := p.Tensor(u.input)
	if err := small(x); err != nil {
		return err
	}
	if len(w.Axes) != 2 || len(x.Axes) != 2 || x.Axes[1].Size != w.Axes[0].Size || x.Format.Bits > 16 || x.Format.Fraction != fx {
		return malformed("input %q %v in %v does not fit weight %q %v", x.Name, sizes(x), x.Format, w.Name, sizes(w))
	}
	return nil
}

func (weightUpdateOp) Forward(s *Step, n *graph.Node) error {
	uses, fx := updateUses(s.Program, n)
	w, batch := n.Inputs[0], s.Program.Batch
	for _, u := range uses {
		var err error
		if u.input == graph.None {
			err = exact.BiasStep(s.Buffers.Biases[w], s.small(u.gradient), batch, s.Rate<<fx)
		} else {
			err = exact.GradientStep(s.Buffers.Weights[w], s.small(u.input), s.small(u.gradient), batch, s.Rate)
		}
		if err != nil {
			if errors.Is(err, fault.ErrOverflow) {
				return fault.Advise(fmt.Errorf("tensor %q at %d fraction bits: %w", s.Program.Tensor(w).Name, s.Program.Tensor(w).Format.Fraction, err),
					"lower %s, %s or %s", "formats.activation", "formats.error", "training.rate")
			}
			return err
		}
	}
	return nil
}

// Constrain ties the weight after the steps: over (k,j),
//
//	W_S − W0 + Σ_{s,b} λ(s)·1_B(b)·X(s,b,k)·dZ(s,b,j) = 0.
func (weightUpdateOp) Constrain(c *Context, n *graph.Node) {
	w := n.Inputs[0]
	t := c.Program.Tensor(w)
	labels := weightLabels(t)
	rates := relation.At(c.Relation.Public("rates", &relation.Filter{Rates: c.Rates}, c.Steps), "s")
	terms := []relation.Term{
		relation.Times(relation.Int(1), relation.At(c.after[w], labels...)),
		relation.Times(relation.Int(-1), relation.At(c.before[w], labels...)),
	}
	uses, fx := updateUses(c.Program, n)
	for _, u := range uses {
		terms = append(terms, c.change(u, fx, 1, rates))
	}
	c.Relation.Equation("weight "+t.Name+" after", t.Axes, labels, terms...)
}

// weightLabels are (k,j) of a matrix, (j) of a bias.
func weightLabels(t *graph.Tensor) []relation.Label {
	if len(t.Axes) == 1 {
		return []relation.Label{"j"}
	}
	return []relation.Label{"k", "j"}
}

// change is ± Σ_{s,b} rates·1_B(b)·X(s,b,k)·dZ(s,b,j) for one use.
func (c *Context) change(u use, fx int, sign int64, rates relation.Factor) relation.Term {
	factors := append([]relation.Factor{rates}, c.summed(c.Program.Tensor(u.gradient).Axes[0], batchLabel)...)
	if u.input == graph.None {
		sign <<= fx
	} else {
		factors = append(factors, relation.At(c.ID(u.input), "s", batchLabel, "k"))
	}
	factors = append(factors, relation.At(c.ID(u.gradient), "s", batchLabel, "j"))
	return relation.Times(relation.Int(sign), factors...)
}

// trajectory defines W(t,k,j), or B(t,j), for a trainable weight.
func (c *Context) trajectory(w graph.TensorID) relation.ID {
	i, ok := c.updaters[w]
	if !ok || c.before[w] == relation.None {
		c.fail("weight %q is not updated, or not bound", c.Program.Tensor(w).Name)
		return relation.None
	}
	t := c.Program.Tensor(w)
	labels := weightLabels(t)
	filter := relation.At(c.Relation.Public("filter", &relation.Filter{Rates: c.Rates}, c.Steps, c.Steps), stepLabel, "s")
	terms := []relation.Term{relation.Times(relation.Int(1),
		c.mask(c.Steps, stepLabel), relation.At(c.before[w], labels...))}
	uses, fx := updateUses(c.Program, &c.Program.Nodes[i])
	for _, u := range uses {
		terms = append(terms, c.change(u, fx, -1, filter))
	}
	id := c.Relation.Virtual("weight "+t.Name+" trajectory", c.axes(t), append([]relation.Label{stepLabel}, labels...), terms...)
	if len(uses) == 1 {
		c.Relation.Trajectory(id, c.recurrence(w, uses[0], fx))
	}
	return id
}

// recurrence names the parts of a trajectory with a single use.
func (c *Context) recurrence(w graph.TensorID, u use, fx int) relation.Trajectory {
	t := relation.Trajectory{Initial: c.before[w], Input: relation.None, Error: c.ID(u.gradient)}
	scale := 0
	if u.input == graph.None {
		scale = fx
	} else {
		t.Input = c.ID(u.input)
	}
	for _, n := range c.Rates {
		t.Rates = append(t.Rates, n<<scale)
	}
	return t
}

// weight reads a weight at labels of its own axes: through its trajectory at
// the step's label, or as it is where it is frozen.
func (c *Context) weight(w graph.TensorID, labels ...relation.Label) relation.Factor {
	if c.Program.Tensor(w).Role == graph.Weight {
		labels = append([]relation.Label{stepLabel}, labels...)
	}
	return relation.At(c.ID(w), labels...)
}
