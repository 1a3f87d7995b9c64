package commitments

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func toField[T int32 | int64](cells []T) []fr.Element {
	out := make([]fr.Element, len(cells))
	for i, c := range cells {
		out[i].SetInt64(int64(c))
	}
	return out
}

func TestCommitCutsRows(t *testing.T) {
	s := testSetup(t, 4)
	rng := newTestRand(61)
	for _, n := range []int{1, 15, 16, 17, 32, 50} {
		cells := make([]int32, n)
		for i := range cells {
			cells[i] = int32(rng.Uint64()) >> 12
		}
		blind := rng.scalars(t, s.Rows(n))
		got, err := s.CommitInt32(cells, blind)
		if err != nil {
			t.Fatal(err)
		}
		// C_i = Σ_j T_ij·[τ^j]G + ρ_i·H, the last row zero-extended.
		padded := append(toField(cells), make([]fr.Element, s.Rows(n)*16-n)...)
		bases := append(append([]bn254.G1Affine(nil), s.G1...), s.H)
		for i := range got {
			scalars := append(append([]fr.Element(nil), padded[16*i:16*i+16]...), blind[i])
			var want bn254.G1Affine
			if _, err := want.MultiExp(bases, scalars, ecc.MultiExpConfig{}); err != nil {
				t.Fatal(err)
			}
			if !got[i].Equal(&want) {
				t.Errorf("%d cells, row %d differs", n, i)
			}
			plain := s.Verifier().RemoveBlinding(got[i], blind[i])
			public, err := s.CommitInt32(cells, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !plain.Equal(&public[i]) {
				t.Errorf("%d cells, row %d: blinding does not come off", n, i)
			}
		}
		wide := make([]int64, n)
		for i := range wide {
			wide[i] = int64(cells[i])
		}
		fromInt64, err := s.CommitInt64(wide, blind)
		if err != nil {
			t.Fatal(err)
		}
		fromField, err := s.CommitField(toField(cells), blind)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(fromInt64) != fmt.Sprint(got) || fmt.Sprint(fromField) != fmt.Sprint(got) {
			t.Errorf("%d cells: the three types disagree", n)
		}
	}
}

func TestCommitRefuses(t *testing.T) {
	s := testSetup(t, 2)
	if _, err := s.CommitInt32(nil, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no cells: %v", err)
	}
	if _, err := s.CommitInt32(make([]int32, 5), make([]fr.Element, 1)); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("one factor for two rows: %v", err)
	}
	if _, err := FoldCommitments(s.G1, make([]fr.Element, 3)); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("three weights for four rows: %v", err)
	}
}

// TestFoldedClaim opens a blinded tensor of several rows at a point: the
// verifier folds commitments, the prover cells and blinding.
func TestFoldedClaim(t *testing.T) {
	const rowBits = 5
	s := testSetup(t, rowBits)
	rng := newTestRand(62)
	cells := make([]int32, 4<<rowBits)
	for i := range cells {
		cells[i] = int32(rng.Uint64()) >> 16
	}
	blind := rng.scalars(t, 4)
	rows, err := s.CommitInt32(cells, blind)
	if err != nil {
		t.Fatal(err)
	}
	point := rng.scalars(t, rowBits+2)
	weights := make([]fr.Element, 4) // eq(r_hi, i), r_hi first
	for i := range weights {
		unit := make([]fr.Element, 4)
		unit[i].SetOne()
		weights[i] = evaluateNaively(unit, point[:2])
	}
	folded, rho := make(fr.Vector, 1<<rowBits), fr.Element{}
	for i := range weights {
		for j := range folded {
			var term fr.Element
			term.SetInt64(int64(cells[i<<rowBits+j]))
			folded[j].Add(&folded[j], term.Mul(&term, &weights[i]))
		}
		rho.Add(&rho, new(fr.Element).Mul(&weights[i], &blind[i]))
	}
	sum, err := FoldCommitments(rows, weights)
	if err != nil {
		t.Fatal(err)
	}
	v := s.Verifier()
	claim := pairingClaim{
		Commitment: v.RemoveBlinding(*new(bn254.G1Affine).FromJacobian(&sum), rho),
		Point:      point[2:],
		Value:      evaluateNaively(toField(cells), point),
	}
	proof := mustOpen(t, s, folded, claim, [32]byte{3})
	if err := verifyPairing(v, claim, proof, [32]byte{3}); err != nil {
		t.Error(err)
	}
}

func TestRandomScalars(t *testing.T) {
	a, b := newTestRand(1).scalars(t, 3), newTestRand(1).scalars(t, 3)
	if a[0] != b[0] || a[0] == a[1] || a[1] == a[2] {
		t.Error("scalars do not follow their source")
	}
	if _, err := RandomScalars(bytes.NewReader(make([]byte, 100)), 2); !errors.Is(err, fault.ErrInput) {
		t.Errorf("source runs dry: %v", err)
	}
}
