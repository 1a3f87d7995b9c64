package audit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/internal/scramble"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/transpile"
)

// everyKind is an audit of claims of all kinds, with what a verifier has beside
// it. Nothing in it is proven.
func everyKind(t testing.TB) (file []byte, e Expectation, v *mode.Verifier) {
	w, parts, net := archive(t)
	w.publish("embedder", embedder(t, 1, true, 5, 6, 4, 3))
	w.train("other", net.Program, trained(net).Cells)
	w.pair("net", "other", schedule.Range{Part: 0, From: 5, To: 6})
	w.begin("net", func(int) int64 { return 1 })
	for _, r := range w.subjects.Runs {
		r.Used = make([]int64, len(r.Parts))
	}
	both := []string{"north", "south"}
	b := &Bundle{Frame: w.frame, Parts: w.subjects.Parts, Certificates: map[string][]byte{}, Runs: map[string][32]byte{}, Models: map[string]ModelID{}}
	for i, c := range []Claim{
		&Provenance{Run: "net", Parts: both}, &WellFormed{Parts: both},
		&Diversity{Parts: both, Attributes: []string{"sex", "sex"}, AtMost: "0.9", Groups: []string{"F & F"}, Release: Release{What: "counts"}},
		&Licence{Parts: both, Attribute: "sex", Allowed: []string{"F"}},
		&NonInclusion{Parts: both, Model: "embedder", Cosine: "0.9", Works: Works{List: [][]int64{row64(parts[0], 1)}}},
		&NonInclusion{Parts: both, Distance: "1.5", Works: Works{From: "works"}},
		&Membership{Parts: both, Works: Works{From: "subject"}}, &NonMembership{Parts: both, Works: Works{List: [][]int64{row64(parts[0], 1), row64(parts[0], 2)}}},
		&Disjointness{Parts: both, From: []string{"works"}},
		&Performance{Model: "net", Parts: both, Metric: "accuracy", AtLeast: "0.1", AtMost: "0.9"}, &Performance{Model: "net", Parts: both, Metric: "top_k", K: 2, AtLeast: "0.1"},
		&Performance{Model: "embedder", Parts: both, Metric: "macro_f1", AtLeast: "0.1"},
		&Prediction{Model: "net", Question: Question{Part: "north", Row: 1}, What: "outputs"}, &Prediction{Model: "net", Question: Question{Input: row64(parts[0], 1)}, Class: "1"},
		&Fairness{Model: "net", Parts: both, Attribute: "sex", Positive: "a", Measure: "equalised_odds", AtMost: "0.5"},
		&Counterfactual{Models: []string{"net", "other"}, Without: []string{"north:5"}, Parts: both, AtMost: "0.5"},
		&Censorship{Model: "net", Parts: both, Attribute: "sex", Value: "F", Class: "a", AtLeast: "0.1", AtMost: "0.9"},
		&Update{Run: "net", AtMost: "2"},
	} {
		item := w.item(c)
		item.Name = string(rune('a' + i))
		b.Claims = append(b.Claims, Proven{Item: *item, Released: []Released{}})
	}
	for name, r := range w.subjects.Runs {
		b.Runs[name], e.Runs = r.Digest, append(e.Runs, r)
	}
	for name, m := range w.subjects.Models {
		b.Models[name] = m.ModelID
	}
	e.ModelFiles, e.ReadModel = [][]byte{embedder(t, 1, true, 5, 6, 4, 3)}, transpile.ReadModel
	file, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return file, e, &mode.Verifier{Setup: w.setup.Verifier()}
}

// FuzzStructure changes decoded audits and takes them through everything that a
// verifier does: they are encoded and decoded, verified, and each claim is
// stated as if all before it had been proven, its public tensors evaluated and a
// proof of its shape looked at. Nothing panics, errors are of the right kind, and
// memory and time stay within what the file's size and the limits allow.
func FuzzStructure(f *testing.F) {
	file, e, v := everyKind(f)
	tables := ops.NewTables()
	scramble.Seeds(f)
	f.Fuzz(func(t *testing.T, seed []byte) {
		b, err := Unmarshal(file)
		if err != nil {
			t.Fatal(err)
		}
		choices := scramble.NewChoices(seed)
		at := choices.Below(len(b.Claims) - 1)
		b.Claims = b.Claims[at : at+1+choices.Below(2)]
		onlyNamed(b)
		scramble.Change(choices, b)
		repairParts(b)
		start := time.Now()
		size := 0
		took := allocated(func() { size = everything(t, b, e, v, tables) })
		if limit := uint64(1<<30 + 1000*size); took > limit || time.Since(start) > 30*time.Second {
			t.Errorf("an audit of %d bytes takes %d MiB and %v", size, took/mebibyte, time.Since(start))
		}
	})
}

// onlyNamed leaves out what no claim of the audit names.
func onlyNamed(b *Bundle) {
	var text string
	for i := range b.Claims {
		parameters, err := encodeParameters(b.Claims[i].Claim)
		if err == nil {
			text += string(parameters)
		}
	}
	unnamed := func(name string) bool { return !strings.Contains(text, name) }
	maps.DeleteFunc(b.Parts, func(name string, _ *bundle.PublicPart) bool { return unnamed(name) })
	maps.DeleteFunc(b.Runs, func(name string, _ [32]byte) bool { return unnamed(name) })
	maps.DeleteFunc(b.Models, func(name string, _ ModelID) bool { return unnamed(name) })
}

