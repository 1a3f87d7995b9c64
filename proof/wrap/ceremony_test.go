package wrap_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/ptautest"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	. "github.com/zkaudit/zkaudit/relation"
)

// equal is the statement that two committed rows are the same: of all, its circuit is
// the smallest.
func equal(t *testing.T) *example {
	t.Helper()
	b := NewBuilder("equal")
	axis := Axis{Name: "i", Size: 2}
	first, second := b.External("A", axis), b.External("B", axis)
	b.Equation("same", []Axis{axis}, []Label{"i"}, Times(Int(1), At(first, "i")), Times(Int(-1), At(second, "i")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := NewAssignment(sys)
	cells[first], cells[second] = Cells{Small: []int32{1, 2}}, Cells{Small: []int32{1, 2}}
	return hidden(t, sys, cells, 1)
}

// powersFile is a first phase with secrets that everybody may know.
type powersFile struct {
	path string
	log  int // the last one asked for
}

func (f *powersFile) Powers(log int) (*commitments.Phase1, error) {
	f.log = log
	return commitments.ReadPhase1(f.path, log)
}

func newPowersFile(t *testing.T, log int, tau fr.Element) *powersFile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "powers.ptau")
	if err := ptautest.Write(path, log, ptautest.Secrets{Tau: tau, Alpha: fr.NewElement(5), Beta: fr.NewElement(7)}, true); err != nil {
		t.Fatal(err)
	}
	return &powersFile{path: path}
}

