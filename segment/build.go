package segment

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// Shape is what two segments of a program must share to have one circuit.
type Shape struct {
	Steps    int   // S
	PartRows []int // rows of every dataset part
}

// PublicInputs are what differs between the segments of a run.
type PublicInputs struct {
	Rates []int64        // numerators n_s, one per step
	Rows  []schedule.Ref // row of slot (s,b) at index s·B + b
}

// Limits of a segment.
const (
	MaxSteps = 1 << 16
	MaxParts = 1 << 10
)

// PartTensors names the committed tensors of a dataset part. Attributes is
// relation.None in the system of a segment that does not read them.
type PartTensors struct{ Features, Labels, Attributes relation.ID }

// WeightTensors names the committed tensors of a weight; a frozen one is the same
// before and after.
type WeightTensors struct {
	Tensor        graph.TensorID
	Before, After relation.ID
	Decayed       ops.Decayed
}

// Relations are what a segment must satisfy, and where its tensors come from.
type Relations struct {
	Relation *relation.System
	Program  *graph.Program
	Shape    Shape
	Parts    []PartTensors
	Weights  []WeightTensors // trainable and frozen, in the program's order
	// Tensors gives, for every per-sample tensor of the program, the one of
	// the system, or relation.None where no relation mentions it.
	Tensors []relation.ID
}

// Build states the relations of the segment. The external tensors come first:
// features and labels of each part, and its attributes if the program reads them, then each weight before, then each
// trainable weight after. Errors wrap fault.ErrMalformed for a program or
// segment that makes no sense, fault.ErrUnsupported beyond a limit.
// Protocol, section 7.
func Build(p *graph.Program, shape Shape, run PublicInputs, tables *ops.Tables) (*Relations, error) {
	if err := ops.Validate(p); err != nil {
		return nil, err
	}
	if err := check(p, shape, run); err != nil {
		return nil, err
	}
	b := relation.NewBuilder("segment of " + p.Name)
	s := &Relations{Program: p, Shape: shape, Tensors: make([]relation.ID, len(p.Tensors))}
	features, labels := p.Tensor(p.Input).Axes[1], p.Tensor(p.Label).Axes[1]
	for i, rows := range shape.PartRows {
		axis := relation.Axis{Name: fmt.Sprintf("rows of part %d", i), Size: rows}
		s.Parts = append(s.Parts, PartTensors{
			Features:   b.External(fmt.Sprintf("part %d features", i), axis, features),
			Labels:     b.External(fmt.Sprintf("part %d labels", i), axis, labels),
			Attributes: relation.None,
		})
		if t := p.Attributes(); t != graph.None {
			s.Parts[i].Attributes = b.External(fmt.Sprintf("part %d attributes", i), axis, p.Tensor(t).Axes[1])
		}
	}
	s.addWeights(b)
	c := ops.NewContext(b, p, run.Rates, tables)
	for _, w := range s.Weights {
		c.BindWeight(w.Tensor, w.Before, w.After)
	}
	s.gather(b, c, run.Rows)
	if err := c.Constrain(); err != nil {
		return nil, err
	}
	for i := range s.Weights {
		s.Weights[i].Decayed = c.Decayed(s.Weights[i].Tensor)
	}
	for i := range p.Tensors {
		s.Tensors[i] = relation.None
		if p.Tensors[i].Role.PerSample() {
			s.Tensors[i] = c.Find(graph.TensorID(i))
		}
	}
	var err error
	s.Relation, err = b.Build()
	return s, err
}