// repairParts takes away what no file says, and gives parts as many commitments
// as their shape asks for, if they are not too many to write down.
func repairParts(b *Bundle) {
	_, _, g, _ := bn254.Generators()
	maps.DeleteFunc(b.Parts, func(_ string, p *bundle.PublicPart) bool { return p == nil })
	b.Claims = slices.DeleteFunc(b.Claims, func(c Proven) bool { return c.Claim == nil })
	for _, p := range b.Parts {
		if p.Rows < 1 || p.Features < 1 || p.Labels < 1 || b.RowBits < commitments.MinRowBits || b.RowBits > commitments.MaxRowBits {
			continue
		}
		var repaired [][]bn254.G1Affine
		for k, width := range []int{p.Features, p.Labels, len(p.Attributes)} {
			n := bundle.CommittedRows(b.RowBits, relation.Axis{Size: p.Rows}, relation.Axis{Size: max(1, width)})
			if n < 1 || n > 1<<12 || width == 0 {
				break
			}
			points := slices.Repeat([]bn254.G1Affine{g}, n)
			if k < len(p.Commitments) {
				copy(points, p.Commitments[k])
			}
			repaired = append(repaired, points)
		}
		p.Commitments = repaired
	}
}

// everything does with an audit what a verifier may do, and returns how large
// its file is.
func everything(t *testing.T, b *Bundle, e Expectation, v *mode.Verifier, tables *ops.Tables) int {
	options := Options{AllowInsecure: true, MaxMemory: 1 << 30}
	verdict := func(what string, err error) {
		if errors.Is(err, fault.ErrPanic) {
			t.Fatalf("%s: %v", what, err)
		}
		if code := fault.ExitCode(fault.Verdict(err)); code == fault.ExitInput || code == fault.ExitUnsupported {
			t.Fatalf("%s: exit code %d: %v", what, code, err)
		}
	}
	file, err := b.Marshal()
	if err != nil { // no file says so
		return 0
	}
	read, err := Unmarshal(file)
	verdict("reading", err)
	if err != nil {
		return len(file)
	}
	_, err = Verify(context.Background(), read, e, v, options)
	verdict("verifying", err)
	if err == nil {
		t.Fatal("an audit without proofs is accepted")
	}
	subjects, err := read.subjects(&e)
	if err != nil || read.Memory(subjects).Bytes() > 1<<30 {
		return len(file)
	}
	report, err := newReport(read, subjects, commitments.Development)
	verdict("reporting", err)
	if err != nil {
		return len(file)
	}
	for i := range read.Claims {
		st, err := report.add(read, i, subjects, tables)
		verdict("stating", err)
		if err == nil && st.statement != nil {
			argue(t, v, read.Mode, st.statement, verdict)
		}
	}
	return len(file)
}

// argue evaluates what a proof of a statement leaves open, and verifies one of
// the right shape that proves nothing.
func argue(t *testing.T, v *mode.Verifier, m mode.Name, st *statement.Statement, verdict func(what string, err error)) {
	encoded := prooftest.Nothing(st)
	if encoded == nil {
		return
	}
	verdict("public tensors", prooftest.EvaluatePublic(st))
	err := v.Verify(context.Background(), m, st, encoded)
	verdict("a proof of nothing", err)
	if err == nil {
		t.Fatal("a proof of nothing is accepted")
	}
}

// TestEveryKindIsStated: the audit that is changed states all its claims as it is.
func TestEveryKindIsStated(t *testing.T) {
	file, e, _ := everyKind(t)
	b, err := Unmarshal(file)
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := b.subjects(&e)
	if err != nil {
		t.Fatal(err)
	}
	if need := b.Memory(subjects).Bytes(); need > memory.Base+512*mebibyte {
		t.Errorf("an audit of %d bytes is said to need %s", len(file), memory.Format(need))
	}
	kinds := Kinds()
	for i := range b.Claims {
		c := &b.Claims[i]
		delete(kinds, c.Kind)
		if _, err := state(&b.Frame, &c.Item, subjects, nil, ops.NewTables()); err != nil {
			t.Errorf("%s: %v", c.Kind, err)
		}
	}
	if len(kinds) > 0 {
		t.Errorf("kinds that are not there: %q", sortedKeys(kinds))
	}
}

// FuzzClaimsStructure changes decoded claims, writes them as a file and reads it: what is
// read is written again as it was.
func FuzzClaimsStructure(f *testing.F) {
	file, _, _ := everyKind(f)
	scramble.Seeds(f)
	f.Fuzz(func(t *testing.T, seed []byte) {
		b, err := Unmarshal(file)
		if err != nil {
			t.Fatal(err)
		}
		a := &Audit{Context: b.Context}
		for i := range b.Claims {
			a.Items = append(a.Items, &b.Claims[i].Item)
		}
		scramble.Change(scramble.NewChoices(seed), a)
		a.Items = slices.DeleteFunc(a.Items, func(i *Item) bool { return i == nil || i.Claim == nil })
		text, err := a.Marshal()
		if err != nil || len(text) > 16*mebibyte {
			return // thousands of texts of one kind
		}
		var read *Audit
		took := allocated(func() { read, err = Parse(text) })
		if took > 16*mebibyte+uint64(8*BytesPerByte*len(text)) {
			t.Errorf("%d bytes take %d MiB", len(text), took/mebibyte)
		}
		if errors.Is(err, fault.ErrPanic) || err != nil && fault.ExitCode(err) != fault.ExitUsage && fault.ExitCode(err) != fault.ExitInput {
			t.Fatal(err)
		}
		if err != nil {
			return
		}
		if again, err := read.Marshal(); err != nil || string(again) != string(text) {
			t.Errorf("claims are read as others: %v", err)
		}
	})
}
