package audit

import (
	"context"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
)

// onOneModel are three claims about one model on two parts; the first computes
// its cells twice, to release some.
const onOneModel = `
[[claim]]
kind = "performance"
name = "accuracy"
model = "net"
parts = ["north", "south"]
metric = "accuracy"
at_least = "0.01"
release = "hits"

[[claim]]
kind = "performance"
name = "top-two"
model = "net"
parts = ["north"]
metric = "top_k"
k = 2
at_least = "0.01"

[[claim]]
kind = "fairness"
model = "net"
parts = ["south"]
measure = "demographic_parity"
attribute = "sex"
positive = "a"
at_most = "0.999"
`

// TestInferenceRunsOnce: a model is executed on a part once for all claims of a
// file, from finding out whether they hold to their proofs.
func TestInferenceRunsOnce(t *testing.T) {
	_, in := inputs(t)
	a := parse(t, onOneModel)
	run := func(change func(kept *traces)) *traces {
		t.Helper()
		frame, subjects := in.frame(a), in.subjects()
		change(subjects.forwards)
		b := &Bundle{Frame: frame, Parts: map[string]*bundle.PublicPart{}, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
		claims, err := b.prepare(a, in, subjects, ops.NewTables())
		if err != nil {
			t.Fatal(err)
		}
		if err := in.charge(context.Background(), claims); err != nil {
			t.Fatal(err)
		}
		for _, c := range claims {
			if w, err := c.stated.assign(); err != nil || w.values.falsity != nil { // as for its proof
				t.Fatal(err, w)
			}
		}
		return subjects.forwards
	}
	kept := run(func(*traces) {})
	if kept.executed != 2 || len(kept.kept) != 2 {
		t.Errorf("two parts: %d passes executed, %d kept", kept.executed, len(kept.kept))
	}
	sizes := kept.cells
	// accuracy: twice to find out, and again for its proof; each on two parts, of
	// which there is room for none, or for the smaller one (of 13 rows)
	if kept = run(func(kept *traces) { kept.limit = 0 }); kept.executed != 6+2+2 || len(kept.kept) != 0 || kept.cells != 0 {
		t.Errorf("no room: %d passes executed, %d kept", kept.executed, len(kept.kept))
	}
	if kept = run(func(kept *traces) { kept.limit = sizes - 1 }); kept.executed <= 2 || len(kept.kept) != 1 || kept.cells > sizes-1 {
		t.Errorf("room for one of them: %d passes executed, %d kept, of %d cells", kept.executed, len(kept.kept), kept.cells)
	}
	for _, c := range kept.kept {
		if cellsOf(c) != kept.cells {
			t.Errorf("%d cells are kept, counted as %d", cellsOf(c), kept.cells)
		}
	}
}

// TestTracesLeaveRoom: what is kept is bounded by what the largest proof leaves
// of the memory there is.
func TestTracesLeaveRoom(t *testing.T) {
	_, in := inputs(t)
	a := parse(t, onOneModel)
	limits := func(bytes int64) (int, error) {
		in.Memory = memory.Limit{Bytes: bytes, By: "a test"}
		b := &Bundle{Frame: in.frame(a), Parts: map[string]*bundle.PublicPart{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
		subjects := in.subjects()
		_, err := b.prepare(a, in, subjects, ops.NewTables())
		return subjects.forwards.limit, err
	}
	low, high := int64(1), int64(1<<40)
	for low+1 < high { // the least with which all proofs fit
		if middle := (low + high) / 2; errorOf(limits(middle)) != nil {
			low = middle
		} else {
			high = middle
		}
	}
	for bytes, want := range map[int64]int{high: 0, high + 4000: 1000, high + 1<<40: maxTraceCells, 0: maxTraceCells} {
		if got, err := limits(bytes); err != nil || got != want {
			t.Errorf("%d bytes more than needed: %d cells, want %d: %v", bytes-high, got, want, err)
		}
	}
}

func errorOf(_ int, err error) error { return err }

// Claims share what a forward pass has computed, and a forger of one changes
// nothing for the others.
func TestTracesAreNotChanged(t *testing.T) {
	w, _, _ := classified(t)
	w.subjects.forwards = newTraces()
	c := &Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: "0.01"}
	st, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
	if err != nil {
		t.Fatal(err)
	}
	honest := st.scope.compute()
	(&cheat{func(_ string, cells []int64) {
		for i := range cells {
			cells[i]++
		}
	}}).compute(st.scope)
	again := st.scope.compute()
	if executed := w.subjects.forwards.executed; executed != 1 {
		t.Errorf("%d passes executed", executed)
	}
	for id, cells := range honest.cells {
		for i, x := range again.cells[id] {
			if x != cells[i] {
				t.Fatalf("tensor %q, cell %d: %d, it was %d", st.scope.name(id), i, x, cells[i])
			}
		}
	}
}
