package schedule

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// struckOut is the naive definition: the orders of whole epochs, one after
// the other, with the rows left out struck out of each, read batch by batch.
func struckOut(t testing.TB, spec Spec) []Ref {
	all := spec
	all.Without, all.Batch, all.Tail = nil, 1, Wrap // one row per step: the bare order
	epochs := spec.Steps*spec.Batch/spec.EpochRows() + 1
	if spec.Tail == Drop {
		epochs = spec.Steps/(spec.EpochRows()/spec.Batch) + 1
	}
	n := spec.Parts.Rows()
	all.Steps = epochs * n
	order := mustSegment(t, mustNew(t, all), 0, all.Steps)
	var out []Ref
	for e := range epochs {
		var kept []Ref
		for _, ref := range order[e*n : (e+1)*n] {
			left := slices.ContainsFunc(spec.Without, func(r Range) bool {
				return int(ref.Part) == r.Part && int(ref.Row) >= r.From && int(ref.Row) < r.To
			})
			if !left {
				kept = append(kept, ref)
			}
		}
		if spec.Tail == Drop {
			kept = kept[:len(kept)/spec.Batch*spec.Batch]
		}
		out = append(out, kept...)
	}
	return out[:spec.Steps*spec.Batch]
}

// without draws rows to leave out, in the form of Merge.
func without(rng *rand.Rand, parts Parts) []Range {
	var list []Range
	share := rng.IntN(5)
	for p, rows := range parts {
		for row := range rows {
			if rng.IntN(4) < share {
				list = append(list, Range{p, row, row + 1})
			}
		}
	}
	merged, err := Merge(list)
	if err != nil {
		panic(err)
	}
	return merged
}

// TestWithoutIsStruckOut: whatever is left out, the schedule is the naive one;
// no row left out is read, and the others are read as often as one another.
func TestWithoutIsStruckOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	tried := 0
	for range 400 {
		spec := Spec{Tail: Tail(rng.IntN(2))}
		for range 1 + rng.IntN(4) {
			spec.Parts = append(spec.Parts, 1+rng.IntN(12))
		}
		if spec.Without = without(rng, spec.Parts); spec.EpochRows() == 0 {
			continue
		}
		spec.Batch = 1 + rng.IntN(spec.EpochRows())
		if rng.IntN(2) == 0 {
			spec.Order, spec.Seed, spec.Commitments = Shuffled, "s", commitments(len(spec.Parts))
		}
		spec.Steps = spec.StepsFor(1 + rng.IntN(4))
		s := mustNew(t, spec)
		got, want := mustSegment(t, s, 0, spec.Steps), struckOut(t, spec)
		if !slices.Equal(got, want) {
			t.Fatalf("%+v:\n%s, want\n%s", spec, text(got), text(want))
		}
		last := make([]Ref, spec.Batch)
		if err := s.Rows(spec.Steps-1, last); err != nil || !slices.Equal(last, want[len(want)-spec.Batch:]) {
			t.Fatalf("%+v: last step alone: %v", spec, err)
		}
		tried++
	}
	if tried < 200 {
		t.Errorf("%d schedules tried", tried)
	}
}

