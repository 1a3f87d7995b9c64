package schedule

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func commitments(n int) [][32]byte {
	digests := make([][32]byte, n)
	for i := range digests {
		for j := range digests[i] {
			digests[i][j] = byte(i + 1)
		}
	}
	return digests
}

func mustNew(t testing.TB, spec Spec) *Schedule {
	t.Helper()
	s, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustSegment(t testing.TB, s *Schedule, first, count int) []Ref {
	t.Helper()
	refs, err := s.Segment(first, count)
	if err != nil {
		t.Fatal(err)
	}
	return refs
}

func text(refs []Ref) string {
	var b strings.Builder
	for _, r := range refs {
		fmt.Fprintf(&b, "%d:%d ", r.Part, r.Row)
	}
	return strings.TrimSpace(b.String())
}

func TestCommittedOrder(t *testing.T) {
	parts := Parts{2, 3}
	for _, tt := range []struct {
		tail Tail
		want string
	}{
		{Drop, "0:0 0:1 1:0 1:1 0:0 0:1 1:0 1:1 0:0 0:1"},
		{Wrap, "0:0 0:1 1:0 1:1 1:2 0:0 0:1 1:0 1:1 1:2"},
	} {
		s := mustNew(t, Spec{Parts: parts, Batch: 2, Steps: 5, Tail: tt.tail})
		if got := text(mustSegment(t, s, 0, 5)); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.tail, got, tt.want)
		}
	}
}

// Golden orders were computed in Python (hashlib) from the package comment.
func TestShuffledGolden(t *testing.T) {
	epoch0 := "0:6 0:0 0:1 0:3 1:0 0:4 2:4 0:2 2:2 2:1 2:0 0:5 2:3"
	epoch1 := "0:1 0:4 0:2 0:3 0:0 2:4 2:0 2:2 0:6 2:3 0:5 2:1 1:0"
	spec := Spec{Parts: Parts{7, 1, 5}, Batch: 4, Steps: 6, Order: Shuffled, Seed: "lottery 2024-05-01", Commitments: commitments(3)}
	first := func(epoch string, n int) string { return strings.Join(strings.Fields(epoch)[:n], " ") }
	if got, want := text(mustSegment(t, mustNew(t, spec), 0, 6)), first(epoch0, 12)+" "+first(epoch1, 12); got != want {
		t.Errorf("drop: %s, want %s", got, want)
	}
	spec.Tail = Wrap
	if got, want := text(mustSegment(t, mustNew(t, spec), 0, 6)), epoch0+" "+first(epoch1, 11); got != want {
		t.Errorf("wrap: %s, want %s", got, want)
	}

	nine := [32]byte{}
	for i := range nine {
		nine[i] = 9
	}
	large := mustNew(t, Spec{Parts: Parts{60000}, Batch: 60000, Steps: 4, Order: Shuffled, Seed: spec.Seed, Commitments: [][32]byte{nine}})
	refs := mustSegment(t, large, 3, 1)
	want := "0:16633 0:10650 0:10308 0:35711 0:35998 0:44427 0:32437 0:18687 0:4799 0:58029 0:46764"
	if got := text(append(refs[:8:8], refs[59997:]...)); got != want {
		t.Errorf("60000 rows: %s, want %s", got, want)
	}
}

// TestEpochsArePermutations counts how often each row is read.
func TestEpochsArePermutations(t *testing.T) {
	for _, order := range []Order{Committed, Shuffled} {
		for _, tail := range []Tail{Drop, Wrap} {
			for _, batch := range []int{1, 2, 3, 7, 16, 37} {
				spec := Spec{Parts: Parts{20, 1, 16}, Batch: batch, Order: order, Tail: tail}
				if order == Shuffled {
					spec.Seed, spec.Commitments = "s", commitments(3)
				}
				const epochs = 5
				spec.Steps = spec.StepsFor(epochs)
				s := mustNew(t, spec)
				refs := mustSegment(t, s, 0, spec.Steps)
				perEpoch := 37
				if tail == Drop {
					perEpoch -= 37 % batch
				}
				for e := range epochs {
					seen := map[Ref]int{}
					for _, ref := range refs[e*perEpoch : (e+1)*perEpoch] {
						seen[ref]++
						if ref.Part < 0 || ref.Part > 2 || ref.Row < 0 || int(ref.Row) >= spec.Parts[ref.Part] {
							t.Fatalf("row %v outside the parts", ref)
						}
					}
					if len(seen) != perEpoch {
						t.Fatalf("%v %v batch %d: epoch %d reads %d rows, want %d", order, tail, batch, e, len(seen), perEpoch)
					}
				}
				if got, want := s.Epoch(spec.Steps-1), (spec.Steps-1)*batch/perEpoch; got != want {
					t.Errorf("%v %v batch %d: last step in epoch %d, want %d", order, tail, batch, got, want)
				}
			}
		}
	}
}

// TestRandomAccess: steps asked for alone, backwards, or by many at once are
// the steps of the whole run.
func TestRandomAccess(t *testing.T) {
	spec := Spec{Parts: Parts{100, 11}, Batch: 10, Steps: 200, Order: Shuffled, Tail: Wrap, Seed: "s", Commitments: commitments(2)}
	all := mustSegment(t, mustNew(t, spec), 0, 200)
	s := mustNew(t, spec)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			batch := make([]Ref, 10)
			for i := 199 - worker; i >= 0; i -= 4 {
				if err := s.Rows(i, batch); err != nil || !slices.Equal(batch, all[10*i:10*i+10]) {
					t.Errorf("step %d alone: %v, %v", i, batch, err)
				}
			}
		})
	}
	group.Wait()
	if got := mustSegment(t, s, 37, 5); !slices.Equal(got, all[370:420]) {
		t.Error("segment from step 37 differs")
	}
}

