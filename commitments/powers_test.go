package commitments

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestMultiplesEqualReference(t *testing.T) {
	_, _, g, _ := bn254.Generators()
	k := newTestRand(31).scalars(t, 300)
	for i := range 100 { // edges: 0, ±small, powers of two and one less
		k[i].SetInt64(int64(i%7) - 3)
		k[100+i].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(2*i)))
		k[200+i].Sub(&k[100+i], &k[i])
	}
	got := Multiples(&g, k)
	want := bn254.BatchScalarMultiplicationG1(&g, k)
	for i := range k {
		if !got[i].Equal(&want[i]) {
			t.Fatalf("multiple %d, by %v, differs", i, k[i].String())
		}
	}
}

// secretSetup has a τ that is not the development one.
func secretSetup(t testing.TB, rowBits int) *Setup {
	t.Helper()
	return longSetup(t, rowBits, 1<<rowBits)
}

// longSetup is secretSetup of so many powers.
func longSetup(t testing.TB, rowBits, count int) *Setup {
	t.Helper()
	_, _, g, g2 := bn254.Generators()
	tau := newTestRand(32).scalars(t, 1)[0]
	tauG2 := *new(bn254.G2Affine).ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))
	s, err := NewPowers(rowBits, Multiples(&g, powersOf(tau, count)), tauG2)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDevelopmentIsMarkedAndStable(t *testing.T) {
	s := testSetup(t, 6)
	if !s.Insecure {
		t.Fatal("the development setup does not say INSECURE")
	}
	if secretSetup(t, 6).Insecure {
		t.Fatal("another setup says INSECURE")
	}
	// Golden: another value here makes every earlier artefact unreadable.
	const want = "5972ef8943ddd993addef3437d3c0b938e3f75308ccaa78e0d5d32266f7aa127"
	if got := fmt.Sprintf("%x", s.ID); got != want {
		t.Errorf("id is %s, want %s", got, want)
	}
	raw := s.G1[63].RawBytes()
	const wantLast = "059e19fe26777b77400240e49f10557572a77623e0e86bdc50c5fcda9c31b08a"
	if got := fmt.Sprintf("%x", sha256.Sum256(raw[:])); got != wantLast {
		t.Errorf("last power hashes to %s, want %s", got, wantLast)
	}
	if testSetup(t, 5).ID == s.ID {
		t.Error("two row sizes have one id")
	}
}

func TestPowersSurviveTheirEncoding(t *testing.T) {
	for _, s := range []*Setup{testSetup(t, 5), secretSetup(t, 5)} {
		data, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got, err := UnmarshalPowers(data)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := got.MarshalBinary()
		if !bytes.Equal(again, data) || got.H != s.H || got.ID != s.ID || got.Insecure != s.Insecure {
			t.Error("decoded setup differs")
		}
		v := s.Verifier()
		if data, err = v.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		gotV, err := UnmarshalPowersVerifier(data)
		if err != nil {
			t.Fatal(err)
		}
		if !sameVerifier(gotV, v) {
			t.Errorf("decoded verifier part differs: %+v", gotV)
		}
	}
}

// TestPowersTampering changes the content and makes the frame right again.
func TestPowersTampering(t *testing.T) {
	s := secretSetup(t, 4)
	_, _, _, g2 := bn254.Generators()
	mutations := map[string]func(*Setup){
		"powers exchanged":     func(s *Setup) { s.G1[3], s.G1[4] = s.G1[4], s.G1[3] },
		"last power":           func(s *Setup) { s.G1[15].Double(&s.G1[15]) },
		"power 1":              func(s *Setup) { s.G1[1].Double(&s.G1[1]) },
		"power negated":        func(s *Setup) { s.G1[7].Neg(&s.G1[7]) },
		"power 0":              func(s *Setup) { s.G1[0] = s.G1[1] },
		"power infinity":       func(s *Setup) { s.G1[5].SetInfinity() },
		"power off curve":      func(s *Setup) { s.G1[5].Y.SetUint64(1) },
		"one power less":       func(s *Setup) { s.G1 = s.G1[:15] },
		"twice the powers":     func(s *Setup) { s.G1 = append(s.G1, s.G1...) },
		"longer rows":          func(s *Setup) { s.RowBits = 5 },
		"row size zero":        func(s *Setup) { s.RowBits = 0 },
		"row size huge":        func(s *Setup) { s.RowBits = 255 },
		"tau one":              func(s *Setup) { s.G2[1] = g2 },
		"tau infinity":         func(s *Setup) { s.G2[1].SetInfinity() },
		"id":                   func(s *Setup) { s.ID[5] ^= 4 },
		"development as sound": func(s *Setup) { *s = *testSetup(t, 4); s.Insecure = false },
	}
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			bad := *s
			bad.G1 = append([]bn254.G1Affine(nil), s.G1...)
			mutate(&bad)
			if name != "id" { // an adversary computes the id of what he made
				if v, err := newPowersVerifier(bad.RowBits, bad.G2[1]); err == nil {
					bad.ID = v.ID
				}
			}
			data, err := bad.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := UnmarshalPowers(data); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := NewPowers(4, s.G1[:8], s.G2[1]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("too few powers: %v", err)
	}
	if _, err := NewPowers(MaxRowBits+1, s.G1, s.G2[1]); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("row size out of range: %v", err)
	}
}

