package commitments

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/artefact"
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
	s := testSRS(t, 4)
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
	s := testSRS(t, 2)
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
	s := testSRS(t, rowBits)
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

func testFiles(t testing.TB) (*Commitment, *Opening) {
	t.Helper()
	s := testSRS(t, 3)
	blind := newTestRand(63).scalars(t, 2)
	rows, err := s.CommitInt32(make([]int32, 12), blind)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCommitment(s, 12, true, rows)
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOpening(c, blind)
	if err != nil {
		t.Fatal(err)
	}
	return c, o
}

func TestCommitmentAndOpeningFiles(t *testing.T) {
	c, o := testFiles(t)
	dir := t.TempDir()
	pub, priv := filepath.Join(dir, "c"), filepath.Join(dir, "o")
	if err := errors.Join(WriteCommitment(pub, c), WriteOpening(priv, o)); err != nil {
		t.Fatal(err)
	}
	gotC, err := ReadCommitment(pub, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	gotO, err := ReadOpening(priv, gotC)
	if err != nil {
		t.Fatal(err)
	}
	if gotC.Digest() != c.Digest() || gotC.Cells != 12 || !gotC.Hiding || gotO.Blinding[1] != o.Blinding[1] {
		t.Error("files hold something else")
	}
	info, err := os.Stat(priv)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("private opening has mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(priv, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadOpening(priv, c); !errors.Is(err, fault.ErrInput) {
		t.Errorf("opening readable by others: %v", err)
	}
	if _, err := ReadCommitment(pub, 20); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("over the size limit: %v", err)
	}
}

func TestOpeningBelongsToItsCommitment(t *testing.T) {
	c, o := testFiles(t)
	other := *c
	other.Cells = 11
	if _, err := UnmarshalOpening(MarshalOpening(o), &other); !errors.Is(err, fault.ErrInput) {
		t.Errorf("opening of another commitment: %v", err)
	}
	short := &Opening{Commitment: o.Commitment, Blinding: o.Blinding[1:]}
	if _, err := UnmarshalOpening(MarshalOpening(short), c); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a factor missing: %v", err)
	}
	if _, err := NewOpening(c, o.Blinding[1:]); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("NewOpening with a factor missing: %v", err)
	}
}

func TestCommitmentRefuses(t *testing.T) {
	c, _ := testFiles(t)
	for name, mutate := range map[string]func(*Commitment){
		"row missing":   func(c *Commitment) { c.Rows = c.Rows[1:] },
		"row extra":     func(c *Commitment) { c.Rows = append(c.Rows, c.Rows[0]) },
		"no cells":      func(c *Commitment) { c.Cells = 0 },
		"many cells":    func(c *Commitment) { c.Cells = 1 << 63 },
		"row size zero": func(c *Commitment) { c.RowBits = 0 },
		"row size huge": func(c *Commitment) { c.RowBits = 200 },
		"infinity":      func(c *Commitment) { c.Rows[1].SetInfinity() },
	} {
		bad := *c
		bad.Rows = append([]bn254.G1Affine(nil), c.Rows...)
		mutate(&bad)
		if _, err := bad.MarshalBinary(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s encoded: %v", name, err)
		}
		data := artefact.Encode(artefact.Header{Kind: commitmentKind(), Version: commitmentVersion, Statement: bad.Digest()}, bad.payload())
		if _, err := UnmarshalCommitment(data); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s decoded: %v", name, err)
		}
	}
	public := *c
	public.Hiding = false
	public.Rows = make([]bn254.G1Affine, 2) // a public table of zeros
	data, err := public.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnmarshalCommitment(data); err != nil {
		t.Errorf("public zeros: %v", err)
	}
	if public.Hiding = true; public.Digest() == c.Digest() {
		t.Error("rows do not reach the digest")
	}
	wrongDigest := artefact.Encode(artefact.Header{Kind: commitmentKind(), Version: commitmentVersion}, c.payload())
	if _, err := UnmarshalCommitment(wrongDigest); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("another statement digest: %v", err)
	}
}

func TestOpeningIsRedactedEverywhere(t *testing.T) {
	_, o := testFiles(t)
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("x", "pointer", o, "value", *o)
	asJSON, err := json.Marshal(struct{ O Opening }{*o})
	if err != nil {
		t.Fatal(err)
	}
	printed := log.String() + string(asJSON) + o.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		printed += fmt.Sprintf(verb+verb, o, *o) + fmt.Errorf("e: "+verb, o).Error()
	}
	for _, secret := range o.Blinding {
		b := secret.Bytes()
		for _, form := range []string{secret.String(), fmt.Sprintf("%x", b), fmt.Sprint(secret[0])} {
			if strings.Contains(printed, form) {
				t.Errorf("secret %s is printed: %s", form, printed)
			}
		}
	}
}

func FuzzUnmarshalCommitment(f *testing.F) {
	c, _ := testFiles(f)
	f.Add(c.payload())
	f.Fuzz(func(t *testing.T, payload []byte) {
		data := artefact.Encode(artefact.Header{Kind: commitmentKind(), Version: commitmentVersion}, payload)
		if _, err := UnmarshalCommitment(data); err == nil {
			t.Fatal("accepted with a zero statement digest")
		}
		if c, err := decodeCommitment(payload); err == nil && !bytes.Equal(c.payload(), payload) {
			t.Fatal("accepted bytes are not the canonical encoding")
		}
	})
}

func FuzzUnmarshalOpening(f *testing.F) {
	c, o := testFiles(f)
	f.Add(AppendScalars(nil, o.Blinding))
	f.Fuzz(func(t *testing.T, payload []byte) {
		data := artefact.Encode(artefact.Header{Kind: openingKind(), Version: openingVersion, Statement: c.Digest()}, payload)
		if got, err := UnmarshalOpening(data, c); err == nil && !bytes.Equal(MarshalOpening(got), data) {
			t.Fatal("accepted bytes are not the canonical encoding")
		}
	})
}
