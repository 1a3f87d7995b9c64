package audit

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

func TestDisjointness(t *testing.T) {
	w, _, _ := archive(t)
	w.holds("two parts", &Disjointness{Parts: []string{"north"}, From: []string{"south"}})
	w.holds("one against two", &Disjointness{Parts: []string{"works"}, From: []string{"north", "south"}})
	w.fails("one row shared", &Disjointness{Parts: []string{"subject", "works"}, From: []string{"north", "south"}}, `row 39 of part "south" equals row 0 of part "subject"`)
}

// A liar who hides a shared row in another bucket, or says that it is chosen
// where it is not, is rejected.
func TestDisjointnessForged(t *testing.T) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(4, 4))
	a, b := dataset(rng, 5, 2, "sex", sexes, repeat(3, 4)), dataset(rng, 5, 2, "sex", sexes, repeat(5, 8))
	copy(b.Features[5*6:5*7], a.Row(2)) // row 6 of b is row 2 of a
	w.commit("a", a, graph.OneHot)
	w.commit("b", b, graph.OneHot)
	c := &Disjointness{Parts: []string{"a"}, From: []string{"b"}}
	w.fails("shared row", c, "equals row 2")
	st, _ := w.cells(c, nil)
	for _, tensor := range st.scope.b.System().Tensors {
		if tensor.Kind != relation.Witness {
			continue
		}
		for _, row := range []int{2, 6} {
			for _, by := range []int64{128, -128} { // the number of buckets
				change := func(name string, cells []int64) {
					if name == tensor.Name && row < len(cells) {
						cells[row] += by
					}
				}
				w.naive(tensor.Name, c, &cheat{change}, false)
			}
		}
	}
}

// rowsOf is a dataset of the given rows, without attributes.
func rowsOf(rows ...[]int32) *data.Dataset {
	d := &data.Dataset{
		Rows: len(rows), Width: len(rows[0]), Shape: []int{len(rows[0])}, FractionBits: 4,
		Labels: data.Labels{Kind: data.OneHot, Classes: []string{"a", "b"}, Class: make([]int32, len(rows))},
	}
	for _, row := range rows {
		d.Features = append(d.Features, row...)
	}
	return d
}

// TestDisjointnessOfFewRows proves and refuses sides that a hash could be
// unlucky with: rows of zeros above all, whose sums of products are 0 in every
// way under every salt, and rows whose sums keep few random bits.
func TestDisjointnessOfFewRows(t *testing.T) {
	zero, top, low := []int32{0, 0}, []int32{-1 << 15, -1 << 15}, []int32{0, 1}
	for name, c := range map[string]struct {
		a, b   *data.Dataset
		shared string // why the claim is refused; "" where it holds
	}{
		"zeros on the larger side":  {rowsOf(low), rowsOf(zero, zero, []int32{3, 4}), ""},
		"zeros on the smaller side": {rowsOf(zero, zero), rowsOf(low, low, top), ""},
		"row against row":           {rowsOf(low), rowsOf(zero), ""},
		"row against row, swapped":  {rowsOf(zero), rowsOf(low), ""},
		"one column":                {rowsOf([]int32{1}, []int32{2}), rowsOf([]int32{0}, []int32{-1}, []int32{3}), ""},
		"one column, far apart":     {rowsOf([]int32{-1 << 15}), rowsOf([]int32{0}, []int32{1<<15 - 1}), ""},
		"a constant column":         {rowsOf([]int32{7, 0}, []int32{7, 1}), rowsOf([]int32{7, 2}, []int32{7, 3}), ""},
		"multiples of 2^15":         {rowsOf(top), rowsOf(zero, []int32{-1 << 15, 0}, []int32{0, -1 << 15}), ""},
		"zeros on both sides":       {rowsOf(low, zero), rowsOf(top, top, zero), `row 2 of part "b" equals row 1 of part "a"`},
		"one row, shared":           {rowsOf(zero), rowsOf(zero), `row 0 of part "b" equals row 0 of part "a"`},
	} {
		w := newWorld(t)
		w.commit("a", c.a, graph.OneHot)
		w.commit("b", c.b, graph.OneHot)
		claim := &Disjointness{Parts: []string{"a"}, From: []string{"b"}}
		if c.shared == "" {
			w.holds(name, claim)
		} else {
			w.fails(name, claim, c.shared)
		}
	}
}

// TestDisjointnessProperty: sides of rows from a small world, many of them
// equal or zero, are provable exactly if no row is on both.
func TestDisjointnessProperty(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 34))
	cells := []int32{0, 0, 0, 1, -1, 2, 1<<15 - 1, -1 << 15}
	shared, apart := 0, 0
	for range 150 {
		width := 1 + rng.IntN(3)
		side := func(n int) ([][]int32, map[string]bool) {
			rows, set := make([][]int32, n), map[string]bool{}
			for i := range rows {
				for range width {
					rows[i] = append(rows[i], cells[rng.IntN(len(cells))])
				}
				set[fmt.Sprint(rows[i])] = true
			}
			return rows, set
		}
		a, inA := side(1 + rng.IntN(4))
		b, inB := side(1 + rng.IntN(7))
		want := true
		for row := range inA {
			want = want && !inB[row]
		}
		w := newWorld(t)
		w.commit("a", rowsOf(a...), graph.OneHot)
		w.commit("b", rowsOf(b...), graph.OneHot)
		c := &Disjointness{Parts: []string{"a"}, From: []string{"b"}}
		w.naive(fmt.Sprint(a, b), c, nil, want)
		if want {
			apart++
			continue
		}
		shared++
		if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%v, %v: %v", a, b, err)
		}
	}
	if shared < 20 || apart < 20 {
		t.Errorf("%d sides share a row, %d do not: too few of one", shared, apart)
	}
}

