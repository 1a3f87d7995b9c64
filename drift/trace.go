package drift

import (
	"context"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/train"
)

// Subject is a run to be made, exactly and in float64.
type Subject struct {
	Network *network.Network // whose program Run has
	Run     *train.Run
	Held    *data.Dataset // rows held out; nil: none
	Tables  *ops.Tables
}

// Trace is what a run has come to.
type Trace struct {
	Curve []Point
	// Held are the metrics on the rows held out, with the weights at the end; nil
	// without such rows.
	Held *train.Metrics
	// Layers are what the layers make of the first batch, in their order; of those that
	// only change shapes, none.
	Layers []Layer
	// Weights are those at the end, in the order of the architecture.
	Weights [][]float64
}

// Point is the mean of the metrics over the steps up to Step, since the point before.
type Point struct {
	Step int
	train.Metrics
}

// Layer is a layer of a run.
type Layer struct {
	Index int
	Kind  network.Kind
	// Before and After are what it makes of the first batch, with the weights before
	// and after the run.
	Before, After []float64
	// Fraction are the fraction bits of what it makes.
	Fraction int
	// Largest and LargestError are the largest values of a step, and errors; known of
	// float64 runs alone.
	Largest, LargestError float64
}

// points is how many points a curve has, at most.
const points = 40

// recorder makes a curve of steps.
type recorder struct {
	every, steps   int
	loss, accuracy float64
	count          int
	curve          []Point
}

func newRecorder(steps int) *recorder {
	return &recorder{every: max(1, (steps+points-1)/points), steps: steps}
}

// add takes in a step, counted from 1.
func (r *recorder) add(step int, m train.Metrics) {
	r.loss, r.accuracy, r.count = r.loss+m.Loss, r.accuracy+m.Accuracy, r.count+1
	if step%r.every == 0 || step == r.steps {
		n := float64(r.count)
		r.curve = append(r.curve, Point{step, train.Metrics{Loss: r.loss / n, Accuracy: r.accuracy / n}})
		r.loss, r.accuracy, r.count = 0, 0, 0
	}
}

// layers are those that make something, with the tensors that they make.
func (s *Subject) layers() (list []Layer, made []graph.TensorID) {
	p, a := s.Network.Program(), s.Network.Architecture()
	seen := map[graph.TensorID]bool{p.Input: true}
	for i := range a.Layers {
		id := s.Network.Made(i)
		if id == graph.None || seen[id] || p.Tensor(id).Format.Bits > 16 {
			continue
		}
		seen[id] = true
		list = append(list, Layer{Index: i, Kind: a.Layers[i].Kind, Fraction: p.Tensor(id).Format.Fraction})
		made = append(made, id)
	}
	return list, made
}

// batch is where the rows of a step are read.
type batch struct{ input, label, attributes []int32 }

func newBatch(p *graph.Program) *batch {
	b := &batch{input: make([]int32, p.Tensor(p.Input).Size()), label: make([]int32, p.Tensor(p.Label).Size())}
	if t := p.Attributes(); t != graph.None {
		b.attributes = make([]int32, p.Tensor(t).Size())
	}
	return b
}

func (b *batch) read(s *Subject, step int) error {
	if err := s.Run.Rows.Read(step, b.input, b.label, b.attributes); err != nil {
		return fmt.Errorf("rows of step %d: %w", step, err)
	}
	return nil
}

// Exact makes the run in integers. Errors are those of train.Trainer.
func (s *Subject) Exact(ctx context.Context, progress func(step int)) (*Trace, error) {
	trainer, err := train.New(s.Run, s.Tables)
	if err != nil {
		return nil, err
	}
	record := newRecorder(s.Run.Steps())
	final, err := trainer.Rehearse(ctx, func(p train.Progress) {
		record.add(p.Step, p.Batch)
		progress(p.Step)
	})
	if err != nil {
		return nil, err
	}
	t := &Trace{Curve: record.curve}
	if s.Held != nil {
		m, err := train.Evaluate(ctx, s.Run.Program, s.Tables, final, s.Held)
		if err != nil {
			return nil, fmt.Errorf("rows held out: %w", err)
		}
		t.Held = &m
	}
	for i := range s.Network.Architecture().Weights {
		id := s.Network.Weight(i)
		t.Weights = append(t.Weights, reals(final[id], s.Run.Program.Tensor(id).Format.Fraction))
	}
	t.Layers, err = s.predict(final)
	return t, err
}

// predict returns what the layers make of the first batch before and after the run.
func (s *Subject) predict(final train.Weights) ([]Layer, error) {
	p := s.Run.Program
	list, made := s.layers()
	for _, w := range []train.Weights{s.Run.Initial, final} {
		buffers, err := ops.NewBuffers(p, w, s.Tables)
		if err != nil {
			return nil, err
		}
		rows := &batch{buffers.Small[p.Input], buffers.Small[p.Label], buffers.Attributes(p)}
		if err := rows.read(s, 0); err != nil {
			return nil, err
		}
		if err := ops.Predict(&ops.Step{Program: p, Buffers: buffers}); err != nil {
			return nil, err
		}
		for i, id := range made {
			list[i].Before = list[i].After // of the round before
			list[i].After = reals(buffers.Small[id], list[i].Fraction)
		}
	}
	return list, nil
}

