package transpile_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// lstm are the weights of a recurrent layer as a file has them, units first: of the
// input, forget, cell and output gate.
type lstm struct {
	inputs, units         int
	kernels, back, biases [4][]float32
	clip                  float64
}

func newLSTM(rng *rand.Rand, inputs, units int) *lstm {
	l := &lstm{inputs: inputs, units: units}
	for g := range 4 {
		l.kernels[g], l.back[g], l.biases[g] = floats(rng, units*inputs, 0.8), floats(rng, units*units, 0.6), floats(rng, units, 0.4)
	}
	return l
}

// states are its outputs at all time steps, by its definition.
func (l *lstm) states(x []float64) (out []float64) {
	sigma := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	h, c := make([]float64, l.units), make([]float64, l.units)
	for ; len(x) > 0; x = x[l.inputs:] {
		next := make([]float64, l.units)
		for u := range l.units {
			var z [4]float64
			for g := range z {
				z[g] = float64(l.biases[g][u])
				for i := range l.inputs {
					z[g] += float64(l.kernels[g][u*l.inputs+i]) * x[i]
				}
				for i, v := range h {
					z[g] += float64(l.back[g][u*l.units+i]) * v
				}
			}
			if c[u] = sigma(z[1])*c[u] + sigma(z[0])*math.Tanh(z[2]); l.clip > 0 {
				c[u] = min(max(c[u], -l.clip), l.clip)
			}
			next[u] = sigma(z[3]) * math.Tanh(c[u])
		}
		h = next
		out = append(out, h...)
	}
	return out
}

// append adds the operator as a converter writes it: no peepholes, projection or
// normalisation, and two variables.
func (l *lstm) append(b *model, o tflite.SequenceLSTMOptions, times int) *model {
	in := make([]int32, 24)
	for i := range in {
		in[i] = -1
	}
	u, n := int32(l.units), int32(l.inputs)
	for g := range 4 {
		in[1+g], in[5+g], in[12+g] = b.tensor(tflite.Shape{u, n}, l.kernels[g]), b.tensor(tflite.Shape{u, u}, l.back[g]), b.tensor(tflite.Shape{u}, l.biases[g])
	}
	for i := range 2 {
		in[18+i] = b.tensor(tflite.Shape{1, u}, nil)
		b.m.Subgraphs[0].Tensors[in[18+i]].Variable = true
	}
	if l.clip > 0 {
		o.CellClip = float32(l.clip)
	}
	return b.op(tflite.OpSequenceLSTM, o, tflite.Shape{1, int32(times), u}, in[1:]...)
}

func plainLSTM() tflite.SequenceLSTMOptions {
	return tflite.SequenceLSTMOptions{Activation: tflite.ActTanh}
}

// A recurrent layer predicts what it does in floats, and its gradient, through all
// time steps, is the finite difference; of all states, of the last alone, with cells
// clipped that reach the limit, and with a limit of 10, as Keras has it, that these
// cannot reach.
func TestSequenceLSTM(t *testing.T) {
	const times, inputs, units = 4, 3, 2
	l := newLSTM(rand.New(rand.NewPCG(21, 22)), inputs, units)
	shape := tflite.Shape{1, times, inputs}
	clipped, far := *l, *l
	clipped.clip, far.clip = 0.375, 10
	if x := []float64{1, -1, 1, 1, -1, 1, 1, -1, 1, 1, -1, 1}; slices.Equal(l.states(x), clipped.states(x)) {
		t.Error("no cell is clipped")
	}
	for name, c := range map[string]*movement{
		"all states":      {shape, func(b *model) *model { return l.append(b, plainLSTM(), times) }, l.states},
		"clipped":         {shape, func(b *model) *model { return clipped.append(b, plainLSTM(), times) }, clipped.states},
		"clipped far off": {shape, func(b *model) *model { return far.append(b, plainLSTM(), times) }, far.states},
		"the last": {shape, func(b *model) *model {
			l.append(b, plainLSTM(), times)
			return b.op(tflite.OpStridedSlice, tflite.StridedSliceOptions{BeginMask: 5, EndMask: 5, ShrinkAxisMask: 2}, tflite.Shape{1, units}, b.list(0, -1, 0), b.list(0, 0, 0), b.list(1, 1, 1))
		}, func(x []float64) []float64 { return l.states(x)[(times-1)*units:] }},
	} {
		t.Run(name, c.check)
	}
}

