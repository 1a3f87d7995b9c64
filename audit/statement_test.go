package audit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// TestEverythingPublicIsStated: two claims that differ in anything public have
// two statements, so that no proof of one is one of the other.
func TestEverythingPublicIsStated(t *testing.T) {
	w, _, _ := archive(t)
	w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	claim := func() Claim {
		return &Performance{Model: "net", Parts: []string{"north", "south"}, Metric: "accuracy", AtLeast: "0.1", Release: Release{What: "counts"}}
	}
	public := func(change func(f *Frame, item *Item, s *Scope)) []byte {
		f, item := w.frame, w.item(claim())
		st, err := state(&f, item, w.subjects, nil, ops.NewTables())
		if err != nil {
			t.Fatal(err)
		}
		st.scope.release.asked[0].Values = []int64{40}
		change(&f, item, st.scope)
		b, err := publicBytes(&f, item, st.scope)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	seen := map[string]string{}
	for name, change := range map[string]func(f *Frame, item *Item, s *Scope){
		"the claim":         func(*Frame, *Item, *Scope) {},
		"another name":      func(_ *Frame, item *Item, _ *Scope) { item.Name = "b" },
		"another kind":      func(_ *Frame, item *Item, _ *Scope) { item.Kind = "provenance" },
		"another parameter": func(_ *Frame, item *Item, _ *Scope) { item.Claim.(*Performance).AtLeast = "0.2" },
		"another mode":      func(f *Frame, _ *Item, _ *Scope) { f.Mode = mode.ZKGroth16 },
		"another context":   func(f *Frame, _ *Item, _ *Scope) { f.Context = "b" },
		"another release":   func(_ *Frame, _ *Item, s *Scope) { s.release.asked[0].Name = "b" },
		"another value":     func(_ *Frame, _ *Item, s *Scope) { s.release.asked[0].Values[0]++ },
		"more values": func(_ *Frame, _ *Item, s *Scope) {
			s.release.asked[0].Values = append(s.release.asked[0].Values, 0)
		},
		"no release": func(_ *Frame, _ *Item, s *Scope) { s.release.asked = nil },
		"another part": func(_ *Frame, _ *Item, s *Scope) {
			s.parts["north"] = s.parts["south"]
		},
		"another name of a part": func(_ *Frame, _ *Item, s *Scope) {
			s.parts["west"] = s.parts["south"]
			delete(s.parts, "south")
		},
		"another run": func(_ *Frame, _ *Item, s *Scope) {
			r := *s.runs["net"]
			r.Digest[0]++
			s.runs["net"] = &r
		},
		"another program": func(_ *Frame, _ *Item, s *Scope) {
			r := *s.runs["net"]
			r.ProgramDigest[0]++
			s.runs["net"] = &r
		},
		"other weights": func(_ *Frame, _ *Item, s *Scope) {
			r := *s.runs["net"]
			r.Weights = append(bundle.WeightCommitments{}, r.Weights...)
			r.Weights[0] = r.Weights[1]
			s.runs["net"] = &r
		},
		"another name of a run": func(_ *Frame, _ *Item, s *Scope) {
			s.runs["b"] = s.runs["net"]
			delete(s.runs, "net")
		},
	} {
		b := string(public(change))
		if other, twice := seen[b]; twice {
			t.Errorf("%s and %s have one statement", name, other)
		}
		seen[b] = name
	}
	models := map[string]map[string]*Model{}
	m := w.subjects.Models["embedder"]
	other, coarser, deeper := *m, *m, *m
	other.SHA256[0]++
	coarser.Fractions.Feature++
	deeper.ProgramDigest[0]++
	models["none"], models["one"], models["another name"] = nil, map[string]*Model{"a": m}, map[string]*Model{"b": m}
	models["another file"], models["other fractions"], models["another program"] = map[string]*Model{"a": &other}, map[string]*Model{"a": &coarser}, map[string]*Model{"a": &deeper}
	models["two"], models["two, swapped"] = map[string]*Model{"a": m, "b": &other}, map[string]*Model{"a": &other, "b": m}
	seen = map[string]string{}
	for name, of := range models {
		b := string(appendModels([]byte("claim"), of))
		if other, twice := seen[b]; twice {
			t.Errorf("models: %s and %s have one encoding", name, other)
		}
		seen[b] = name
	}
	item := w.item(claim())
	st, err := state(&w.frame, item, w.subjects, nil, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := st.scope.identity(&w.frame, item)
	for name, c := range map[string]struct {
		f    Frame
		item Item
		same bool
	}{
		"name":    {w.frame, Item{Name: "b", Kind: item.Kind, Claim: item.Claim}, true},
		"context": {Frame{Mode: w.frame.Mode, Setup: w.frame.Setup, RowBits: w.frame.RowBits, Context: "b"}, *item, true},
		"mode":    {Frame{Mode: mode.ZKGroth16, Setup: w.frame.Setup, RowBits: w.frame.RowBits}, *item, false},
		"kind":    {w.frame, Item{Kind: "provenance", Claim: item.Claim}, false},
	} {
		got, err := st.scope.identity(&c.f, &c.item)
		if err != nil || bytes.Equal(got[:], want[:]) != c.same {
			t.Errorf("identity by another %s: %v", name, err)
		}
	}
	if _, err := st.scope.identity(&w.frame, &Item{Claim: unwritable{Of: func() {}}}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("identity of what cannot be written: %v", err)
	}
}

// encoding builds the bytes of docs/protocol.md, section 14, a second time.
type encoding []byte

func (e *encoding) int(n int) { *e = binary.LittleEndian.AppendUint64(*e, uint64(n)) }

func (e *encoding) raw(b []byte) { *e = append(*e, b...) }

func (e *encoding) text(b []byte) {
	e.int(len(b))
	e.raw(b)
}

// TestClaimsByTheirDefinition: with two of everything, whose order and number
// count.
func TestClaimsByTheirDefinition(t *testing.T) {
	w, _, net := archive(t)
	w.train("other", net.Program, trained(net).Cells)
	embedded := w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	item := w.item(&Performance{Model: "net", Parts: []string{"south", "north"}, Metric: "accuracy", AtLeast: "0.1", Release: Release{What: "counts"}})
	st, err := state(&w.frame, item, w.subjects, nil, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	s := st.scope
	s.release.asked = append(s.release.asked[:1], s.release.asked[0])
	s.release.asked[0].Values, s.release.asked[1].Values = []int64{4, 5}, []int64{6}
	s.runs["other"] = w.subjects.Runs["other"]
	public, err := publicBytes(&w.frame, item, s)
	if err != nil {
		t.Fatal(err)
	}
	public = appendModels(public, map[string]*Model{"b": embedded, "a": embedded})

	var e encoding
	parameters, err := encodeParameters(item.Claim)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"claim", "performance", string(parameters), string(mode.Validity), "test"} {
		e.text([]byte(field))
	}
	e.int(2)
	for i, values := range [][]int{{4, 5}, {6}} {
		e.text([]byte(s.release.asked[i].Name))
		e.int(len(values))
		for _, v := range values {
			e.int(v)
		}
	}
	e.int(2)
	for _, name := range []string{"north", "south"} {
		digest := w.subjects.digest(w.subjects.Parts[name], &w.frame)
		e.text([]byte(name))
		e.raw(digest[:])
	}
	e.int(2)
	for _, name := range []string{"net", "other"} {
		r := w.subjects.Runs[name]
		e.text([]byte(name))
		e.raw(r.Digest[:])
		e.raw(r.ProgramDigest[:])
		for _, rows := range r.Weights {
			e.text(commitments.AppendPoints(nil, rows))
		}
	}
	e.int(2)
	for _, name := range []string{"a", "b"} {
		e.text([]byte(name))
		e.raw(embedded.SHA256[:])
		for _, bits := range []int{embedded.Fractions.Feature, embedded.Fractions.Activation, embedded.Fractions.Weight} {
			e.int(bits)
		}
		e.raw(embedded.ProgramDigest[:])
	}
	if !bytes.Equal(public, e) {
		t.Error("a claim's public bytes are not those of its definition")
	}
	about := w.item(&Performance{Model: "embedder", Parts: []string{"north"}, Metric: "accuracy", AtLeast: "0.1"})
	of, err := state(&w.frame, about, w.subjects, nil, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(of.statement.Public, appendModels(nil, map[string]*Model{"embedder": embedded})) {
		t.Error("the public model that a claim is about is not in its statement")
	}
	if len(st.statement.External) != len(s.external) || len(s.external) < 4 {
		t.Fatalf("%d external tensors of %d", len(st.statement.External), len(s.external))
	}
	for i, x := range s.external {
		if !slices.Equal(st.statement.External[i], x.rows) {
			t.Errorf("external tensor %d is another", i)
		}
	}
}

// TestClaimsThatCannotBeStated: nothing is proven about them.
func TestClaimsThatCannotBeStated(t *testing.T) {
	w, _, _ := archive(t)
	licence := func() *Licence {
		return &Licence{Parts: []string{"north"}, Attribute: "sex", Allowed: []string{"F", "M"}}
	}
	w.publish("net", embedder(t, 1, true, 5, 6, 4, 3)) // the name of a run
	if _, err := state(&w.frame, w.item(licence()), w.subjects, nil, ops.NewTables()); err == nil || !strings.Contains(err.Error(), "both a training run and a public model") {
		t.Errorf("two things of one name: %v", err)
	}
	delete(w.subjects.Models, "net")
	if _, err := state(&w.frame, w.item(licence()), w.subjects, []Released{{Name: "x"}}, ops.NewTables()); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "1 released values, it has 0") {
		t.Errorf("released without being asked for: %v", err)
	}
	item := w.item(licence())
	item.Claim = &Licence{Parts: []string{"nowhere"}, Attribute: "sex", Allowed: []string{"F"}}
	if _, err := state(&w.frame, item, w.subjects, nil, ops.NewTables()); err == nil || !strings.Contains(err.Error(), `claim "claim": `) || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a part that is not there: %v", err)
	}
	item.Claim = unwritable{Licence: licence(), Of: func() {}}
	if _, err := state(&w.frame, item, w.subjects, nil, ops.NewTables()); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("parameters that cannot be written: %v", err)
	}
}

