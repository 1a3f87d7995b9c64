package segment_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// Real models, from the file to a checked segment of two steps.
func TestFixtureModels(t *testing.T) {
	dir := os.Getenv("ZKAUDIT_FIXTURES")
	if dir == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set")
	}
	for _, name := range []string{"gotflite_xor_mlp", "gotflite_iris_mlp", "tflm_hello_world_sine_mlp", "tfex_planestrike_mlp"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, "models", name+".tflite"))
			if err != nil {
				t.Fatal(err)
			}
			m, err := tflite.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			r, err := transpile.Transpile(m, transpile.Options{Batch: 3, Formats: network.DefaultFormats(), RateShift: 9})
			if err != nil {
				t.Fatal(err)
			}
			initial, err := r.Initial(m)
			if err != nil {
				t.Fatal(err)
			}
			checkRun(t, r.Program, initial)
		})
	}
}

// checkRun executes two steps on one random row per slot and checks the
// relations, honestly and with a weight changed.
func checkRun(t *testing.T, p *graph.Program, initial map[graph.TensorID][]int64) {
	t.Helper()
	const steps, rows = 2, 5
	rng := rand.New(rand.NewPCG(5, 5))
	features, labels := p.Tensor(p.Input).Axes[1].Size, p.Tensor(p.Label).Axes[1].Size
	f, l := make([]int32, rows*features), make([]int32, rows*labels)
	for i := range f {
		f[i] = rng.Int32N(257)
	}
	for i := range rows {
		l[i*labels+rng.IntN(labels)] = 1
	}
	tables := ops.NewTables()
	b, err := ops.NewBuffers(p, initial, tables)
	if err != nil {
		t.Fatal(err)
	}
	trace := ops.NewTrace(p, steps)
	run := segment.PublicInputs{Rates: []int64{3, 3}}
	for s := range steps {
		for slot := range p.Batch {
			row := rng.IntN(rows)
			run.Rows = append(run.Rows, schedule.Ref{Row: int32(row)})
			copy(b.Small[p.Input][slot*features:(slot+1)*features], f[row*features:])
			copy(b.Small[p.Label][slot*labels:(slot+1)*labels], l[row*labels:])
		}
		if err := ops.Execute(&ops.Step{Program: p, Buffers: b, Rate: 3, Index: s}); err != nil {
			t.Fatal(err)
		}
		trace.Record(p, s, b)
	}
	sys, err := segment.Build(p, segment.Shape{Steps: steps, PartRows: []int{rows}}, run, tables)
	if err != nil {
		t.Fatal(err)
	}
	cells := segment.Cells{
		Features: []relation.Cells{{Small: ops.Pad([]relation.Axis{{Size: rows}, {Size: features}}, f)}},
		Labels:   []relation.Cells{{Small: ops.Pad([]relation.Axis{{Size: rows}, {Size: labels}}, l)}},
		Before:   initial, After: map[graph.TensorID][]int64{},
	}
	for w := range initial {
		cells.After[w] = b.Weight(w)
	}
	a, err := sys.Assign(trace, cells)
	if err != nil {
		t.Fatal(err)
	}
	if err := naive.Check(sys.Relation, a); err != nil {
		t.Fatal(err)
	}
	for _, w := range sys.Weights {
		a[w.After].Large[0]++
		if err := naive.Check(sys.Relation, a); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("weight %d after changed: %v", w.Tensor, err)
		}
		a[w.After].Large[0]--
	}
}