// TestDisjointnessChosenKeys: a liar who gives a shared row any of its keys,
// on both sides and in all ways at once, is rejected.
func TestDisjointnessChosenKeys(t *testing.T) {
	w := newWorld(t)
	w.commit("a", rowsOf([]int32{0, 0}), graph.OneHot)
	w.commit("b", rowsOf([]int32{0, 0}, []int32{1, 2}), graph.OneHot)
	c := &Disjointness{Parts: []string{"a"}, From: []string{"b"}}
	st, honest := w.cells(c, nil)
	h, err := newHashing(1, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	buckets := int64(1) << h.log
	for _, small := range []int64{-1, 0} {
		for _, large := range []int64{-1, 0} {
			w.naive(fmt.Sprint(small, large), c, &cheat{func(name string, cells []int64) {
				for way := range h.ways {
					for part, turns := range map[string]int64{"a": small, "b": large} {
						if name == fmt.Sprintf("hash %d of part %q: key", way, part) {
							id, _ := st.scope.b.Named(name)
							key := honest.of(id)[0] & (buckets - 1)
							cells[0] = key + turns*buckets
						}
					}
				}
			}}, false)
		}
	}
}

// TestHashing: T ways leave a row of the larger side unplaced with probability
// 1/16 at most, numbers fit 62 bits, and sides that are too large are named.
func TestHashing(t *testing.T) {
	for _, small := range []int64{1, 2, 15, 16, 17, 1000, maxSmallerSide} {
		for _, large := range []int64{small, 1 << 26} {
			h, err := newHashing(small, large, 800)
			if err != nil {
				t.Fatal(err)
			}
			missed := float64(large)
			for range h.ways {
				missed *= float64(small+1) / float64(int64(1)<<h.log)
			}
			if missed > 1.0/16 || h.ways < 1 || h.ways > 31 {
				t.Errorf("%d against %d: %d ways of 2^%d buckets miss %g rows", small, large, h.ways, h.log, missed)
			}
		}
	}
	if _, err := newHashing(maxSmallerSide+1, 1<<20, 8); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("a smaller side of 2^18+1 rows: %v", err)
	}
	if _, err := newHashing(maxSmallerSide, 1<<20, 1<<11); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("wide rows: %v", err)
	}
}

// A salt is one of maxSalts, so that it says no more than that.
func TestSaltIsBounded(t *testing.T) {
	w, _, _ := archive(t)
	c := &Disjointness{Parts: []string{"north"}, From: []string{"south"}}
	released, _ := w.holds("as it is", c)
	for _, salt := range []int64{-1, maxSalts} { // refused by itself, whatever is proven with it
		released[0].Values[0] = salt
		if _, err := state(&w.frame, w.item(c), w.subjects, released, w.tables); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "salt") {
			t.Errorf("salt %d: %v", salt, err)
		}
	}
	released[0].Values[0] = maxSalts - 1
	if _, err := state(&w.frame, w.item(c), w.subjects, released, w.tables); err != nil {
		t.Errorf("the last salt: %v", err)
	}
}

// The hash depends on the commitments of both sides: nobody can choose rows
// for which all salts fail.
func TestHashIsKeyed(t *testing.T) {
	w, _, _ := archive(t)
	c := &Disjointness{Parts: []string{"north"}, From: []string{"south"}}
	system := func() [32]byte {
		st, err := state(&w.frame, w.item(c), w.subjects, nil, w.tables)
		if err != nil {
			t.Fatal(err)
		}
		return st.statement.Layout.System.Digest()
	}
	seen := map[[32]byte]string{system(): "as it is"}
	for _, side := range []string{"north", "south"} {
		w.subjects.Parts[side].Nonce[0]++ // as if committed afresh
		digest := system()
		if other, same := seen[digest]; same {
			t.Errorf("%s committed again has the hash of: %s", side, other)
		}
		seen[digest] = side + " committed again"
	}
}

// Sides that no hash compares are refused, before anything is proven.
func TestDisjointnessOfUnlikeSides(t *testing.T) {
	w := newWorld(t)
	finer := rowsOf([]int32{5, 6})
	finer.FractionBits++
	for name, d := range map[string]*data.Dataset{
		"a": rowsOf([]int32{1, 2}), "b": rowsOf([]int32{3, 4}), "wide": rowsOf([]int32{5, 6, 7}), "finer": finer,
	} {
		w.commit(name, d, graph.OneHot)
	}
	for name, test := range map[string]struct {
		parts, from []string
		says        string
	}{
		"a part on both sides": {[]string{"a", "b"}, []string{"b"}, `part "b" is on both sides`},
		"wider rows":           {[]string{"a"}, []string{"b", "wide"}, "differ in width or fraction bits"},
		"finer rows":           {[]string{"a", "finer"}, []string{"b"}, "differ in width or fraction bits"},
		"nothing":              {[]string{"a"}, nil, "names no part"},
	} {
		_, _, err := w.prove(&Disjointness{Parts: test.parts, From: test.from}, nil)
		if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}
