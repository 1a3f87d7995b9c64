package wrap_test

import (
	crand "crypto/rand"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	. "github.com/zkaudit/zkaudit/relation"
)

// small says which public values a small example has; zero values stand for
// the usual ones.
type small struct {
	coefficient int64
	rates       []int64
}

// newSmall is a statement whose circuit is as small as one with every part of
// a proof can be, in rows of 2^2 cells:
//
//	Y(i) = k·A(i) + B(i),  0 ≤ Y < 2^2,  Σ_i rates(i)·Y(i) = Z
func newSmall(t testing.TB, spec small) *example {
	t.Helper()
	if spec.coefficient == 0 {
		spec.coefficient = 2
	}
	if spec.rates == nil {
		spec.rates = []int64{3, 1, 2}
	}
	b := NewBuilder("small")
	axis, one := Axis{Name: "i", Size: 3}, Axis{Name: "one", Size: 1}
	first, second := b.External("A", axis), b.External("B", axis)
	y, z := b.Witness("Y", axis), b.Witness("Z", one)
	rates := b.Public("rates", &Filter{Rates: spec.rates}, axis)
	b.Equation("sum", []Axis{axis}, []Label{"i"}, Times(Int(1), At(y, "i")),
		Times(Int(-spec.coefficient), At(first, "i")), Times(Int(-1), At(second, "i")))
	b.Equation("weighted", []Axis{one}, []Label{"o"}, Times(Int(-1), At(z, "o")),
		Times(Int(1), At(b.Mask(one), "o"), At(rates, "i"), At(y, "i")))
	b.Unsigned(y, 2)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := NewAssignment(sys)
	x := []int32{1, 0, 0, 0}
	sum := []int32{int32(spec.coefficient) + 1, 1, 1, 0}
	weighted := int32(0)
	for i, r := range spec.rates {
		weighted += int32(r) * sum[i]
	}
	cells[first], cells[second] = Cells{Small: x}, Cells{Small: []int32{1, 1, 1, 0}}
	cells[y], cells[z] = Cells{Small: sum}, Cells{Small: []int32{weighted}}
	return hidden(t, sys, cells, 2)
}

// hidden makes a statement to prove in zero knowledge, its external tensors
// committed with blinding.
func hidden(t testing.TB, sys *System, cells Assignment, rowBits int) *example {
	t.Helper()
	setup, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, rowBits, true)
	if err != nil {
		t.Fatal(err)
	}
	e := &example{Setup: setup, Statement: &statement.Statement{Kind: "test", Public: []byte("public values"), Layout: l, Setup: setup.ID}}
	e.secret = prover.Secret{Cells: cells}
	for _, id := range sys.Committed(External) {
		table := make([]fr.Element, cells[id].Len())
		for i := range table {
			table[i] = cells[id].Element(i)
		}
		blind, err := commitments.RandomScalars(crand.Reader, setup.Rows(len(table)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := setup.CommitField(table, blind)
		if err != nil {
			t.Fatal(err)
		}
		e.Statement.External = append(e.Statement.External, rows)
		e.secret.External = append(e.secret.External, blind)
	}
	return e
}
