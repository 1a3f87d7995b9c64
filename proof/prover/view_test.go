package prover

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// A number that a sum is multiplied by is a factor without labels, and what it
// multiplies is no view: a view has one tensor to read.
func TestNumberTimesMappedIsNoView(t *testing.T) {
	b := relation.NewBuilder("number")
	number := b.ExternalWide("number")
	x := b.Witness("x", relation.Axis{Name: "cell", Size: 4})
	mask := b.Mask(relation.Axis{Name: "cell", Size: 4})
	sum := []relation.Factor{relation.At(x, "i"), relation.At(mask, "i")}
	id := b.Virtual("sum", nil, nil, relation.Term{Coeff: fr.One(), Factors: append([]relation.Factor{relation.At(number)}, sum...)})
	plain := b.Virtual("view", nil, nil, relation.Term{Coeff: fr.One(), Factors: sum})
	b.Equation("none", nil, nil, relation.Term{Coeff: fr.One(), Factors: []relation.Factor{relation.At(id)}})
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 2, false)
	if err != nil {
		t.Fatal(err)
	}
	cells := relation.NewAssignment(sys)
	cells[number].Large = []int64{3}
	cells[x].Small = []int32{1, 2, 3, 4}
	p, err := New(l, cells, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.viewOf(plain); !ok {
		t.Error("one tensor read through a map is no view")
	}
	if _, ok := p.viewOf(id); ok {
		t.Error("the number is left out")
	}
	if got, want := p.partial(id, nil), fr.NewElement(30); len(got) != 1 || !got[0].Equal(&want) {
		t.Errorf("3·(1 + 2 + 3 + 4) is %v", got)
	}
}
