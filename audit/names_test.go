package audit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// noNames are what an attacker would call things, if a name could be more.
var noNames = []string{
	"", `left (1000 rows, read 1023 times, 99.90 %), right`, "north. Moreover no row is near a work", "a b", "a\x1b[2Kb", "a\u202eb", `a", "b`, "ä", "-", strings.Repeat("x", 65),
}

// audited is an audit of what the claims name, made by whoever is not stopped by
// the checks of Prove.
func (w *world) audited(claims ...Claim) *Bundle {
	w.t.Helper()
	ctx := context.Background()
	b := &Bundle{Frame: w.frame, Parts: map[string]*bundle.PublicPart{}, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
	by := &proving.Prover{Setup: w.setup}
	for i, c := range claims {
		item := w.item(c)
		item.Name = fmt.Sprintf("claim-%d", i)
		if _, err := b.prepare(&Audit{Items: []*Item{item}}, &Inputs{Mode: w.frame.Mode, By: by}, w.subjects, w.tables); err != nil {
			w.t.Fatal(err)
		}
		released, proof, err := proveClaim(ctx, &w.frame, item, w.subjects, by, w.tables)
		if err != nil {
			w.t.Fatal(err)
		}
		b.Claims = append(b.Claims, Proven{Item: *item, Released: released, Proof: proof})
	}
	for name := range b.Parts {
		certificate, err := w.owned(name).Certify(ctx, w.frame.Mode, by, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		b.Certificates[name] = certificate
	}
	return b
}

// received is what a verifier makes of an audit: its file, read and verified.
func (w *world) received(b *Bundle) (*Report, error) {
	w.t.Helper()
	file, err := b.Marshal()
	if err != nil {
		w.t.Fatal(err)
	}
	read, err := Unmarshal(file)
	if err != nil {
		return nil, err
	}
	var runs []*PublicRun
	for _, r := range w.subjects.Runs {
		runs = append(runs, r)
	}
	return Verify(context.Background(), read, Expectation{Runs: runs}, &mode.Verifier{Setup: w.setup.Verifier()}, Options{AllowInsecure: true})
}

// A part listed under two names counts twice: eight rows would be proven to be
// sixteen. Equal rows are refused, whatever else the digest covers.
func TestOnePartUnderTwoNames(t *testing.T) {
	c := &Diversity{Parts: []string{"north", "again"}, Attributes: []string{"sex"}, MinCount: 10}
	for name, change := range map[string]func(p *owner.Part){
		"the same part":           func(*owner.Part) {},
		"another nonce":           func(p *owner.Part) { p.Nonce[0]++ },
		"other names of features": func(p *owner.Part) { p.Meaning.Features = []string{"a", "b", "c", "d", "e"} },
	} {
		w := people(t) // 5 women and 8 men in north
		again := *w.owned("north")
		change(&again)
		w.subjects.OwnedParts["again"], w.subjects.Parts["again"] = &again, &again.PublicPart
		report, err := w.received(w.audited(c))
		if !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), `parts "again" and "north" hold the same committed rows`) {
			t.Errorf("%s: %v", name, err)
			if report != nil {
				t.Errorf("VERIFIED: %s", report.Claims[0].Says)
			}
		}
		in := &Inputs{Mode: w.frame.Mode, By: &proving.Prover{Setup: w.setup}, Parts: w.subjects.OwnedParts}
		if _, _, err := Prove(context.Background(), &Audit{Items: []*Item{w.item(c)}}, in); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "the same committed rows") {
			t.Errorf("%s: the owner: %v", name, err)
		}
	}
}

