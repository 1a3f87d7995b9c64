package audit

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

var sexes, races = []string{"F", "M"}, []string{"A", "B", "C"}

// people are 13 and 40 rows with sex and race: F 5+20, M 8+20; A 30, B 13, C 10.
func people(t *testing.T) *world {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(1, 2))
	north := dataset(rng, 5, 3, "sex", sexes, repeat(5, 8))
	north.Attributes = append(north.Attributes, data.Attribute{Name: "race", Vocabulary: races, Codes: repeat(7, 3, 3)})
	south := dataset(rng, 5, 3, "sex", sexes, repeat(20, 20))
	south.Attributes = append(south.Attributes, data.Attribute{Name: "race", Vocabulary: races, Codes: repeat(23, 10, 7)})
	w.commit("north", north, graph.OneHot)
	w.commit("south", south, graph.OneHot)
	return w
}

func TestDiversity(t *testing.T) {
	w := people(t)
	both, sex := []string{"north", "south"}, []string{"sex"}
	for name, c := range map[string]*Diversity{
		"count":             {Parts: both, Attributes: sex, MinCount: 25},
		"count of one part": {Parts: both[:1], Attributes: sex, MinCount: 5},
		"share":             {Parts: both, Attributes: []string{"race"}, AtLeast: "0.188", AtMost: "0.567"}, // 10 of 53; 30 of 53
		"one group":         {Parts: both, Attributes: sex, Groups: []string{"M"}, MinCount: 28},
		"pair":              {Parts: both, Attributes: []string{"sex", "race"}, Groups: []string{"F & A", "M & C"}, MinCount: 10},
		"entropy":           {Parts: both, Attributes: []string{"race"}, Entropy: "1.264"},
		"counts":            {Parts: both, Attributes: sex, MinCount: 10, MinGroup: 7, Release: Release{What: "counts", Round: 7}},
	} {
		released, _ := w.holds(name, c)
		if name == "counts" && (len(released) != 1 || released[0].Values[0] != 21 || released[0].Values[1] != 28) {
			t.Errorf("released %v", released)
		}
	}
}

// Every bound missed by one row, or by the last decimal.
func TestDiversityMissed(t *testing.T) {
	w := people(t)
	both, sex := []string{"north", "south"}, []string{"sex"}
	for name, c := range map[string]struct {
		claim *Diversity
		why   string
	}{
		"count":   {&Diversity{Parts: both, Attributes: sex, MinCount: 26}, "fewer than 26 of 53"},
		"at most": {&Diversity{Parts: both, Attributes: []string{"race"}, AtMost: "0.566"}, "more than 29 of 53"},
		"share":   {&Diversity{Parts: both, Attributes: []string{"race"}, AtLeast: "0.189"}, "fewer than 11 of 53"},
		"pair":    {&Diversity{Parts: both, Attributes: []string{"sex", "race"}, Groups: []string{"M & C"}, MinCount: 11}, "fewer than 11"},
		"entropy": {&Diversity{Parts: both, Attributes: []string{"race"}, Entropy: "1.265"}, "bits of entropy"},
	} {
		w.fails(name, c.claim, c.why)
	}
}

// A code outside the vocabulary cannot be hidden in another group.
func TestCodeOutsideTheVocabulary(t *testing.T) {
	w := people(t)
	w.owned("north").Cells[attributeTensor].Small[3] = 3 // race of row 1; sex is column 0
	w.recommit("north")
	w.fails("code of 3", &Diversity{Parts: []string{"north"}, Attributes: []string{"race"}, MinCount: 1}, "outside the vocabulary")
}

