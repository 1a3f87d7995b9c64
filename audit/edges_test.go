package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// usage checks that parameters are refused, with words that say why.
func (w *world) usage(name string, c Claim, why string) {
	w.t.Helper()
	if _, _, err := w.prove(c, nil); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), why) {
		w.t.Errorf("%s: %v, want %q", name, err, why)
	}
}

func TestAccuracyAbove(t *testing.T) {
	w, run, parts := classified(t)
	o := outcomes(t, run, parts...)
	below, _ := decimals(o.right, o.rows)
	both := []string{"north", "south"}
	if o.right*1000000%o.rows == 0 {
		t.Fatal("the share is a decimal")
	}
	w.fails("accuracy", &Performance{Model: "net", Parts: both, Metric: "accuracy", AtMost: below}, "more than")
	w.fails("top 1", &Performance{Model: "net", Parts: both, Metric: "top_k", K: 1, AtMost: below}, "more than")
	w.holds("top 2 of 3", &Performance{Model: "net", Parts: both, Metric: "top_k", K: 2, AtLeast: "0.3"})
	for _, k := range []int{3, 4} {
		w.usage("top k of 3", &Performance{Model: "net", Parts: both, Metric: "top_k", K: k, AtLeast: "1"}, fmt.Sprintf("k = %d holds of any data and says nothing; want 1 to 2", k))
	}
}

// flat is a world with a model whose logits are all 0 and seven rows of the
// classes a and b.
func flat(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	p, cells := perceptron(t, 3, 5, 6, 3, graph.SoftmaxCrossEntropy)
	for _, id := range network.WeightTensors(p) {
		clear(cells[id])
	}
	w.train("flat", p, cells)
	d := dataset(rand.New(rand.NewPCG(1, 1)), 5, 3, "sex", []string{"F", "M", "X"}, repeat(3, 4))
	for i := range d.Labels.Class {
		d.Labels.Class[i] = int32(i % 2)
	}
	w.commit("test", d, graph.OneHot)
	return w
}

// Tied logits: the first class is predicted, and class k is the k-th.
func TestTies(t *testing.T) {
	w := flat(t)
	test := []string{"test"}
	w.holds("first", &Performance{Model: "flat", Parts: test, Metric: "top_k", K: 1, AtLeast: "0.571"}) // 4 of 7
	w.fails("first", &Performance{Model: "flat", Parts: test, Metric: "top_k", K: 1, AtLeast: "0.572"}, "fewer than 5 of 7")
	w.holds("second", &Performance{Model: "flat", Parts: test, Metric: "top_k", K: 2, AtLeast: "1"})
	w.holds("the first class", &Prediction{Model: "flat", Question: Question{Part: "test"}, Class: "0"})
	w.fails("another one", &Prediction{Model: "flat", Question: Question{Part: "test"}, Class: "1"}, `answers class "0"`)
	w.usage("a class by name, without names", &Prediction{Model: "flat", Question: Question{Part: "test"}, Class: "a"}, `without a list of classes in the claim, model "flat" has no class "a"; there are "0", "1", "2"`)
	w.usage("a part of no name", &Performance{Model: "flat", Parts: []string{"tset"}, Metric: "accuracy", AtLeast: "0.001"}, `no committed part is called "tset"; there is "test"`)
	w.usage("a group of no name", &Diversity{Parts: []string{"test"}, Attributes: []string{"sex"}, Groups: []string{"f"}, MinCount: 1}, `no group "f"; there are "F", `)
	w.fails("a class that neither occurs nor is predicted", &Performance{Model: "flat", Parts: test, Metric: "macro_f1", AtLeast: "0.001"}, `class "c" neither occurs`)
}