// TestCeremonyAcrossHomes: prover and verifier, each with an empty cache, take keys from
// one file of a ceremony, and what one proves the other verifies, knowing by whom the
// keys are.
func TestCeremonyAcrossHomes(t *testing.T) {
	ctx := context.Background()
	e, first := equal(t), newPowersFile(t, 11, fr.NewElement(3))
	classes := &wrap.Classes{}
	for range 2 { // the second time it is the same
		if err := classes.Verify(ctx, mode.ZKGroth16, e.Setup.Verifier(), e.Statement, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(classes.List()); n != 1 {
		t.Fatalf("%d classes, want 1", n)
	}
	made, err := wrap.NewCeremony(ctx, classes.List(), first, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("2^%d constraints", first.log)
	if err := errors.Join(made.Contribute("anna", nil), made.Contribute("bela", []byte("dice")), made.Finish(make([]byte, 32), 10)); err != nil {
		t.Fatal(err)
	}
	file, err := made.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	origin := mode.Keys{Transcript: [32]byte{1}, Phase1: made.Phase1(), Contributions: 2}
	var homes []*wrap.Cache
	for range 2 {
		read, err := wrap.UnmarshalCeremony(file)
		if err != nil {
			t.Fatal(err)
		}
		var steps []string
		keys, err := read.Check(ctx, first, func(_ int, doing string) { steps = append(steps, doing) })
		if err != nil || len(keys) != 1 || len(steps) != 4 {
			t.Fatalf("%d keys after %q: %v", len(keys), steps, err)
		}
		dir := t.TempDir()
		for range 2 { // again is no harm
			if err := wrap.NewCache(dir).Keep(ctx, keys[0], origin); err != nil {
				t.Fatal(err)
			}
		}
		homes = append(homes, wrap.NewCache(dir))
	}
	p, err := wrap.Prove(ctx, e.Setup, e.Statement, e.secret, wrap.Groth16{}, homes[0], crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: e.Setup.Verifier(), Wraps: wrap.Verifier{Cache: homes[1]}}
	batch := v.NewBatch()
	if err := errors.Join(batch.Add(ctx, mode.ZKGroth16, "proof", e.Statement, encoded), batch.Check()); err != nil {
		t.Fatal(err)
	}
	if got := batch.Keys(); len(got) != 1 || got[0] != origin {
		t.Errorf("keys come from %+v", got)
	}
	encoded[len(encoded)-1] ^= 1
	if err := v.Verify(ctx, mode.ZKGroth16, e.Statement, encoded); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a changed proof: %v", err)
	}
	keysOfOnesOwn(t, e, file, first, p)
}

// keysOfOnesOwn: a cache with another key keeps it, and says nothing better of it.
func keysOfOnesOwn(t *testing.T, e *example, file []byte, first wrap.Phase1, p *wrap.Proof) {
	t.Helper()
	ctx, own := context.Background(), wrap.NewCache(t.TempDir())
	read, err := wrap.UnmarshalCeremony(file)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := wrap.Prove(ctx, e.Setup, e.Statement, e.secret, wrap.Groth16{}, own, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := read.Check(ctx, first, nil)
	if err != nil {
		t.Fatal(err)
	}
	if digest, err := keys[0].Digest(); err != nil || digest != p.Key || digest == mine.Key {
		t.Errorf("the ceremony's key is %x, the proof names %x: %v", digest, p.Key, err)
	}
	if err := own.Keep(ctx, keys[0], mode.Keys{Contributions: 2}); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("another key in its place: %v", err)
	}
	if err := wrap.NewCache("").Keep(ctx, keys[0], mode.Keys{}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("without a directory: %v", err)
	}
	encoded, err := mine.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: e.Setup.Verifier(), Wraps: wrap.Verifier{Cache: own}}
	batch := v.NewBatch()
	if err := batch.Add(ctx, mode.ZKGroth16, "proof", e.Statement, encoded); err != nil {
		t.Fatal(err)
	}
	if got := batch.Keys(); len(got) != 1 || got[0] != (mode.Keys{}) {
		t.Errorf("keys of one's own come from %+v", got)
	}
}

// TestCeremonyRefuses: another first phase, another version's circuits, and descriptions
// that are none or of another circuit.
func TestCeremonyRefuses(t *testing.T) {
	ctx := context.Background()
	e, first := equal(t), newPowersFile(t, 11, fr.NewElement(3))
	cl, err := wrap.NewClass(e.Setup.ID, e.Statement.Layout)
	if err != nil {
		t.Fatal(err)
	}
	if !cl.Insecure() {
		t.Error("the development setup is not told")
	}
	made, err := wrap.NewCeremony(ctx, []*wrap.Class{cl}, first, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := newPowersFile(t, 11, fr.NewElement(9))
	if _, err := made.Check(ctx, other, nil); !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("another first phase: %v", err)
	}
	if _, err := wrap.NewCeremony(ctx, nil, first, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no circuits: %v", err)
	}
	description := bytes.Clone(made.Circuits[0].Description)
	for name, test := range map[string]struct {
		change func()
		want   error
	}{
		"truncated":          {func() { made.Circuits[0].Description = description[:100] }, fault.ErrMalformed},
		"another setup":      {func() { made.Circuits[0].Description[0] ^= 1 }, fault.ErrVersion},
		"rows of one cell":   {func() { made.Circuits[0].Description[32] = 0 }, fault.ErrMalformed},
		"another row size":   {func() { made.Circuits[0].Description[32] = 2 }, fault.ErrVersion},
		"a changed shape":    {func() { made.Circuits[0].Description[len(description)-60] ^= 1 }, nil},
		"another class":      {func() { made.Circuits[0].Class[0] ^= 1 }, fault.ErrVersion},
		"no parameters' sum": {func() { made.Circuits[0].Initial[0] ^= 1 }, nil},
	} {
		class, initial := made.Circuits[0].Class, made.Circuits[0].Initial
		made.Circuits[0].Description = bytes.Clone(description)
		test.change()
		file, err := made.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		read, err := wrap.UnmarshalCeremony(file)
		switch {
		case test.want != nil && !errors.Is(err, test.want):
			t.Errorf("%s: %v", name, err)
		case test.want == nil && err == nil:
			if _, err := read.Check(ctx, first, nil); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s: %v", name, err)
			}
		}
		made.Circuits[0].Class, made.Circuits[0].Initial = class, initial
	}
	if err := classes(mode.ZKPLONK, e); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a class of PLONK: %v", err)
	}
}

func classes(n mode.Name, e *example) error {
	return (&wrap.Classes{}).Verify(context.Background(), n, e.Setup.Verifier(), e.Statement, nil)
}
