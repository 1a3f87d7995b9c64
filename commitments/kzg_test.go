package commitments

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestDevelopmentKZGEqualsTheSlowWay compares the strings made from τ with
// those made from the powers of the development setup.
func TestDevelopmentKZGEqualsTheSlowWay(t *testing.T) {
	s := testSetup(t, 8)
	for _, log := range []int{1, 2, 5, 7} {
		canonical, lagrange, err := DevelopmentKZG(log)
		if err != nil {
			t.Fatal(err)
		}
		wantCanonical, wantLagrange, err := s.KZG(log)
		if err != nil {
			t.Fatal(err)
		}
		if len(canonical.Pk.G1) != 1<<log+3 || !slices.Equal(canonical.Pk.G1, wantCanonical.Pk.G1) {
			t.Errorf("2^%d: powers differ", log)
		}
		if len(lagrange.Pk.G1) != 1<<log || !slices.Equal(lagrange.Pk.G1, wantLagrange.Pk.G1) {
			t.Errorf("2^%d: Lagrange basis differs", log)
		}
		if canonical.Vk != wantCanonical.Vk || lagrange.Vk != wantLagrange.Vk || canonical.Vk.G2 != s.G2 {
			t.Errorf("2^%d: verifying parts differ", log)
		}
	}
}

// TestKZGOpens: a polynomial committed in the Lagrange basis opens with the
// powers.
func TestKZGOpens(t *testing.T) {
	s := secretSetup(t, 5)
	canonical, lagrange, err := s.KZG(4)
	if err != nil {
		t.Fatal(err)
	}
	root, err := fr.Generator(16)
	if err != nil {
		t.Fatal(err)
	}
	p := newTestRand(41).scalars(t, 16)
	values := make([]fr.Element, 16)
	for i, x := range powersOf(root, 16) {
		values[i] = powerSum(p, x)
	}
	c, err := kzg.Commit(values, lagrange.Pk)
	if err != nil {
		t.Fatal(err)
	}
	x := fr.NewElement(77)
	evaluation, err := kzg.Open(p, x, canonical.Pk)
	if err != nil {
		t.Fatal(err)
	}
	if err := kzg.Verify(&c, &evaluation, x, canonical.Vk); err != nil {
		t.Errorf("evaluation proof of a commitment in the Lagrange basis: %v", err)
	}
	evaluation.ClaimedValue.SetOne()
	if err := kzg.Verify(&c, &evaluation, x, canonical.Vk); err == nil {
		t.Error("a false value opens")
	}
}

func TestKZGRefusesSizes(t *testing.T) {
	s := testSetup(t, 4)
	if _, _, err := s.KZG(4); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("as many powers as the domain: %v", err)
	}
	for _, log := range []int{-1, 0, MaxKZGLog + 1} {
		if _, _, err := DevelopmentKZG(log); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("domain of 2^%d: %v", log, err)
		}
		if _, _, err := s.KZG(log); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("domain of 2^%d from powers: %v", log, err)
		}
	}
}

func BenchmarkDevelopmentKZG(b *testing.B) {
	for b.Loop() {
		if _, _, err := DevelopmentKZG(19); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCachedLagrangeBasis(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	s := secretSetup(t, 5)
	_, want, err := s.KZG(4)
	if err != nil {
		t.Fatal(err)
	}
	load := func(s *Setup, want *kzg.SRS) {
		t.Helper()
		canonical, lagrange, err := LoadOrCreateKZG(dir, s, 4)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(lagrange.Pk.G1, want.Pk.G1) || lagrange.Vk != want.Vk || len(canonical.Pk.G1) != 19 {
			t.Error("wrong strings")
		}
	}
	load(s, want)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("cache holds %v, %v", files, err)
	}
	path := filepath.Join(dir, files[0].Name())
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reframe := func(change func(h *artefact.Header, payload []byte) []byte) []byte {
		h, payload, err := artefact.Decode(good, lagrangeKind(), lagrangeVersion)
		if err != nil {
			t.Fatal(err)
		}
		payload = change(&h, bytes.Clone(payload))
		return artefact.Encode(h, payload)
	}
	for name, content := range map[string][]byte{
		"flipped":     append(bytes.Clone(good[:80]), append([]byte{good[80] ^ 1}, good[81:]...)...),
		"truncated":   good[:100],
		"other id":    reframe(func(h *artefact.Header, p []byte) []byte { h.Statement[3] ^= 1; return p }),
		"off curve":   reframe(func(_ *artefact.Header, p []byte) []byte { p[40] ^= 1; return p }),
		"point twice": reframe(func(_ *artefact.Header, p []byte) []byte { copy(p, p[64:128]); return p }),
		"short":       reframe(func(_ *artefact.Header, p []byte) []byte { return p[:64] }),
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readLagrange(path, s, 4); err == nil {
			t.Errorf("%s: accepted", name)
		}
		load(s, want)
		if onDisk, _ := os.ReadFile(path); !bytes.Equal(onDisk, good) {
			t.Errorf("%s: cache not repaired", name)
		}
	}
}
