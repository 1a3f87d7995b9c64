package prooftest

import (
	"testing"

	. "github.com/zkaudit/zkaudit/relation"
)

// Smallest is a system without lookups, without variables, or without committed
// claims, once true of its witness and once false.
type Smallest struct {
	Right, Wrong *System
	Refused      string // the first check that Wrong fails
}

// NewSmallest returns smallest systems. Their witness is SmallestCells.
func NewSmallest(t testing.TB) (list []Smallest) {
	t.Helper()
	for _, s := range []struct {
		name, refused string
		state         func(b *Builder, wrong int64)
	}{
		{"scalars", "e", func(b *Builder, wrong int64) {
			x, y := At(b.Witness("x")), At(b.Witness("y"))
			b.Equation("e", nil, nil, Times(Int(1), x, y), Times(Int(-6-wrong), At(b.Public("1", &Values{Cells: []int64{1}}))))
		}},
		{"shared axis of one cell", "sumcheck of e", func(b *Builder, wrong int64) {
			a := Axis{Name: "a", Size: 1}
			x, y := At(b.Witness("x", a), "i"), At(b.Witness("y", a), "i")
			b.Equation("e", []Axis{a}, []Label{"i"}, Times(Int(1), x, y), Times(Int(-6-wrong), At(b.Mask(a), "i")))
		}},
		{"summed axis of one cell", "e", func(b *Builder, wrong int64) {
			a := Axis{Name: "a", Size: 1}
			v := b.Virtual("v", nil, nil, Times(Int(1), At(b.Witness("x", a), "i"), At(b.Witness("y", a), "i")))
			b.Equation("e", nil, nil, Times(Int(1), At(v)), Times(Int(-6-wrong), At(b.Public("1", &Values{Cells: []int64{1}}))))
		}},
		{"scalar lookup", lookupSum, func(b *Builder, wrong int64) {
			x := b.Witness("x")
			b.Witness("y")
			b.LookUp(b.Table("t", 2+wrong, 1), x)
		}},
		{"table of one row and a longer one", lookupSum, func(b *Builder, wrong int64) {
			x, y := b.Witness("x"), b.Witness("y")
			b.LookUp(b.Table("t", 2, 1), x)
			b.LookUp(b.Table("u", 0, 3+int(1-wrong)), y)
		}},
		{"public alone", "e", func(b *Builder, wrong int64) {
			b.Witness("x")
			b.Witness("y")
			p := b.Public("p", &Values{Cells: []int64{5, 7}}, Axis{Name: "a", Size: 2})
			q := b.Public("q", &Values{Cells: []int64{5, 7 + wrong}}, Axis{Name: "a", Size: 2})
			b.Equation("e", []Axis{{Name: "a", Size: 2}}, []Label{"i"}, Times(Int(1), At(p, "i")), Times(Int(-1), At(q, "i")))
		}},
	} {
		var systems [2]*System
		for wrong := range systems {
			b := NewBuilder(s.name)
			s.state(b, int64(wrong))
			var err error
			if systems[wrong], err = b.Build(); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
		}
		list = append(list, Smallest{systems[0], systems[1], s.refused})
	}
	return list
}

// SmallestCells returns the witness of a smallest system: x = 2 and y = 3.
func SmallestCells(sys *System) Assignment {
	cells := NewAssignment(sys)
	for id := range sys.Tensors {
		switch sys.Tensors[id].Name {
		case "x":
			cells[id].Small = []int32{2}
		case "y":
			cells[id].Small = []int32{3}
		}
	}
	return cells
}

// smallest states smallest systems wrongly.
func smallest(t testing.TB) (list []Forgery) {
	t.Helper()
	for _, s := range NewSmallest(t) {
		list = append(list, Forgery{
			Name: "smallest systems, " + s.Right.Name, Honest: NewCase(t, s.Right, SmallestCells(s.Right)), Refused: s.Refused,
			cells: func(c *Case) { *c = *NewCase(t, s.Wrong, SmallestCells(s.Wrong)) },
		})
	}
	return list
}