// Float makes the run in float64. A run that diverges has a curve that is no number.
// Errors wrap fault.ErrUnsupported where an operator has no form in real numbers.
func (s *Subject) Float(ctx context.Context, progress func(step int)) (*Trace, error) {
	list, made := s.layers()
	m, err := New(s.Network, s.Run.Initial, made)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	f := &floating{Subject: s, model: m, made: made, rows: newBatch(s.Run.Program), record: newRecorder(s.Run.Steps())}
	if err := f.look(func(i int, cells []float64) { list[i].Before = cells }); err != nil {
		return nil, err
	}
	if err := f.train(ctx, list, progress); err != nil {
		return nil, err
	}
	if err := f.look(func(i int, cells []float64) { list[i].After = cells }); err != nil {
		return nil, err
	}
	t := &Trace{Curve: f.record.curve, Layers: list}
	for i := range s.Network.Architecture().Weights {
		t.Weights = append(t.Weights, m.Weight(s.Network.Weight(i)))
	}
	if s.Held != nil {
		t.Held, err = f.held(ctx)
	}
	return t, err
}

// floating is a run in float64 under way.
type floating struct {
	*Subject
	model  *Model
	made   []graph.TensorID
	rows   *batch
	record *recorder
}

// look shows what the layers make of the first batch.
func (f *floating) look(at func(layer int, cells []float64)) error {
	if err := f.rows.read(f.Subject, 0); err != nil {
		return err
	}
	f.model.Read(f.rows.input, f.rows.label, f.rows.attributes)
	if err := f.model.Evaluate(); err != nil {
		return err
	}
	for i, id := range f.made {
		at(i, f.model.Values(id))
	}
	return nil
}

// train takes all steps, and keeps what is largest in each layer.
func (f *floating) train(ctx context.Context, list []Layer, progress func(step int)) error {
	p := f.Run.Program
	for segment := range f.Run.Segments() {
		steps := f.Run.Range(segment)
		for step := steps.First; step < steps.First+steps.Count; step++ {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("before step %d: %w", step, err)
			}
			if err := f.rows.read(f.Subject, step); err != nil {
				return err
			}
			f.model.Read(f.rows.input, f.rows.label, f.rows.attributes)
			if err := f.model.Step(f.Run.Rates[step], step); err != nil {
				return err
			}
			label := reals(f.rows.label, p.Tensor(p.Label).Format.Fraction)
			f.record.add(step+1, train.Measure(p.Loss, f.model.Values(p.Loss.Logits), label, p.Batch))
			for i, id := range f.made {
				list[i].Largest = max(list[i].Largest, largest(f.model.Values(id)))
				list[i].LargestError = max(list[i].LargestError, largest(f.model.Errors(id)))
			}
			progress(step + 1)
		}
		f.model.Decay(steps.Count)
	}
	return nil
}

// largest returns the largest magnitude.
func largest(cells []float64) (most float64) {
	for _, v := range cells {
		most = max(most, math.Abs(v))
	}
	return most
}

// held returns the metrics on the rows held out. The last batch is filled up with copies
// of its first row, not counted.
func (f *floating) held(ctx context.Context) (*train.Metrics, error) {
	p, d := f.Run.Program, f.Held
	var logits, labels []float64
	for from := 0; from < d.Rows; from += p.Batch {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("evaluation at row %d: %w", from, err)
		}
		rows := min(p.Batch, d.Rows-from)
		for slot := range p.Batch {
			row := from
			if slot < rows {
				row += slot
			}
			train.CopyRow(d, row, slot, f.rows.input, f.rows.label)
		}
		f.model.Read(f.rows.input, f.rows.label, nil)
		if err := f.model.Evaluate(); err != nil {
			return nil, err
		}
		z := f.model.Values(p.Loss.Logits)
		logits = append(logits, z[:rows*len(z)/p.Batch]...)
		labels = append(labels, reals(f.rows.label[:rows*len(f.rows.label)/p.Batch], p.Tensor(p.Label).Format.Fraction)...)
	}
	m := train.Measure(p.Loss, logits, labels, d.Rows)
	return &m, nil
}

// Difference is by how much what a layer makes differs from float64, over the cells of
// the first batch.
type Difference struct {
	Largest float64 `json:"largest"`
	// Mean is the root of the mean square, and Share that of the float64 cells' own.
	Mean  float64 `json:"mean"`
	Share float64 `json:"share"`
}

// Differ compares what a layer makes exactly with what it makes in float64.
func Differ(exact, float []float64) (d Difference) {
	squares, own := 0.0, 0.0
	for i, v := range float {
		off := math.Abs(exact[i] - v)
		d.Largest, squares, own = max(d.Largest, off), squares+off*off, own+v*v
	}
	d.Mean = math.Sqrt(squares / float64(len(float)))
	if own > 0 {
		d.Share = math.Sqrt(squares / own)
	}
	return d
}
