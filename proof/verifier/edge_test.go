package verifier_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	. "github.com/zkaudit/zkaudit/relation"
)

// TestSmallestSystems: systems without lookups, without variables, or without
// committed claims are proven and refused like any other.
func TestSmallestSystems(t *testing.T) {
	for name, build := range map[string]func(b *Builder, wrong int64){
		"scalars": func(b *Builder, wrong int64) {
			x, y := At(b.Witness("x")), At(b.Witness("y"))
			b.Equation("e", nil, nil, Times(Int(1), x, y), Times(Int(-6-wrong), At(b.Public("1", &Values{Cells: []int64{1}}))))
		},
		"shared axis of one cell": func(b *Builder, wrong int64) {
			a := Axis{Name: "a", Size: 1}
			x, y := At(b.Witness("x", a), "i"), At(b.Witness("y", a), "i")
			b.Equation("e", []Axis{a}, []Label{"i"}, Times(Int(1), x, y), Times(Int(-6-wrong), At(b.Mask(a), "i")))
		},
		"summed axis of one cell": func(b *Builder, wrong int64) {
			a := Axis{Name: "a", Size: 1}
			v := b.Virtual("v", nil, nil, Times(Int(1), At(b.Witness("x", a), "i"), At(b.Witness("y", a), "i")))
			b.Equation("e", nil, nil, Times(Int(1), At(v)), Times(Int(-6-wrong), At(b.Public("1", &Values{Cells: []int64{1}}))))
		},
		"scalar lookup": func(b *Builder, wrong int64) {
			x := b.Witness("x")
			b.Witness("y")
			b.LookUp(b.Table("t", 2+wrong, 1), x)
		},
		"table of one row and a longer one": func(b *Builder, wrong int64) {
			x, y := b.Witness("x"), b.Witness("y")
			b.LookUp(b.Table("t", 2, 1), x)
			b.LookUp(b.Table("u", 0, 3+int(1-wrong)), y)
		},
		"public alone": func(b *Builder, wrong int64) {
			b.Witness("x")
			b.Witness("y")
			p := b.Public("p", &Values{Cells: []int64{5, 7}}, Axis{Name: "a", Size: 2})
			q := b.Public("q", &Values{Cells: []int64{5, 7 + wrong}}, Axis{Name: "a", Size: 2})
			b.Equation("e", []Axis{{Name: "a", Size: 2}}, []Label{"i"}, Times(Int(1), At(p, "i")), Times(Int(-1), At(q, "i")))
		},
	} {
		for _, wrong := range []int64{0, 1} {
			b := NewBuilder(name)
			build(b, wrong)
			sys, err := b.Build()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			cells := NewAssignment(sys)
			x, _ := b.Named("x")
			y, _ := b.Named("y")
			cells[x].Small, cells[y].Small = []int32{2}, []int32{3}
			c := prooftest.NewCase(t, sys, cells)
			if wrong == 0 {
				if err := c.Verify(t, c.Fast(t, cells)); err != nil {
					t.Errorf("%s, by the fast prover: %v", name, err)
				}
			}
			err = attempt(t, c)
			if wrong == 0 && err != nil || wrong == 1 && !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s, wrong by %d: %v", name, wrong, err)
			}
		}
	}
}
