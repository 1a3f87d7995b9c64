package prover_test

import (
	"crypto/rand"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
)

// Two columns in a range of 2^10: what is counted follows from their sizes.
func TestWorkOfColumns(t *testing.T) {
	l, _ := columns(t, 10, 3000, 1<<11)
	w := prover.WorkOf(l)
	// The columns and the table's counts are witnesses; 2^12 + 2^11 + 2^10 leaves.
	if w.Committed != 3000+1<<11+1<<10 || w.Laid != 1<<12+1<<11+1<<10 || w.Rows != 4+2+1 {
		t.Errorf("%d cells, %d laid out, %d rows", w.Committed, w.Laid, w.Rows)
	}
	if w.Leaves != 1<<12+1<<11+1<<10 || w.Tree != 1<<13 || w.Looked != 3000+1<<11 {
		t.Errorf("%d leaves of %d, %d looked up", w.Leaves, w.Tree, w.Looked)
	}
	if w.Ragged != 1<<12 { // 3000 is no multiple of a chunk's 256 cells, 2048 is
		t.Errorf("%d cells are ragged", w.Ragged)
	}
	if w.Messages != int64(proof.Length(l)) || w.RowLog != 10 || w.Wide != 0 || w.Evaluated < w.Laid || w.Reduced < w.Laid || w.Groups < 1 {
		t.Errorf("%+v", w)
	}
}

// Wide tensors are counted apart, and take more memory.
func TestWorkOfWideTensors(t *testing.T) {
	build := func(wide bool) *prover.Work {
		b := relation.NewBuilder("sum")
		axis := relation.Axis{Name: "i", Size: 1 << 12}
		external := b.External
		if wide {
			external = b.ExternalWide
		}
		x, y := external("x", axis), b.Witness("y", axis)
		b.Equation("x = y", []relation.Axis{axis}, []relation.Label{"i"},
			relation.Times(relation.Int(1), relation.At(x, "i")), relation.Times(relation.Int(-1), relation.At(y, "i")))
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		l, err := proof.NewLayout(sys, 10, false)
		if err != nil {
			t.Fatal(err)
		}
		return prover.WorkOf(l)
	}
	narrow, wide := build(false), build(true)
	if wide.Wide != 1<<12 || wide.Laid != 1<<12 || narrow.Wide != 0 || narrow.Laid != 2<<12 {
		t.Errorf("wide %+v, narrow %+v", wide, narrow)
	}
	if wide.EvaluatedWide < 1<<12 || wide.ReducedWide < 1<<12 || narrow.EvaluatedWide+narrow.ReducedWide != 0 {
		t.Errorf("wide %+v, narrow %+v", wide, narrow)
	}
	if wide.Memory().Bytes() <= narrow.Memory().Bytes() {
		t.Error("64 bits take no more memory than 32")
	}
}

// Every phase of a proof is timed, and the proof is the same as without a clock.
func TestProveTimed(t *testing.T) {
	l, cells := columns(t, 6, 500, 1<<7)
	setup, err := commitments.NewTransparent(10, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	masked, err := proof.NewLayout(l.System, 10, true)
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "columns", Layout: masked, Setup: setup.ID}
	p, times, err := prover.ProveTimed(t.Context(), setup, st, prover.Secret{Cells: cells, Arena: new(poly.Arena)}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for phase := range prover.Phases() {
		if phase != prover.Tables && phase != prover.Sums && times.Of[phase] <= 0 { // lookups alone have no sums
			t.Errorf("%s takes %v", phase, times.Of[phase])
		}
	}
	if times.Total() <= 0 || p == nil {
		t.Errorf("%v in all", times.Total())
	}
}
