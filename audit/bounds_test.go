package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/relation"
)

// allocated returns how many bytes f takes from the heap in all: more than it
// ever holds.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

const mebibyte = 1 << 20

// forgedPart is a part that nobody has committed: points, and attributes with
// vocabularies of the given sizes.
func forgedPart(w *world, rows int, vocabularies ...int) *bundle.PublicPart {
	p := &bundle.PublicPart{Rows: rows, Features: 1, Labels: 1, LabelKind: graph.Bits}
	p.Nonce[0] = 1
	for k, n := range vocabularies {
		v := bundle.Vocabulary{Name: fmt.Sprintf("a%d", k)}
		for i := range n {
			v.Entries = append(v.Entries, fmt.Sprint(i))
		}
		p.Attributes = append(p.Attributes, v)
	}
	for _, width := range []int{1, 1, len(vocabularies)} {
		n := bundle.CommittedRows(w.setup.RowBits, relation.Axis{Size: rows}, relation.Axis{Size: width})
		points := make([]bn254.G1Affine, n)
		for i := range points {
			points[i] = w.setup.G1[0]
		}
		p.Commitments = append(p.Commitments, points)
	}
	return p
}

// forgedAudit is an encoded audit of claims about forged parts, without a proof.
func forgedAudit(t *testing.T, w *world, parts map[string]*bundle.PublicPart, claims ...*Item) []byte {
	t.Helper()
	b := &Bundle{Frame: w.frame, Parts: parts, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
	for _, c := range claims {
		b.Claims = append(b.Claims, Proven{Item: *c, Released: []Released{}, Proof: make([]byte, 100)})
	}
	file, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestUnprovenAuditTakesLittle verifies small files without one valid proof,
// whose claims have a million groups, and more of them: certificates are checked
// before a claim is stated, so they take no more than their own size asks for.
func TestUnprovenAuditTakesLittle(t *testing.T) {
	w := newWorld(t)
	part := forgedPart(w, 1, 1000, 1000)
	for name, claims := range map[string]func(i int) *Item{
		"a million groups, each bounded": func(i int) *Item {
			return &Item{Name: fmt.Sprint(i), Kind: "diversity", Claim: &Diversity{Parts: []string{"p"}, Attributes: []string{"a0", "a1"}, AtMost: "0.5"}}
		},
		"a million squares": func(i int) *Item {
			return &Item{Name: fmt.Sprint(i), Kind: "diversity", Claim: &Diversity{Parts: []string{"p"}, Attributes: []string{"a0", "a1"}, Entropy: "3"}}
		},
	} {
		var items []*Item
		for i := range maxClaims {
			items = append(items, claims(i))
		}
		file := forgedAudit(t, w, map[string]*bundle.PublicPart{"p": part}, items...)
		var err error
		took := allocated(func() {
			var b *Bundle
			if b, err = Unmarshal(file); err == nil {
				_, err = Verify(context.Background(), b, Expectation{}, &mode.Verifier{Setup: w.setup.Verifier()}, Options{AllowInsecure: true})
			}
		})
		if !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
		if took > 64*mebibyte {
			t.Errorf("%s: a file of %d bytes takes %d MiB", name, len(file), took/mebibyte)
		}
	}
}

// TestClaimsAreBounded states the largest claims there are, as a verifier does
// once certificates have passed.
func TestClaimsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.subjects.Parts["p"] = forgedPart(w, 1<<20, 1000, 1000, 65)
	long := forgedPart(w, 1<<20, 1000, 1000)
	for i := range long.Attributes[0].Entries {
		long.Attributes[0].Entries[i] += string(make([]byte, 1000))
	}
	w.subjects.Parts["long"] = long
	for _, c := range []struct {
		name  string
		claim Claim
		fails error
	}{
		{"a million groups, each bounded twice", &Diversity{Parts: []string{"p"}, Attributes: []string{"a0", "a1"}, AtMost: "0.5", MinCount: 1}, fault.ErrUnsupported},
		{"as many as can be bounded", &Diversity{Parts: []string{"p"}, Attributes: []string{"a0", "a2"}, AtMost: "0.5", MinCount: 1}, nil},
		{"a million long names", &Diversity{Parts: []string{"long"}, Attributes: []string{"a0", "a1"}, Entropy: "1"}, nil},
		{"a million long names, released", &Diversity{Parts: []string{"long"}, Attributes: []string{"a0", "a1"}, Entropy: "1", Release: Release{What: "counts"}}, fault.ErrUnsupported},
		{"two groups of a million", &Diversity{Parts: []string{"p"}, Attributes: []string{"a0", "a1"}, Entropy: "1", Groups: []string{"1 & 1", "999 & 999"}, MinCount: 1}, nil},
	} {
		item := w.item(c.claim)
		var err error
		took := allocated(func() { _, err = state(&w.frame, item, w.subjects, nil, w.tables) })
		if !errors.Is(err, c.fails) {
			t.Errorf("%s: %v, want %v", c.name, err, c.fails)
		}
		if took > 200*mebibyte {
			t.Errorf("%s: %d MiB", c.name, took/mebibyte)
		}
	}
}

// TestGroupsAreFound: groups have the names and places that a list of all would
// give them.
func TestGroupsAreFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		return []string{"a", "b & c", "c", "a & b", "&", "d", "e & "}[rng.IntN(7)]
	}
	vocabulary := func() []string {
		var list []string
		seen := map[string]bool{}
		for range 1 + rng.IntN(6) {
			if w := word(); !seen[w] {
				seen[w] = true
				list = append(list, w)
			}
		}
		return list
	}
	for range 500 {
		g := groups{outer: vocabulary()}
		names := g.outer
		if rng.IntN(3) > 0 {
			g.inner, names = vocabulary(), nil
			for _, a := range g.outer {
				for _, b := range g.inner {
					names = append(names, a+" & "+b)
				}
			}
		}
		if g.size() != len(names) {
			t.Fatalf("%d groups of %q and %q", g.size(), g.outer, g.inner)
		}
		for i, name := range names {
			if g.name(i) != name {
				t.Fatalf("group %d of %q and %q is %q", i, g.outer, g.inner, g.name(i))
			}
			var want []int
			for k, other := range names {
				if other == name {
					want = append(want, k)
				}
			}
			if got := g.find(name); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%q of %q and %q: %v, want %v", name, g.outer, g.inner, got, want)
			}
		}
		if got := g.find("x & y"); got != nil {
			t.Fatalf("found what is not there: %v", got)
		}
	}
}

