package ops

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
)

// Finish ends the construction of a step: it applies the passes that decide
// what is committed and what is looked up, and validates the result.
func Finish(p *graph.Program) (*graph.Program, error) {
	q, err := Enforce(Anchor(p))
	if err != nil {
		return nil, err
	}
	return q, Validate(q)
}

// Validate reports whether a program is one step that this package can
// execute and prove: well formed, every output as its operator's shape rule
// says, every trainable weight updated once, after its last use, labels as the loss
// takes them, and the passes applied. Errors wrap fault.ErrMalformed.
func Validate(p *graph.Program) error {
	if err := p.Validate(); err != nil {
		return err
	}
	bare := p.Clone()
	for i := range p.Nodes {
		n := &p.Nodes[i]
		op, err := lookup(n)
		if err != nil {
			return err
		}
		outputs, err := op.Infer(p, n)
		if err != nil {
			return fmt.Errorf("%s %q: %w", n.Kind, n.Name, err)
		}
		if len(outputs) != len(n.Outputs) {
			return malformed("%s %q has %d outputs, want %d", n.Kind, n.Name, len(n.Outputs), len(outputs))
		}
		for k, want := range outputs {
			got := bare.Tensor(n.Outputs[k])
			if !slices.Equal(got.Axes, want.Axes) || got.Format != want.Format {
				return malformed("%s %q: output %q is %v in %v, want %v in %v", n.Kind, n.Name,
					got.Name, axisText(got.Axes), got.Format, axisText(want.Axes), want.Format)
			}
			got.Role, got.Checked = want.Role, want.Checked
		}
	}
	if err := validateMatrices(p); err != nil {
		return err
	}
	if err := validateUpdates(p); err != nil {
		return err
	}
	if err := validateEnds(p); err != nil {
		return err
	}
	decided, err := Enforce(Anchor(bare))
	if err != nil {
		return err
	}
	for i := range p.Tensors {
		if got, want := &p.Tensors[i], &decided.Tensors[i]; got.Role != want.Role || got.Checked != want.Checked {
			return malformed("tensor %q is %v, looked up: %t; want %v, %t", got.Name, got.Role, got.Checked, want.Role, want.Checked)
		}
	}
	return nil
}

// validateUpdates checks that operators state what they do with weights, and
// that the step ends with one update for each use of a weight.
func validateUpdates(p *graph.Program) error {
	open := map[string]int{} // uses less updates
	weights := map[string]graph.TensorID{}
	count := func(w graph.TensorID, u use, by int) {
		// A use is told from others by its operator and input, not by its gradient.
		key := fmt.Sprint(w, u.of, u.attributes, u.input)
		open[key] += by
		weights[key] = w
	}
	table, ended := Table(), false
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if err := validateReading(p, n, table[n.Kind]); err != nil {
			return err
		}
		if n.Kind == KindWeightUpdate {
			ended = true
			u, _ := updateOf(p, n)
			count(n.Inputs[0], u, -1)
			continue
		}
		if ended {
			return malformed("node %q follows a weight update", n.Name)
		}
		if n.Kind == KindAddWeight {
			count(n.Inputs[1], use{input: graph.None}, 1)
		}
		if Multiplies(n) {
			count(n.Inputs[1], use{of: n.Kind, attributes: n.Attributes, input: n.Inputs[0]}, 1)
			if b := bias(n); b != graph.None {
				count(b, use{input: graph.None}, 1)
			}
		}
	}
	for key, left := range open {
		w := p.Tensor(weights[key])
		switch {
		case left < 0:
			return malformed("weight %q is updated twice for one use, or for none", w.Name)
		case left > 0 && w.Role == graph.Weight:
			return malformed("a use of weight %q is never updated", w.Name)
		}
	}
	return nil
}

// validateReading refuses a node that reads a weight while its operator states
// nothing of what it adds up.
func validateReading(p *graph.Program, n *graph.Node, op Operator) error {
	_, states := op.(reader)
	for _, t := range n.Inputs {
		if t != graph.None && (p.Tensor(t).Role == graph.Weight || p.Tensor(t).Role == graph.Frozen) && !states {
			return malformed("%s %q reads weight %q", n.Kind, n.Name, p.Tensor(t).Name)
		}
	}
	return nil
}

// validateEnds checks that input and labels have the formats that certificates
// enforce, that the loss takes such labels, and that what the model predicts
// does not depend on them.
func validateEnds(p *graph.Program) error {
	if f := p.Tensor(p.Input).Format; f.Bits != 16 {
		return malformed("input in %v, a dataset's certificate makes it 16 bits", f)
	}
	if !slices.Contains(graph.LabelsOf(p.Loss.Kind), p.Loss.Labels) {
		return malformed("loss %q takes labels %q, not %q", p.Loss.Kind, graph.LabelsOf(p.Loss.Kind), p.Loss.Labels)
	}
	f := p.Tensor(p.Label).Format
	if p.Loss.Labels == graph.Values && f.Bits != 16 || p.Loss.Labels != graph.Values && f != bit() {
		return malformed("labels %q in %v", p.Loss.Labels, f)
	}
	labelled := make([]bool, len(p.Tensors)) // depends on the label, or on attributes
	labelled[p.Label] = true
	if t := p.Attributes(); t != graph.None {
		labelled[t] = true
	}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		reads := slices.ContainsFunc(n.Inputs, func(t graph.TensorID) bool { return t != graph.None && labelled[t] })
		for _, t := range n.Outputs {
			labelled[t] = reads
		}
	}
	if labelled[p.Loss.Logits] || labelled[p.Loss.Prediction] {
		return malformed("what the model predicts depends on the label")
	}
	return nil
}

func axisText(axes []relation.Axis) string {
	s := ""
	for _, a := range axes {
		s += fmt.Sprintf("[%s %d]", a.Name, a.Size)
	}
	return s
}
