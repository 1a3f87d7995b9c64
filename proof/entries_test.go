package proof_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// filtered is a layout that claims a filter of 2^16 steps and 2^10 taps at so many
// points.
func filtered(t *testing.T, points int) *proof.Layout {
	t.Helper()
	const steps, taps = 1 << 16, 1 << 10
	ones := func(n int) []int64 { return slices.Repeat([]int64{1}, n) }
	b := relation.NewBuilder("filtered")
	filter := b.Public("filter", &relation.Filter{Rates: ones(steps), Response: ones(taps), Restart: steps}, relation.Axis{Name: "step", Size: steps})
	for i := range points {
		axis := relation.Axis{Name: fmt.Sprint("steps ", i), Size: steps}
		x := b.External(fmt.Sprint("x", i), axis)
		b.Equation(fmt.Sprint("equation ", i), []relation.Axis{axis}, []relation.Label{"s"},
			relation.Times(relation.Int(1), relation.At(x, "s")), relation.Times(relation.Int(-1), relation.At(filter, "s")))
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 14, true)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// What a verifier reads grows with the points at which a public tensor is claimed,
// and is bounded before it begins.
func TestEntriesAreBounded(t *testing.T) {
	const each = 1<<26 + 1<<16
	for _, points := range []int{1, 3} {
		l := filtered(t, points)
		if n := proof.Entries(l); n != int64(points)*each {
			t.Errorf("%d points: %d entries, want %d", points, n, points*each)
		}
		if err := proof.CheckEntries(l); err != nil {
			t.Error(err)
		}
	}
	if err := proof.CheckEntries(filtered(t, 4)); !errors.Is(err, fault.ErrResources) {
		t.Errorf("four points: %v", err)
	}
}