// TestBinding: a proof holds for its own dataset, threshold and context only.
func TestBinding(t *testing.T) {
	w := people(t)
	claim := func() *Diversity {
		return &Diversity{Parts: []string{"north"}, Attributes: []string{"sex"}, MinCount: 3, MinGroup: 2, Release: Release{What: "counts", Round: 2}}
	}
	released, proof := w.holds("as it is", claim())
	change := func(name string, want error, f func(c *Diversity)) {
		t.Helper()
		c := claim()
		f(c)
		if err := w.verify(c, released, proof); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	change("easier threshold", fault.ErrRejected, func(c *Diversity) { c.MinCount = 2 })
	change("harder threshold", fault.ErrRejected, func(c *Diversity) { c.MinCount = 4 })
	change("another attribute", fault.ErrMalformed, func(c *Diversity) { c.Attributes[0] = "race" })
	change("another dataset", fault.ErrMalformed, func(c *Diversity) { c.Parts[0] = "south" })
	released[0].Values[0] -= 2
	change("other counts", fault.ErrRejected, func(*Diversity) {})
	released[0].Values[0]++
	change("counts that are not rounded", fault.ErrRejected, func(*Diversity) {})
	released[0].Values[0]++
	w.frame.Context = "another"
	change("another context", fault.ErrRejected, func(*Diversity) {})
	w.frame.Context = "test"
	change("nothing", nil, func(*Diversity) {})
	// the same rows committed again, with other blinding
	other := people(t)
	w.subjects.Parts["north"] = other.subjects.Parts["north"]
	change("the same rows, committed by someone else", fault.ErrRejected, func(*Diversity) {})
	// other meanings of the same codes
	renamed := *w.owned("north")
	renamed.Attributes = slices.Clone(renamed.Attributes)
	renamed.Attributes[0].Entries = []string{"M", "F"}
	w.subjects.Parts["north"] = &renamed.PublicPart
	change("another vocabulary", fault.ErrRejected, func(*Diversity) {})
}

func TestDiversityRefusesParameters(t *testing.T) {
	w := people(t)
	both, sex := []string{"north", "south"}, []string{"sex"}
	for name, c := range map[string]*Diversity{
		"no part":         {Attributes: sex, MinCount: 1},
		"unknown part":    {Parts: []string{"east"}, Attributes: sex, MinCount: 1},
		"part twice":      {Parts: []string{"north", "north"}, Attributes: sex, MinCount: 1},
		"no attribute":    {Parts: both, MinCount: 1},
		"no such column":  {Parts: both, Attributes: []string{"age"}, MinCount: 1},
		"no such group":   {Parts: both, Attributes: sex, Groups: []string{"X"}, MinCount: 1},
		"nothing":         {Parts: both, Attributes: sex},
		"negative":        {Parts: both, Attributes: sex, MinCount: -1, AtLeast: "0.1"},
		"not a number":    {Parts: both, Attributes: sex, AtLeast: "a tenth"},
		"exponent":        {Parts: both, Attributes: sex, AtLeast: "1e-1"},
		"more than all":   {Parts: both, Attributes: sex, AtLeast: "1.1"},
		"too much wanted": {Parts: both, Attributes: sex, Entropy: "17"},
		"odd release":     {Parts: both, Attributes: sex, MinCount: 1, Release: Release{What: "rows"}},
		"idle rounding":   {Parts: both, Attributes: sex, MinCount: 1, Release: Release{Round: 3}},
		"idle minimum":    {Parts: both, Attributes: sex, MinCount: 1, MinGroup: 3},
		"exact counts":    {Parts: both, Attributes: sex, MinCount: 1, Release: Release{What: "counts", Round: 1}},
		"small groups":    {Parts: both, Attributes: sex, MinCount: 1, Release: Release{What: "counts", Round: 9}},
		"smaller groups":  {Parts: both, Attributes: sex, MinCount: 1, MinGroup: 8, Release: Release{What: "counts", Round: 7}},
		"negative group":  {Parts: both, Attributes: sex, MinCount: 1, MinGroup: -1, Release: Release{What: "counts", Round: 1}},
	} {
		if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Released counts show no group below the smallest one, and say how exact they
// are.
func TestSmallGroupsAreNotShown(t *testing.T) {
	w := people(t) // race in north: 7, 3, 3
	for _, c := range []struct {
		group, round int64
		values       []int64
		unit         string
	}{
		{0, 0, []int64{0, 0, 0}, "multiples of 10"},
		{4, 5, []int64{5, 0, 0}, "multiples of 5"},
		{7, 0, []int64{0, 0, 0}, "multiples of 10"},
		{12, 0, []int64{0, 0, 0}, "multiples of 12"},
		{1, 1, []int64{7, 3, 3}, "EXACT"},
	} {
		released, _ := w.holds(fmt.Sprint(c), &Diversity{Parts: []string{"north"}, Attributes: []string{"race"}, MinCount: 1,
			MinGroup: c.group, Release: Release{What: "counts", Round: c.round}})
		if !slices.Equal(released[0].Values, c.values) || !strings.Contains(released[0].Unit, c.unit) {
			t.Errorf("min_group %d, round %d: %v, %q", c.group, c.round, released[0].Values, released[0].Unit)
		}
	}
}

// The same rule for outcomes of a model.
func TestSmallOutcomesAreNotShown(t *testing.T) {
	w, _, _ := classified(t)
	small := Release{What: "counts", Round: 3}
	for name, c := range map[string]Claim{
		"accuracy":      &Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: "0.001", Release: small},
		"macro F1":      &Performance{Model: "net", Parts: []string{"north"}, Metric: "macro_f1", AtLeast: "0.001", Release: small},
		"fairness":      &Fairness{Model: "net", Parts: []string{"north"}, Attribute: "sex", Positive: "b", Measure: "demographic_parity", AtMost: "0.999", Release: small},
		"censorship":    &Censorship{Model: "net", Parts: []string{"north"}, Attribute: "sex", Value: "M", Class: "c", AtMost: "0.999", Release: small},
		"idle in top k": &Performance{Model: "net", Parts: []string{"north"}, Metric: "top_k", K: 2, AtLeast: "0.001", MinGroup: 3},
	} {
		if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "min_group") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