// TestDerive: what a proof is about is what the prover's claim states, and each of
// its commitments is the one whose source is named.
func TestDerive(t *testing.T) {
	w, _, _ := archive(t)
	item := w.item(&Performance{Model: "net", Parts: []string{"north", "south"}, Metric: "accuracy", AtLeast: "0.1"})
	d, err := Derive(&w.frame, item, w.subjects)
	if err != nil {
		t.Fatal(err)
	}
	st, err := state(&w.frame, item, w.subjects, nil, ops.NewTables())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(d.Statement.Head(), st.statement.Head()) {
		t.Error("another statement than the prover's")
	}
	if !slices.Equal(d.Runs, []string{"net"}) || d.Releases != 0 {
		t.Errorf("about %q, %d releases", d.Runs, d.Releases)
	}
	seen := map[Source]bool{}
	for i, s := range d.Sources {
		of := w.subjects.Runs["net"].Weights
		if s.Part != "" {
			of = w.subjects.Parts[s.Part].Commitments
		}
		if (s.Part == "") == (s.Run == "") || !slices.Equal(d.Statement.External[i], of[s.Tensor]) || seen[s] {
			t.Errorf("commitment %d is said to be %+v", i, s)
		}
		seen[s] = true
	}
	if want := 2*2 + len(w.subjects.Runs["net"].Weights); len(d.Sources) != want || len(d.Statement.External) != want {
		t.Errorf("%d sources of %d commitments, want %d", len(d.Sources), len(d.Statement.External), want)
	}

	item = w.item(&Performance{Model: "net", Parts: []string{"north"}, Metric: "accuracy", AtLeast: "0.1", Release: Release{What: "counts"}})
	if d, err := Derive(&w.frame, item, w.subjects); err != nil || d.Releases == 0 {
		t.Errorf("a claim that releases counts: %v", err)
	}
	item = w.item(&Provenance{Run: "net", Parts: []string{"north"}})
	for _, item := range []*Item{item, w.item(&Performance{Model: "net", Parts: []string{"west"}, Metric: "accuracy", AtLeast: "0.1"})} {
		if _, err := Derive(&w.frame, item, w.subjects); err == nil {
			t.Errorf("%s: no error", item.Kind)
		}
	}
}
