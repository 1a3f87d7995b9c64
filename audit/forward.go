package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
)

// forward is the part of a program that computes one tensor.
type forward struct {
	program *graph.Program // Loss.Logits is the tensor, weights are frozen
	at      []graph.TensorID
	old     []graph.TensorID
	weights map[graph.TensorID]relation.ID
	pass    pass
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

// execute runs the forward pass on the prover's cells. The trace has no cells of
// the input: they follow from those of the rows.
func (f *forward) execute(v *Values, input relation.ID) *ops.Trace {
	initial := map[graph.TensorID][]int64{}
	for i := range f.program.Tensors {
		if t := &f.program.Tensors[i]; t.Role == graph.Frozen {
			initial[graph.TensorID(i)] = unpadded(t.Axes, v.of(f.weights[f.old[i]]))
		}
	}
	b, err := ops.NewBuffers(f.program, initial, v.scope.tables)
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
	trace := ops.NewTrace(f.program, 1)
	trace.Cells[f.program.Input] = nil
	trace.Record(f.program, 0, b)
	return trace
}

func unpadded(axes []relation.Axis, cells []int64) []int64 {
	var out []int64
	eachReal(axes, func(cell int) { out = append(out, cells[cell]) })
	return out
}