// TestKeyed: whatever the shuffle is bound to changes it.
func TestKeyed(t *testing.T) {
	base := func() Spec {
		return Spec{Parts: Parts{30, 30}, Batch: 60, Steps: 2, Order: Shuffled, Seed: "seed", Commitments: commitments(2)}
	}
	want := mustSegment(t, mustNew(t, base()), 0, 1)
	if !slices.Equal(want, mustSegment(t, mustNew(t, base()), 0, 1)) {
		t.Fatal("not deterministic")
	}
	for name, change := range map[string]func(*Spec){
		"seed":       func(s *Spec) { s.Seed = "seee" },
		"commitment": func(s *Spec) { s.Commitments[1][31] ^= 1 },
		"order":      func(s *Spec) { s.Commitments[0], s.Commitments[1] = s.Commitments[1], s.Commitments[0] },
		"rows":       func(s *Spec) { s.Parts = Parts{29, 31} },
	} {
		spec := base()
		change(&spec)
		if slices.Equal(want, mustSegment(t, mustNew(t, spec), 0, 1)) {
			t.Errorf("%s: same order", name)
		}
	}
	if slices.Equal(want, mustSegment(t, mustNew(t, base()), 1, 1)) {
		t.Error("epoch: same order")
	}
}

// TestUniform: over many epochs each row comes to each position about equally
// often (χ² within five standard deviations; the streams are fixed).
func TestUniform(t *testing.T) {
	const n, epochs = 10, 5000
	s := mustNew(t, Spec{Parts: Parts{n}, Batch: n, Steps: epochs, Order: Shuffled, Seed: "uniform", Commitments: commitments(1)})
	var count [n][n]float64
	for i, ref := range mustSegment(t, s, 0, epochs) {
		count[i%n][ref.Row]++
	}
	chi2 := 0.0
	for _, row := range count {
		for _, c := range row {
			chi2 += (c - epochs/n) * (c - epochs/n) / (epochs / n)
		}
	}
	const freedom = (n - 1) * (n - 1)
	if math.Abs(chi2-freedom) > 5*math.Sqrt(2*freedom) {
		t.Errorf("χ² = %.1f with %d degrees of freedom", chi2, freedom)
	}
}

func TestRequests(t *testing.T) {
	s := mustNew(t, Spec{Parts: Parts{10}, Batch: 3, Steps: 4})
	for name, err := range map[string]error{
		"step -1":     s.Rows(-1, make([]Ref, 3)),
		"step 4":      s.Rows(4, make([]Ref, 3)),
		"short slice": s.Rows(0, make([]Ref, 2)),
		"long slice":  s.Rows(0, make([]Ref, 4)),
	} {
		if !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range [][2]int{{-1, 1}, {0, 0}, {0, 5}, {4, 1}, {3, 2}, {1, math.MaxInt}, {math.MaxInt, 1}} {
		if _, err := s.Segment(bad[0], bad[1]); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("segment %v: %v", bad, err)
		}
	}
	huge := mustNew(t, Spec{Parts: Parts{1 << 20}, Batch: 1 << 20, Steps: 1 << 20})
	if _, err := huge.Segment(0, 1<<20); !errors.Is(err, fault.ErrResources) {
		t.Errorf("2^40 rows at once: %v", err)
	}
	if huge.Steps() != 1<<20 || huge.Batch() != 1<<20 {
		t.Errorf("steps %d, batch %d", huge.Steps(), huge.Batch())
	}
}

// TestCopies: the caller's slices are not the schedule's.
func TestCopies(t *testing.T) {
	original := func() Spec {
		return Spec{Parts: Parts{5, 5}, Batch: 9, Steps: 1, Order: Shuffled, Seed: "s", Commitments: commitments(2), Without: []Range{{1, 2, 3}}}
	}
	spec := original()
	s := mustNew(t, spec)
	spec.Parts[0], spec.Commitments[0][0], spec.Without[0] = 1, 99, Range{0, 0, 1}
	got := s.Spec()
	got.Parts[1], got.Commitments[1][0], got.Without[0] = 1, 99, Range{0, 0, 1}
	fresh := mustNew(t, original())
	if !reflect.DeepEqual(s.Spec(), original()) {
		t.Errorf("the description is now %+v", s.Spec())
	}
	if text(mustSegment(t, s, 0, 1)) != text(mustSegment(t, fresh, 0, 1)) {
		t.Error("the schedule changed with the caller's slices")
	}
}

func BenchmarkShuffle(b *testing.B) {
	s := mustNew(b, Spec{Parts: Parts{100000}, Batch: 64, Steps: 1, Order: Shuffled, Seed: "s", Commitments: commitments(1)})
	for b.Loop() {
		s.shuffle(7)
	}
}

func ExampleSchedule_Segment() {
	s, err := New(Spec{
		Parts: Parts{4, 3}, // two owners
		Batch: 3, Steps: 5,
		Order: Shuffled, Tail: Wrap,
		Seed:        "drand round 4000000",
		Commitments: [][32]byte{{1}, {2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	refs, err := s.Segment(0, 3)
	fmt.Println(refs[:3], refs[3:6], refs[6:], err)
	// Output: [{1 1} {0 3} {0 0}] [{0 2} {0 1} {1 2}] [{1 0} {0 2} {1 0}] <nil>
}
