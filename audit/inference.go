package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// inference is a tensor of a model's forward pass on all rows of an input,
// proven: (row, unit), 16-bit integers. The padding may hold anything.
//
// The forward pass is that of the training program, with the run's final
// weights or those of a public model, the rows as one batch, in a system with a
// single step.
func (s *Scope) inference(model string, input relation.ID, choose target) relation.ID {
	m := s.model(model)
	if m.Program == nil || s.err != nil {
		return relation.None
	}
	of, err := choose(m.Program)
	if err != nil {
		s.fail("model %q: %w", model, err)
		return relation.None
	}
	name := fmt.Sprintf("%q of %s by model %q", m.Tensor(of).Name, s.name(input), model)
	if id, ok := s.b.Named(name); ok {
		return id
	}
	f, err := newForward(m.Program, s.axes(input)[0].Size, name+": ", of)
	if err != nil {
		s.fail("model %q: %w", model, err)
		return relation.None
	}
	if want := f.program.Tensor(f.program.Input).Units(); want != s.axes(input)[1].Size {
		s.usage("model %q takes %d features, %s has %d", model, want, s.name(input), s.axes(input)[1].Size)
		return relation.None
	}
	f.weights, f.pass = s.weightsOf(model), pass{model, of, s.partWith(input)}
	return s.bindForward(f, input, name)
}

// fits refuses a part whose numbers mean something else to the model.
func (s *Scope) fits(model string, p *partTensors) {
	m := s.model(model)
	if m.Program == nil {
		return
	}
	if want := m.Tensor(m.Input).Format.Fraction; want != p.FractionBits {
		s.usage("features of part %q have %d fraction bits, model %q takes %d", p.name, p.FractionBits, model, want)
	}
}

// bindForward states the relations of a forward pass on an input.
func (s *Scope) bindForward(f *forward, input relation.ID, name string) relation.ID {
	c := ops.NewContext(s.b, f.program, []int64{1}, s.tables)
	for old, w := range f.weights {
		if at := f.at[old]; at != graph.None {
			c.BindWeight(at, w, w)
		}
	}
	in := f.program.Input
	labels := c.Labels(in)
	axes := append([]relation.Axis{c.Steps}, f.program.Tensor(in).Axes...)
	c.Bind(in, s.virtual("tensor "+f.program.Tensor(in).Name, axes, labels,
		relation.Times(relation.Int(1), relation.At(s.b.Mask(c.Steps), labels[0]), relation.At(input, labels[1], labels[2]))))
	if err := c.Constrain(); err != nil {
		s.fail("%s: %w", name, err)
		return relation.None
	}
	out := c.ID(f.program.Loss.Logits)
	outAxes := s.axes(out)
	if len(outAxes) != 3 {
		s.usage("%s: tensor with %d axes, want rows and units", name, len(outAxes)-1)
		return relation.None
	}
	s.fill(func(v *Values) {
		trace := s.subjects.forwards.trace(v, f, input)
		if trace == nil {
			return
		}
		for i, cells := range trace.Cells {
			if id := c.Find(graph.TensorID(i)); id != relation.None && cells != nil {
				v.set(id, integers(relation.Cells{Small: cells}))
			}
		}
	})
	return s.virtual(name, outAxes[1:], []relation.Label{"b", "u"}, relation.Times(relation.Int(1), relation.At(out, "t", "b", "u")))
}
