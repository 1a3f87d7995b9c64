package audit

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// A virtual tensor has the cells that its terms say, from cells as a forger has
// changed them; beyond 64 bits, or without the cells it is made of, it has none.
func TestCellsFollowFromTerms(t *testing.T) {
	axis := relation.Axis{Name: "row", Size: 3}
	compute := func(cells []int64, tamper func(name string, cells []int64)) ([]int64, error) {
		s := newScope("squares", &Frame{}, nil, &Subjects{}, &release{})
		x := s.witness("x", []relation.Axis{axis}, func(*Values) []int64 { return cells })
		y := s.virtual("2·x² − 1", []relation.Axis{axis}, []relation.Label{"i"},
			relation.Times(relation.Int(2), relation.At(x, "i"), relation.At(x, "i")),
			relation.Times(relation.Int(-1), relation.At(s.b.Mask(axis), "i")))
		v := (&cheat{tamper}).compute(s)
		return v.of(y), v.failed
	}
	equal := func(name string, got []int64, err error, want ...int64) {
		t.Helper()
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %d, %v", name, got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %d, want %d", name, got, want)
			}
		}
	}
	got, err := compute([]int64{3, 0, -5, 0}, nil)
	equal("honest", got, err, 17, -1, 49, 0)
	got, err = compute([]int64{3, 0, -5, 0}, func(name string, cells []int64) {
		if name == "x" {
			cells[1], cells[3] = 1, 2
		}
	})
	equal("forged, in the padding too", got, err, 17, 1, 49, 8)
	if got, err = compute([]int64{1 << 32, 0, 0, 0}, nil); got != nil || !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), "2·x² − 1") {
		t.Errorf("2^65 − 1: %d, %v", got, err)
	}
	if got, err = compute([]int64{1}, nil); got != nil || !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("one cell of four: %d, %v", got, err)
	}
}
