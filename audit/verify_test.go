package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/transpile"
)

// TestVerifyRefusesEachDifference: an audit that is true, and one thing that
// the verifier has not asked for.
func TestVerifyRefusesEachDifference(t *testing.T) {
	w, in := inputs(t)
	ctx := context.Background()
	b, _, err := Prove(ctx, parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: w.setup.Verifier()}
	verify := func(ctx context.Context, b *Bundle, v *mode.Verifier, change func(e *Expectation), o Options) error {
		e := w.expectations(parse(t, claims))
		if change != nil {
			change(&e)
		}
		o.AllowInsecure = true
		_, err := Verify(ctx, b, e, v, o)
		return err
	}
	if err := verify(ctx, b, v, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	last := len(b.Claims) - 1
	for name, test := range map[string]struct {
		change func(e *Expectation)
		says   string
	}{
		"a claim more":      {func(e *Expectation) { e.Claims.Items = append(e.Claims.Items, e.Claims.Items[0]) }, "claims, the audit has"},
		"last claim less":   {func(e *Expectation) { e.Claims.Items = e.Claims.Items[:last] }, "claims, the audit has"},
		"another kind":      {func(e *Expectation) { e.Claims.Items[0].Kind = "x" }, "claim 1 is expected to be"},
		"last claim's kind": {func(e *Expectation) { e.Claims.Items[last].Kind = "x" }, "is expected to be"},
	} {
		if err := verify(ctx, b, v, test.change, Options{}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Verify(ctx, b, w.expectations(parse(t, claims)), v, Options{}); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "INSECURE") {
		t.Errorf("with the development setup: %v", err)
	}
	longer, err := commitments.DevelopmentVerifier(w.setup.RowBits + 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(ctx, b, &mode.Verifier{Setup: longer}, nil, Options{}); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "the audit was made with setup") {
		t.Errorf("another setup: %v", err)
	}
	b.Setup[5] ^= 1
	if err := verify(ctx, b, v, nil, Options{}); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "the audit was made with setup") {
		t.Errorf("another setup of as long rows: %v", err)
	}
	b.Setup[5] ^= 1
	if err := verify(ctx, b, v, nil, Options{MaxMemory: 1}); !errors.Is(err, fault.ErrResources) {
		t.Errorf("one byte of memory: %v", err)
	}

	// A claim that has no proof has no bytes of one.
	public := slices.IndexFunc(b.Claims, func(c Proven) bool { return len(c.Proof) == 0 })
	if public < 0 {
		t.Fatal("every claim has a proof")
	}
	b.Claims[public].Proof = []byte{1}
	if err := verify(ctx, b, v, nil, Options{}); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("bytes of no proof: %v", err)
	}
	b.Claims[public].Proof = nil

	// Cancelled after any of its proofs, a verification is none.
	for stop := 1; stop <= len(b.Parts)+len(b.Claims); stop++ {
		cancelled, cancel := context.WithCancel(ctx)
		progress := func(done, _ int) {
			if done == stop {
				cancel()
			}
		}
		if err := verify(cancelled, b, v, nil, Options{Progress: progress}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d: %v", stop, err)
		}
		cancel()
	}
}

// TestWhatCannotBeVerifiedIsNotVerified: whatever keeps a proof from being
// looked at, keys or a setup that are not its own, is no acceptance.
func TestWhatCannotBeVerifiedIsNotVerified(t *testing.T) {
	w, in := inputs(t)
	b, _, err := Prove(context.Background(), parse(t, claims), in)
	if err != nil {
		t.Fatal(err)
	}
	longer, err := commitments.DevelopmentVerifier(w.setup.RowBits + 1)
	if err != nil {
		t.Fatal(err)
	}
	e := w.expectations(nil)
	subjects, err := b.subjects(&e)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Claims {
		c := &b.Claims[i]
		if len(c.Proof) == 0 {
			continue
		}
		if err := verifyClaim(context.Background(), &b.Frame, &c.Item, subjects, &mode.Verifier{Setup: longer}, c.Released, c.Proof, ops.NewTables()); !errors.Is(err, fault.ErrVersion) {
			t.Errorf("claim %q with another setup: %v", c.Name, err)
		}
	}
}

