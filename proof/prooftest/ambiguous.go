package prooftest

import (
	"testing"

	. "github.com/zkaudit/zkaudit/relation"
)

// Ambiguous is a small system that two witnesses satisfy, which is what zero
// knowledge is about. Its conversations are short, and have every kind of message.
//
//	Y(i) + Z(i) = A(i),  Σ_i rates(i)·(Y(i) + Z(i)) = B,  0 ≤ Y, Z < 2^2
type Ambiguous struct {
	System       *System
	Cells, Other Assignment
}

// NewAmbiguous returns the system with both witnesses, counted.
func NewAmbiguous(t testing.TB) *Ambiguous {
	t.Helper()
	b := NewBuilder("ambiguous")
	i, one := axis("i", 3), axis("one", 1)
	sums, total := b.External("A", i), b.External("B", one)
	y, z := b.Witness("Y", i), b.Witness("Z", i)
	rates := b.Public("rates", &Filter{Rates: []int64{3, 1, 2}}, i)
	b.Equation("sum", []Axis{i}, []Label{"i"}, Times(Int(1), At(y, "i")), Times(Int(1), At(z, "i")), Times(Int(-1), At(sums, "i")))
	b.Equation("weighted", []Axis{one}, []Label{"o"}, Times(Int(-1), At(total, "o")),
		Times(Int(1), At(b.Mask(one), "o"), At(rates, "i"), At(y, "i")), Times(Int(1), At(b.Mask(one), "o"), At(rates, "i"), At(z, "i")))
	b.Unsigned(y, 2)
	b.Unsigned(z, 2)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	assign := func(first, second []int32) Assignment {
		cells := NewAssignment(sys)
		cells[sums], cells[total] = Cells{Large: []int64{3, 2, 4, 0}}, Cells{Large: []int64{19}}
		cells[y], cells[z] = Cells{Small: first}, Cells{Small: second}
		return counted(t, sys, cells)
	}
	return &Ambiguous{sys, assign([]int32{1, 0, 3, 0}, []int32{2, 2, 1, 0}), assign([]int32{3, 2, 2, 0}, []int32{0, 0, 2, 0})}
}
