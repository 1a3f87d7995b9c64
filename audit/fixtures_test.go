package audit

import (
	"errors"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// The census table holds equal rows: a cut between two of them leaves parts
// that are not disjoint, a cut beside them does not.
func TestCensusSplits(t *testing.T) {
	sorted, _ := census(t, 32000)
	equal := func(row int) bool { return slices.Equal(sorted.Row(row-1), sorted.Row(row)) }
	at := 1000
	for !equal(at) {
		at++
	}
	w := newWorld(t)
	split := func(at int) error {
		for name, rows := range map[string][2]int{"train": {at - 500, at}, "test": {at, at + 300}} {
			part, err := sorted.Slice(rows[0], rows[1])
			if err != nil {
				t.Fatal(err)
			}
			w.commit(name, part, graph.OneHot)
		}
		claim := &Disjointness{Parts: []string{"train"}, From: []string{"test"}}
		released, proof, err := w.prove(claim, nil)
		if err != nil {
			return err
		}
		return w.verify(claim, released, proof)
	}
	if err := split(at); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a cut between equal rows: %v", err)
	}
	for equal(at) {
		at++
	}
	if err := split(at); err != nil {
		t.Errorf("a cut beside equal rows: %v", err)
	}
}
