package commitments

import (
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/fault"
)

// TestDevelopmentKZGEqualsTheSlowWay compares the strings made from τ with
// those made from the powers of the development SRS.
func TestDevelopmentKZGEqualsTheSlowWay(t *testing.T) {
	s := testSRS(t, 8)
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
	s := secretSRS(t, 5)
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
	opening, err := kzg.Open(p, x, canonical.Pk)
	if err != nil {
		t.Fatal(err)
	}
	if err := kzg.Verify(&c, &opening, x, canonical.Vk); err != nil {
		t.Errorf("opening of a commitment in the Lagrange basis: %v", err)
	}
	opening.ClaimedValue.SetOne()
	if err := kzg.Verify(&c, &opening, x, canonical.Vk); err == nil {
		t.Error("a false value opens")
	}
}

func TestKZGRefusesSizes(t *testing.T) {
	s := testSRS(t, 4)
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
