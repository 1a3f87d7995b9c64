package tally

import (
	"errors"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestNarrow: bounds on groups are the smallest and largest of all counts that there can
// be, and are refused where there can be none.
func TestNarrow(t *testing.T) {
	for rows := range int64(5) {
		for n := 1; n <= 3; n++ {
			boxes(n, rows, func(l, u []int64) {
				for _, whole := range []bool{false, true} {
					compareNarrow(t, l, u, rows, whole)
				}
			})
		}
	}
}

// boxes are all bounds 0 <= l_i <= u_i <= rows of n groups.
func boxes(n int, rows int64, visit func(l, u []int64)) {
	var choose func(l, u []int64)
	choose = func(l, u []int64) {
		if len(l) == n {
			visit(l, u)
			return
		}
		for low := range rows + 1 {
			for high := low; high <= rows; high++ {
				choose(append(slices.Clone(l), low), append(slices.Clone(u), high))
			}
		}
	}
	choose(nil, nil)
}

// compareNarrow compares narrow with what counts within bounds there are.
func compareNarrow(t *testing.T, l, u []int64, rows int64, whole bool) {
	t.Helper()
	var least, most []int64
	var count func(m []int64, left int64)
	count = func(m []int64, left int64) {
		i := len(m)
		switch {
		case i < len(l):
			for n := l[i]; n <= min(u[i], left); n++ {
				count(append(slices.Clone(m), n), left-n)
			}
		case whole && left > 0:
		case least == nil:
			least, most = slices.Clone(m), slices.Clone(m)
		default:
			for j, n := range m {
				least[j], most[j] = min(least[j], n), max(most[j], n)
			}
		}
	}
	count(nil, rows)
	low, high := slices.Clone(l), slices.Clone(u)
	err := narrow(low, high, rows, whole)
	if least == nil {
		if !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%d to %d of %d rows, whole %v: there is nothing, and no error: %v", l, u, rows, whole, err)
		}
		return
	}
	if err != nil || !slices.Equal(low, least) || !slices.Equal(high, most) {
		t.Errorf("%d to %d of %d rows, whole %v: %d to %d, want %d to %d: %v", l, u, rows, whole, low, high, least, most, err)
	}
}

// TestWhole: groups are the whole where each is asked of, of all pairs of values.
func TestWhole(t *testing.T) {
	three := bundle.Vocabulary{Name: "tag", Entries: []string{"x", "y", "z"}}
	for _, test := range []struct {
		attributes []bundle.Vocabulary
		groups     []int
		whole      bool
	}{
		{[]bundle.Vocabulary{sexes}, []int{0, 1}, true},
		{[]bundle.Vocabulary{sexes}, []int{1}, false},
		{[]bundle.Vocabulary{sexes}, []int{0}, false},
		{[]bundle.Vocabulary{three}, []int{0, 1}, false},
		{[]bundle.Vocabulary{three}, []int{0, 2}, false},
		{[]bundle.Vocabulary{three}, []int{0, 1, 1}, false},
		{[]bundle.Vocabulary{three}, []int{1, 1, 2}, false},
		{[]bundle.Vocabulary{sexes, three}, []int{0, 1, 2, 3, 4, 5}, true},
		{[]bundle.Vocabulary{sexes, three}, []int{0, 1, 2}, false},
		{[]bundle.Vocabulary{sexes, three}, []int{0, 1, 2, 3, 4}, false},
	} {
		q := &question{kind: counts, attributes: test.attributes, groups: test.groups}
		if q.whole() != test.whole {
			t.Errorf("groups %d of %d attributes are the whole: %v", test.groups, len(test.attributes), q.whole())
		}
	}
}
