package audit

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
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
		run.Parts, run.Rows, run.Used = append(run.Parts, p.Digest(w.srs.ID, w.srs.RowBits)), append(run.Rows, p.Rows), append(run.Used, 60)
	}
	return w, &Inputs{
		Mode: mode.Validity, By: &mode.Prover{SRS: w.srs, Rand: crand.Reader},
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
	e := Expectation{Mode: w.frame.Mode, Claims: a, Parts: map[string]string{}, RunDigests: map[string]string{}}
	for name, p := range w.subjects.Parts {
		if !a.names(w.t, name) {
			continue
		}
		digest := p.Digest(w.srs.ID, w.srs.RowBits)
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
	v := &mode.Verifier{SRS: w.srs.Verifier()}
	if _, err := Verify(ctx, read, w.expectations(a), v, Options{}); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("development SRS: %v", err)
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
	v := &mode.Verifier{SRS: w.srs.Verifier()}
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
		again, _, err := Prove(ctx, a, in) // fresh: changes reach into claims
		if err != nil {
			t.Fatal(err)
		}
		change(again)
		e := w.expectations(nil)
		if _, err := Verify(ctx, again, e, v, Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
		a = parse(t, claims)
	}
}

func TestBundleEncoding(t *testing.T) {
	_, in := inputs(t)
	b, _, err := Prove(context.Background(), parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	good, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good); i += 1 + len(good)/500 {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := Unmarshal(bad); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := Unmarshal(good[:i]); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	for name, change := range map[string]func(b *Bundle){
		"no claim":           func(b *Bundle) { b.Claims = nil },
		"rows of a bit":      func(b *Bundle) { b.RowBits = 0 },
		"unknown mode":       func(b *Bundle) { b.Mode = "trust me" },
		"kind of nothing":    func(b *Bundle) { b.Claims[1].Kind = "adversity" },
		"rows beyond":        func(b *Bundle) { b.Parts["north"].Rows = 1 << 40 },
		"commitment missing": func(b *Bundle) { b.Parts["north"].Commitments = b.Parts["north"].Commitments[:2] },
		"same attribute":     func(b *Bundle) { p := b.Parts["north"]; p.Attributes = append(p.Attributes, p.Attributes[0]) },
		"no nonce":           func(b *Bundle) { b.Parts["north"].Nonce = bundle.Nonce{} },
		"no vocabulary":      func(b *Bundle) { b.Parts["north"].Attributes[0].Entries = nil },
	} {
		copied, err := Unmarshal(good)
		if err != nil {
			t.Fatal(err)
		}
		change(copied)
		bad, err := copied.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Unmarshal(bad); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseIsStrict(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                 ``,
		"unknown key":             claims + "\nat_lest = \"0.5\"\n",
		"key of another kind":     claims + "\nattributes = [\"sex\"]\n",
		"unknown key at the top":  "contxt = \"x\"\n" + claims,
		"unknown kind":            "[[claim]]\nkind = \"adversity\"\n",
		"no kind":                 "[[claim]]\nname = \"x\"\n",
		"two of a name":           "[[claim]]\nkind = \"licence\"\nname = \"x\"\n[[claim]]\nkind = \"licence\"\nname = \"x\"\n",
		"number for a text":       "[[claim]]\nkind = \"diversity\"\nat_least = 0.4\n",
		"not TOML":                "[[claim",
		"key twice":               "[[claim]]\nkind = \"licence\"\nkind = \"licence\"\n",
		"name that is no text":    "[[claim]]\nkind = \"licence\"\nname = 3\n",
		"table in place of a key": "[[claim]]\nkind = \"licence\"\n[claim.parts]\nx = 1\n",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, item := range parse(t, claims).Items {
		text, err := encodeParameters(item.Claim)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeParameters(item.Kind, text)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := encodeParameters(again); err != nil || !bytes.Equal(text, second) {
			t.Errorf("%s: %q, then %q", item.Name, text, second)
		}
	}
}

// Claims files of the examples are read.
func TestExamplesParse(t *testing.T) {
	files, err := filepath.Glob("../examples/*/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	read := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("[[claim]]")) {
			continue
		}
		if _, err := Load(file); err != nil {
			t.Error(err)
		}
		read++
	}
	if read == 0 {
		t.Error("no example has claims")
	}
}

// TestProveInOneMode: nothing is proven about what was committed for proofs of
// another mode, or for nobody knows which, or so that its meaning can be guessed.
func TestProveInOneMode(t *testing.T) {
	ctx := context.Background()
	for name, change := range map[string]struct {
		f    func(in *Inputs)
		says string
	}{
		"a part of zk-plonk":   {func(in *Inputs) { in.Parts["south"].Mode = mode.ZKPLONK }, "part south was committed for proofs of mode zk-plonk"},
		"a part of no mode":    {func(in *Inputs) { in.Parts["south"].Mode = "" }, "part south does not say"},
		"a run of zk-groth16":  {func(in *Inputs) { in.Runs["net"].Mode = mode.ZKGroth16 }, "run net was committed for proofs of mode zk-groth16"},
		"an audit in zk-plonk": {func(in *Inputs) { in.Mode = mode.ZKPLONK }, "part north was committed for proofs of mode validity"},
	} {
		_, in := inputs(t)
		change.f(in)
		if b, _, err := Prove(ctx, parse(t, claims), in); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), change.says) || b != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, in := inputs(t)
	in.Parts["other"] = &owner.Part{Mode: mode.ZKPLONK} // no claim names it
	if _, _, err := Prove(ctx, parse(t, claims), in); err != nil {
		t.Error(err)
	}
	in.Parts["north"].Nonce = bundle.Nonce{}
	one := "[[claim]]\nkind = \"well_formed\"\nparts = [\"north\"]\n"
	if _, _, err := Prove(ctx, parse(t, one), in); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "part north was committed without a nonce") {
		t.Errorf("a part without a nonce: %v", err)
	}
	in.Parts["north"].Mode = mode.ZKGroth16
	if _, err := in.Parts["north"].Certify(ctx, mode.Validity, in.By, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("certificate in another mode: %v", err)
	}
}

func TestFalseAuditReleasesNothing(t *testing.T) {
	_, in := inputs(t)
	ledger, err := OpenLedger(filepath.Join(t.TempDir(), "ledger"), 0)
	if err != nil {
		t.Fatal(err)
	}
	in.Ledger = ledger
	a := parse(t, strings.Replace(claims, `at_least = "0.4"`, `at_least = "0.5"`, 1))
	if b, _, err := Prove(context.Background(), a, in); !errors.Is(err, fault.ErrRejected) || b != nil {
		t.Error(err)
	}
	for _, e := range ledger.entries { // that it is false, which whoever asked is told
		if !e.Refused || e.Bits != 1 || len(e.Released) > 0 {
			t.Errorf("%+v", e)
		}
	}
}

func TestLedger(t *testing.T) {
	w, in := inputs(t)
	path := filepath.Join(t.TempDir(), "ledger")
	prove := func(budget int, override, text string) (*Ledger, error) {
		l, err := OpenLedger(path, budget)
		if err != nil {
			t.Fatal(err)
		}
		in.Ledger, in.Override = l, override
		_, _, err = Prove(context.Background(), parse(t, text), in)
		return l, err
	}
	digest := w.subjects.Parts["north"].Digest(w.srs.ID, w.srs.RowBits)
	north := hex.EncodeToString(digest[:])
	// north: 4 of verdicts (each of two groups is said to have a share), 2 counts
	// of at most 5 in all, of which there are 21, 9 of at most 6, of which there are
	// 5,005: 4 + 5 + 13
	if _, err := prove(21, "", claims); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("over the budget: %v", err)
	}
	l, err := prove(22, "", claims)
	if err != nil || l.Spent(north) != 22 {
		t.Fatalf("%v, %d bits", err, l.Spent(north))
	}
	if l, err = prove(22, "", claims); err != nil || l.Spent(north) != 22 {
		t.Errorf("the same again: %v, %d bits", err, l.Spent(north))
	}
	sharper := strings.Replace(claims, "round = 2\nmin_group = 2", "round = 1\nmin_group = 1", 1)
	if _, err := prove(22, "", sharper); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "budget is 22") {
		t.Errorf("sharper counts: %v", err)
	}
	if l, err = prove(22, "the regulator asked for it", sharper); err != nil || l.Spent(north) <= 22 {
		t.Errorf("overridden: %v, %d bits", err, l.Spent(north))
	}
	if last := l.entries[len(l.entries)-2]; last.Override != "the regulator asked for it" || last.Kind != "performance" || last.Part != north {
		t.Errorf("last entry but one %+v", last) // the last: the run's other part
	}
	again, err := OpenLedger(path, 22)
	if err != nil || again.Spent(north) != l.Spent(north) {
		t.Errorf("read again: %v", err)
	}
}

