package audit

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/transpile"
)

const claims = `
context = "order 7"

[[claim]]
kind = "provenance"
run = "net"
parts = ["north", "south"]

[[claim]]
kind = "diversity"
name = "women-and-men"
parts = ["north", "south"]
attributes = ["sex"]
at_least = "0.4"
release = "counts"

[[claim]]
kind = "performance"
model = "net"
parts = ["north"]
metric = "accuracy"
at_least = "0.05"
release = "counts"
round = 2
min_group = 2
`

// inputs are those of an audit of claims.
func inputs(t *testing.T) (*world, *Inputs) {
	w, run, _ := classified(t)
	for _, name := range []string{"north", "south"} {
		p := w.subjects.Parts[name]
		run.Parts, run.Rows, run.Used = append(run.Parts, p.Digest(w.setup.ID, w.setup.RowBits)), append(run.Rows, p.Rows), append(run.Used, 60)
	}
	return w, &Inputs{
		Mode: mode.Validity, By: &proving.Prover{Setup: w.setup, Rand: crand.Reader},
		Parts: w.subjects.OwnedParts, Runs: w.subjects.OwnedRuns,
	}
}

func parse(t *testing.T, text string) *Audit {
	t.Helper()
	a, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// names tells whether a parameter of some claim is the name.
func (a *Audit) names(t testing.TB, name string) bool {
	if a == nil {
		return false
	}
	for _, item := range a.Items {
		text, err := encodeParameters(item.Claim)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(strconv.Quote(name))) {
			return true
		}
	}
	return false
}

// expectations are what a verifier who knows everything requires.
func (w *world) expectations(a *Audit) Expectation {
	e := Expectation{ReadModel: transpile.ReadModel, Mode: w.frame.Mode, Claims: a, Parts: map[string]string{}, RunDigests: map[string]string{}}
	for name, p := range w.subjects.Parts {
		if !a.names(w.t, name) {
			continue
		}
		digest := p.Digest(w.setup.ID, w.setup.RowBits)
		e.Parts[name] = hex.EncodeToString(digest[:])
	}
	for name, r := range w.subjects.Runs {
		e.Runs = append(e.Runs, r)
		e.RunDigests[name] = hex.EncodeToString(r.Digest[:])
	}
	return e
}

func TestAudit(t *testing.T) {
	w, in := inputs(t)
	ctx, a := context.Background(), parse(t, claims)
	b, proven, err := Prove(ctx, a, in)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Unmarshal(encoded)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: w.setup.Verifier()}
	if _, err := Verify(ctx, read, w.expectations(a), v, Options{}); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("development setup: %v", err)
	}
	r, err := Verify(ctx, read, w.expectations(a), v, Options{AllowInsecure: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.NotChecked) != 0 || r.Bits != proven.Bits || r.Claims[1].Released[0].Values[0] != 20 || r.Claims[1].Released[0].Labels[1] != "M" {
		t.Errorf("%+v", r)
	}
	var text bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 claims hold", "INSECURE", "\"women-and-men\"", `"F": 20, "M": 30`, "read 60 times, 50.00 % of all reading"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &text)
		}
	}
	loose, err := Verify(ctx, read, Expectation{Runs: w.expectations(a).Runs}, v, Options{AllowInsecure: true})
	if err != nil || len(loose.NotChecked) != 6 || loose.NotChecked[0] != "mode of the proofs: validity" {
		t.Errorf("without expectations: %v, %q", err, loose.NotChecked)
	}
}

// TestExpectations: an audit that is true, of something else than expected.
func TestExpectations(t *testing.T) {
	w, in := inputs(t)
	ctx, a := context.Background(), parse(t, claims)
	b, _, err := Prove(ctx, a, in)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: w.setup.Verifier()}
	for name, change := range map[string]struct {
		f    func(e *Expectation)
		want error
	}{
		"another threshold": {func(e *Expectation) { e.Claims = parse(t, strings.Replace(claims, "0.4", "0.41", 1)) }, fault.ErrRejected},
		"another context":   {func(e *Expectation) { e.Claims = parse(t, strings.Replace(claims, "order 7", "order 8", 1)) }, fault.ErrRejected},
		"a claim less":      {func(e *Expectation) { e.Claims.Items = e.Claims.Items[1:] }, fault.ErrRejected},
		"another name":      {func(e *Expectation) { e.Claims.Items[0].Name = "x" }, fault.ErrRejected},
		"another part":      {func(e *Expectation) { e.Parts["north"] = e.Parts["south"] }, fault.ErrRejected},
		"another mode":      {func(e *Expectation) { e.Mode = mode.ZKPLONK }, fault.ErrRejected},
		"no run":            {func(e *Expectation) { e.Runs = nil }, fault.ErrUsage},
	} {
		e := w.expectations(parse(t, claims))
		change.f(&e)
		if _, err := Verify(ctx, b, e, v, Options{AllowInsecure: true}); !errors.Is(err, change.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := w.expectations(parse(t, strings.Replace(claims, "0.4", "0.41", 1)))
	if _, err := Verify(ctx, b, e, v, Options{AllowInsecure: true}); err == nil || !strings.Contains(err.Error(), `with at_least = "0.41", the audit has it with at_least = "0.4"`) {
		t.Errorf("another threshold is not named: %v", err)
	}
}

// TestChangedAudits: an audit of which one thing is another than was proven.
func TestChangedAudits(t *testing.T) {
	w, in := inputs(t)
	ctx, v := context.Background(), &mode.Verifier{Setup: w.setup.Verifier()}
	for name, change := range map[string]func(b *Bundle){
		"certificate of another part": func(b *Bundle) { b.Certificates["north"] = b.Certificates["south"] },
		"no certificate":              func(b *Bundle) { delete(b.Certificates, "north") },
		"proof of another claim":      func(b *Bundle) { b.Claims[1].Proof = b.Claims[2].Proof },
		"no proof":                    func(b *Bundle) { b.Claims[1].Proof = nil },
		"easier claim":                func(b *Bundle) { b.Claims[1].Claim.(*Diversity).AtLeast = "0.3" },
		"other counts":                func(b *Bundle) { b.Claims[1].Released[0].Values[0] = 10 },
		"counts of another name":      func(b *Bundle) { b.Claims[1].Released[0].Name = "x" },
		"another context":             func(b *Bundle) { b.Context = "order 8" },
		"part that is not there":      func(b *Bundle) { b.Claims[1].Claim.(*Diversity).Parts[0] = "west" },
	} {
		b, _, err := Prove(ctx, parse(t, claims), in) // a fresh one: changes reach into claims
		if err != nil {
			t.Fatal(err)
		}
		change(b)
		if _, err := Verify(ctx, b, w.expectations(nil), v, Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
