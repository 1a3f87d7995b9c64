package relation_test

import (
	"fmt"

	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// A system says of three committed numbers that they are bits and that exactly
// one of them is 1. Cells are padded to powers of two.
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
	for _, cells := range [][]int32{{0, 1, 0, 0}, {1, 1, 0, 0}, {2, -1, 0, 0}} {
		a := relation.NewAssignment(system)
		a[c] = relation.Cells{Small: cells}
		fmt.Println(cells[:3], naive.Check(system, a))
	}
	// Output:
	// [0 1 0] <nil>
	// [1 1 0] system one of three, equation "one": cell () of {"c"} is 1, not 0: rejected
	// [2 -1 0] system one of three: lookup 0: tensor "c"(0) = 2 is not in table "range 0+2^1": rejected
}