// TestPartsOfComparedRuns: a part is compared with a run that was trained on it, if that
// is compared itself.
func TestPartsOfComparedRuns(t *testing.T) {
	a, b := [32]byte{10}, [32]byte{20}
	name := func(digest [32]byte) string { return hex.EncodeToString(digest[:]) }
	made := &Bundle{Runs: map[string][32]byte{"a": a, "b": b}}
	runs := []*PublicRun{{Digest: b, Parts: [][32]byte{{1}, {2}}}, {Digest: a, Parts: [][32]byte{{3}}}}
	part := func(n byte) string { return fmt.Sprintf("part \"p%d\"", n) }
	of := func(n byte, run string) string {
		return fmt.Sprintf("%s: %s (of the dataset of run %q)", part(n), name([32]byte{n}), run)
	}
	for says, c := range map[string]struct {
		e                 Expectation
		checked, unpinned []string
	}{
		"both":     {Expectation{RunDigests: map[string]string{"a": name(a)}, Compared: map[[32]byte]bool{b: true}}, []string{of(1, "b"), of(2, "b"), of(3, "a")}, []string{part(4)}},
		"pinned":   {Expectation{RunDigests: map[string]string{"a": name(a)}}, []string{of(3, "a")}, []string{part(1), part(2), part(4)}},
		"compared": {Expectation{Compared: map[[32]byte]bool{b: true}}, []string{of(1, "b"), of(2, "b")}, []string{part(3), part(4)}},
		"neither":  {Expectation{}, nil, []string{part(1), part(2), part(3), part(4)}},
	} {
		r := &Report{}
		for n := byte(1); n <= 4; n++ {
			r.Parts = append(r.Parts, PartFacts{Name: fmt.Sprintf("p%d", n), Digest: name([32]byte{n})})
		}
		c.e.Runs = runs
		if err := c.e.compareParts(made, r); err != nil || !slices.Equal(r.Checked, c.checked) || !slices.Equal(r.Unpinned, c.unpinned) || len(r.NotChecked) != len(c.unpinned) {
			t.Errorf("%s: %v, checked %q, unpinned %q, not checked %q", says, err, r.Checked, r.Unpinned, r.NotChecked)
		}
	}
}