// The order of the other rows is that of the golden order, with rows struck
// out.
func TestWithoutGolden(t *testing.T) {
	spec := shuffledSpec()
	spec.Without, spec.Steps = []Range{{0, 0, 2}, {1, 0, 1}, {2, 4, 5}}, 3
	all := mustSegment(t, mustNew(t, shuffledSpec()), 0, 4)[:13] // one epoch
	var want []string
	for _, ref := range all {
		switch ref {
		case Ref{0, 0}, Ref{0, 1}, Ref{1, 0}, Ref{2, 4}:
		default:
			want = append(want, text([]Ref{ref}))
		}
	}
	if got := text(mustSegment(t, mustNew(t, spec), 0, 3)[:9]); got != strings.Join(want, " ") || len(want) != 9 {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWithoutStepsFor(t *testing.T) {
	spec := shuffledSpec()
	spec.Without = []Range{{0, 0, 2}, {1, 0, 1}} // 10 of 13 rows, batch 4
	if spec.Tail = Drop; spec.StepsFor(3) != 6 {
		t.Errorf("drop: %d steps", spec.StepsFor(3))
	}
	if spec.Tail = Wrap; spec.StepsFor(3) != 8 {
		t.Errorf("wrap: %d steps", spec.StepsFor(3))
	}
	spec.Steps = 8
	s := mustNew(t, spec)
	var epochs []int
	for step := range 8 {
		epochs = append(epochs, s.Epoch(step))
	}
	if !slices.Equal(epochs, []int{0, 0, 0, 1, 1, 2, 2, 2}) {
		t.Errorf("epochs %v", epochs)
	}
}

func TestMerge(t *testing.T) {
	got, err := Merge([]Range{{1, 4, 6}, {0, 3, 4}, {1, 0, 4}, {0, 0, 2}, {0, 2, 3}, {2, 0, 1}})
	if want := []Range{{0, 0, 4}, {1, 0, 6}, {2, 0, 1}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err := Merge([]Range{{0, 0, 3}, {0, 2, 4}}); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "row 2 of part 0") {
		t.Errorf("a row twice: %v", err)
	}
	if got, err := Merge(nil); got != nil || err != nil {
		t.Errorf("nothing: %v, %v", got, err)
	}
}

func TestParseRows(t *testing.T) {
	find := func(name string) (int, int, error) {
		switch name {
		case "north":
			return 0, 20, nil
		case "south":
			return 1, 20, nil
		case "we:st":
			return 2, 3, nil
		}
		return 0, 0, fmt.Errorf("no part is called %q: %w", name, fault.ErrUsage)
	}
	got, err := ParseRows([]string{"we:st:0-2", "south:10-19", "north:5", "north:6"}, find)
	if want := []Range{{0, 5, 7}, {1, 10, 20}, {2, 0, 3}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if got, err = ParseRows([]string{"north"}, find); err != nil || !slices.Equal(got, []Range{{0, 0, 20}}) {
		t.Errorf("a whole part: %v, %v", got, err)
	}
	for text, says := range map[string]string{
		"north:20": "has 20 rows, numbered from 0", "north:19-20": "has 20 rows", "north:": "no number", "north:-1": "no number",
		"north:3-": "no number", "north:4-3": "before the first", "north:+4": "no number", "north:1,2": "no number", "north: 1": "no number",
		"north:99999999999": "no number", "east": `"east"`, "": `""`, "we:st": "no part", ":3": "no part", "north:5": "twice",
	} {
		if _, err := ParseRows([]string{"north:5", text}, find); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
	var many []string
	for row := range maxRanges + 1 {
		many = append(many, fmt.Sprintf("north:%d", 2*row))
	}
	if _, err := ParseRows(many, func(string) (int, int, error) { return 0, 1 << 20, nil }); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("too many ranges: %v", err)
	}
	spec := Spec{Parts: Parts{1 << 20}, Batch: 1, Steps: 1}
	for row := range maxRanges + 1 {
		spec.Without = append(spec.Without, Range{0, 2 * row, 2*row + 1})
	}
	if err := spec.Check(); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "ranges") {
		t.Errorf("a description of too many ranges: %v", err)
	}
	spec.Without = spec.Without[1:]
	if err := spec.Check(); err != nil {
		t.Errorf("as many as there may be: %v", err)
	}
	if text := fmt.Sprint([]Range{{0, 5, 6}, {1, 10, 20}}); text != "[0:5 1:10-19]" {
		t.Errorf("written %s", text)
	}
}

// ExampleSpec_without leaves out the middle of the first owner's rows and all
// of the second's.
func ExampleSpec_without() {
	s, err := New(Spec{Parts: Parts{4, 2, 3}, Batch: 5, Steps: 2, Without: []Range{{0, 1, 3}, {1, 0, 2}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	refs, err := s.Segment(0, 2)
	fmt.Println(refs[:5], refs[5:], err)
	// Output: [{0 0} {0 3} {2 0} {2 1} {2 2}] [{0 0} {0 3} {2 0} {2 1} {2 2}] <nil>
}