// TestZeroKnowledge proves a small audit in mode zk.
func TestZeroKnowledge(t *testing.T) {
	if testing.Short() {
		t.Skip("a wrap takes seconds")
	}
	w := people(t)
	w.frame.Mode = mode.ZKPLONK
	for _, p := range w.subjects.OwnedParts {
		p.Mode = mode.ZKPLONK // no proof is about them yet
	}
	a := parse(t, "[[claim]]\nkind = \"diversity\"\nparts = [\"north\"]\nattributes = [\"sex\"]\nmin_count = 5\n")
	cache := wrap.NewCache("")
	in := &Inputs{Mode: mode.ZKPLONK, By: &mode.Prover{SRS: w.srs, Cache: cache, Rand: crand.Reader}, Parts: w.subjects.OwnedParts}
	b, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{SRS: w.srs.Verifier(), Cache: cache}
	r, err := Verify(context.Background(), b, w.expectations(a), v, Options{AllowInsecure: true})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(r.Assumed, "\n"), "PLONK, with keys") {
		t.Errorf("the report assumes nothing about PLONK: %q", r.Assumed)
	}
	// Nothing that is wrong with the verifier's own machine is a verdict.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		v    mode.Verifier
		opts Options
		code int
	}{
		"the cache is a file": {context.Background(), mode.Verifier{Cache: wrap.NewCache(file)}, Options{}, fault.ExitOK},
		"no powers for keys":  {context.Background(), mode.Verifier{Cache: wrap.NewCache(file), Powers: &commitments.SRS{G1: w.srs.G1, G2: w.srs.G2}}, Options{}, fault.ExitVersion},
		"no memory":           {context.Background(), mode.Verifier{Cache: cache}, Options{MaxMemory: 1}, fault.ExitResources},
		"interrupted":         {cancelled, mode.Verifier{Cache: cache}, Options{}, fault.ExitInput},
		"no run":              {context.Background(), mode.Verifier{Cache: cache}, Options{}, fault.ExitUsage},
	} {
		test.v.SRS, test.opts.AllowInsecure = w.srs.Verifier(), true
		about := b
		if name == "no run" {
			more := *b
			more.Runs = map[string][32]byte{"net": {1}}
			about = &more
		}
		_, err := Verify(test.ctx, about, Expectation{}, &test.v, test.opts)
		if code := fault.ExitCode(fault.Verdict(err)); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, test.code, err)
		}
	}
	b.Claims[0].Claim.(*Diversity).MinCount = 4
	if _, err := Verify(context.Background(), b, w.expectations(nil), v, Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("an easier claim: %v", err)
	}
}
