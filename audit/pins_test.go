package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// TestPinnedIsThere: what is pinned by name is what claims are about; a prover
// cannot answer with something else that is called so, nor with nothing.
func TestPinnedIsThere(t *testing.T) {
	w, in, file := published(t)
	net, embedder := w.subjects.OwnedRuns["net"], w.subjects.Models["embedder"]
	a := parse(t, "[[claim]]\nkind = \"performance\"\nmodel = \"embedder\"\nparts = [\"north\"]\nmetric = \"accuracy\"\nat_least = \"0.001\"\n")
	honest, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	// the same claims, of a run of the same name as the model
	in.Models, in.Runs = nil, map[string]*OwnedRun{"embedder": net}
	swapped, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(b *Bundle, pin func(e *Expectation)) error {
		e := w.expectations(a)
		e.ModelFiles, e.RunDigests = [][]byte{file}, nil
		pin(&e)
		_, err := Verify(context.Background(), b, e, &mode.Verifier{Setup: w.setup.Verifier()}, Options{AllowInsecure: true})
		return err
	}
	model := func(e *Expectation) {
		e.Models = map[string]ModelPin{"embedder": {SHA256: hex.EncodeToString(embedder.SHA256[:])}}
	}
	run := func(e *Expectation) { e.RunDigests = map[string]string{"embedder": hex.EncodeToString(net.Digest[:])} }
	for name, test := range map[string]struct {
		b    *Bundle
		pin  func(e *Expectation)
		says string
	}{
		"the model":            {honest, model, ""},
		"the run":              {swapped, run, ""},
		"a run for a model":    {swapped, model, `expected claims about public model "embedder", the audit has none`},
		"a model for a run":    {honest, run, `expected claims about run "embedder", the audit has none`},
		"a part without claim": {honest, func(e *Expectation) { e.Parts["south"] = "00" }, `expected claims about part "south", the audit has none`},
	} {
		err := verify(test.b, test.pin)
		if test.says == "" && err != nil || test.says != "" && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}

// TestListedIsNamed: an audit does not list what none of its claims is about,
// or the report would show the parts that somebody expects beside claims about
// others.
func TestListedIsNamed(t *testing.T) {
	w, in, file := published(t)
	a := parse(t, modelClaims)
	made, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	good, err := made.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	more := w.commit("more", smallDataset(), graph.OneHot)
	certificate, err := more.Certify(context.Background(), mode.Validity, in.By, nil)
	if err != nil {
		t.Fatal(err)
	}
	net := w.subjects.OwnedRuns["net"]
	run := w.train("more", net.Program, trained(net).Cells)
	for name, add := range map[string]func(b *Bundle){
		"":             func(*Bundle) {},
		`part "more"`:  func(b *Bundle) { b.Parts["more"], b.Certificates["more"] = &more.PublicPart, certificate },
		`run "more"`:   func(b *Bundle) { b.Runs["more"] = run.Digest },
		`model "more"`: func(b *Bundle) { b.Models["more"] = ModelID{b.Models["embedder"].SHA256, Fractions{4, 8, 9}} },
	} {
		b, err := Unmarshal(good)
		if err != nil {
			t.Fatal(err)
		}
		add(b)
		e := w.expectations(a)
		e.ModelFiles, e.RunDigests = [][]byte{file}, nil
		_, err = Verify(context.Background(), b, e, &mode.Verifier{Setup: w.setup.Verifier()}, Options{AllowInsecure: true})
		if name == "" && err != nil || name != "" && (!errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "lists "+name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestModelsTogether: an audit that names a large file many times, in other
// formats, does not make its verifier hold all of them.
func TestModelsTogether(t *testing.T) {
	cells := map[graph.TensorID][]int64{0: make([]int64, maxModelCells)} // never written
	s := &Subjects{Models: map[string]*Model{}}
	for _, name := range []string{"a", "b", "c", "d"} {
		s.Models[name] = &Model{cells: cells}
	}
	if err := s.check(); err != nil {
		t.Errorf("four of the largest: %v", err)
	}
	s.Models["e"] = &Model{cells: map[graph.TensorID][]int64{0: {1}}}
	if err := s.check(); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("a weight more: %v", err)
	}
}