// TestDecodingIsBounded reads audits whose JSON asks for far more than its size.
func TestDecodingIsBounded(t *testing.T) {
	w := newWorld(t)
	good := forgedAudit(t, w, map[string]*bundle.PublicPart{"p": forgedPart(w, 1, 2)}, &Item{Name: "c", Kind: "well_formed", Claim: &WellFormed{Parts: []string{"p"}}})
	h, payload, err := artefact.Decode(good, Kind(), Version)
	if err != nil {
		t.Fatal(err)
	}
	for name, cut := range map[string][2]string{
		"parts":        {`"parts":[`, `"parts":[` + strings.Repeat("{},", 1<<20)},
		"runs":         {`"runs":[`, `"runs":[` + strings.Repeat("{},", 1<<20) + "{}"},
		"claims":       {`"claims":[`, `"claims":[` + strings.Repeat("{},", 1<<20)},
		"vocabularies": {`"attributes":[`, `"attributes":[` + strings.Repeat("{},", 1<<20)},
		"columns":      {`"attributes":[`, `"encoding":{"features":[` + strings.Repeat("{},", 1<<20) + `{}]},"attributes":[`},
		"an object":    {`"mode"`, strings.Repeat(`{"a":`, 1<<20)},
		"a list":       {`"mode":`, `"mode":` + strings.Repeat("[", 1<<20)},
	} {
		bomb := bytes.Replace(payload, []byte(cut[0]), []byte(cut[1]), 1)
		if len(bomb) == len(payload) {
			t.Fatalf("%s: nothing to replace in %s", name, payload)
		}
		file := artefact.Encode(h, bomb)
		took := allocated(func() { _, err = Unmarshal(file) })
		if !errors.Is(err, fault.ErrMalformed) || took > 16*mebibyte {
			t.Errorf("%s: %d bytes take %d MiB: %v", name, len(file), took/mebibyte, err)
		}
	}
	quoted := bytes.Replace(payload, []byte(`"context":"test"`), []byte(`"context":"`+strings.Repeat(`{\"[`, 500)+`"`), 1)
	if err := artefact.CheckJSON(quoted); err != nil {
		t.Errorf("braces in a text are counted: %v", err)
	}
}

