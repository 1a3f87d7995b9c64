package drift

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// Model is a training step in float64. It is not safe for concurrent use.
type Model struct {
	p       *graph.Program
	choices network.Choices
	machine gorgonia.VM
	samples []float64 // (batch, features)
	labels  []float64 // (rows, classes) or (batch, values): what the loss takes them for
	shown   []float64 // of each row of labels, how much it counts
	weights []*weight
	total   gorgonia.Value // the loss
	seen    map[graph.TensorID]*observed
}

// weight is a weight of a model, with what its updates take.
type weight struct {
	id       graph.TensorID
	cells    []float64
	gradient *gorgonia.Node // nil of a frozen one
	kept     [][]float64    // gradients since the last restart, newest first
}

// New builds the model of a network with the given weights, integers in their formats.
// watched are tensors that nodes of the forward pass make, whose values and errors are kept
// after each batch. Errors wrap fault.ErrUnsupported for a network with an operator that has no
// form in real numbers.
func New(n *network.Network, initial map[graph.TensorID][]int64, watched []graph.TensorID) (_ *Model, err error) {
	p := n.Program()
	m := &Model{p: p, choices: n.Choices(), seen: map[graph.TensorID]*observed{p.Loss.Logits: {}}}
	for _, id := range watched {
		m.seen[id] = &observed{}
	}
	b := &builder{p: p, g: gorgonia.NewGraph(), nodes: map[graph.TensorID]*gorgonia.Node{}}
	defer func() { // gorgonia panics on shapes that it does not take
		if r := recover(); r != nil {
			err = fmt.Errorf("float64 model: %v", r)
		}
	}()
	m.samples = make([]float64, p.Tensor(p.Input).Size())
	b.nodes[p.Input] = b.input("input", m.samples, p.Batch, p.Tensor(p.Input).Units())
	m.addWeights(b, initial)
	for i := range p.Nodes[:p.Producers()[p.Loss.Logits]+1] {
		n := &p.Nodes[i]
		y := b.node(n)
		if seen := m.seen[n.Outputs[0]]; seen != nil && b.err == nil {
			y = b.apply(newObserver(y.Shape().Clone(), seen, false), y)
		}
		if b.nodes[n.Outputs[0]] = y; b.err != nil {
			return nil, b.err
		}
	}
	if err := m.differentiate(b, m.loss(b)); err != nil {
		return nil, err
	}
	m.machine = gorgonia.NewTapeMachine(b.g)
	return m, nil
}

// addWeights makes the weights as real numbers.
func (m *Model) addWeights(b *builder, initial map[graph.TensorID][]int64) {
	for _, id := range network.WeightTensors(m.p) {
		t := m.p.Tensor(id)
		w := &weight{id: id, cells: reals(initial[id], t.Format.Fraction)}
		b.nodes[id] = b.input(t.Name, w.cells, 1, len(w.cells))
		m.weights = append(m.weights, w)
	}
}

// reals are the numbers that integers stand for.
func reals[T int32 | int64](cells []T, fraction int) []float64 {
	out := make([]float64, len(cells))
	for i, v := range cells {
		out[i] = math.Ldexp(float64(v), -fraction)
	}
	return out
}

// differentiate asks for the gradients of trained weights.
func (m *Model) differentiate(b *builder, loss *gorgonia.Node) error {
	if b.err != nil {
		return b.err
	}
	gorgonia.Read(loss, &m.total)
	var trained []*weight
	var by gorgonia.Nodes
	for _, w := range m.weights {
		if m.p.Tensor(w.id).Role == graph.Weight {
			trained, by = append(trained, w), append(by, b.nodes[w.id])
		}
	}
	gradients, err := gorgonia.Grad(loss, by...)
	if err != nil {
		return fmt.Errorf("float64 model: %w", err)
	}
	for i, w := range trained {
		w.gradient = gradients[i]
	}
	return nil
}

// Close frees what the model holds.
func (m *Model) Close() error { return m.machine.Close() }

// Read takes the rows of a batch, integers in the formats of the program: features,
// labels, and the attributes of rows, nil where the program reads none.
func (m *Model) Read(input, label, attributes []int32) {
	copy(m.samples, reals(input, m.p.Tensor(m.p.Input).Format.Fraction))
	m.label(label)
	m.weigh(attributes)
}

// Evaluate computes logits and errors of the batch.
func (m *Model) Evaluate() error {
	defer m.machine.Reset()
	return m.machine.RunAll()
}

// Step trains on the batch. rate is the numerator of the step's rate, index its number
// in the run:
//
//	W ← W − n/2^k·Σ_d Response[d]·g(u−d),
//
// the gradient of this step alone where there is no momentum.
func (m *Model) Step(rate int64, index int) error {
	defer m.machine.Reset()
	if err := m.machine.RunAll(); err != nil {
		return fmt.Errorf("float64 model, step %d: %w", index, err)
	}
	by := math.Ldexp(float64(rate), -m.p.Optimizer.Shift)
	for _, w := range m.weights {
		if w.gradient == nil {
			continue
		}
		for d, g := range w.past(m.p.Optimizer.Momentum, cells(w.gradient.Value()), index) {
			by := by
			if momentum := m.p.Optimizer.Momentum; momentum != nil {
				by *= float64(momentum.Response[d])
			}
			for i, v := range g {
				w.cells[i] -= by * v
			}
		}
	}
	return nil
}

// past returns the gradients that an update takes, newest first.
func (w *weight) past(momentum *graph.Momentum, gradient []float64, index int) [][]float64 {
	if momentum == nil {
		return [][]float64{gradient}
	}
	if index%momentum.Restart == 0 {
		w.kept = nil
	}
	w.kept = append([][]float64{append([]float64(nil), gradient...)}, w.kept...)
	w.kept = w.kept[:min(len(w.kept), len(momentum.Response))]
	return w.kept
}

// Decay takes from the trained weights what they lose after so many steps of a segment.
func (m *Model) Decay(steps int) {
	if !ops.Decays(m.p, steps) {
		return
	}
	d := m.p.Optimizer.Decay
	keep := 1 - math.Ldexp(float64(d.N), -d.Shift)
	for _, w := range m.weights {
		for i := range w.cells {
			if w.gradient != nil {
				w.cells[i] *= keep
			}
		}
	}
}

// Loss returns the sum of the losses of the last batch, each times the weight of its row.
func (m *Model) Loss() float64 { return m.total.Data().(float64) }

// Values returns the cells of a watched tensor, or of the logits, for the last batch.
func (m *Model) Values(id graph.TensorID) []float64 { return m.seen[id].values }

// Errors returns the gradient of the loss by a watched tensor for the last batch.
func (m *Model) Errors(id graph.TensorID) []float64 { return m.seen[id].errors }

// Weight returns the cells of a weight.
func (m *Model) Weight(id graph.TensorID) []float64 {
	for _, w := range m.weights {
		if w.id == id {
			return w.cells
		}
	}
	return nil
}
