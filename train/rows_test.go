package train

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/relation"
)

// rowProgram takes 2 features at 8 fraction bits and the given labels.
func rowProgram(labels graph.LabelKind, units, fraction int) *graph.Program {
	batch := relation.Axis{Name: "batch", Size: 2}
	return &graph.Program{
		Batch: 2,
		Tensors: []graph.Tensor{
			{Name: "input", Axes: []relation.Axis{batch, {Name: "x", Size: 2}}, Format: number.Format{Bits: 16, Fraction: 8}},
			{Name: "label", Axes: []relation.Axis{batch, {Name: "y", Size: units}}, Format: number.Format{Bits: 16, Fraction: fraction}},
		},
		Label: 1,
		Loss:  graph.Loss{Labels: labels},
	}
}

func classes(rows int, first int32) *data.Dataset {
	d := &data.Dataset{Rows: rows, Width: 2, FractionBits: 8, Labels: data.Labels{Kind: data.OneHot, Classes: []string{"a", "b", "c"}}}
	for i := range int32(rows) {
		d.Features = append(d.Features, first+i, -first-i)
		d.Labels.Class = append(d.Labels.Class, (first+i)%3)
	}
	return d
}

func values(rows int, cells ...int32) *data.Dataset {
	d := &data.Dataset{Rows: rows, Width: 2, FractionBits: 8, Features: make([]int32, 2*rows)}
	d.Labels = data.Labels{Kind: data.Values, Targets: len(cells) / rows, Values: cells, FractionBits: 4}
	return d
}

func newSchedule(t *testing.T, steps int, parts ...int) *schedule.Schedule {
	t.Helper()
	s, err := schedule.New(schedule.Spec{Parts: parts, Batch: 2, Steps: steps})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScheduledRows(t *testing.T) {
	rows, err := NewScheduledRows(rowProgram(graph.OneHot, 3, 0), newSchedule(t, 4, 3, 2), classes(3, 10), classes(2, 20))
	if err != nil {
		t.Fatal(err)
	}
	input, label := make([]int32, 4), []int32{9, 9, 9, 9, 9, 9}
	// The five rows in order, without the tail: (10 11) (12 20) (10 11) …
	for step, want := range [][]int32{{10, 11}, {12, 20}, {10, 11}, {12, 20}} {
		if err := rows.Read(step, input, label, nil); err != nil {
			t.Fatal(err)
		}
		wantLabel := make([]int32, 6)
		for slot, v := range want {
			wantLabel[3*slot+int(v%3)] = 1
		}
		if !slices.Equal(input, []int32{want[0], -want[0], want[1], -want[1]}) || !slices.Equal(label, wantLabel) {
			t.Errorf("step %d: %d %d, want rows %d", step, input, label, want)
		}
	}
	if err := rows.Read(4, input, label, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("step after the run: %v", err)
	}
}

func TestScheduledValues(t *testing.T) {
	rows, err := NewScheduledRows(rowProgram(graph.Values, 2, 4), newSchedule(t, 2, 4), values(4, 1, 2, 3, 4, 5, 6, 7, 8))
	if err != nil {
		t.Fatal(err)
	}
	input, label := make([]int32, 4), make([]int32, 4)
	if err := rows.Read(1, input, label, nil); err != nil || !slices.Equal(label, []int32{5, 6, 7, 8}) {
		t.Errorf("labels %d, %v", label, err)
	}
}

func TestRowsThatDoNotFit(t *testing.T) {
	wide := classes(4, 0)
	wide.Width, wide.Rows = 4, 2
	coarse := classes(4, 0)
	coarse.FractionBits = 7
	bits := values(4, 1, 0, 1, 2)
	bits.Labels.FractionBits = 0
	for _, test := range []struct {
		name string
		p    *graph.Program
		part *data.Dataset
	}{
		{"other width", rowProgram(graph.OneHot, 3, 0), wide},
		{"other fraction bits", rowProgram(graph.OneHot, 3, 0), coarse},
		{"values for classes", rowProgram(graph.OneHot, 1, 4), values(4, 0, 0, 0, 0)},
		{"classes for values", rowProgram(graph.Values, 3, 0), classes(4, 0)},
		{"other number of classes", rowProgram(graph.OneHot, 4, 0), classes(4, 0)},
		{"other label fraction", rowProgram(graph.Values, 1, 8), values(4, 0, 0, 0, 0)},
		{"bits of 2", rowProgram(graph.Bits, 1, 0), bits},
		{"no labels", rowProgram(graph.OneHot, 3, 0), &data.Dataset{Rows: 4, Width: 2, FractionBits: 8, Features: make([]int32, 8)}},
		{"other rows than scheduled", rowProgram(graph.OneHot, 3, 0), classes(5, 0)},
	} {
		if _, err := NewScheduledRows(test.p, newSchedule(t, 1, 4), test.part); !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := NewScheduledRows(rowProgram(graph.OneHot, 3, 0), newSchedule(t, 1, 4), classes(4, 0), classes(4, 0)); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a part too many: %v", err)
	}
	bits.Labels.Values[3] = 1
	if _, err := NewScheduledRows(rowProgram(graph.Bits, 1, 0), newSchedule(t, 1, 4), bits); err != nil {
		t.Errorf("bits: %v", err)
	}
}

// Labels that number classes are integers from 0, or -1.
func TestNumbersOfClassesFit(t *testing.T) {
	p := rowProgram(graph.Values, 2, 0)
	p.Loss.Kind = graph.SoftmaxCrossEntropy
	p.Tensors = append(p.Tensors, graph.Tensor{Name: "logits", Axes: []relation.Axis{{Name: "batch", Size: 2}, {Name: "z", Size: 6}}})
	p.Loss.Logits = 2
	for _, label := range []int32{-2, 3} {
		d := values(2, -1, 0, 2, label)
		d.Labels.FractionBits = 0
		if err := Fits(p, d); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), fmt.Sprintf("row 1, label 1: %d is none of 3 classes", label)) {
			t.Errorf("class %d: %v", label, err)
		}
		d.Labels.Values[3] = 1
		if err := Fits(p, d); err != nil {
			t.Error(err)
		}
	}
}
