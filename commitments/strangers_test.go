package commitments

import (
	"bytes"
	"errors"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/fault"
)

// TestMultiplesOfThePowersAreNoSRS: c·G, c·τ·G, … are consecutive powers of τ,
// but not of the generator that H was hashed beside.
func TestMultiplesOfThePowersAreNoSRS(t *testing.T) {
	s := secretSRS(t, 3)
	g1 := make([]bn254.G1Affine, len(s.G1))
	for j := range g1 {
		g1[j].Double(&s.G1[j])
	}
	if _, err := NewSRS(3, g1, s.G2[1]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("twice every power: %v", err)
	}
}

// TestTauIsNotZero: with τ = 0 every row commits to its first cell alone. The
// verifier's part has no powers that would tell.
func TestTauIsNotZero(t *testing.T) {
	v := secretSRS(t, 3).Verifier()
	v.G2[1].SetInfinity()
	v.ID = v.digest()
	data, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnmarshalVerifierSRS(data); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("[τ]G₂ is infinity: %v", err)
	}
}

// TestCachedPowersAreOnTheCurve: the powers in a cache are not checked to be
// consecutive, but each is a point other than infinity.
func TestCachedPowersAreOnTheCurve(t *testing.T) {
	for j := range 8 {
		for name, spoil := range map[string]func(*bn254.G1Affine){
			"infinity":      func(p *bn254.G1Affine) { p.SetInfinity() },
			"off the curve": func(p *bn254.G1Affine) { p.Y.SetUint64(1) },
		} {
			s := testSRS(t, 3)
			spoil(&s.G1[j])
			data, err := s.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decodeSRS(data); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("power %d is %s: %v", j, name, err)
			}
		}
	}
}

func TestRowSizes(t *testing.T) {
	s := secretSRS(t, 1)
	for _, rowBits := range []int{-1, MinRowBits - 1, MaxRowBits + 1, 64} {
		if _, err := NewSRS(rowBits, s.G1[:1], s.G2[1]); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("rows of 2^%d cells: %v", rowBits, err)
		}
		if _, err := UnmarshalOpeningProof(nil, rowBits); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("opening of rows of 2^%d cells: %v", rowBits, err)
		}
		if rowBits > 0 && rowBits < 30 {
			continue // too large to be made if it is not refused
		}
		if _, err := DevelopmentSRS(rowBits); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("development SRS of rows of 2^%d cells: %v", rowBits, err)
		}
	}
}

// TestListsHaveTheirCount: no list of points or scalars is read from bytes of
// another length, and each of its elements is checked.
func TestListsHaveTheirCount(t *testing.T) {
	s := testSRS(t, 2)
	points := AppendPoints(nil, s.G1)
	scalars := AppendScalars(nil, newTestRand(43).scalars(t, 4))
	for _, count := range []int{0, 3, 5} {
		if _, err := DecodePoints(points, count, AllowInfinity); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d of 4 points: %v", count, err)
		}
		if _, err := DecodeScalars(scalars, count); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d of 4 scalars: %v", count, err)
		}
	}
	if _, err := DecodePoints(append(bytes.Clone(points), 0), 4, AllowInfinity); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte behind the points: %v", err)
	}
	if _, err := DecodeScalars(append(bytes.Clone(scalars), 0), 4); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte behind the scalars: %v", err)
	}
	for i := range 4 {
		infinity := bytes.Clone(points)
		copy(infinity[i*PointBytes:], AppendPoints(nil, make([]bn254.G1Affine, 1)))
		if _, err := DecodePoints(infinity, 4, RefuseInfinity); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("point %d is infinity: %v", i, err)
		}
		large := bytes.Clone(scalars)
		copy(large[i*ScalarBytes:], bytes.Repeat([]byte{0xff}, ScalarBytes))
		if _, err := DecodeScalars(large, 4); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("scalar %d is not below the order: %v", i, err)
		}
	}
	for _, n := range []int{0, ScalarBytes - 1, ScalarBytes + 1, 2 * ScalarBytes} {
		if _, err := DecodeScalar(make([]byte, n)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("scalar of %d bytes: %v", n, err)
		}
	}
}

func TestProversMistakes(t *testing.T) {
	s := testSRS(t, 3)
	f, claim := testClaim(t, s, newTestRand(44))
	for name, change := range map[string]func() (fr.Vector, Claim){
		"a cell less":       func() (fr.Vector, Claim) { return f[1:], claim },
		"a coordinate less": func() (fr.Vector, Claim) { c := claim; c.Point = c.Point[1:]; return f, c },
		"one more":          func() (fr.Vector, Claim) { c := claim; c.Point = append(c.Point[:3:3], fr.One()); return f, c },
	} {
		cells, c := change()
		if _, err := Open(s, cells, c, [32]byte{}); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := RandomScalars(nil, 1); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no randomness: %v", err)
	}
}