// Its weights are changed by what the loss says of each, summed over the time steps.
func TestWeightsOfSequenceLSTM(t *testing.T) {
	const times, inputs, units = 3, 2, 3
	l := newLSTM(rand.New(rand.NewPCG(23, 24)), inputs, units)
	b := l.append(newModel(1, times, inputs), plainLSTM(), times)
	m := b.reshape(tflite.Shape{1, times * units}).m
	r, err := transpile.Transpile(m, transpile.Options{
		Batch: 1, Formats: network.Formats{Feature: 11, Activation: 11, Error: 12}, RateShift: 4, Loss: graph.MeanSquaredError, Labels: graph.Values,
	})
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{0.5, -1, 0.75, 0.25, -0.5, 1.5}
	loss := func() (total float64) {
		for _, v := range l.states(x) {
			total += v * v / (times * units)
		}
		return total
	}
	changes := changesOf(t, r, m, x)
	if len(changes) != 12 {
		t.Fatalf("%d weights", len(changes))
	}
	for k, cells := range append(append(l.kernels[:], l.back[:]...), l.biases[:]...) {
		for i := range cells {
			const h = 1e-3
			was := cells[i]
			cells[i] = was + h
			slope := loss()
			cells[i] = was - h
			slope = (slope - loss()) / (2 * h)
			cells[i] = was
			if got := changes[k][i]; math.Abs(got-slope) > 0.004+0.02*math.Abs(slope) {
				t.Errorf("weight %d, cell %d: gradient %v, finite difference %v", k, i, got, slope)
			}
		}
	}
}

