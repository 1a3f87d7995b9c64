package audit

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/transpile"
)

const modelClaims = `
[[claim]]
kind = "non_inclusion"
parts = ["north"]
works = "works"
model = "embedder"
layer = "1 FULLY_CONNECTED relu"

[[claim]]
kind = "performance"
model = "net"
parts = ["north"]
metric = "accuracy"
at_least = "0.05"
`

// published are inputs of an audit about a run and a public model, and the
// model's file.
func published(t *testing.T) (*world, *Inputs, []byte) {
	w, _, _ := archive(t)
	file := embedder(t, 1, true, 5, 6, 4, 3)
	w.publish("embedder", file)
	return w, &Inputs{
		Mode: mode.Validity, By: &proving.Prover{Setup: w.setup, Rand: crand.Reader},
		Parts: w.subjects.OwnedParts, Runs: w.subjects.OwnedRuns, Models: w.subjects.Models,
	}, file
}

func TestAuditOfPublicModel(t *testing.T) {
	w, in, file := published(t)
	ctx, a := context.Background(), parse(t, modelClaims)
	made, _, err := Prove(ctx, a, in)
	if err != nil {
		t.Fatal(err)
	}
	good, err := made.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	another := embedder(t, 2, true, 5, 6, 4, 3)
	pin := ModelPin{SHA256: hex.EncodeToString(sha(file)), Fractions: &Fractions{4, 8, 10}}
	v := &mode.Verifier{Setup: w.setup.Verifier()}
	for name, test := range map[string]struct {
		change func(b *Bundle, e *Expectation)
		want   error
		text   string
	}{
		"as it is":       {func(*Bundle, *Expectation) {}, nil, ""},
		"one file more":  {func(_ *Bundle, e *Expectation) { e.ModelFiles = append(e.ModelFiles, another) }, nil, ""},
		"no reader":      {func(_ *Bundle, e *Expectation) { e.ReadModel = nil }, fault.ErrVersion, "are not read here"},
		"no file":        {func(_ *Bundle, e *Expectation) { e.ModelFiles = nil }, fault.ErrUsage, pin.SHA256},
		"another file":   {func(_ *Bundle, e *Expectation) { e.ModelFiles = [][]byte{another} }, fault.ErrUsage, `"embedder"`},
		"another digest": {func(b *Bundle, _ *Expectation) { b.Models["embedder"] = ModelID{[32]byte{1}, Fractions{4, 8, 10}} }, fault.ErrUsage, "SHA-256 01"},
		"digest of another file": {func(b *Bundle, e *Expectation) {
			b.Models["embedder"] = ModelID{[32]byte(sha(another)), Fractions{4, 8, 10}}
			e.ModelFiles, e.Models = [][]byte{another}, nil
		}, fault.ErrRejected, "proof"},
		"a file that is no model": {func(b *Bundle, e *Expectation) {
			b.Models["embedder"] = ModelID{[32]byte(sha([]byte("x"))), Fractions{4, 8, 10}}
			e.ModelFiles, e.Models = [][]byte{[]byte("x")}, nil
		}, fault.ErrRejected, "embedder"},
		"another file pinned": {func(_ *Bundle, e *Expectation) { e.Models["embedder"] = ModelPin{SHA256: "00"} }, fault.ErrRejected, "expected model"},
		"other formats pinned": {func(_ *Bundle, e *Expectation) {
			e.Models["embedder"] = ModelPin{SHA256: pin.SHA256, Fractions: &Fractions{4, 8, 9}}
		}, fault.ErrRejected, "9 more of weights"},
		"other formats": {func(b *Bundle, e *Expectation) {
			b.Models["embedder"] = ModelID{[32]byte(sha(file)), Fractions{4, 8, 9}}
			e.Models = nil
		}, fault.ErrMalformed, "the proof is false"}, // of another shape
		"called otherwise, and pinned": {func(b *Bundle, _ *Expectation) { b.Models = map[string]ModelID{"x": b.Models["embedder"]} }, fault.ErrRejected, "the audit has none"},
		"called otherwise": {func(b *Bundle, e *Expectation) {
			b.Models, e.Models = map[string]ModelID{"x": b.Models["embedder"]}, nil
		}, fault.ErrMalformed, "no training run or public model"},
		"called as a run": {func(b *Bundle, _ *Expectation) { b.Models["net"] = b.Models["embedder"] }, fault.ErrMalformed, "one name is enough"},
	} {
		b, err := Unmarshal(good)
		if err != nil {
			t.Fatal(err)
		}
		e := w.expectations(a)
		e.Models, e.ModelFiles = map[string]ModelPin{"embedder": pin}, [][]byte{file}
		test.change(b, &e)
		r, err := Verify(ctx, b, e, v, Options{AllowInsecure: true})
		if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: %v, want %v with %q", name, err, test.want, test.text)
		}
		if test.want == nil && len(r.NotChecked) != 0 {
			t.Errorf("%s: not checked: %q", name, r.NotChecked)
		}
	}
	loose, err := Verify(ctx, made, Expectation{Runs: w.expectations(a).Runs, ModelFiles: [][]byte{file}, ReadModel: transpile.ReadModel, Models: map[string]ModelPin{"embedder": {SHA256: pin.SHA256}}}, v, Options{AllowInsecure: true})
	if err != nil || !slices.Contains(loose.NotChecked, "model \"embedder\": fraction bits 4 of features, 8 of activations, 10 more of weights") {
		t.Errorf("formats not pinned: %v, %q", err, loose.NotChecked)
	}
	loose, err = Verify(ctx, made, Expectation{Runs: w.expectations(a).Runs, ModelFiles: [][]byte{file}, ReadModel: transpile.ReadModel}, v, Options{AllowInsecure: true})
	if err != nil || !slices.Contains(loose.NotChecked, "model \"embedder\": SHA-256 "+pin.SHA256) {
		t.Errorf("file not pinned: %v, %q", err, loose.NotChecked)
	}
	var text, page bytes.Buffer
	if err := errors.Join(loose.WriteText(&text), loose.WriteHTML(&page)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"embedder", "10 more of weights", pin.SHA256} {
		if !strings.Contains(text.String(), want) || !strings.Contains(page.String(), want) {
			t.Errorf("a report lacks %q", want)
		}
	}
	in.Runs["embedder"] = in.Runs["net"]
	if _, _, err := Prove(ctx, a, in); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a run and a model of one name: %v", err)
	}
}