// Of no rows, every share is every number: claims about shares of a group
// refuse an empty one.
func TestEmptyGroups(t *testing.T) {
	w := flat(t)
	c := Censorship{Model: "flat", Parts: []string{"test"}, Attribute: "sex", Value: "X", Class: "a", AtLeast: "0.9", MinGroup: 1}
	w.fails("items", &c, "fewer than 1 item have")
	c.MinGroup = -1
	w.usage("fewer than none", &c, "min_group is -1")
	f := Fairness{Model: "flat", Parts: []string{"test"}, Attribute: "sex", Positive: "a", Measure: "demographic_parity", AtMost: "0", MinGroup: 1}
	w.fails("rows", &f, "fewer than the 1 row that")
	f.Groups = []string{"F", "M"}
	w.holds("groups that have rows", &f)
	f.Measure, f.Positive = "equal_opportunity", "c"
	w.fails("no row of the positive class", &f, `fewer than the 1 row of true class "c" that a comparison takes (min_group)`)
	f.MinGroup = -1
	w.usage("fewer than none", &f, "min_group is -1")
	// a bound of 0 is reached by no gap, and by nothing else
	w.fails("diversity", &Diversity{Parts: []string{"test"}, Attributes: []string{"sex"}, MinCount: 1}, `group "X" has fewer than 1`)
}

// A public list is as wide as the rows of every part that it is compared with.
func TestListOfAnotherWidth(t *testing.T) {
	w, parts, _ := archive(t)
	wide := dataset(rand.New(rand.NewPCG(1, 1)), 6, 3, "sex", sexes, repeat(2, 1))
	w.commit("wide", wide, graph.OneHot)
	for name, names := range map[string][]string{"narrow first": {"north", "wide"}, "wide first": {"wide", "north"}} {
		list := Works{List: [][]int64{row64(parts[0], 0)}}
		if names[0] == "wide" {
			list.List[0] = append(list.List[0], 1) // beyond the columns of north, row 0 of which it is
		}
		w.usage(name, &NonInclusion{Parts: names, Works: list}, "cells")
		w.usage(name, &Membership{Parts: names, Works: list}, "width")
	}
}

func TestCommittedWorksByDistance(t *testing.T) {
	w, _, _ := archive(t)
	c := &NonInclusion{Parts: []string{"north"}, Distance: "0.0624", Works: Works{From: "works"}} // a unit is 1/16
	w.holds("beyond", c)
	c.Distance = "0.0625"
	w.fails("reached", c, "row 12")
	w.lie("reached", c, nil, `range of distances of part "north" slack 0`)
	w.fails("altered copy", &NonInclusion{Parts: []string{"north"}, Model: "net", Cosine: "0.99", Works: Works{From: "works"}}, "above 0.99")
}

// A class with the name of another one is no class to make claims about.
func TestNamesOfClasses(t *testing.T) {
	w, _, _ := classified(t)
	p := w.owned("north")
	p.Classes = []string{"a", "a", "b"}
	c := Censorship{Model: "net", Parts: []string{"north"}, Attribute: "sex", Value: "M", Class: "a", AtMost: "0.999", MinGroup: 1}
	w.usage("two classes of a name", &c, `two classes "a"`)
	c.Class = "c"
	w.usage("no class of a name", &c, `no class "c"`)
	c.Class = "b"
	w.holds("the only class of its name", &c)
	q := Prediction{Model: "net", Question: Question{Part: "north"}, Class: "1", Classes: []string{"1"}}
	w.usage("a name that is another one's number", &q, `two classes "1"`)
	released, proof := w.holds("released", &Prediction{Model: "net", Question: Question{Part: "north"}, What: "class"})
	for _, class := range []int64{-1, 3, 1 << 40} {
		released[0].Values[0] = class
		if err := w.verify(&Prediction{Model: "net", Question: Question{Part: "north"}, What: "class"}, released, proof); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("released class %d: %v", class, err)
		}
	}
}

// Released counts are those of the histogram that the claim is about.
func TestLiesAboutReleases(t *testing.T) {
	w := people(t)
	c := &Diversity{Parts: []string{"north"}, Attributes: []string{"sex"}, MinCount: 3, MinGroup: 2, Release: Release{What: "counts", Round: 2}}
	about := func(f, m int64) *liar {
		released := []Released{{Name: "groups", Values: []int64{f, m}}}
		st, err := state(&w.frame, w.item(c), w.subjects, released, w.tables)
		if err != nil {
			t.Fatal(err)
		}
		return w.liarAbout(st, st.scope.compute())
	}
	if lies := about(4, 8).violated(); len(lies) > 0 { // 5 and 8
		t.Errorf("true counts: %q", lies)
	}
	about(6, 8).caught("rounded up", "range of rest of groups")
	about(2, 8).caught("one step down", "range of rest of groups")
	l := about(6, 6)
	l.move("histogram of groups", 1, 0)
	l.recount("rest of ")
	l.corner()
	l.caught("a row moved", "counts of histogram of groups")
}