// changesOf returns, in the model's layout, what one step at rate 1 with labels of 0
// changes each weight by: its gradient.
func changesOf(t *testing.T, r *transpile.Result, m *tflite.Model, x []float64) (changes [][]float64) {
	t.Helper()
	p := r.Program
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	buffers, err := ops.NewBuffers(p, initial, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		buffers.Small[p.Input][i] = int32(math.Round(math.Ldexp(v, p.Tensor(p.Input).Format.Fraction)))
	}
	if err := ops.Execute(&ops.Step{Program: p, Buffers: buffers, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	after := map[graph.TensorID][]int64{}
	for w := range initial {
		after[w] = buffers.Weight(w)
	}
	before, err := r.Export(m, initial)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := r.Export(m, after)
	if err != nil {
		t.Fatal(err)
	}
	for k := range exact {
		list := make([]float64, len(exact[k].Cells))
		for i, v := range exact[k].Cells {
			list[i] = math.Ldexp(float64(before[k].Cells[i]-v), p.Optimizer.Shift-exact[k].FractionBits)
		}
		changes = append(changes, list)
	}
	return changes
}

// Variants of the layer are refused, each with the way round.
func TestSequenceLSTMRefusals(t *testing.T) {
	const times, inputs, units = 4, 3, 2
	flat := tflite.Shape{1, times, inputs}
	build := func(change func(b *model, o *tflite.Operator)) *model {
		l := newLSTM(rand.New(rand.NewPCG(25, 26)), inputs, units)
		b := l.append(newModel(flat...), plainLSTM(), times)
		change(b, &b.m.Subgraphs[0].Operators[0])
		return b.reshape(tflite.Shape{1, times * units}).dense(times * units)
	}
	option := func(f func(o *tflite.SequenceLSTMOptions)) func(*model, *tflite.Operator) {
		return func(_ *model, o *tflite.Operator) {
			options := plainLSTM()
			f(&options)
			o.Options = options
		}
	}
	vector := func(at int) func(*model, *tflite.Operator) {
		return func(b *model, o *tflite.Operator) {
			i := b.tensor(tflite.Shape{units}, make([]float32, units))
			b.m.Subgraphs[0].Operators[0].Inputs[at] = i
		}
	}
	for name, c := range map[string]struct {
		change func(*model, *tflite.Operator)
		want   string
	}{
		"time first":   {option(func(o *tflite.SequenceLSTMOptions) { o.TimeMajor = true }), "export it with the batch first"},
		"relu":         {option(func(o *tflite.SequenceLSTMOptions) { o.Activation = tflite.ActRelu }), "activation RELU of cells"},
		"cell clip":    {option(func(o *tflite.SequenceLSTMOptions) { o.CellClip = -1 }), "cells clipped to -1"},
		"no cell clip": {option(func(o *tflite.SequenceLSTMOptions) { o.CellClip = float32(math.NaN()) }), "cells clipped to NaN"},
		"proj clip":    {option(func(o *tflite.SequenceLSTMOptions) { o.ProjClip = 3 }), "projections to 3"},
		"diagonal":     {option(func(o *tflite.SequenceLSTMOptions) { o.DiagonalRecurrent = true }), "use whole matrices"},
		"peephole":     {vector(10), "without peepholes"},
		"projection":   {vector(16), "without projection"},
		"normalised":   {vector(23), "without normalisation"},
		"coupled":      {func(_ *model, o *tflite.Operator) { o.Inputs[1], o.Inputs[5], o.Inputs[12] = -1, -1, -1 }, "coupled gates"},
		"no bias":      {func(_ *model, o *tflite.Operator) { o.Inputs[15] = -1 }, "a gate without weights or bias"},
		"no state":     {func(_ *model, o *tflite.Operator) { o.Inputs[19] = -1 }, "it has no state"},
		"few inputs":   {func(_ *model, o *tflite.Operator) { o.Inputs = o.Inputs[:19] }, "it has 19 inputs"},
		"other weight": {func(b *model, o *tflite.Operator) {
			b.m.Subgraphs[0].Tensors[o.Inputs[2]].Shape = tflite.Shape{inputs, units}
		}, "weights of shape [3×2]"},
		"other state": {func(b *model, o *tflite.Operator) { b.m.Subgraphs[0].Tensors[o.Inputs[18]].Shape = tflite.Shape{1, 3} }, "not a variable of 2 cells"},
		"a state that begins with numbers": {func(b *model, o *tflite.Operator) {
			t := &b.m.Subgraphs[0].Tensors[o.Inputs[18]]
			t.Buffer = b.m.Subgraphs[0].Tensors[o.Inputs[12]].Buffer
		}, "a variable keeps its value between runs"},
		"a state that two read":       {func(_ *model, o *tflite.Operator) { o.Inputs[19] = o.Inputs[18] }, "a variable keeps its value between runs"},
		"a state that is no variable": {func(b *model, o *tflite.Operator) { b.m.Subgraphs[0].Tensors[o.Inputs[18]].Variable = false }, "reads a tensor that nothing writes"},
		"weights that are computed":   {func(b *model, o *tflite.Operator) { o.Inputs[1] = o.Inputs[0] }, "weights of shape"},
	} {
		_, err := transpile.Transpile(build(c.change).m, options(1))
		if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// As older files have it, with marks on what it changes.
	if _, err := transpile.Transpile(build(func(_ *model, o *tflite.Operator) {
		o.Inputs = o.Inputs[:20]
		o.Mutating = make([]bool, 20)
		o.Mutating[18], o.Mutating[19] = true, true
	}).m, options(1)); err != nil {
		t.Errorf("20 inputs: %v", err)
	}
}
