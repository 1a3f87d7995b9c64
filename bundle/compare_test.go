package bundle

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// facts are those of a shuffled run from a seed, each value another.
func facts() Facts {
	return Facts{
		Statement: "statement", RunID: "run", Mode: "zk", Context: "order\n5",
		ProgramFacts: ProgramFacts{Program: "program", Architecture: "architecture", Loss: "a loss", Labels: "kinds", Batch: 4,
			Formats: Formats{Feature: 1, Activation: 2, Error: 3}, Frozen: []int{2}, Clip: "0.5", Smoothing: "0.125", Momentum: "as reported", WeightDecay: "as reported, too", SampleWeight: "of an attribute"},
		Setup: "string", Dataset: []string{"one", "two"}, Rows: []int{3, 50, 700}, Steps: 12, SegmentSteps: 5, Segments: 3, Rate: "0.5",
		Order: "shuffled", Seed: "of rows", Tail: "drop", Without: []string{"0:5"},
		Origin: "seed", OriginSeed: "of weights", OriginScheme: "he", OriginDigest: "origin", InitialWeights: "first", FinalWeights: "last",
	}
}

// compared are the lines that a report says of facts() if nothing is expected,
// by what of an expectation pins them.
func compared() []struct{ pin, line string } {
	return []struct{ pin, line string }{
		{"Mode", "mode of the proofs: zk"},
		{"Program", "program (architecture, formats, loss, batch size): program"},
		{"Architecture", "architecture: architecture"},
		{"Loss", "loss: a loss"},
		{"Labels", "kind of labels: kinds"},
		{"Batch", "rows per step: 4"},
		{"Formats", "fraction bits of features, activations and errors: 1, 2 and 3"},
		{"Frozen", "frozen weights: [2]"},
		{"Clip", "limit of errors: 0.5"},
		{"Smoothing", "smoothing of labels: 0.125"},
		{"Momentum", "momentum: as reported"},
		{"WeightDecay", "weight decay: as reported, too"},
		{"SampleWeight", "sample weights: of an attribute"},
		{"Dataset", "dataset commitments: [one two]"},
		{"Order", "order of rows: shuffled"},
		{"Tail", "epoch tail: drop"},
		{"Without", "rows left out (part:row, from 0): [0:5]"},
		{"Steps", "number of steps: 12"},
		{"SegmentSteps", "steps per segment: 5"},
		{"Rate", "learning rate: 0.5"},
		{"Origin", "origin of the initial weights: seed"},
		{"InitialWeights", "initial weights (commitments): first"},
		{"FinalWeights", "final weights (commitments): last"},
		{"Context", `context: "order\n5"`},
		{"RunID", "run id: run"},
		{"Setup", "setup: string"},
		{"Seed", `seed of the shuffle: "of rows"`},
		{"OriginSeed", `seed of the initial weights: "of weights"`},
		{"OriginScheme", "scheme of the initial weights: he"},
	}
}

// lines returns what is compared but for those that another pin implies.
func lines(without ...string) []string {
	var all []string
	for _, c := range compared() {
		if !slices.Contains(without, c.pin) {
			all = append(all, c.line)
		}
	}
	return all
}

// TestEachValueIsCompared: with no expectation each value is said not to be
// checked, with all each is checked, and with all but one this one is not,
// or with another value of it the bundle is refused.
func TestEachValueIsCompared(t *testing.T) {
	compare := func(e Expectation, f Facts) (*Report, error) {
		r := &Report{Facts: f}
		return r, e.compare(&Statement{}, r)
	}
	r, err := compare(Expectation{}, facts())
	var decisive []string
	for _, g := range groups() {
		decisive = append(decisive, string(g))
	}
	if err != nil || len(r.Checked) != 0 || !slices.Equal(r.NotChecked, lines()) || !slices.Equal(r.Unpinned, decisive) {
		t.Errorf("nothing expected: %v, checked %q, not checked %q, unpinned %q", err, r.Checked, r.NotChecked, r.Unpinned)
	}
	f := facts()
	if r, err = compare(f.Expect(), facts()); err != nil || !slices.Equal(r.Checked, lines()) || len(r.NotChecked) != 0 || len(r.Unpinned) != 0 {
		t.Errorf("all expected: %v, checked %q, not checked %q, unpinned %q", err, r.Checked, r.NotChecked, r.Unpinned)
	}
	// What the program determines need not be pinned with it.
	of := map[string]string{"Dataset": "the data", "Order": "the order of its rows", "Tail": "the order of its rows", "Without": "the order of its rows", "Seed": "the order of its rows",
		"Steps": "the number of steps", "Rate": "the learning rate", "Origin": "the origin of the initial weights", "OriginSeed": "the origin of the initial weights", "OriginScheme": "the origin of the initial weights"}
	implied := []string{"Architecture", "Loss", "Labels", "Batch", "Formats", "Frozen", "Clip", "Smoothing", "Momentum", "WeightDecay", "SampleWeight"}
	for _, c := range compared() {
		e := f.Expect()
		field := reflect.ValueOf(&e).Elem().FieldByName(c.pin)
		field.SetZero()
		r, err := compare(e, facts())
		var missing, open []string
		if !slices.Contains(implied, c.pin) && c.pin != "Program" { // all choices imply the program
			missing = []string{c.line}
		}
		if g := of[c.pin]; g != "" {
			open = []string{g}
		}
		if err != nil || !slices.Equal(r.Checked, lines(c.pin)) || !slices.Equal(r.NotChecked, missing) || !slices.Equal(r.Unpinned, open) {
			t.Errorf("all but %s: %v, checked %q, not checked %q, unpinned %q", c.pin, err, r.Checked, r.NotChecked, r.Unpinned)
		}
		field.Set(reflect.New(field.Type().Elem())) // another value: none
		name, _, _ := strings.Cut(c.line, ": ")
		if _, err := compare(e, facts()); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "expected "+name+" ") {
			t.Errorf("another %s: %v", c.pin, err)
		}
	}
}