// Neither has a run two names, nor a public model.
func TestOneNameEach(t *testing.T) {
	w, _, _ := published(t)
	w.subjects.Runs["again"], w.subjects.OwnedRuns["again"] = w.subjects.Runs["net"], w.subjects.OwnedRuns["net"]
	w.subjects.Models["twin"] = w.subjects.Models["embedder"]
	accuracy := func(model string) Claim {
		return &Performance{Model: model, Parts: []string{"north"}, Metric: "accuracy", AtLeast: "0.01"}
	}
	for says, claims := range map[string][]Claim{
		`a run is called "again" and "net"`:              {accuracy("net"), accuracy("again")},
		`a public model is called "embedder" and "twin"`: {accuracy("embedder"), accuracy("twin")},
	} {
		if _, err := w.received(w.audited(claims...)); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	in := &Inputs{Mode: w.frame.Mode, By: &proving.Prover{Setup: w.setup}, Parts: w.subjects.OwnedParts, Runs: w.subjects.OwnedRuns}
	if err := Check(parse(t, "[[claim]]\nkind = \"well_formed\"\nparts = [\"north\"]\n"), in); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "one name is enough") {
		t.Errorf("the owner: %v", err)
	}
}

// Names have one form, wherever they come from; sentences would be false with
// others.
func TestNamesHaveOneForm(t *testing.T) {
	w, in := inputs(t)
	honest, _, err := Prove(context.Background(), parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	renamed := func(change func(b *Bundle)) error {
		b := *honest
		change(&b)
		file, err := b.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		_, err = Unmarshal(file)
		return err
	}
	north, net := honest.Parts["north"], honest.Runs["net"]
	for _, name := range append(noNames, "net") {
		for what, change := range map[string]func(b *Bundle){
			"part":  func(b *Bundle) { b.Parts = map[string]*bundle.PublicPart{name: north} },
			"run":   func(b *Bundle) { b.Runs = map[string][32]byte{name: net} },
			"model": func(b *Bundle) { b.Models = map[string]ModelID{name: {Fractions: Fractions{4, 8, 10}}} },
			"claim": func(b *Bundle) { b.Claims = []Proven{b.Claims[1], b.Claims[1]}; b.Claims[0].Name = name },
		} {
			good := name == "net" && what != "model" // a run has that name
			if err := renamed(change); good != (err == nil) || err != nil && !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("a %s called %q: %v", what, name, err)
			}
		}
		if name == "net" {
			continue
		}
		if _, err := Parse([]byte(fmt.Sprintf("[[claim]]\nkind = \"licence\"\nname = %q\n", name))); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("a claim called %q in a file: %v", name, err)
		}
		in.Parts[name] = w.commit("spare", smallDataset(), graph.OneHot)
		delete(in.Parts, "spare")
		if err := Check(parse(t, claims), in); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("the owner's part called %q: %v", name, err)
		}
		delete(in.Parts, name)
	}
	if err := renamed(func(b *Bundle) { b.Claims = []Proven{b.Claims[1], b.Claims[1]} }); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("two claims of one name: %v", err)
	}
}

// The errors of parts are in other units where their labels have other fraction
// bits: what is large in one would count as small in the other.
func TestErrorsInOneUnit(t *testing.T) {
	w, _ := everyClaim(t)
	finer := dataset(rand.New(rand.NewPCG(9, 9)), 5, 3, "sex", sexes, repeat(5, 8))
	finer.Labels = data.Labels{Kind: data.Values, Targets: 2, FractionBits: 9}
	line := w.subjects.OwnedRuns["line"]
	for _, y := range outputs(t, line.Program, trained(line).Cells, finer, line.Program.Loss.Prediction) {
		for _, cell := range y[:2] { // no error, in units half as large as those of values
			finer.Labels.Values = append(finer.Labels.Values, 2*cell)
		}
	}
	w.commit("finer", finer, graph.Values)
	c := func(most Decimal, parts ...string) Claim {
		return &Performance{Model: "line", Parts: parts, Metric: "mse", AtMost: most}
	}
	w.fails("one part", c("5", "values"), "the mse is more than 5")
	// of both together the mse is half as large, more than 2.5; in mixed units a
	// quarter of that is counted
	w.usage("parts of other units", c("2.5", "values", "finer"), "labels of different fraction bits")
}