// TestDecodingTakesItsSize decodes audits that are large for one reason each.
func TestDecodingTakesItsSize(t *testing.T) {
	w := newWorld(t)
	well := &Item{Name: "c", Kind: "well_formed", Claim: &WellFormed{Parts: []string{"p"}}}
	works := &NonInclusion{Parts: []string{"p"}}
	for range 1 << 14 {
		works.List = append(works.List, []int64{1})
	}
	features := forgedPart(w, 1, 1)
	features.Features = 1 << 16
	for i := range features.Features {
		features.Meaning.Features = append(features.Meaning.Features, fmt.Sprint(i%10))
	}
	for len(features.Commitments[featureTensor]) < 1<<16/(1<<testRowBits) {
		features.Commitments[featureTensor] = append(features.Commitments[featureTensor], w.setup.G1[0])
	}
	for name, c := range map[string]struct {
		part *bundle.PublicPart
		item *Item
	}{
		"points":       {forgedPart(w, 1<<18, 1), well},
		"a vocabulary": {forgedPart(w, 1, 1<<15-1, 1<<15-1), well},
		"works":        {forgedPart(w, 1, 1), &Item{Name: "c", Kind: "non_inclusion", Claim: works}},
		"names":        {features, well},
	} {
		file := forgedAudit(t, w, map[string]*bundle.PublicPart{"p": c.part}, c.item)
		var err error
		took := allocated(func() { _, err = Unmarshal(file) })
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took > 4*BytesPerByte*uint64(len(file)) { // of which most is not held for long
			t.Errorf("%s: %d bytes take %d, %.1f times as many", name, len(file), took, float64(took)/float64(len(file)))
		}
	}
}

// TestParametersAreBounded reads claims whose parameters are nested, in an audit and
// in a file of claims: 40 KB of them took 9 GB.
func TestParametersAreBounded(t *testing.T) {
	w := newWorld(t)
	good := forgedAudit(t, w, map[string]*bundle.PublicPart{"p": forgedPart(w, 1, 2)}, &Item{Name: "c", Kind: "well_formed", Claim: &WellFormed{Parts: []string{"p"}}})
	h, payload, err := artefact.Decode(good, Kind(), Version)
	if err != nil {
		t.Fatal(err)
	}
	const n = 1 << 14
	for name, nested := range map[string]string{
		"inline tables": "x = " + strings.Repeat("{a=", n) + "1" + strings.Repeat("}", n),
		"lists":         "x = " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"a key":         strings.Repeat("a.", n) + "a = 1",
		"a header":      "[" + strings.Repeat("a.", n) + "a]",
	} {
		bomb := artefact.Encode(h, bytes.Replace(payload, []byte(`"parameters":"`), []byte(`"parameters":"`+nested+`\n`), 1))
		if len(bomb) == len(good) {
			t.Fatal("nothing replaced")
		}
		took := allocated(func() { _, err = Unmarshal(bomb) })
		if !errors.Is(err, fault.ErrMalformed) || took > 16*mebibyte {
			t.Errorf("%s: an audit of %d bytes takes %d MiB: %v", name, len(bomb), took/mebibyte, err)
		}
		took = allocated(func() { _, err = Parse([]byte("[[claim]]\nkind = \"well_formed\"\n" + nested)) })
		if !errors.Is(err, fault.ErrUsage) || took > 16*mebibyte {
			t.Errorf("%s: claims take %d MiB: %v", name, took/mebibyte, err)
		}
	}
}