// TestModelsInHand: what is compared with a model and choices, or a model alone,
// is said to be checked.
func TestModelsInHand(t *testing.T) {
	n, err := network.New(network.Architecture{
		Input: []int{2}, Weights: []network.Weight{{Shape: []int{2, 2}}},
		Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{2}}},
	}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values"})
	if err != nil {
		t.Fatal(err)
	}
	forward := n.Architecture()
	s := &Statement{Network: n, Rates: []int64{5}, Schedule: schedule.Spec{Batch: 4, Steps: 1, Parts: schedule.Parts{4}}}
	for _, c := range []struct {
		e    Expectation
		want []string
	}{
		{Expectation{Rates: number.RatesByEpoch(number.Rate{N: 5, K: 10})}, []string{"learning rate: that of the choices given"}},
		{Expectation{Network: n}, []string{"program: that of the model and the choices given"}},
		{Expectation{Forward: &forward}, []string{"architecture: that of the model given"}},
		{Expectation{Network: n, Forward: &forward}, []string{"program: that of the model and the choices given", "architecture: that of the model given"}},
	} {
		r := &Report{Facts: facts()}
		if err := c.e.compare(s, r); err != nil || !slices.Equal(r.Checked, c.want) {
			t.Errorf("%v, checked %q, want %q", err, r.Checked, c.want)
		}
	}
}

// TestPublishedWeightsInHand: published initial weights are compared with a
// model's, cell by cell, and nothing else of their origin is then asked for;
// weights that are not published cannot be.
func TestPublishedWeightsInHand(t *testing.T) {
	n, err := network.New(network.Architecture{
		Input: []int{2}, Weights: []network.Weight{{Shape: []int{2, 2}}, {Shape: []int{2}}},
		Layers: []network.Layer{{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{2}}},
	}, network.Choices{Batch: 4, Formats: network.Formats{Feature: 8, Activation: 8, Error: 10}, RateShift: 10, Loss: "mean_squared_error", Labels: "values", Frozen: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		origin Origin
		same   bool
		open   bool // the origin is not compared
	}{
		"the model's":    {Origin{Kind: Published, Cells: [][]int64{{1, 2, 3, 4}, {5, 6}}}, true, false},
		"other trained":  {Origin{Kind: Published, Cells: [][]int64{{1, 2, 3, 5}, {5, 6}}}, false, false},
		"another frozen": {Origin{Kind: Published, Cells: [][]int64{{1, 2, 3, 4}, {5, 7}}}, false, false},
		"private":        {Origin{Kind: Private}, true, true},
	} {
		f := facts()
		f.Origin, f.OriginSeed, f.OriginScheme = c.origin.Kind.String(), "", ""
		r := &Report{Facts: f}
		e := Expectation{Initial: map[graph.TensorID][]int64{n.Weight(0): {1, 2, 3, 4}, n.Weight(1): {5, 6}}}
		err := e.compare(&Statement{Network: n, Origin: c.origin}, r)
		if (err == nil) != c.same || err != nil && !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && slices.Contains(r.Unpinned, string(theOrigin)) != c.open {
			t.Errorf("%s: not compared are %q", name, r.Unpinned)
		}
		said := slices.Contains(r.Checked, "published initial weights, frozen ones included: those of the model given")
		if said != (err == nil && !c.open) {
			t.Errorf("%s: compared are %q", name, r.Checked)
		}
	}
}

// TestValuesOfOneKindOfRun: a seed is of a shuffle or of a seeded origin, the
// digest of an origin of published weights; elsewhere they are nothing to
// compare, unless somebody expects one.
func TestValuesOfOneKindOfRun(t *testing.T) {
	text := "x"
	for name, c := range map[string]struct {
		kind     func(f *Facts)
		pin      func(e *Expectation)
		says     string // of what is compared
		proposed func(e Expectation) bool
	}{
		"seed of a shuffle":   {func(f *Facts) { f.Order, f.Seed = "committed", "" }, func(e *Expectation) { e.Seed = &text }, "seed of the shuffle", func(e Expectation) bool { return e.Seed == nil }},
		"seed of weights":     {func(f *Facts) { f.Origin, f.OriginSeed, f.OriginScheme = "private", "", "" }, func(e *Expectation) { e.OriginSeed = &text }, "seed of the initial weights", func(e Expectation) bool { return e.OriginSeed == nil }},
		"scheme of weights":   {func(f *Facts) { f.Origin, f.OriginSeed, f.OriginScheme = "private", "", "" }, func(e *Expectation) { e.OriginScheme = &text }, "scheme of the initial weights", func(e Expectation) bool { return e.OriginScheme == nil }},
		"digest of an origin": {func(*Facts) {}, func(e *Expectation) { e.OriginDigest = &text }, "published initial weights (origin digest)", func(e Expectation) bool { return e.OriginDigest == nil }},
	} {
		f := facts()
		c.kind(&f)
		e := f.Expect()
		r := &Report{Facts: f}
		if err := e.compare(&Statement{}, r); err != nil || len(r.NotChecked) != 0 || !c.proposed(e) ||
			slices.ContainsFunc(r.Checked, func(line string) bool { return strings.HasPrefix(line, c.says) }) {
			t.Errorf("%s: %v, checked %q, not checked %q", name, err, r.Checked, r.NotChecked)
		}
		c.pin(&e)
		r = &Report{Facts: f}
		if err := e.compare(&Statement{}, r); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "expected "+c.says+" ") {
			t.Errorf("%s, expected all the same: %v", name, err)
		}
	}
	f := facts()
	f.Origin = "published"
	e := f.Expect()
	r := &Report{Facts: f}
	if err := e.compare(&Statement{}, r); err != nil || !slices.Contains(r.Checked, "published initial weights (origin digest): origin") {
		t.Errorf("published weights: %v, checked %q", err, r.Checked)
	}
}

