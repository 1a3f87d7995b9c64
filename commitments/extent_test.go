package commitments

import (
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestMorePowersThanCells: powers beyond a row's change neither the setup's ID nor what
// is committed and proven with it, survive encoding, and make keys.
func TestMorePowersThanCells(t *testing.T) {
	short, long := secretSetup(t, 3), longSetup(t, 3, 1<<5+kzgExtra)
	if long.ID != short.ID || !sameVerifier(long.Verifier(), short.Verifier()) {
		t.Error("more powers are another setup")
	}
	f, claim := testClaim(t, long, newTestRand(61))
	if _, same := testClaim(t, short, newTestRand(61)); same.Commitment != claim.Commitment {
		t.Error("a row has two commitments")
	}
	seed := [32]byte{1}
	if err := verifyPairing(short.Verifier(), claim, mustOpen(t, long, f, claim, seed), seed); err != nil {
		t.Errorf("proven with more powers: %v", err)
	}
	data, err := long.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	read, err := UnmarshalPowers(data)
	if err != nil || !slices.Equal(read.G1, long.G1) || read.RowBits != 3 || read.ID != short.ID {
		t.Fatalf("read back as %d powers: %v", len(read.G1), err)
	}
	canonical, _, err := read.KZG(5)
	if err != nil || len(canonical.Pk.G1) != 1<<5+kzgExtra {
		t.Errorf("keys of 2^5 rows: %v", err)
	}
	if _, _, err := read.KZG(6); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("keys of 2^6 rows: %v", err)
	}
}

// TestPowersBeyondARow: keys are made of those, so each is checked like the others.
func TestPowersBeyondARow(t *testing.T) {
	for j := 8; j < 1<<4+kzgExtra; j++ {
		for name, spoil := range map[string]func(p *bn254.G1Affine){
			"doubled": func(p *bn254.G1Affine) { p.Double(p) }, "infinity": func(p *bn254.G1Affine) { p.SetInfinity() }, "off the curve": func(p *bn254.G1Affine) { p.Y.SetUint64(1) },
		} {
			s := longSetup(t, 3, 1<<4+kzgExtra)
			spoil(&s.G1[j])
			data, err := s.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := UnmarshalPowers(data); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("power %d %s: %v", j, name, err)
			}
		}
	}
	data, err := longSetup(t, 3, 11).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	head, payload, err := artefact.Decode(data, powersKind(), powersVersion)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnmarshalPowers(artefact.Encode(head, payload[:len(payload)-1])); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a part of a power: %v", err)
	}
	head.Version = 1 // which had a power for each cell
	if _, err := UnmarshalPowers(artefact.Encode(head, payload)); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("an older file: %v", err)
	}
}

// TestLongerRows: whoever has more powers than a row has cells commits to more cells.
// Those of the row are what is opened, whatever follows them; and what follows must
// vanish at the point, which is drawn when it is committed (protocol, section 17).
func TestLongerRows(t *testing.T) {
	s, rng, seed := longSetup(t, 3, 16), newTestRand(62), [32]byte{2}
	point := rng.scalars(t, 3)
	opens := func(cells []fr.Element, claimed fr.Element) error {
		t.Helper()
		c, err := commitPlain(fullCrew(), s, cells)
		if err != nil {
			t.Fatal(err)
		}
		claim := pairingClaim{Commitment: c, Point: point, Value: evaluateNaively(cells[:8], point)}
		transcript := func() challenger { return pairingTranscript(s.ID, pairingClaim{c, point, claimed}, seed) }
		proof, err := prove(s, cells, claim, transcript()) // folds the second half of the cells, too
		if err != nil {
			t.Fatal(err)
		}
		claim.Value = claimed
		return verify(s.Verifier(), claim, proof, transcript())
	}
	cells := rng.scalars(t, 16)
	value := evaluateNaively(cells[:8], point)
	if err := opens(cells, value); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("cells beyond the row: %v", err)
	}
	// The last cell makes the others beyond the row vanish at the point, once it is known.
	rest, weight := evaluateNaively(cells[8:], point), point[0]
	weight.Mul(&weight, &point[1]).Mul(&weight, &point[2])
	rest.Div(&rest, &weight)
	cells[15].Sub(&cells[15], &rest)
	if err := opens(cells, value); err != nil {
		t.Errorf("cells beyond the row that vanish: %v", err)
	}
	other := value
	if err := opens(cells, *other.Double(&other)); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("another value: %v", err)
	}
}

// TestExtents: how many powers are kept, and which sizes are refused.
func TestExtents(t *testing.T) {
	for e, want := range map[Extent]int{
		{RowBits: 3}: 8, {RowBits: 3, CircuitBits: 2}: 8, {RowBits: 2, CircuitBits: 2}: 7, {RowBits: 3, CircuitBits: 3}: 11, {RowBits: 1, CircuitBits: MaxKZGLog}: maxPowers,
	} {
		if err := e.check(); err != nil || e.powers() != want {
			t.Errorf("%+v: %d powers, want %d: %v", e, e.powers(), want, err)
		}
	}
	for _, e := range []Extent{{}, {RowBits: MaxRowBits + 1}, {RowBits: 3, CircuitBits: -1}, {RowBits: 3, CircuitBits: MaxKZGLog + 1}} {
		if err := e.check(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%+v: %v", e, err)
		}
	}
	for count, want := range map[int]int{4: 0, 5: 1, 6: 1, 7: 2, 1<<5 + 2: 4, 1<<5 + 3: 5} {
		if got := longSetup(t, 2, count).CircuitBits(); got != want {
			t.Errorf("%d powers: circuits of 2^%d rows, want 2^%d", count, got, want)
		}
	}
}

// TestImportKeepsPowers: of both formats, for keys too; and none that a file does not have.
func TestImportKeepsPowers(t *testing.T) {
	ptau := filepath.Join("testdata", "snarkjs-bn128-4.ptau") // 2^5 − 1 powers
	want, _, err := ImportPTau(ptau, Extent{RowBits: 3})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := ImportPTau(ptau, Extent{RowBits: 3, CircuitBits: 4})
	if err != nil || got.ID != want.ID || len(got.G1) != 19 || !slices.Equal(got.G1[:8], want.G1) {
		t.Errorf(".ptau: %v", err)
	}
	if _, _, err := ImportPTau(ptau, Extent{RowBits: 3, CircuitBits: 5}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf(".ptau, more than there are: %v", err)
	}
	srs := filepath.Join(t.TempDir(), "srs")
	if err := os.WriteFile(srs, gnarkFiles(t, 19, big.NewInt(8171))[64], 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _, err = ImportSRS(srs, Extent{RowBits: 3, CircuitBits: 4}); err != nil || len(got.G1) != 19 || got.RowBits != 3 {
		t.Errorf("gnark's: %v", err)
	}
	if _, _, err := ImportSRS(srs, Extent{RowBits: 3, CircuitBits: 5}); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("gnark's, more than there are: %v", err)
	}
	none := Extent{RowBits: 3, CircuitBits: -1}
	if _, _, err := ImportPTau(ptau, none); !errors.Is(err, fault.ErrUsage) {
		t.Errorf(".ptau, no such circuits: %v", err)
	}
	if _, _, err := ImportSRS(srs, none); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("gnark's, no such circuits: %v", err)
	}
}
