package commitments

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
)

// TestGeneratorDigests derives the generators that the table of digests is of;
// all of them, if ZKAUDIT_ALL_GENERATORS is set, in some minutes.
func TestGeneratorDigests(t *testing.T) {
	log := 10
	if os.Getenv("ZKAUDIT_ALL_GENERATORS") != "" {
		log = MaxTransparentBits
	} else if !testing.Short() {
		log = 14
	}
	digests := digestsOf(new(Generators).First(1 << log))
	if len(digests) != log+1 {
		t.Fatalf("%d digests of 2^%d generators", len(digests), log)
	}
	for i, d := range digests {
		if d != generatorDigests[i] {
			t.Errorf("2^%d generators have digest %s, the table says %s", i, d, generatorDigests[i])
		}
	}
}

// TestGeneratorsAreFixed: which points they are does not depend on how many are
// asked for, or in which order.
func TestGeneratorsAreFixed(t *testing.T) {
	all := new(Generators).First(600)
	g := new(Generators)
	for _, n := range []int{0, 1, 3, 300, 2, 600} {
		for j, p := range g.First(n) {
			if !p.Equal(&all[j]) {
				t.Fatalf("generator %d of %d is another", j, n)
			}
		}
	}
	seen := map[bn254.G1Affine]bool{}
	v, err := TransparentVerifier(4, g)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(all, v.H, v.U) {
		if seen[p] || p.IsInfinity() || !p.IsOnCurve() {
			t.Fatal("a generator that is there twice, infinity, or off the curve")
		}
		seen[p] = true
	}
}

// TestGeneratorCache: what a cache holds is used if it is the generators, and
// anything else is derived again and replaced.
func TestGeneratorCache(t *testing.T) {
	dir := t.TempDir()
	const log = minLog
	path := generatorsFile(dir, log)
	want := CachedGenerators(dir).First(1 << log)
	honest, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	swapped := bytes.Clone(honest)
	copy(swapped[:64], honest[64:128])
	copy(swapped[64:128], honest[:64])
	for name, file := range map[string][]byte{"honest": honest, "swapped": swapped, "cut": honest[:640], "empty": {}, "longer": append(bytes.Clone(honest), 0)} {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		for j, p := range CachedGenerators(dir).First(1 << log) {
			if !p.Equal(&want[j]) {
				t.Fatalf("%s: generator %d is another", name, j)
			}
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, honest) {
			t.Errorf("%s: the cache was not mended: %v", name, err)
		}
	}
	if _, err := readGenerators(dir, log); err != nil {
		t.Errorf("an honest cache is not read: %v", err)
	}
	file := filepath.Join(dir, "no directory")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if g := CachedGenerators(file).First(2); !g[1].Equal(&want[1]) {
		t.Error("a cache that cannot be used")
	}
}

// TestSetupsDiffer: an id stands for one kind and one row size.
func TestSetupsDiffer(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, rowBits := range []int{1, 2, 5} {
		for _, s := range []*Setup{transparent(t, rowBits), testSetup(t, rowBits)} {
			if other, twice := seen[s.ID]; twice {
				t.Errorf("%s 2^%d has the id of %s", s.Kind, rowBits, other)
			}
			seen[s.ID] = s.Kind.String()
			if v := s.Verifier(); v.ID != s.ID || v.Kind != s.Kind {
				t.Errorf("%s: the verifier's part is of another setup", s.Kind)
			}
		}
	}
	for _, rowBits := range []int{0, -1, MaxTransparentBits + 1} {
		if _, err := NewTransparent(rowBits, new(Generators)); err == nil {
			t.Errorf("rows of 2^%d cells", rowBits)
		}
		if _, err := TransparentVerifier(rowBits, new(Generators)); err == nil {
			t.Errorf("verifier of rows of 2^%d cells", rowBits)
		}
	}
}