func TestProvenanceSubstituted(t *testing.T) {
	w, run, _ := classified(t)
	for _, name := range []string{"north", "south"} {
		p := w.subjects.Parts[name]
		run.Parts, run.Rows, run.Used = append(run.Parts, p.Digest(w.setup.ID, w.setup.RowBits)), append(run.Rows, p.Rows), append(run.Used, 60)
	}
	w.train("other", run.Program, trained(run).Cells)
	w.commit("more", smallDataset(), graph.OneHot)
	c := &Provenance{Run: "net", Parts: []string{"north", "south"}}
	if err := w.verify(c, nil, nil); err != nil {
		t.Fatal(err)
	}
	genuine := w.subjects.Parts["south"]
	refused := func(name string, c *Provenance) {
		t.Helper()
		if err := w.verify(c, nil, nil); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("a part too many", &Provenance{Run: "net", Parts: []string{"north", "south", "more"}})
	refused("another run", &Provenance{Run: "other", Parts: []string{"north", "south"}})
	w.subjects.Parts["south"] = classifiedAgain(t)
	refused("the same rows, committed again", c)
	for name, change := range map[string]func(p *bundle.PublicPart){
		"a row less": func(p *bundle.PublicPart) { p.Rows-- },
		"another vocabulary": func(p *bundle.PublicPart) {
			p.Attributes = []bundle.Vocabulary{{Name: "sex", Entries: []string{"M", "F"}}}
		},
		"other labels": func(p *bundle.PublicPart) { p.LabelKind = graph.Bits },
	} {
		p := *genuine
		change(&p)
		w.subjects.Parts["south"] = &p
		refused(name, c)
	}
}

// classifiedAgain is a part with the rows of south under fresh commitments.
func classifiedAgain(t *testing.T) *bundle.PublicPart {
	w, _, _ := classified(t)
	return w.subjects.Parts["south"]
}

// Runs are those the verifier means, proven with the setup of the audit.
func TestRunsAreCompared(t *testing.T) {
	w, in := inputs(t)
	net := w.subjects.OwnedRuns["net"]
	w.train("other", net.Program, trained(net).Cells)
	a := parse(t, claims)
	b, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	v, options := &mode.Verifier{Setup: w.setup.Verifier()}, Options{AllowInsecure: true}
	verify := func(e Expectation) (*Report, error) { return Verify(context.Background(), b, e, v, options) }
	// of two verified runs, the bundle says which is called net; of a single one
	// it is not known that it is the one meant
	e := w.expectations(a)
	e.RunDigests = nil
	r, err := verify(e)
	if err != nil || len(r.NotChecked) != 1 || !strings.Contains(r.NotChecked[0], `run "net"`) || !strings.Contains(r.NotChecked[0], "one of the 2 bundles") {
		t.Errorf("%v, not checked: %q", err, r.NotChecked)
	}
	e.Runs = []*PublicRun{&net.PublicRun}
	if r, err = verify(e); err != nil || len(r.NotChecked) != 1 || !strings.Contains(r.NotChecked[0], "was not compared") {
		t.Errorf("one bundle: %v, not checked: %q", err, r.NotChecked)
	}
	e = w.expectations(a)
	e.RunDigests = map[string]string{"net": hex.EncodeToString(net.Digest[:])}
	if r, err = verify(e); err != nil || len(r.NotChecked) > 0 {
		t.Errorf("pinned: %v, not checked: %q", err, r.NotChecked)
	}
	other := w.subjects.Runs["other"].Digest
	e.RunDigests["net"] = hex.EncodeToString(other[:])
	if _, err := verify(e); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("another run: %v", err)
	}
	for name, change := range map[string]func(r *PublicRun){
		"another setup":   func(r *PublicRun) { r.Setup[0]++ },
		"other row sizes": func(r *PublicRun) { r.RowBits++ },
	} {
		run := *w.subjects.Runs["net"]
		change(&run)
		e := w.expectations(a)
		e.Runs = []*PublicRun{&run}
		if _, err := verify(e); !errors.Is(err, fault.ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
