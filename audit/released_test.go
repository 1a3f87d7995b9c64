package audit

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// A claim about some groups releases their counts, and no others.
func TestNamedGroupsAlone(t *testing.T) {
	w, run, _ := classified(t)
	races := []string{"A", "B", "C"}
	d := dataset(rand.New(rand.NewPCG(5, 5)), 5, 3, "race", races, repeat(14, 11, 12))
	w.commit("races", d, graph.OneHot)
	o := outcomes(t, run, d)
	exact := Release{What: "counts", Round: 1}
	for name, c := range map[string]struct {
		claim  Claim
		groups []int
		bits   int
	}{
		"fairness":            {&Fairness{Model: "net", Parts: []string{"races"}, Attribute: "race", Groups: []string{"C", "A"}, Positive: "b", Measure: "demographic_parity", AtMost: "0.99", MinGroup: 1, Release: exact}, []int{0, 2}, 48},
		"fairness of all":     {&Fairness{Model: "net", Parts: []string{"races"}, Attribute: "race", Positive: "b", Measure: "demographic_parity", AtMost: "0.99", MinGroup: 1, Release: exact}, []int{0, 1, 2}, 59},
		"censorship":          {&Censorship{Model: "net", Parts: []string{"races"}, Attribute: "race", Value: "B", Class: "a", AtMost: "0.99", MinGroup: 1, Release: exact}, []int{1}, 31},
		"censorship, rounded": {&Censorship{Model: "net", Parts: []string{"races"}, Attribute: "race", Value: "B", Class: "a", AtMost: "0.99", MinGroup: 1, Release: Release{What: "counts", Round: 4}}, []int{1}, 16},
	} {
		released, proof := w.holds(name, c.claim)
		var want []int64
		for _, g := range c.groups {
			for y := range 3 {
				for k := range 3 {
					want = append(want, o.count[[3]int{g, y, k}])
				}
			}
		}
		if strings.Contains(name, "rounded") {
			for i := range want {
				want[i] = want[i] / 4 * 4
			}
		}
		st, err := state(&w.frame, w.item(c.claim), w.subjects, released, w.tables)
		if err != nil {
			t.Fatal(err)
		}
		asked := st.scope.release.asked[0]
		if len(released) != 1 || !slices.Equal(released[0].Values, want) || len(asked.Groups) != len(c.groups) || asked.Groups[0] != races[c.groups[0]] || asked.Bits != c.bits {
			t.Errorf("%s: %d of groups %q, %d bits, want %d, %d bits", name, released[0].Values, asked.Groups, asked.Bits, want, c.bits)
		}
		for i := range want { // a count moved to where another lies
			lie := released[0]
			lie.Values = slices.Clone(want)
			lie.Values[i] += 4
			if err := w.verify(c.claim, []Released{lie}, proof); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s: count %d moved: %v", name, i, err)
			}
		}
	}
	groups := &Diversity{Parts: []string{"races"}, Attributes: []string{"race"}, Groups: []string{"B", "C"}, MinCount: 2, MinGroup: 1, Release: exact}
	if released, _ := w.holds("diversity", groups); !slices.Equal(released[0].Values, []int64{11, 12}) {
		t.Errorf("diversity releases %d", released[0].Values)
	}
}

// An accuracy can be released without its outcomes, for as many bits as it has.
func TestReleasedHits(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	both := []string{"north", "south"}
	for _, c := range []*Performance{
		{Model: "net", Parts: both, Metric: "accuracy", AtLeast: "0.01", MinGroup: 1, Release: Release{What: "hits", Round: 1}},
		{Model: "net", Parts: both, Metric: "top_k", K: 1, AtLeast: "0.01", MinGroup: 1, Release: Release{What: "hits", Round: 1}},
		{Model: "net", Parts: both, Metric: "accuracy", AtLeast: "0.01", Release: Release{What: "hits"}},
	} {
		want, bits := o.right, 6 // of 0 … 53
		if c.Round == 0 {
			want, bits = want/10*10, 3 // 0, 10 … 50
		}
		released, proof := w.holds(c.Metric, c)
		st, err := state(&w.frame, w.item(c), w.subjects, released, w.tables)
		if err != nil {
			t.Fatal(err)
		}
		if asked := st.scope.release.asked[0]; len(released) != 1 || !slices.Equal(released[0].Values, []int64{want}) || asked.Bits != bits || asked.Labels != nil {
			t.Errorf("%s: %+v for %d bits, want %d for %d", c.Metric, released, asked.Bits, want, bits)
		}
		lie := released[0]
		lie.Values = []int64{want + max(1, 10*(1-c.Round))}
		if err := w.verify(c, []Released{lie}, proof); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: one more: %v", c.Metric, err)
		}
	}
	for _, c := range []*Performance{
		{Model: "net", Parts: both, Metric: "macro_f1", AtLeast: "0.1", Release: Release{What: "hits"}},
		{Model: "net", Parts: both, Metric: "accuracy", AtLeast: "0.1", Release: Release{What: "everything"}},
		{Model: "net", Parts: both, Metric: "top_k", K: 1, AtLeast: "0.1", Release: Release{What: "counts"}},
	} {
		if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s releases %q: %v", c.Metric, c.What, err)
		}
	}
}

// Released counts cost what tells them from all counts that there could be.
func TestBitsOfCounts(t *testing.T) {
	for _, c := range []struct {
		n      int64
		counts int
		want   int
	}{
		{53, 0, 0}, {53, 1, 6}, {0, 9, 0}, {1, 1, 1}, {3, 2, 4}, // 1 … 10 ways
		{100, 100, 196}, // an accuracy's outcomes of ten classes and 1,000 rows, in tens; each by itself would have 7
	} {
		if got := bitsOfCounts(c.n, c.counts); got != c.want {
			t.Errorf("%d counts up to %d: %d bits, want %d", c.counts, c.n, got, c.want)
		}
	}
	ways := new(big.Int).Binomial(9000, 4000)
	if got, want := bitsOfCounts(5000, 4000), ways.Sub(ways, big.NewInt(1)).BitLen(); got != want {
		t.Errorf("4000 counts up to 5000: %d bits, want %d", got, want)
	}
}
