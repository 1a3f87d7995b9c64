package train

import (
	"context"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
)

// TestTracesSatisfyTheRelations: what training records is an assignment of the
// segment's system that satisfies it, in a full and in a shorter last segment;
// a cell of it changed does not.
func TestTracesSatisfyTheRelations(t *testing.T) {
	part := moons(9, 5)
	spec := schedule.Spec{Parts: schedule.Parts{9}, Batch: 2, Steps: 5, Tail: schedule.Wrap}
	n := newNetwork(t, shape{batch: 2, inputs: 2, hidden: 3, units: 2, shift: 7}, graph.ConstantSGD)
	s, err := schedule.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := NewScheduledRows(n.p, s, part)
	if err != nil {
		t.Fatal(err)
	}
	initial, err := network.Random(n.p, []byte("segment"), network.He)
	if err != nil {
		t.Fatal(err)
	}
	run := &Run{Program: n.p, Rates: []int64{9, 9, 9, 9, 9}, Segment: 3, Initial: initial, Rows: rows}
	trainer, checkpoints := newTrainer(t, run), NewCheckpoints(t.TempDir(), run)
	if _, err := trainer.Train(context.Background(), checkpoints, nil); err != nil {
		t.Fatal(err)
	}
	for i := range run.Segments() {
		trace, err := trainer.Trace(context.Background(), checkpoints, i)
		if err != nil {
			t.Fatal(err)
		}
		refs, err := s.Segment(trace.Range.First, trace.Range.Count)
		if err != nil {
			t.Fatal(err)
		}
		sys, err := segment.Build(n.p, segment.Shape{Steps: trace.Range.Count, PartRows: []int{part.Rows}},
			segment.PublicInputs{Rates: trace.Rates, Rows: refs}, ops.NewTables())
		if err != nil {
			t.Fatal(err)
		}
		features, labels := partCells(part)
		a, err := sys.Assign(trace.Recorded, segment.Cells{Features: features, Labels: labels, Before: trace.Before, After: trace.After})
		if err != nil {
			t.Fatal(err)
		}
		if err := naive.Check(sys.Relation, a); err != nil {
			t.Fatalf("segment %d: %v", i, err)
		}
		for _, w := range sys.Weights {
			a[w.After].Large[0]++
			if err := naive.Check(sys.Relation, a); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("segment %d, weight %q after changed by one: %v", i, n.p.Tensor(w.Tensor).Name, err)
			}
			a[w.After].Large[0]--
		}
	}
}

// partCells returns the padded cells of a dataset with classes.
func partCells(d *data.Dataset) (features, labels []relation.Cells) {
	axes := func(width int) []relation.Axis { return []relation.Axis{{Size: d.Rows}, {Size: width}} }
	bits := make([]int32, d.Rows*len(d.Labels.Classes))
	for i, class := range d.Labels.Class {
		bits[i*len(d.Labels.Classes)+int(class)] = 1
	}
	return []relation.Cells{{Small: ops.Pad(axes(d.Width), d.Features)}},
		[]relation.Cells{{Small: ops.Pad(axes(len(d.Labels.Classes)), bits)}}
}