func TestEncodingOfModels(t *testing.T) {
	_, in, _ := published(t)
	made, _, err := Prove(context.Background(), parse(t, modelClaims), in)
	if err != nil {
		t.Fatal(err)
	}
	id := made.Models["embedder"]
	many := make([]encodedModel, maxModels+1)
	for i := range many {
		many[i] = encodedModel{fmt.Sprintf("model %03d", i), hex.EncodeToString(id.SHA256[:]), id.Fractions}
	}
	for name, models := range map[string][]encodedModel{
		"twice":            {{"embedder", hex.EncodeToString(id.SHA256[:]), id.Fractions}, {"embedder", hex.EncodeToString(id.SHA256[:]), id.Fractions}},
		"without name":     {{"", hex.EncodeToString(id.SHA256[:]), id.Fractions}},
		"called as a run":  {{"net", hex.EncodeToString(id.SHA256[:]), id.Fractions}},
		"short digest":     {{"embedder", hex.EncodeToString(id.SHA256[:31]), id.Fractions}},
		"coarser than any": {{"embedder", hex.EncodeToString(id.SHA256[:]), Fractions{4, 8, -1}}},
		"finer than any":   {{"embedder", hex.EncodeToString(id.SHA256[:]), Fractions{4, 15, 8}}},
		"too many":         many,
	} {
		e, err := made.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.decode(); err != nil {
			t.Fatalf("as it is: %v", err)
		}
		e.Models = models
		if _, err := e.decode(); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
