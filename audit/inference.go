package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
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
	return s.bindForward(f, s.weightsOf(model), input, name)
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
func (s *Scope) bindForward(f *forward, weights map[graph.TensorID]relation.ID, input relation.ID, name string) relation.ID {
	c := ops.NewContext(s.b, f.program, []int64{1}, s.tables)
	for old, w := range weights {
		if at := f.at[old]; at != graph.None {
			c.BindWeight(at, w, w)
		}
	}
	in := f.program.Input
	labels := c.Labels(in)
	axes := append([]relation.Axis{c.Steps}, f.program.Tensor(in).Axes...)
	c.Bind(in, s.b.Virtual("tensor "+f.program.Tensor(in).Name, axes, labels,
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
		made := f.execute(v, weights, input, s.tables)
		if made == nil {
			return
		}
		for i := range f.program.Tensors {
			id := c.Find(graph.TensorID(i))
			if cells := made.trace.Cells[i]; id != relation.None && cells != nil {
				v.set(id, integers(relation.Cells{Small: cells}))
			}
		}
	})
	return s.virtual(name, outAxes[1:], []relation.Label{"b", "u"}, relation.Times(relation.Int(1), relation.At(out, "t", "b", "u")))
}

// forward is the part of a program that computes one tensor.
type forward struct {
	program *graph.Program // Loss.Logits is the tensor, weights are frozen
	at      []graph.TensorID
	old     []graph.TensorID
}

// newForward keeps the nodes of a program that a tensor depends on, for a
// batch of the given rows. Names get a prefix, so that several forward passes
// fit one system.
func newForward(p *graph.Program, rows int, prefix string, of graph.TensorID) (*forward, error) {
	f := &forward{program: &graph.Program{
		Name: prefix + p.Name, Batch: rows, Fractions: p.Fractions, Label: graph.None, Optimizer: p.Optimizer,
	}, at: make([]graph.TensorID, len(p.Tensors))}
	for i := range f.at {
		f.at[i] = graph.None
	}
	for i, needed := range ancestors(p, of) {
		if needed {
			if err := f.add(p, &p.Nodes[i], prefix); err != nil {
				return nil, err
			}
		}
	}
	if f.at[of] == graph.None || f.at[p.Input] == graph.None {
		return nil, fmt.Errorf("tensor %q does not depend on the input: %w", p.Tensor(of).Name, fault.ErrUnsupported)
	}
	f.program.Input = f.at[p.Input]
	f.program.Loss = graph.Loss{Kind: p.Loss.Kind, Labels: p.Loss.Labels, Logits: f.at[of], Prediction: f.at[of]}
	var err error
	f.program, err = ops.Enforce(f.program)
	return f, err
}

// add copies a node with the tensors it reads; its outputs are as its shape
// rule says for the new batch.
func (f *forward) add(p *graph.Program, n *graph.Node, prefix string) error {
	q := f.program
	copied := graph.Node{Name: prefix + n.Name, Kind: n.Kind, Attributes: n.Attributes}
	for _, in := range n.Inputs {
		if in != graph.None && f.at[in] == graph.None {
			t := *p.Tensor(in)
			t.Name = prefix + t.Name
			if t.Role == graph.Weight {
				t.Role = graph.Frozen
			}
			if t.Role.PerSample() {
				t.Axes = append([]relation.Axis{{Name: t.Axes[0].Name, Size: q.Batch}}, t.Axes[1:]...)
			}
			f.append(in, t)
		}
		if in == graph.None {
			copied.Inputs = append(copied.Inputs, graph.None)
			continue
		}
		copied.Inputs = append(copied.Inputs, f.at[in])
	}
	outputs, err := ops.Table()[n.Kind].Infer(q, &copied)
	if err != nil {
		return fmt.Errorf("%s %q: %w", n.Kind, n.Name, err)
	}
	for k, t := range outputs {
		t.Name = prefix + p.Tensor(n.Outputs[k]).Name
		f.append(n.Outputs[k], t)
		copied.Outputs = append(copied.Outputs, f.at[n.Outputs[k]])
	}
	q.Nodes = append(q.Nodes, copied)
	return nil
}

func (f *forward) append(old graph.TensorID, t graph.Tensor) {
	f.at[old] = graph.TensorID(len(f.program.Tensors))
	f.program.Tensors = append(f.program.Tensors, t)
	f.old = append(f.old, old)
}

// forwardCells are the cells of an executed forward pass.
type forwardCells struct{ trace *ops.Trace }

// execute runs the forward pass on the prover's cells.
func (f *forward) execute(v *Values, weights map[graph.TensorID]relation.ID, input relation.ID, tables *ops.Tables) *forwardCells {
	initial := map[graph.TensorID][]int64{}
	for i := range f.program.Tensors {
		if t := &f.program.Tensors[i]; t.Role == graph.Frozen {
			initial[graph.TensorID(i)] = unpadded(t.Axes, v.of(weights[f.old[i]]))
		}
	}
	b, err := ops.NewBuffers(f.program, initial, tables)
	if err != nil {
		v.fail("%w", err)
		return nil
	}
	for i, x := range v.real(input) {
		b.Small[f.program.Input][i] = int32(x)
	}
	if err := ops.Predict(&ops.Step{Program: f.program, Buffers: b}); err != nil {
		v.fail("%w", err)
		return nil
	}
	made := &forwardCells{trace: ops.NewTrace(f.program, 1)}
	made.trace.Record(f.program, 0, b)
	return made
}

func unpadded(axes []relation.Axis, cells []int64) []int64 {
	var out []int64
	eachReal(axes, func(cell int) { out = append(out, cells[cell]) })
	return out
}
