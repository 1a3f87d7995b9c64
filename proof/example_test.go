package proof_test

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
)

// A proof that three committed numbers are bits of which one is 1, bound to a
// text. Mode validity hides nothing; the others wrap the same conversation.
func Example() {
	b := relation.NewBuilder("one of three")
	choices := relation.Axis{Name: "choices", Size: 3}
	c := b.Witness("c", choices)
	b.Unsigned(c, 1)
	b.Equation("one", nil, nil,
		relation.Times(relation.Int(1), relation.At(b.Mask(choices), "i"), relation.At(c, "i")),
		relation.Times(relation.Int(-1)))
	system, err := b.Build()
	if err != nil {
		panic(err)
	}
	setup, err := commitments.NewDevelopment(4) // INSECURE: τ is public
	if err != nil {
		panic(err)
	}
	layout, err := proof.NewLayout(system, setup.RowBits, mode.Validity.ZeroKnowledge())
	if err != nil {
		panic(err)
	}
	vote := func(public string) *statement.Statement {
		return &statement.Statement{Kind: "example", Public: []byte(public), Layout: layout, Setup: setup.ID}
	}

	cells := relation.NewAssignment(system)
	cells[c] = relation.Cells{Small: []int32{0, 1, 0, 0}}
	p := proving.Prover{Setup: setup}
	encoded, err := p.Prove(context.Background(), mode.Validity, vote("monday"), prover.Secret{Cells: cells})
	if err != nil {
		panic(err)
	}

	v := mode.Verifier{Setup: setup.Verifier()}
	for _, day := range []string{"monday", "tuesday"} {
		err := v.Verify(context.Background(), mode.Validity, vote(day), encoded)
		fmt.Printf("%s: accepted %t\n", day, err == nil)
	}
	// Output:
	// monday: accepted true
	// tuesday: accepted false
}