// TestMemoryIsAskedFor: an audit that would take more than allowed is refused before
// any proof is looked at, without a verdict. What it is about counts.
func TestMemoryIsAskedFor(t *testing.T) {
	w := newWorld(t)
	made, err := smallBundle(w.setup, embedder(t, 1, true, 2, 2), "[[claim]]\nkind = \"diversity\"\nparts = [\"p\"]\nattributes = [\"sex\"]\nmin_count = 1\n")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Unmarshal(made)
	if err != nil {
		t.Fatal(err)
	}
	v, subjects := &mode.Verifier{Setup: w.setup.Verifier()}, &Subjects{}
	options := Options{AllowInsecure: true, MaxMemory: b.Memory(subjects).Bytes()}
	if _, err := Verify(context.Background(), b, Expectation{}, v, options); err != nil {
		t.Errorf("as much as it takes: %v", err)
	}
	options.MaxMemory--
	options.Progress = func(int, int) { t.Error("it has begun") }
	if _, err := Verify(context.Background(), b, Expectation{}, v, options); !errors.Is(err, fault.ErrResources) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("a byte less: %v", err)
	}
	least := b.Memory(subjects).Bytes()
	for name, c := range map[string]struct {
		subjects *Subjects
		more     int64
	}{
		"a public model":         {&Subjects{Models: map[string]*Model{"m": {cells: map[graph.TensorID][]int64{0: make([]int64, 1000)}}}}, 8000},
		"a run's weights":        {&Subjects{Runs: map[string]*PublicRun{"r": {Weights: bundle.WeightCommitments{make([]bn254.G1Affine, 10)}}}}, 2560},
		"a run's maps":           {&Subjects{Runs: map[string]*PublicRun{"r": {Program: &graph.Program{Nodes: []graph.Node{{Attributes: graph.Attributes{"entries": make([]int64, 300)}}}}}}}, 3200},
		"what a run starts from": {&Subjects{Runs: map[string]*PublicRun{"r": {Training: &Training{Initial: bundle.WeightCommitments{make([]bn254.G1Affine, 10)}}}}}, 2560},
		"a published model":      {&Subjects{Runs: map[string]*PublicRun{"r": {Training: &Training{Origin: bundle.Origin{Cells: [][]int64{make([]int64, 100)}}}}}}, 800},
	} {
		if more := b.Memory(c.subjects).Bytes() - least; more != c.more {
			t.Errorf("%s: %d bytes, want %d", name, more, c.more)
		}
	}
}

// A claim whose proof does not fit is refused before anything is proven, with
// the need, the limit and what grows.
func TestClaimThatDoesNotFit(t *testing.T) {
	w := people(t)
	claims := &Audit{Items: []*Item{w.item(&Diversity{Parts: []string{"north"}, Attributes: []string{"sex"}, MinCount: 1})}}
	in := &Inputs{Mode: w.frame.Mode, By: &proving.Prover{Setup: w.setup}, Parts: w.subjects.OwnedParts}
	in.Memory = memory.Limit{Bytes: memory.Base, By: "a test"}
	proofs := 0
	in.Progress = func(int, int, string) { proofs++ }
	if _, _, err := Prove(context.Background(), claims, in); !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "a test leaves") || !strings.Contains(err.Error(), "rows") || proofs > 0 {
		t.Errorf("%v after %d proofs", err, proofs)
	}
	in.Memory.Bytes = 4 << 30
	if _, _, err := Prove(context.Background(), claims, in); err != nil {
		t.Error(err)
	}
}