// TestPowersOutsideTheSubgroup: the twist has a cofactor, the curve
// itself has none.
func TestPowersOutsideTheSubgroup(t *testing.T) {
	var u bn254.E2
	u.A0.SetUint64(3)
	p := bn254.MapToCurve2(&u)
	if !p.IsOnCurve() || p.IsInSubGroup() {
		t.Fatal("the test point is not what it should be")
	}
	if _, err := newPowersVerifier(4, p); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("got %v", err)
	}
	enc := p.Bytes()
	if _, err := decodeG2(enc[:]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("decoded: %v", err)
	}
}

func TestPowersWithNonCanonicalCoordinates(t *testing.T) {
	data, err := testSetup(t, 3).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	head, payload, err := artefact.Decode(data, powersKind(), powersVersion)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 32} { // X and Y of power 2
		bad := bytes.Clone(payload)
		addModulus(t, bad[powersHeadBytes+2*rawPointBytes+at:][:32], fpModulus())
		if _, err := UnmarshalPowers(artefact.Encode(head, bad)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("coordinate + q at %d: %v", at, err)
		}
	}
}

func TestCachedDevelopment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	load := func() *Setup {
		t.Helper()
		s, err := CachedDevelopment(dir, 5)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want, _ := load().MarshalBinary()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("cache holds %v, %v", entries, err)
	}
	path := filepath.Join(dir, entries[0].Name())
	secret, err := secretSetup(t, 5).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(want)
	flipped[len(flipped)/2] ^= 1
	for name, content := range map[string][]byte{
		"as written": want, "truncated": want[:100], "flipped": flipped, "another setup": secret, "empty": nil,
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, _ := load().MarshalBinary(); !bytes.Equal(got, want) {
			t.Errorf("%s: wrong setup", name)
		}
		if onDisk, _ := os.ReadFile(path); !bytes.Equal(onDisk, want) {
			t.Errorf("%s: cache not repaired", name)
		}
	}
	if _, err := ReadPowers(path); err != nil {
		t.Errorf("full check of the cached file: %v", err)
	}
	if _, err := CachedDevelopment(dir, MaxRowBits+1); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("row size out of range: %v", err)
	}
}

func FuzzUnmarshalPowers(f *testing.F) {
	s, err := NewDevelopment(2)
	if err != nil {
		f.Fatal(err)
	}
	data, _ := s.MarshalBinary()
	head, payload, _ := artefact.Decode(data, powersKind(), powersVersion)
	f.Add(payload)
	f.Fuzz(func(t *testing.T, payload []byte) {
		data := artefact.Encode(head, payload) // past the checksum
		if s, err := UnmarshalPowers(data); err == nil {
			if again, _ := s.MarshalBinary(); !bytes.Equal(again, data) {
				t.Fatal("accepted bytes are not the canonical encoding")
			}
		}
	})
}

func FuzzUnmarshalPowersVerifier(f *testing.F) {
	s, err := NewDevelopment(2)
	if err != nil {
		f.Fatal(err)
	}
	data, _ := s.Verifier().MarshalBinary()
	head, payload, _ := artefact.Decode(data, powersVerifierKind(), powersVerifierVersion)
	f.Add(payload)
	f.Fuzz(func(t *testing.T, payload []byte) {
		data := artefact.Encode(head, payload)
		if v, err := UnmarshalPowersVerifier(data); err == nil {
			if again, _ := v.MarshalBinary(); !bytes.Equal(again, data) {
				t.Fatal("accepted bytes are not the canonical encoding")
			}
		}
	})
}

// sameVerifier compares what an encoding brings back.
func sameVerifier(a, b *VerifierSetup) bool {
	x, y := *a, *b
	x.Hashed, y.Hashed = nil, nil
	return x == y
}