func check(p *graph.Program, shape Shape, run PublicInputs) error {
	malformed := func(format string, args ...any) error {
		return fmt.Errorf("segment: "+format+": %w", append(args, fault.ErrMalformed)...)
	}
	if shape.Steps < 1 || shape.Steps > MaxSteps || len(run.Rates) != shape.Steps {
		return malformed("%d steps with %d rates", shape.Steps, len(run.Rates))
	}
	if d := p.Optimizer.Decay; d != nil && shape.Steps > d.Every {
		return malformed("%d steps of weights that decay every %d", shape.Steps, d.Every)
	}
	if len(shape.PartRows) < 1 || len(shape.PartRows) > MaxParts {
		return malformed("%d dataset parts", len(shape.PartRows))
	}
	if len(run.Rows) != shape.Steps*p.Batch {
		return malformed("%d rows for %d steps of %d", len(run.Rows), shape.Steps, p.Batch)
	}
	for i, n := range run.Rates {
		if n < 1 || n > number.MaxNumerator {
			return malformed("rate numerator %d of step %d, want 1 to %d", n, i, number.MaxNumerator)
		}
		if p.Optimizer.Kind == graph.ConstantSGD && n != run.Rates[0] {
			return malformed("rate of step %d differs, the program has one rate", i)
		}
	}
	for i, rows := range shape.PartRows {
		if rows < 1 || rows > 1<<30 {
			return malformed("part %d has %d rows", i, rows)
		}
	}
	for i, r := range run.Rows {
		if r.Part < 0 || int(r.Part) >= len(shape.PartRows) || r.Row < 0 || int(r.Row) >= shape.PartRows[r.Part] {
			return malformed("slot %d reads row %d of part %d", i, r.Row, r.Part)
		}
	}
	return nil
}

// addWeights adds the tensors of the weights before and after.
// Protocol, section 5.
func (s *Relations) addWeights(b *relation.Builder) {
	for i := range s.Program.Tensors {
		t := &s.Program.Tensors[i]
		if t.Role == graph.Weight || t.Role == graph.Frozen {
			id := b.ExternalWide("weight "+t.Name+" before", t.Axes...)
			s.Weights = append(s.Weights, WeightTensors{Tensor: graph.TensorID(i), Before: id, After: id})
		}
	}
	for i := range s.Weights {
		w := &s.Weights[i]
		if t := s.Program.Tensor(w.Tensor); t.Role == graph.Weight {
			w.After = b.ExternalWide("weight "+t.Name+" after", t.Axes...)
		}
	}
}

// gather defines the features and labels of all steps, and attributes that are read:
// X(t,b,c) = Σ_p Σ_i Sel_p(t,b,i)·D_p(i,c) (protocol, section 7).
func (s *Relations) gather(b *relation.Builder, c *ops.Context, rows []schedule.Ref) {
	p := s.Program
	selections := make([]relation.ID, len(s.Parts))
	batch := p.Tensor(p.Input).Axes[0]
	for i, part := range s.Parts {
		sel := &relation.Selection{Batch: p.Batch, Rows: make([]int32, len(rows))}
		for k, r := range rows {
			sel.Rows[k] = -1
			if int(r.Part) == i {
				sel.Rows[k] = r.Row
			}
		}
		axis := b.System().Tensor(part.Features).Axes[0]
		selections[i] = b.Public(fmt.Sprintf("selection of part %d", i), sel, c.Steps, batch, axis)
	}
	for _, side := range []struct {
		tensor graph.TensorID
		of     func(PartTensors) relation.ID
	}{
		{p.Input, func(d PartTensors) relation.ID { return d.Features }},
		{p.Label, func(d PartTensors) relation.ID { return d.Labels }},
		{p.Attributes(), func(d PartTensors) relation.ID { return d.Attributes }},
	} {
		if side.tensor == graph.None {
			continue
		}
		t := p.Tensor(side.tensor)
		labels := c.Labels(side.tensor)
		var terms []relation.Term
		for i, part := range s.Parts {
			const row = relation.Label("i")
			terms = append(terms, relation.Times(relation.Int(1),
				relation.At(selections[i], labels[0], labels[1], row), relation.At(side.of(part), row, labels[2])))
		}
		axes := append([]relation.Axis{c.Steps}, t.Axes...)
		c.Bind(side.tensor, b.Virtual("tensor "+t.Name, axes, labels, terms...))
	}
}
