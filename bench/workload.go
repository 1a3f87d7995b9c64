package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/train"

	"github.com/consensys/gnark-crypto/ecc/bn254"
)

// Dense is a network of fully connected layers with ReLU between them and
// softmax cross-entropy after the last.
type Dense struct {
	Widths []int // inputs first
	Batch  int
	Rate   string
	// InOrder reads the rows as they are committed, not shuffled.
	InOrder bool
}

// Cells returns the activation cells of one step: units of all layers per
// sample.
func (d Dense) Cells() int {
	n := 0
	for _, w := range d.Widths[1:] {
		n += w
	}
	return n * d.Batch
}

// Program assembles the training step.
func (d Dense) Program() (*graph.Program, number.Rate, error) {
	rate, _, err := number.ParseRate(d.Rate, d.Batch)
	if err != nil {
		return nil, rate, err
	}
	f := graph.Fractions{Feature: 8, Activation: 8, Error: 10}
	b := graph.NewBuilder("dense", d.Batch, f)
	batch := relation.Axis{Name: "batch", Size: d.Batch}
	unit := func(i int) relation.Axis { return relation.Axis{Name: fmt.Sprint("unit ", i), Size: d.Widths[i]} }
	add := func(name string, role graph.Role, width, fraction int, axes ...relation.Axis) graph.TensorID {
		return b.Add(graph.Tensor{Name: name, Role: role, Axes: axes, Format: number.Format{Bits: width, Fraction: fraction}})
	}
	last := len(d.Widths) - 1
	x := add("features", graph.Input, 16, f.Feature, batch, unit(0))
	y := add("classes", graph.Label, 2, 0, batch, unit(last))
	fx := f.Feature
	for i := 1; i <= last; i++ {
		fw := fx + f.Error + rate.K
		w := add(fmt.Sprintf("kernel %d", i), graph.Weight, 63, fw, unit(i-1), unit(i))
		bias := add(fmt.Sprintf("bias %d", i), graph.Weight, 63, fw, unit(i))
		name := fmt.Sprintf("dense %d", i)
		out, err := ops.Append(b, graph.Node{Name: name, Kind: ops.KindFullyConnected, Inputs: []graph.TensorID{x, w, bias}})
		if err != nil {
			return nil, rate, err
		}
		if x, err = ops.Rescale(b, name+" rounded", out[0], f.Activation); err != nil {
			return nil, rate, err
		}
		if i < last {
			if x, err = ops.Activation(b, ops.KindRelu, fmt.Sprintf("relu %d", i), x, f.Activation); err != nil {
				return nil, rate, err
			}
		}
		fx = f.Activation
	}
	return finish(b, x, y, rate)
}

func finish(b *graph.Builder, logits, y graph.TensorID, rate number.Rate) (*graph.Program, number.Rate, error) {
	p := b.Program()
	f := p.Fractions
	q, err := ops.Softmax(b, "softmax", logits, graph.None, f.Error)
	if err != nil {
		return nil, rate, err
	}
	dz, err := ops.Sum(b, "loss gradient", []graph.TensorID{q, y}, []int64{1, -1 << f.Error}, number.Format{Bits: 16, Fraction: f.Error})
	if err != nil {
		return nil, rate, err
	}
	p.Loss = graph.Loss{Kind: graph.SoftmaxCrossEntropy, Labels: graph.OneHot, Logits: logits, Prediction: q}
	p.Optimizer = graph.Optimizer{Kind: graph.ConstantSGD, Shift: rate.K}
	if err := ops.Differentiate(b, logits, dz); err != nil {
		return nil, rate, err
	}
	p, err = ops.Finish(p)
	return p, rate, err
}

// Digits returns rows of random features like scanned digits: most of them
// zero, the others in [0, 1], with random classes.
func (d Dense) Digits(rows int) *data.Dataset {
	return digits(rows, d.Widths[0], d.Widths[len(d.Widths)-1])
}

func digits(rows, width, classes int) *data.Dataset {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &data.Dataset{Rows: rows, Width: width, Shape: []int{width}, FractionBits: 8, Features: make([]int32, rows*width)}
	s.Labels.Kind = data.OneHot
	for c := range classes {
		s.Labels.Classes = append(s.Labels.Classes, fmt.Sprintf("%06d", c))
	}
	for r := range rows {
		class := rng.Int32N(int32(classes))
		s.Labels.Class = append(s.Labels.Class, class)
		for range width / 5 { // pixels drawn near a place that depends on the class
			k := (int(class)*width/classes + int(rng.NormFloat64()*float64(width)/8) + width) % width
			if k >= 0 {
				s.Features[r*width+k] = rng.Int32N(257)
			}
		}
	}
	return s
}

// tokens returns rows of sequences in which each token follows from the one before,
// and whose labels are the tokens that follow.
func tokens(rows, width, vocabulary int) *data.Dataset {
	rng := rand.New(rand.NewPCG(3, 4))
	s := &data.Dataset{Rows: rows, Width: width, Shape: []int{width}, Features: make([]int32, rows*width)}
	s.Labels = data.Labels{Kind: data.Values, Targets: width, Values: make([]int32, rows*width)}
	for r := range rows {
		token := rng.Int32N(int32(max(1, vocabulary)))
		for i := range width {
			s.Features[r*width+i] = token
			token = (3*token + 1) % int32(max(1, vocabulary))
			s.Labels.Values[r*width+i] = token
		}
	}
	return s
}