// TestWhatIsCompared: of an audit of two runs, two public models and several
// parts, each line of the report says what was compared, and each pin is
// compared, the first as the last.
func TestWhatIsCompared(t *testing.T) {
	file, known, _ := everyKind(t)
	second := embedder(t, 2, true, 5, 6, 4, 3)
	read := func() *Bundle {
		b, err := Unmarshal(file)
		if err != nil {
			t.Fatal(err)
		}
		b.Models["later"] = ModelID{SHA256: sha256.Sum256(second), Fractions: b.Models["embedder"].Fractions}
		return b
	}
	known.ModelFiles = append(known.ModelFiles, second)
	b := read()
	subjects, err := b.subjects(&known)
	if err != nil || len(subjects.Runs) != 2 || len(subjects.Models) != 2 {
		t.Fatalf("%d runs, %d models: %v", len(subjects.Runs), len(subjects.Models), err)
	}
	for name, e := range map[string]Expectation{
		"first run missing":   {Runs: known.Runs[1:], ModelFiles: known.ModelFiles, ReadModel: transpile.ReadModel},
		"last run missing":    {Runs: known.Runs[:1], ModelFiles: known.ModelFiles, ReadModel: transpile.ReadModel},
		"first model missing": {Runs: known.Runs, ModelFiles: known.ModelFiles[1:], ReadModel: transpile.ReadModel},
		"last model missing":  {Runs: known.Runs, ModelFiles: known.ModelFiles[:1], ReadModel: transpile.ReadModel},
	} {
		if _, err := b.subjects(&e); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "is needed") {
			t.Errorf("%s: %v", name, err)
		}
	}

	compare := func(e Expectation) (*Report, error) {
		e.Runs = known.Runs
		r, err := newReport(b, subjects, commitments.Development)
		if err != nil {
			t.Fatal(err)
		}
		r.Checked, r.NotChecked, r.Unpinned = nil, nil, nil
		return r, e.compare(b, r)
	}
	digest := func(name string) string {
		d := b.Runs[name]
		return hex.EncodeToString(d[:])
	}
	model := func(name string) ModelPin {
		id := b.Models[name]
		return ModelPin{SHA256: hex.EncodeToString(id.SHA256[:]), Fractions: &id.Fractions}
	}
	for _, run := range known.Runs {
		run.Parts = nil // what is compared with runs is looked at below
	}
	parts, claims := map[string]string{}, &Audit{Context: b.Context}
	report, err := compare(Expectation{})
	if err != nil {
		t.Fatal(err)
	}
	var allParts []string
	for i := range report.Parts {
		parts[report.Parts[i].Name] = report.Parts[i].Digest
		allParts = append(allParts, "part "+foreign.Quote(report.Parts[i].Name))
	}
	for i := range b.Claims {
		claims.Items = append(claims.Items, &b.Claims[i].Item)
	}
	all := func() Expectation {
		return Expectation{
			Mode: b.Mode, Claims: claims, Parts: maps.Clone(parts),
			RunDigests: map[string]string{"net": digest("net"), "other": digest("other")},
			Models:     map[string]ModelPin{"embedder": model("embedder"), "later": model("later")},
		}
	}
	// mode, claims (and context, where they are not), parts, runs, files and formats of models
	lines := 1 + 1 + len(parts) + 2 + 2*2
	for name, c := range map[string]struct {
		change              func(e *Expectation)
		checked, notChecked int
		unpinned            []string
	}{
		"everything":   {func(*Expectation) {}, lines, 0, nil},
		"nothing":      {func(e *Expectation) { *e = Expectation{} }, 0, lines + 1, slices.Concat(allParts, []string{`run "net"`, `run "other"`, `public model "embedder"`, `public model "later"`})},
		"no mode":      {func(e *Expectation) { e.Mode = "" }, lines - 1, 1, nil},
		"no claims":    {func(e *Expectation) { e.Claims = nil }, lines - 1, 2, nil},
		"no parts":     {func(e *Expectation) { e.Parts = nil }, lines - len(parts), len(parts), allParts},
		"one part":     {func(e *Expectation) { delete(e.Parts, "north") }, lines - 1, 1, []string{`part "north"`}},
		"one run":      {func(e *Expectation) { delete(e.RunDigests, "net") }, lines - 1, 1, []string{`run "net"`}},
		"the other":    {func(e *Expectation) { delete(e.RunDigests, "other") }, lines - 1, 1, []string{`run "other"`}},
		"a valid run":  {func(e *Expectation) { e.RunDigests, e.Compared = nil, map[[32]byte]bool{b.Runs["net"]: true} }, lines - 1, 1, []string{`run "other"`}},
		"one model":    {func(e *Expectation) { delete(e.Models, "embedder") }, lines - 2, 2, []string{`public model "embedder"`}},
		"a model file": {func(e *Expectation) { m := model("later"); m.Fractions = nil; e.Models["later"] = m }, lines - 1, 1, []string{`the numbers of public model "later"`}},
	} {
		e := all()
		c.change(&e)
		r, err := compare(e)
		if err != nil || len(r.Checked) != c.checked || len(r.NotChecked) != c.notChecked || !slices.Equal(r.Unpinned, c.unpinned) {
			t.Errorf("%s: checked %q, not checked %q, unpinned %q: %v", name, r.Checked, r.NotChecked, r.Unpinned, err)
		}
	}
	for name, c := range map[string]struct {
		change func(e *Expectation)
		says   string
	}{
		"the first part":       {func(e *Expectation) { e.Parts["north"] = "0" }, `expected part "north" with digest 0`},
		"the last part":        {func(e *Expectation) { e.Parts["works"] = "0" }, `expected part "works" with digest 0`},
		"a part before others": {func(e *Expectation) { e.Parts["a"] = "0" }, `part "a", the audit has none`},
		"a part after others":  {func(e *Expectation) { e.Parts["z"] = "0" }, `part "z", the audit has none`},
		"the first run":        {func(e *Expectation) { e.RunDigests["net"] = "0" }, `expected run "net" to be statement 0`},
		"the last run":         {func(e *Expectation) { e.RunDigests["other"] = "0" }, `expected run "other" to be statement 0`},
		"a run before others":  {func(e *Expectation) { e.RunDigests["a"] = "0" }, `run "a", the audit has none`},
		"a run after others":   {func(e *Expectation) { e.RunDigests["z"] = "0" }, `run "z", the audit has none`},
		"the first model":      {func(e *Expectation) { e.Models["embedder"] = ModelPin{SHA256: "0"} }, `expected model "embedder" with SHA-256 0`},
		"the last model":       {func(e *Expectation) { e.Models["later"] = ModelPin{SHA256: "0"} }, `expected model "later" with SHA-256 0`},
		"a model before":       {func(e *Expectation) { e.Models["a"] = ModelPin{} }, `public model "a", the audit has none`},
		"a model after":        {func(e *Expectation) { e.Models["z"] = ModelPin{} }, `public model "z", the audit has none`},
	} {
		e := all()
		c.change(&e)
		if _, err := compare(e); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	one, only := Expectation{Runs: known.Runs[:1]}, &Report{}
	delete(b.Runs, "other")
	if err := one.compareRuns(b, only); err != nil || !slices.Equal(only.Unpinned, []string{`run "net"`}) || len(only.NotChecked) != 1 {
		t.Errorf("the only bundle: unpinned %q, not checked %q: %v", only.Unpinned, only.NotChecked, err)
	}
	for _, c := range [][4]string{
		{"a\nb\nc", "a\nb\nd", "c", "d"}, {"x\nb\nc", "y\nb\nc", "x", "y"}, {"a\nx\nc", "a\nc", "x", "no such parameter"},
	} {
		if x, y := firstDifference(c[0], c[1]); x != c[2] || y != c[3] {
			t.Errorf("%q and %q differ in %q and %q", c[0], c[1], x, y)
		}
	}
}