// TestLongValuesAreCut: a line of a report shows the beginning of a long value
// and its length.
func TestLongValuesAreCut(t *testing.T) {
	long := strings.Repeat("x", maxShown+1)
	for _, c := range []struct{ name, value, want string }{
		{"context", "", "none"},
		{"context", "none", `"none"`},
		{"context", "[]", `"[]"`},
		{"rate", "", "none"},
		{"frozen weights", "[]", "none"},
		{"rate", long[1:], long[1:]},
		{"rate", long, fmt.Sprintf("%s… (%d bytes in all)", long[1:], maxShown+1)},
		{"rate", long[1:maxShown] + "é", long[1:maxShown] + fmt.Sprintf("… (%d bytes in all)", maxShown+1)},
		{"rate", "a\nb", "a\nb"},
		{"context", "a\nb", `"a\nb"`},
		{"seed of something", "a\nb", `"a\nb"`},
	} {
		if got := (&pin{name: c.name}).shown(c.value); got != c.want {
			t.Errorf("%s %.20q: %.60q, want %.60q", c.name, c.value, got, c.want)
		}
	}
}

// TestProvenSentences: the numbers in them.
func TestProvenSentences(t *testing.T) {
	f := facts()
	left := []schedule.Range{{Part: 0, From: 5, To: 7}, {Part: 1, From: 0, To: 2}}
	ranges := func(n int) []string { return slices.Repeat([]string{"0:5"}, n) }
	for _, c := range []struct {
		change func(s *Statement, f *Facts)
		want   []string // in the sentences, in order
	}{
		{func(*Statement, *Facts) {}, []string{"what 12 steps", "in 3 chained segments", "shuffled order, batch 4) from the committed dataset of 753 rows in 2 part(s)", "learning rate (0.5)", "16-bit", "integers from −2^9 to 2^9 − 1"}},
		{func(_ *Statement, f *Facts) { f.Segments = 1 }, []string{"in one segment", "753 rows", "(0.5)", "16-bit", "integers"}},
		{func(s *Statement, f *Facts) { s.Schedule.Without = left }, []string{"12 steps", "753 rows", "any of the 4 row(s) that the schedule leaves out, part:row from 0: 0:5", "(0.5)", "16-bit", "integers"}},
		{func(s *Statement, f *Facts) { s.Schedule.Without, f.Without = left, ranges(100) }, []string{"12 steps", "753 rows", "0: " + strings.Join(ranges(100), ", "), "(0.5)", "16-bit", "integers"}},
		{func(s *Statement, f *Facts) { s.Schedule.Without, f.Without = left, ranges(101) }, []string{"12 steps", "753 rows", strings.Join(ranges(100), ", ") + " and 1 more range(s)", "(0.5)", "16-bit", "integers"}},
	} {
		s, f := &Statement{Origin: Origin{Bits: 9}}, f
		c.change(s, &f)
		sentences := proven(s, &f, nil)
		text := strings.Join(sentences, "\n")
		for _, want := range c.want {
			_, rest, found := strings.Cut(text, want)
			if !found {
				t.Errorf("%q is not said, or too early: %q", want, sentences)
			}
			text = rest
		}
	}
	s := &Statement{Origin: Origin{Bits: 9}}
	if sentences := proven(s, &f, nil); len(sentences) != 5 {
		t.Errorf("%d sentences of a run that leaves nothing out: %q", len(sentences), sentences)
	}
}