// Workload is one executed segment, ready to prove.
type Workload struct {
	Program   *graph.Program
	Statement *statement.Statement
	Cells     relation.Assignment
	After     []relation.ID // weights after, committed once per segment
	Tuples    int           // real looked-up tuples
	Train     time.Duration // of the exact executor, all steps
}

// Segment trains steps on rows of generated data and prepares their proof.
func (d Dense) Segment(ctx context.Context, setup *commitments.Setup, rows, steps int) (*Workload, error) {
	p, rate, err := d.Program()
	if err != nil {
		return nil, err
	}
	spec := shuffled(p, rows, steps)
	if d.InOrder {
		spec = schedule.Spec{Parts: spec.Parts, Batch: p.Batch, Steps: steps, Order: schedule.Committed, Tail: schedule.Wrap}
	}
	return prepare(ctx, setup, p, rate, d.Digits(rows), spec)
}

// shuffled is a schedule of one part.
func shuffled(p *graph.Program, rows, steps int) schedule.Spec {
	return schedule.Spec{Parts: schedule.Parts{rows}, Batch: p.Batch, Steps: steps, Order: schedule.Shuffled, Tail: schedule.Wrap,
		Seed: "bench", Commitments: make([][32]byte, 1)}
}

// prepare trains steps of a program on a dataset and prepares their proof.
func prepare(ctx context.Context, setup *commitments.Setup, p *graph.Program, rate number.Rate, set *data.Dataset, spec schedule.Spec) (*Workload, error) {
	steps := spec.Steps
	order, err := schedule.New(spec)
	if err != nil {
		return nil, err
	}
	source, err := train.NewScheduledRows(p, order, set)
	if err != nil {
		return nil, err
	}
	initial, err := network.Random(p, []byte("bench"), network.Glorot)
	if err != nil {
		return nil, err
	}
	tables := ops.NewTables()
	run := &train.Run{Program: p, Rates: train.ConstantRate(rate, steps), Segment: steps, Initial: initial, Rows: source}
	trace, elapsed, err := execute(ctx, run, tables)
	if err != nil {
		return nil, err
	}
	refs, err := order.Segment(0, steps)
	if err != nil {
		return nil, err
	}
	sys, err := segment.Build(p, segment.Shape{Steps: steps, PartRows: []int{set.Rows}}, segment.PublicInputs{Rates: run.Rates, Rows: refs}, tables)
	if err != nil {
		return nil, err
	}
	w, err := workload(setup, sys, set, trace)
	if err == nil {
		w.Train = elapsed
	}
	return w, err
}

// execute trains a run of one segment and returns its trace and how long the
// training took.
func execute(ctx context.Context, run *train.Run, tables *ops.Tables) (*train.Trace, time.Duration, error) {
	dir, err := os.MkdirTemp("", "zkaudit-bench-")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	trainer, err := train.New(run, tables)
	if err != nil {
		return nil, 0, err
	}
	checkpoints := train.NewCheckpoints(dir, run)
	start := time.Now()
	if _, err := trainer.Train(ctx, checkpoints, nil); err != nil {
		return nil, 0, err
	}
	elapsed := time.Since(start)
	trace, err := trainer.Trace(ctx, checkpoints, 0)
	return trace, elapsed, err
}

func workload(setup *commitments.Setup, sys *segment.Relations, set *data.Dataset, trace *train.Trace) (*Workload, error) {
	features, labels := owner.PartCells(set)
	cells, err := sys.Assign(trace.Recorded, segment.Cells{
		Features: []relation.Cells{features}, Labels: []relation.Cells{labels},
		Before: trace.Before, After: trace.After,
	})
	if err != nil {
		return nil, err
	}
	w := &Workload{Program: sys.Program, Cells: cells}
	if w.Statement, err = commit(setup, "segment", sys.Relation, cells, false); err != nil {
		return nil, err
	}
	for _, k := range sys.Weights {
		if k.After != k.Before {
			w.After = append(w.After, k.After)
		}
	}
	for _, k := range sys.Relation.Lookups {
		w.Tuples += sys.Relation.Tensor(k.Columns[0]).RealCells()
	}
	return w, nil
}

// commit makes the statement of a system, its external tensors committed
// without blinding.
func commit(setup *commitments.Setup, kind string, sys *relation.System, cells relation.Assignment, masked bool) (*statement.Statement, error) {
	l, err := proof.NewLayout(sys, setup.RowBits, masked)
	if err != nil {
		return nil, err
	}
	st := &statement.Statement{Kind: kind, Layout: l, Setup: setup.ID}
	for _, id := range sys.Committed(relation.External) {
		var rows []bn254.G1Affine
		if c := cells[id]; c.Small != nil {
			rows, err = setup.CommitInt32(c.Small, nil)
		} else {
			rows, err = setup.CommitInt64(c.Large, nil)
		}
		if err != nil {
			return nil, err
		}
		st.External = append(st.External, rows)
	}
	return st, nil
}
